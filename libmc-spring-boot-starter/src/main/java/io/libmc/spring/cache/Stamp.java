package io.libmc.spring.cache;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The generation that an entry bears, at the same place whatever its format:
 *
 * <pre>
 * byte   format                     jdk, json and others; an entry that is bytes
 * long   generation
 * ...    the value
 *
 * (generation, value)               libmc; an entry that is a list, to Python a list, too
 * (generation, value, checksum)
 * </pre>
 */
final class Stamp {

	/** How long the byte is that names the format, and the generation. */
	static final int HEADER_BYTES = 1 + Long.BYTES;

	/** An entry of this format is a header alone and stands for {@code null}. */
	static final byte NULL = (byte) 0xf8;

	static final byte JDK = (byte) 0xf9;

	/** Four bytes of checksum follow, and then the entry they belong to. */
	static final byte CHECKED = (byte) 0xfa;

	static final byte JSON = (byte) 0xfc;

	/** The name of the application's own format follows. */
	static final byte CUSTOM = (byte) 0xfd;

	static final int CHECK_BYTES = 1 + Integer.BYTES;

	private Stamp() {
	}

	/** What an entry of bytes begins with before it is stamped. */
	static byte[] header(byte format) {
		byte[] header = new byte[HEADER_BYTES];
		header[0] = format;
		return header;
	}

	/** Stamps an entry that was just encoded, in place if it is one of bytes. */
	static Object put(Object entry, long generation) {
		if (entry instanceof byte[] bytes) {
			ByteBuffer.wrap(bytes).putLong(1, generation);
			return BytesFormat.checked(bytes);
		}
		List<@Nullable Object> stamped = new ArrayList<>((List<?>) entry);
		stamped.set(0, generation);
		return stamped;
	}

	/**
	 * The generation that an entry bears.
	 * @param stored what lies on the server, whoever wrote it
	 * @return {@link Generation#NONE} if it is no entry of a cache
	 */
	static long of(Object stored) {
		if (stored instanceof byte[] bytes) {
			int start = (bytes.length > CHECK_BYTES && bytes[0] == CHECKED) ? CHECK_BYTES : 0;
			return (bytes.length >= start + HEADER_BYTES && isFormat(bytes[start]))
					? ByteBuffer.wrap(bytes).getLong(start + 1) : Generation.NONE;
		}
		return (stored instanceof List<?> list && list.size() >= 2 && list.get(0) instanceof Long generation)
				? generation : Generation.NONE;
	}

	private static boolean isFormat(byte first) {
		return first == NULL || first == JDK || first == JSON || first == CUSTOM;
	}

}
