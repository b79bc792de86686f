package io.libmc.internal.connection;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A user and a password for memcached's ASCII authentication. Shows neither.
 */
public final class Credentials {

	private final byte[] data;

	/**
	 * Creates them.
	 * @throws IllegalArgumentException if they could not be told apart or sent
	 */
	public Credentials(String user, String password) {
		check("user", Objects.requireNonNull(user, "user"), user.indexOf(' ') >= 0);
		check("password", Objects.requireNonNull(password, "password"), false);
		this.data = (user + " " + password).getBytes(StandardCharsets.UTF_8);
	}

	private static void check(String what, String value, boolean spaced) {
		if (value.isEmpty() || spaced || value.chars().anyMatch(Character::isISOControl)) {
			throw new IllegalArgumentException("credentials: the " + what + " is empty or holds "
					+ (spaced ? "a space" : "a control character") + "; memcached could not read it");
		}
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
