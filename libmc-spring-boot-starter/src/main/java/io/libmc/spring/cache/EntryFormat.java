package io.libmc.spring.cache;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.zip.CRC32C;

import org.springframework.cache.support.NullValue;

/**
 * How a cache's values become the bytes of an entry, and come back.
 * <p>
 * An entry begins with a byte that names its format, so that it is never empty, as what
 * memcached's own placeholders are, and so that a cache whose format was changed reads
 * the old entries as absent, not as something else. These bytes begin neither a text in
 * UTF-8 nor what Java or zlib write.
 */
public abstract sealed class EntryFormat permits JdkFormat {

	/** An entry of this byte alone stands for {@code null}. */
	static final byte NULL = (byte) 0xf8;

	static final byte JDK = (byte) 0xf9;

	/** Four bytes of checksum follow, and then the entry they belong to. */
	static final byte CHECKED = (byte) 0xfa;

	/**
	 * The client splits what has more than 1,000,000 bytes, and the chunks of two writers
	 * can mix.
	 */
	private static final int CHECKED_ABOVE = 900_000;

	private static final int CHECK_BYTES = 1 + Integer.BYTES;

	EntryFormat() {
	}

	/**
	 * Java serialization. Only classes that are allowed are written and read: the JDK's
	 * value types and collections, and those named here.
	 * @param classLoader where the values' classes are found
	 * @param allowedClasses {@code com.acme.Order} for a class and those nested in it,
	 * {@code com.acme.*} for a package, {@code com.acme.**} for a package and all below
	 * @return the format
	 * @throws IllegalArgumentException if one of {@code allowedClasses} is none of these
	 */
	public static EntryFormat jdk(ClassLoader classLoader, Collection<String> allowedClasses) {
		return new JdkFormat(classLoader, new AllowedClasses(allowedClasses));
	}

	/**
	 * Encodes a value.
	 * @param value a value, or {@link NullValue}
	 * @throws IllegalArgumentException if values of this class cannot be encoded
	 */
	final byte[] encode(Object value) {
		byte[] entry = (value instanceof NullValue) ? new byte[] { NULL } : write(value);
		if (entry.length <= CHECKED_ABOVE) {
			return entry;
		}
		return ByteBuffer.allocate(CHECK_BYTES + entry.length).put(CHECKED).putInt(checksum(entry)).put(entry).array();
	}

	/**
	 * Decodes an entry.
	 * @param entry what lies on the server, from whomever
	 * @return a value, or {@link NullValue}
	 * @throws UndecodableEntryException if it makes no sense
	 */
	final Object decode(Object entry) throws UndecodableEntryException {
		if (!(entry instanceof byte[] bytes)) {
			throw new UndecodableEntryException("it is none of ours: " + entry, null);
		}
		if (bytes.length > CHECK_BYTES && bytes[0] == CHECKED) {
			return decode(check(bytes));
		}
		return (bytes.length == 1 && bytes[0] == NULL) ? NullValue.INSTANCE : read(bytes);
	}

	private static byte[] check(byte[] bytes) throws UndecodableEntryException {
		byte[] entry = Arrays.copyOfRange(bytes, CHECK_BYTES, bytes.length);
		if (checksum(entry) != ByteBuffer.wrap(bytes).getInt(1)) {
			throw new UndecodableEntryException("its checksum is wrong: it is made of two entries' chunks", null);
		}
		return entry;
	}

	private static int checksum(byte[] entry) {
		CRC32C checksum = new CRC32C();
		checksum.update(entry);
		return (int) checksum.getValue();
	}

	/** Encodes a value, behind the byte that names the format. */
	abstract byte[] write(Object value);

	/** Decodes what should begin with the byte that names the format. */
	abstract Object read(byte[] entry) throws UndecodableEntryException;

}
