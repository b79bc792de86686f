package io.libmc.codec;

import org.jspecify.annotations.Nullable;

/**
 * Turns values into flags and bytes and back. Must be thread-safe. Runs on the caller's
 * thread, outside every lock of the client, before anything is sent and after everything
 * was received: one that throws leaves the connection untouched.
 * <p>
 * Compression, chunking and their flags ({@value #COMPRESSED}, {@value #CHUNKED}) are the
 * client's: a transcoder neither sets nor sees them.
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
	 * Decodes what {@link #encode} or another libmc wrote.
	 * @param flags the item's flags, less the client's own two
	 * @param bytes the item's data, decompressed and joined; never changed by the client
	 * afterwards
	 * @return the value, or {@code null} where the bytes stand for one
	 * @throws IllegalArgumentException if the flags are unknown or the bytes do not fit
	 * them; the client rethrows it as a {@code MemcachedException} that names the key
	 */
	@Nullable Object decode(int flags, byte[] bytes);

}
