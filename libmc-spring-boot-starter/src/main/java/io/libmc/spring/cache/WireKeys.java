package io.libmc.spring.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * What one cache's entries are called on the server:
 *
 * <pre>
 * {key prefix}{cache}:{generation}:{key}        books.byId:1732441122334:@L42
 * {key prefix}{cache}:gen                       books.byId:gen
 * </pre>
 *
 * No two pairs of cache and key share a name. The cache's name is escaped and so holds no
 * colon; the generation is a decimal number; all that follows is the key, as
 * {@link KeyText} writes it. A key that holds what memcached or a terminal would not
 * show, or is too long, is represented by its SHA-256 behind a {@value KeyText#DIGEST},
 * with which no text begins.
 * <p>
 * Names have at most {@value #MAX_BYTES} bytes behind the prefixes, which have at most
 * {@value #MAX_PREFIX_BYTES} together: libmc splits large values only under keys of up to
 * 200 bytes.
 */
final class WireKeys {

	static final int MAX_PREFIX_BYTES = 50;

	private static final int MAX_BYTES = 150;

	private static final int MAX_CACHE_BYTES = 64;

	/** A generation and the colons around it. */
	private static final int GENERATION_BYTES = 22;

	private final String keyPrefix;

	private final String cache;

	private final int room;

	WireKeys(String keyPrefix, String cacheName) {
		this.keyPrefix = keyPrefix;
		String escaped = escape(cacheName);
		this.cache = isShort(escaped, MAX_CACHE_BYTES) ? escaped : digest(cacheName);
		this.room = MAX_BYTES - GENERATION_BYTES - this.cache.getBytes(StandardCharsets.UTF_8).length;
	}

	/** Where the cache's generation is kept. */
	String generation() {
		return this.keyPrefix + this.cache + ":gen";
	}

	/** What the names of all entries of a generation begin with. */
	String head(long generation) {
		return this.keyPrefix + this.cache + ":" + generation + ":";
	}

	/** What an entry's name ends with. */
	String tail(Object key) {
		String text = KeyText.of(key);
		return (isShort(text, this.room) && isPrintable(text)) ? text : digest(text);
	}

	private static String escape(String name) {
		StringBuilder escaped = new StringBuilder(name.length());
		for (int i = 0; i < name.length(); i++) {
			char c = name.charAt(i);
			boolean special = c == ':' || c == '%' || c == KeyText.DIGEST || c == '?' || c == '~';
			if (special || !isPrintable(name, i)) {
				escaped.append(String.format((c < 0x100) ? "%%%02X" : "%%u%04X", (int) c));
			}
			else {
				escaped.append(c);
			}
		}
		return escaped.toString();
	}

	private static boolean isPrintable(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (!isPrintable(text, i)) {
				return false;
			}
		}
		return true;
	}

	/** Fixed here, because what {@link Character} says changes with the JDK. */
	private static boolean isPrintable(String text, int index) {
		char c = text.charAt(index);
		if (c < 0x7f) {
			return c > ' ';
		}
		if (Character.isHighSurrogate(c)) {
			return index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1));
		}
		if (Character.isLowSurrogate(c)) {
			return index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
		}
		return c > 0xa0;
	}

	private static boolean isShort(String text, int maxBytes) {
		if (text.length() * 3 <= maxBytes) {
			return true;
		}
		return text.length() <= maxBytes && text.getBytes(StandardCharsets.UTF_8).length <= maxBytes;
	}

	/** Of the characters themselves: no encoding tells lone surrogates apart. */
	private static String digest(String text) {
		ByteBuffer characters = ByteBuffer.allocate(2 * text.length());
		characters.asCharBuffer().put(text);
		try {
			byte[] sha = MessageDigest.getInstance("SHA-256").digest(characters.array());
			return KeyText.DIGEST + Base64.getUrlEncoder().withoutPadding().encodeToString(sha);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

}
