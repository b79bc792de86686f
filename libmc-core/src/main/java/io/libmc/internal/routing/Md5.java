package io.libmc.internal.routing;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** MD5 with a digest per thread: creating one costs more than using it. */
final class Md5 {

	private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(() -> {
		try {
			return MessageDigest.getInstance("MD5");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("this Java runtime has no MD5, by which servers share their keys", ex);
		}
	});

	private Md5() {
	}

	/** The first four bytes of the digest, little-endian. */
	static int hash(byte[] bytes) {
		byte[] digest = DIGEST.get().digest(bytes);
		return (digest[0] & 0xff) | (digest[1] & 0xff) << 8 | (digest[2] & 0xff) << 16 | digest[3] << 24;
	}

}
