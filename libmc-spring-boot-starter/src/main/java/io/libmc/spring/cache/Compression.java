package io.libmc.spring.cache;

/**
 * How long entries are made shorter on the servers, where that makes them so. Entries are
 * read whatever they were compressed with, so it may change at any time; {@link #LZ4}
 * entries are misses where its library is missing.
 *
 * @since 0.1.0
 */
public enum Compression {

	/** Not at all. */
	NONE,

	/**
	 * By the client, as its values: the denser of the two. Python's libmc reads it, too.
	 */
	ZLIB,

	/**
	 * By {@code at.yawk.lz4:lz4-java}, which must be on the class path: the faster one.
	 */
	LZ4

}
