package io.libmc.codec;

import java.util.Arrays;

/**
 * Any bytes in place of marshal data: they are refused, or they are a value that can be
 * hashed and, if it can be written, is written the same again after it was read again.
 */
public final class MarshalReaderFuzz {

	private MarshalReaderFuzz() {
	}

	public static void fuzzerTestOneInput(byte[] input) {
		Object value;
		try {
			value = MarshalReader.read(input);
		}
		catch (IllegalArgumentException ex) {
			return;
		}
		if (value == null) {
			return;
		}
		byte[] written;
		try {
			int unused = value.hashCode();
			written = MarshalWriter.write(value, 1 << 30);
		}
		catch (IllegalArgumentException ex) {
			return;
		}
		byte[] again = MarshalWriter.write(MarshalReader.read(written), 1 << 30);
		if (!Arrays.equals(written, again)) {
			throw new AssertionError(Arrays.toString(written) + " and " + Arrays.toString(again));
		}
	}

}
