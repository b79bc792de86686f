package io.libmc.internal.call;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Turns keys into what goes on the wire: UTF-8, with the prefix, checked. A key that
 * starts with {@code ?} gets the prefix after the {@code ?}, as in libmc.
 */
public final class KeyEncoder {

	static final int MAX_BYTES = 250;

	private final byte[] prefix;

	public KeyEncoder(String prefix) {
		this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
	}

	byte[] encode(String key) {
		Objects.requireNonNull(key, "key");
		int length = key.length();
		if (length == 0 || length > MAX_BYTES) {
			throw refused(key, (length == 0) ? "it is empty" : "it is longer than " + MAX_BYTES + " bytes");
		}
		byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
		if (!isPlain(bytes)) {
			check(key);
		}
		return (this.prefix.length == 0 && bytes.length <= MAX_BYTES) ? bytes : withPrefix(key, bytes);
	}

	/**
	 * Whether it is printable ASCII but for {@code ?}, which stands for what has no UTF-8
	 * form, too.
	 */
	private static boolean isPlain(byte[] bytes) {
		for (byte b : bytes) {
			if (b <= ' ' || b == 0x7f || b == '?') {
				return false;
			}
		}
		return true;
	}

	private static void check(String key) {
		for (int i = 0; i < key.length(); i++) {
			char c = key.charAt(i);
			if (c <= ' ' || c == 0x7f) {
				throw refused(key, describe(c, i));
			}
			if (Character.isSurrogate(c)) {
				boolean paired = Character.isHighSurrogate(c) && i + 1 < key.length()
						&& Character.isLowSurrogate(key.charAt(i + 1));
				if (!paired) {
					throw refused(key, "the surrogate at index " + i + " stands alone and has no UTF-8 form");
				}
				i++;
			}
		}
	}

	private byte[] withPrefix(String key, byte[] bytes) {
		int length = this.prefix.length + bytes.length;
		if (length > MAX_BYTES) {
			throw refused(key, "with its prefix it has " + length + " bytes, more than " + MAX_BYTES);
		}
		byte[] prefixed = new byte[length];
		int mark = (bytes[0] == '?') ? 1 : 0;
		prefixed[0] = bytes[0];
		System.arraycopy(this.prefix, 0, prefixed, mark, this.prefix.length);
		System.arraycopy(bytes, mark, prefixed, mark + this.prefix.length, bytes.length - mark);
		return prefixed;
	}

	/** Throws if keys with this prefix could not be sent. */
	public static void checkPrefix(String prefix) {
		Objects.requireNonNull(prefix, "prefix");
		if (!prefix.isEmpty()) {
			try {
				new KeyEncoder("").encode(prefix);
			}
			catch (IllegalArgumentException ex) {
				throw new IllegalArgumentException("prefix: " + ex.getMessage(), ex);
			}
			if (prefix.getBytes(StandardCharsets.UTF_8).length >= MAX_BYTES) {
				throw new IllegalArgumentException(
						"prefix: it leaves no room for a key within " + MAX_BYTES + " bytes");
			}
		}
	}

	/**
	 * Joins the arguments of an administrative command, each with a space in front.
	 * @throws IllegalArgumentException if one could not be a key
	 */
	static String arguments(String... arguments) {
		Objects.requireNonNull(arguments, "arguments");
		KeyEncoder unprefixed = new KeyEncoder("");
		StringBuilder joined = new StringBuilder();
		for (String argument : arguments) {
			unprefixed.encode(Objects.requireNonNull(argument, "an argument"));
			joined.append(' ').append(argument);
		}
		return joined.toString();
	}

	private static String describe(char c, int index) {
		String what = switch (c) {
			case ' ' -> "a space";
			case '\r' -> "a carriage return";
			case '\n' -> "a line feed";
			case 0 -> "a NUL";
			default -> String.format("the control character 0x%02x", (int) c);
		};
		return "it holds " + what + " at index " + index;
	}

	private static IllegalArgumentException refused(String key, String why) {
		StringBuilder shown = new StringBuilder();
		key.chars().limit(60).forEach((c) -> shown.append((c < ' ' || c == 0x7f) ? '?' : (char) c));
		return new IllegalArgumentException("key \"" + shown + ((key.length() > 60) ? "…" : "") + "\" is refused: "
				+ why + "; a key is 1 to " + MAX_BYTES
				+ " bytes of UTF-8 with its prefix, without spaces and control characters (hash or encode longer or freer names)");
	}

}
