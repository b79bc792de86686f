package io.libmc.spring.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * What one cache's entries are called on the server:
 *
 * <pre>
 * {cache}:{key}                         books.byId:@L42
 * {cache}%gen:{server}                  books.byId%gen:10.0.0.2:11211
 * {cache}%grp:{digest}:{server}         books.byId%grp:1f3a0c9be5d27784:10.0.0.2:11211
 * {cache}%grps:{server}                 books.byId%grps:10.0.0.2:11211
 * {key prefix}/{cache}:{key}            shop/books.byId:@L42
 * {key prefix}/{cache}%gen:{server}     shop/books.byId%gen:10.0.0.2:11211
 * </pre>
 *
 * No two of key prefix, cache and key share a name. The prefix and the cache's name are
 * escaped and so hold neither colon nor slash, and {@code %gen} is no escape; all that
 * follows the first colon is the key, as {@link KeyText} writes it. A key that holds what
 * memcached or a terminal would not show, or is too long, is represented by its SHA-256
 * behind a {@value KeyText#DIGEST}, with which no text begins.
 * <p>
 * Names have at most {@value #MAX_BYTES} bytes behind the prefixes, which have at most
 * {@value #MAX_PREFIX_BYTES} together: libmc splits large values only under keys of up to
 * 200 bytes.
 */
final class WireKeys {

	static final int MAX_PREFIX_BYTES = 50;

	/** The slash among them. */
	private static final int MAX_BYTES = 150;

	private static final int MAX_CACHE_BYTES = 64;

	private static final String GENERATION = "%gen:";

	private final String cache;

	private final int room;

	private final KeyConverters converters;

	WireKeys(String keyPrefix, String cacheName) {
		this(keyPrefix, cacheName, KeyConverters.NONE);
	}

	WireKeys(String keyPrefix, String cacheName, KeyConverters converters) {
		this.converters = converters;
		String escaped = escape(cacheName);
		String name = isShort(escaped, MAX_CACHE_BYTES) ? escaped : digest(cacheName);
		this.cache = prefix(keyPrefix) + name;
		this.room = MAX_BYTES - 2 - name.getBytes(StandardCharsets.UTF_8).length;
	}

	/** A name under which no cache keeps anything. */
	static String unused(String keyPrefix) {
		return prefix(keyPrefix) + "%none";
	}

	/**
	 * How many bytes of {@link #MAX_PREFIX_BYTES} a key prefix takes.
	 */
	static int prefixBytes(String keyPrefix) {
		return escape(keyPrefix).getBytes(StandardCharsets.UTF_8).length;
	}

	private static String prefix(String keyPrefix) {
		return keyPrefix.isEmpty() ? "" : escape(keyPrefix) + "/";
	}

	/** Where the cache's generation is kept on a server. */
	String generation(String server) {
		return onServer(GENERATION, server);
	}

	/** Where a group's number is kept on a server. */
	String group(long digest, String server) {
		return onServer("%grp:" + HexFormat.of().toHexDigits(digest) + ":", server);
	}

	/** Where the number is kept that counts how many groups were evicted on a server. */
	String groupEvictions(String server) {
		return onServer("%grps:", server);
	}

	private String onServer(String what, String server) {
		return this.cache + what + readable(server, this.room - what.length());
	}

	/**
	 * What an entry is called.
	 * @throws IllegalArgumentException if the key cannot be written
	 */
	String entry(Object key) {
		return this.cache + ":" + readable(KeyText.of(key, this.converters), this.room);
	}

	private static String readable(String text, int maxBytes) {
		return (isShort(text, maxBytes) && isPrintable(text)) ? text : digest(text);
	}

	private static String escape(String name) {
		StringBuilder escaped = new StringBuilder(name.length());
		for (int i = 0; i < name.length(); i++) {
			char c = name.charAt(i);
			boolean special = c == ':' || c == '/' || c == '%' || c == KeyText.DIGEST || c == '?' || c == '~';
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

	/**
	 * Whether a character is shown. This is fixed here, because what {@link Character}
	 * says changes with the JDK.
	 */
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

	/**
	 * The digest of the characters themselves: no encoding tells lone surrogates apart.
	 */
	private static String digest(String text) {
		return KeyText.DIGEST + Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(text));
	}

	/** So much of it that hardly ever two groups share it, which then are one. */
	static long shortDigest(String group) {
		return ByteBuffer.wrap(sha256(group)).getLong();
	}

	private static byte[] sha256(String text) {
		ByteBuffer characters = ByteBuffer.allocate(2 * text.length());
		characters.asCharBuffer().put(text);
		try {
			return MessageDigest.getInstance("SHA-256").digest(characters.array());
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

}
