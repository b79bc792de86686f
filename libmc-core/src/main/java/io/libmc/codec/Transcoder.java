package io.libmc.codec;

import org.jspecify.annotations.Nullable;

/**
 * Turns values into flags and bytes and back. Must be thread-safe. Runs on the caller's
 * thread, outside every lock of the client, before anything is sent and after everything
 * was received: one that throws leaves the connection untouched.
 * <p>
 * Compression, chunking and their flags ({@value #COMPRESSED}, {@value #CHUNKED}) are the
 * client's: a transcoder neither sets nor sees them.
 *
 * @since 0.1.0
 */
public interface Transcoder {

	/** The flag of a value that the client compressed with zlib. */
	int COMPRESSED = 16;

	/** The flag of a value that the client split into chunks. */
	int CHUNKED = 4096;

	/**
	 * Encodes a value.
	 * @param value never {@code null}
	 * @return flags and bytes
	 * @throws IllegalArgumentException if values of this class cannot be encoded; the
	 * message names the class and the ways out
	 */
	EncodedValue encode(Object value);

	/**
	 * Encodes a value unless it is too long: what the client calls. A value that refers
	 * to the same parts many times can be small in memory and take any number of bytes,
	 * so encoding should stop at the limit. A transcoder that does not implement this
	 * method encodes values whole, and the client looks at their length afterwards.
	 * @param value never {@code null}
	 * @param maxBytes the client's {@code maxValueBytes}
	 * @return flags and bytes, or {@code null} if these would be more than
	 * {@code maxBytes}
	 * @throws IllegalArgumentException as {@link #encode(Object)} does
	 */
	default @Nullable EncodedValue encode(Object value, int maxBytes) {
		return encode(value);
	}

	/**
	 * Decodes what {@link #encode} or another libmc wrote.
	 * @param flags the item's flags, less the client's own two
	 * @param bytes the item's data, decompressed and joined; never changed by the client
	 * afterwards
	 * @return the value, or {@code null} where the bytes stand for one
	 * @throws IllegalArgumentException if the flags are unknown or the bytes do not fit
	 * them; the client rethrows it as a {@code MemcachedException} that names the key
	 */
	@Nullable Object decode(int flags, byte[] bytes);

	/**
	 * Decodes within a budget: what the client calls. A transcoder that does not
	 * implement this method is given no budget.
	 * @param flags as for {@link #decode(int, byte[])}
	 * @param bytes as for {@link #decode(int, byte[])}
	 * @param budget what decoding may cost; decompression is paid already
	 * @return the value, or {@code null} where the bytes stand for one
	 * @throws IllegalArgumentException as {@link #decode(int, byte[])} does, and if the
	 * budget does not suffice
	 */
	default @Nullable Object decode(int flags, byte[] bytes, DecodingBudget budget) {
		return decode(flags, bytes);
	}

	/**
	 * Checks that what {@link #encode} returned can be decoded within a budget. The
	 * client asks before it stores a value. A transcoder that does not implement this
	 * method has no objections.
	 * @param encoded what {@link #encode} returned
	 * @param budget what decoding it is going to be given
	 * @throws IllegalArgumentException if that does not suffice
	 */
	default void check(EncodedValue encoded, DecodingBudget budget) {
	}

}
