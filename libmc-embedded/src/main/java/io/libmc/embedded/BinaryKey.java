package io.libmc.embedded;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.jspecify.annotations.Nullable;

/**
 * Keys in base64, which memcached reads leniently: what is no digit of base64 is left
 * out.
 */
final class BinaryKey {

	private BinaryKey() {
	}

	/**
	 * The key itself, one character a byte.
	 * @return null if it makes none
	 */
	static @Nullable String decode(String encoded) {
		StringBuilder digits = new StringBuilder(encoded.length());
		for (int i = 0; i < encoded.length(); i++) {
			char c = encoded.charAt(i);
			if (isDigit(c) || c == '=') {
				digits.append(c);
			}
		}
		if (digits.isEmpty() || digits.length() % 4 != 0) {
			return null;
		}
		int padded = digits.indexOf("=");
		if (padded >= 0) {
			digits.setLength((padded / 4 + 1) * 4);
		}
		try {
			byte[] key = Base64.getDecoder().decode(digits.toString());
			return (key.length > 0) ? new String(key, StandardCharsets.ISO_8859_1) : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	static String encode(String key) {
		return Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.ISO_8859_1));
	}

	private static boolean isDigit(char c) {
		return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
	}

}
