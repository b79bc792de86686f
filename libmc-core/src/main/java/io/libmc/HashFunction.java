package io.libmc;

/**
 * How a key is hashed to find its place on the ring of servers. Every client of a cluster
 * must use the same one. Values and names are libmc's {@code hash_fn}.
 *
 * @since 0.1.0
 */
public enum HashFunction {

	/** The first four bytes of the key's MD5, little-endian. libmc's default. */
	MD5,

	/** FNV-1, 32 bit. */
	FNV1_32,

	/** FNV-1a, 32 bit. */
	FNV1A_32,

	/** CRC-32 as in zlib. */
	CRC_32

}
