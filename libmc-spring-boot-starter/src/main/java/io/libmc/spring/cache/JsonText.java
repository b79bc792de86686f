package io.libmc.spring.cache;

import java.nio.charset.StandardCharsets;

/**
 * Entries that are nothing but a text of ASCII without anything to escape, which is
 * between two quotes: what Jackson makes of them too, with less work.
 */
final class JsonText {

	private static final int BEGIN = Stamp.HEADER_BYTES + 1;

	private JsonText() {
	}

	static boolean isPlain(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (!isPlain(text.charAt(i))) {
				return false;
			}
		}
		return true;
	}

	static boolean isPlain(byte[] entry) {
		int last = entry.length - 1;
		if (last < BEGIN || entry[BEGIN - 1] != '"' || entry[last] != '"') {
			return false;
		}
		for (int i = BEGIN; i < last; i++) {
			if (!isPlain(entry[i])) {
				return false;
			}
		}
		return true;
	}

	private static boolean isPlain(int character) {
		return character >= ' ' && character <= '~' && character != '"' && character != '\\';
	}

	@SuppressWarnings("deprecation")
	static byte[] write(String text) {
		byte[] entry = new byte[BEGIN + text.length() + 1];
		entry[0] = Stamp.JSON;
		entry[BEGIN - 1] = '"';
		text.getBytes(0, text.length(), entry, BEGIN);
		entry[entry.length - 1] = '"';
		return entry;
	}

	static String read(byte[] entry) {
		return new String(entry, BEGIN, entry.length - 1 - BEGIN, StandardCharsets.ISO_8859_1);
	}

}
