package io.libmc.internal.call;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Any characters in place of a key: they are refused, or they are one word that memcached
 * takes and that says what they said. The first byte is the length of the prefix.
 */
public final class KeyEncoderFuzz {

	private KeyEncoderFuzz() {
	}

	public static void fuzzerTestOneInput(byte[] input) {
		if (input.length == 0) {
			return;
		}
		String prefix = "p".repeat((input[0] & 0xff) % 250);
		String key = (input.length % 2 == 1) ? ByteBuffer.wrap(input, 1, input.length - 1).asCharBuffer().toString()
				: new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
		byte[] encoded;
		try {
			encoded = new KeyEncoder(prefix).encode(key);
		}
		catch (IllegalArgumentException ex) {
			if (ex.getMessage().chars().anyMatch((c) -> c == '\r' || c == '\n' || c == 0)) {
				throw new AssertionError("a message that breaks a line");
			}
			return;
		}
		if (encoded.length == 0 || encoded.length > KeyEncoder.MAX_BYTES) {
			throw new AssertionError(encoded.length + " bytes");
		}
		for (byte b : encoded) {
			if ((b & 0xff) <= ' ' || b == 0x7f) {
				throw new AssertionError("the byte " + b);
			}
		}
		String expected = key.startsWith("?") ? '?' + prefix + key.substring(1) : prefix + key;
		if (!new String(encoded, StandardCharsets.UTF_8).equals(expected)) {
			throw new AssertionError("another key");
		}
	}

}
