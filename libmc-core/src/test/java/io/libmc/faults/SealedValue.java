package io.libmc.faults;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * A value that says whose it is: a checksum, the key, and filling that the checksum
 * covers. One that came under another key, or with another's bytes in it, does not pass.
 */
final class SealedValue {

	private SealedValue() {
	}

	/** A value of this key, of this length or what the seal takes, if that is more. */
	static byte[] of(String key, int length, Random filling) {
		byte[] name = key.getBytes(StandardCharsets.UTF_8);
		ByteBuffer value = ByteBuffer.allocate(Math.max(length, Long.BYTES + Integer.BYTES + name.length));
		value.putLong(0).putInt(name.length).put(name);
		byte[] rest = new byte[value.remaining()];
		filling.nextBytes(rest);
		value.put(rest);
		return value.putLong(0, checksum(value.array())).array();
	}

	/** Whether these bytes are, whole and unharmed, a value of this key. */
	static boolean isOf(String key, byte[] value) {
		byte[] name = key.getBytes(StandardCharsets.UTF_8);
		ByteBuffer buffer = ByteBuffer.wrap(value);
		return value.length >= Long.BYTES + Integer.BYTES + name.length && buffer.getLong() == checksum(value)
				&& buffer.getInt() == name.length
				&& buffer.slice(buffer.position(), name.length).equals(ByteBuffer.wrap(name));
	}

	private static long checksum(byte[] value) {
		CRC32C checksum = new CRC32C();
		checksum.update(value, Long.BYTES, value.length - Long.BYTES);
		return checksum.getValue();
	}

}
