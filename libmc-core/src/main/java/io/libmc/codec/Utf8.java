package io.libmc.codec;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 as Python's marshal has it: with {@code surrogatepass}. A surrogate that stands
 * alone, which proper UTF-8 cannot express, is three bytes like its neighbours.
 */
final class Utf8 {

	private Utf8() {
	}

	static byte[] encode(String text) {
		int lone = nextLoneSurrogate(text, 0);
		return (lone == text.length()) ? text.getBytes(StandardCharsets.UTF_8) : encodeWithSurrogates(text, lone);
	}

	private static byte[] encodeWithSurrogates(String text, int firstLone) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() * 3);
		int start = 0;
		for (int lone = firstLone; lone < text.length(); lone = nextLoneSurrogate(text, start)) {
			bytes.writeBytes(text.substring(start, lone).getBytes(StandardCharsets.UTF_8));
			char c = text.charAt(lone);
			bytes.write(0xe0 | (c >> 12));
			bytes.write(0x80 | ((c >> 6) & 0x3f));
			bytes.write(0x80 | (c & 0x3f));
			start = lone + 1;
		}
		bytes.writeBytes(text.substring(start).getBytes(StandardCharsets.UTF_8));
		return bytes.toByteArray();
	}

	private static int nextLoneSurrogate(String text, int from) {
		for (int i = from; i < text.length(); i++) {
			if (Character.isSurrogate(text.charAt(i))) {
				if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
					return i;
				}
				i++;
			}
		}
		return text.length();
	}

	/**
	 * Decodes.
	 * @throws IllegalArgumentException if the bytes are malformed
	 */
	static String decode(byte[] bytes, int offset, int length) {
		String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
		return (text.indexOf('\ufffd') < 0) ? text : decodeWithSurrogates(ByteBuffer.wrap(bytes, offset, length));
	}

	private static String decodeWithSurrogates(ByteBuffer bytes) {
		CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
		CharBuffer text = CharBuffer.allocate(bytes.remaining());
		while (decoder.decode(bytes, text, true).isError()) {
			text.put(loneSurrogate(bytes));
		}
		return text.flip().toString();
	}

	private static char loneSurrogate(ByteBuffer bytes) {
		if (bytes.remaining() >= 3 && bytes.get() == (byte) 0xed) {
			int second = bytes.get();
			int third = bytes.get();
			if ((second & 0xe0) == 0xa0 && (third & 0xc0) == 0x80) {
				return (char) (0xd000 | ((second & 0x3f) << 6) | (third & 0x3f));
			}
		}
		throw new IllegalArgumentException("a string is not UTF-8");
	}

}
