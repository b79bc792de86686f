package io.libmc.internal.connection;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A user and a password for memcached's ASCII authentication. Shows neither. memcached
 * reads a line of its file as {@code user:password}, up to the first colon, and what a
 * client sends as two words; both together in a buffer of 256 bytes.
 */
public final class Credentials {

	private static final int MAX_BYTES = 255;

	private final byte[] data;

	/**
	 * Creates credentials.
	 * @throws IllegalArgumentException if no memcached could agree to them
	 */
	public Credentials(String user, String password) {
		check("user", Objects.requireNonNull(user, "user"), " :");
		check("password", Objects.requireNonNull(password, "password"), " ");
		this.data = (user + " " + password).getBytes(StandardCharsets.UTF_8);
		if (this.data.length > MAX_BYTES) {
			throw new IllegalArgumentException("credentials: the user and the password have " + (this.data.length - 1)
					+ " bytes together, more than the " + (MAX_BYTES - 1) + " that memcached takes");
		}
	}

	private static void check(String what, String value, String separators) {
		if (value.isEmpty()) {
			throw refused(what, "is empty");
		}
		for (int i = 0; i < value.length(); i++) {
			char c = value.charAt(i);
			if (Character.isISOControl(c) || separators.indexOf(c) >= 0) {
				throw refused(what,
						"holds " + ((c == ' ') ? "a space" : (c == ':') ? "a colon" : "a control character"));
			}
		}
	}

	private static IllegalArgumentException refused(String what, String why) {
		return new IllegalArgumentException("credentials: the " + what + " " + why
				+ ", with which memcached never agrees to it; choose another one");
	}

	/** {@code user password}, which memcached takes as the data of a set. */
	byte[] data() {
		return this.data;
	}

	@Override
	public String toString() {
		return "Credentials[not shown]";
	}

}
