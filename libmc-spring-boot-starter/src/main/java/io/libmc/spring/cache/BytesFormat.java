package io.libmc.spring.cache;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

import org.springframework.cache.support.NullValue;

import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;

/**
 * A format whose entries are bytes.
 * <p>
 * The first byte names the format, so that a cache whose format was changed reads the old
 * entries as absent, not as something else. These bytes begin neither a text in UTF-8 nor
 * what Java or zlib write.
 */
abstract sealed class BytesFormat extends EntryFormat permits CustomFormat, JdkFormat, JsonFormat {

	/**
	 * The client splits values of more than 1,000,000 bytes, and the chunks of two
	 * writers can mix.
	 */
	private static final int CHECKED_ABOVE = 900_000;

	@Override
	final byte[] encode(Object value) {
		return (value instanceof NullValue) ? Stamp.header(Stamp.NULL) : write(value);
	}

	/** The entry with a checksum in front if it may be split. */
	static byte[] checked(byte[] entry) {
		if (entry.length <= CHECKED_ABOVE) {
			return entry;
		}
		return ByteBuffer.allocate(Stamp.CHECK_BYTES + entry.length)
			.put(Stamp.CHECKED)
			.putInt(checksum(entry))
			.put(entry)
			.array();
	}

	/** An entry without a checksum in front, which is right. */
	static byte[] plain(byte[] entry) throws UndecodableEntryException {
		return (entry.length > Stamp.CHECK_BYTES && entry[0] == Stamp.CHECKED) ? check(entry) : entry;
	}

	@Override
	final boolean wrote(Object plain) {
		return plain instanceof byte[] bytes
				&& (isNull(bytes) || (bytes.length >= Stamp.HEADER_BYTES && bytes[0] == mark() && hasWritten(bytes)));
	}

	private static boolean isNull(byte[] plain) {
		return plain.length == Stamp.HEADER_BYTES && plain[0] == Stamp.NULL;
	}

	@Override
	final Object decode(Object entry, DecodingBudget budget) throws UndecodableEntryException {
		if (!(entry instanceof byte[] bytes)) {
			throw new UndecodableEntryException("it is none of ours: " + entry, null);
		}
		byte[] plain = plain(bytes);
		if (!wrote(plain)) {
			throw new UndecodableEntryException("it is not in the format \"" + this + "\"", null);
		}
		return isNull(plain) ? NullValue.INSTANCE : read(plain, budget);
	}

	@Override
	final void check(EncodedValue entry, DecodingBudget budget) {
		byte[] bytes = entry.bytes();
		int start = Stamp.start(bytes);
		start += (bytes[start] == Stamp.CHECKED) ? Stamp.CHECK_BYTES : 0;
		if (bytes[start] != Stamp.NULL) {
			judge(bytes, start, budget);
		}
	}

	private static byte[] check(byte[] bytes) throws UndecodableEntryException {
		byte[] entry = Arrays.copyOfRange(bytes, Stamp.CHECK_BYTES, bytes.length);
		if (checksum(entry) != ByteBuffer.wrap(bytes).getInt(1)) {
			throw new UndecodableEntryException("its checksum is wrong: it is made of two entries' chunks", null);
		}
		return entry;
	}

	static int checksum(byte[] entry) {
		CRC32C checksum = new CRC32C();
		checksum.update(entry);
		return (int) checksum.getValue();
	}

	/** The byte that names the format. */
	abstract byte mark();

	/** Whether it wrote an entry that bears its mark. */
	boolean hasWritten(byte[] plain) {
		return true;
	}

	/** Encodes a value behind the format's header. */
	abstract byte[] write(Object value);

	/** Decodes what begins with the format's header. */
	abstract Object read(byte[] entry, DecodingBudget budget) throws UndecodableEntryException;

	/**
	 * Tells by its bytes what decoding an entry costs.
	 * @param start where the format's header begins
	 * @throws IllegalArgumentException if it is more than the budget has
	 */
	abstract void judge(byte[] entry, int start, DecodingBudget budget);

}
