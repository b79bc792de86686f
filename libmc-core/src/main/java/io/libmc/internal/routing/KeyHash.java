package io.libmc.internal.routing;

import java.util.zip.CRC32;

import io.libmc.HashFunction;

/**
 * Maps a key to a place on the ring. The result is an unsigned number.
 */
@FunctionalInterface
public interface KeyHash {

	/** How a client that was given this function hashes. */
	static KeyHash of(HashFunction function) {
		return switch (function) {
			case MD5 -> MD5;
			case FNV1_32 -> FNV1_32;
			case FNV1A_32 -> FNV1A_32;
			case CRC_32 -> CRC_32;
		};
	}

	/** The first four bytes of the MD5 digest, little-endian. */
	KeyHash MD5 = Md5::hash;

	/** FNV-1. */
	KeyHash FNV1_32 = (key) -> {
		int hash = 0x811c9dc5;
		for (byte b : key) {
			hash = (hash * 0x01000193) ^ (b & 0xff);
		}
		return hash;
	};

	/** FNV-1a. */
	KeyHash FNV1A_32 = (key) -> {
		int hash = 0x811c9dc5;
		for (byte b : key) {
			hash = (hash ^ (b & 0xff)) * 0x01000193;
		}
		return hash;
	};

	/** The CRC-32 of zlib. */
	KeyHash CRC_32 = (key) -> {
		CRC32 crc = new CRC32();
		crc.update(key);
		return (int) crc.getValue();
	};

	/**
	 * Hashes a key.
	 * @param key the key as it goes on the wire
	 * @return 32 bits, to be read as unsigned
	 */
	int hash(byte[] key);

}
