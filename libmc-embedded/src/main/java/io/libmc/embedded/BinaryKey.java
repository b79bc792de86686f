package io.libmc.embedded;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.jspecify.annotations.Nullable;

/**
 * Keys in base64, which memcached reads leniently: what is no digit of base64 is left
 * out, and padding may stand anywhere in the last four.
 */
final class BinaryKey {

	private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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
			if (DIGITS.indexOf(c) >= 0 || c == '=') {
				digits.append(c);
			}
		}
		if (digits.isEmpty() || digits.length() % 4 != 0) {
			return null;
		}
		StringBuilder key = new StringBuilder();
		int padding = 0;
		for (int i = 0; i < digits.length() && padding == 0; i += 4) {
			int block = 0;
			for (int j = i; j < i + 4; j++) {
				padding += (digits.charAt(j) == '=') ? 1 : 0;
				block = block << 6 | Math.max(0, DIGITS.indexOf(digits.charAt(j)));
			}
			key.append((char) (block >> 16 & 0xff)).append((char) (block >> 8 & 0xff)).append((char) (block & 0xff));
		}
		if (padding > 2) {
			return null;
		}
		key.setLength(key.length() - padding);
		return key.toString();
	}

	static String encode(String key) {
		return Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.ISO_8859_1));
	}

}
