package io.libmc.internal.routing;

import java.nio.charset.StandardCharsets;

/**
 * Any text in place of a server: it is refused in words that can be shown, or it is a
 * server that can be connected to and is the same under its own name.
 */
public final class ServerAddressFuzz {

	private ServerAddressFuzz() {
	}

	public static void fuzzerTestOneInput(byte[] input) {
		String text = new String(input, StandardCharsets.UTF_8);
		ServerAddress address;
		try {
			address = ServerAddress.parse(text);
		}
		catch (IllegalArgumentException ex) {
			if (ex.getMessage().chars().anyMatch(Character::isISOControl)) {
				throw new AssertionError("a message with control characters");
			}
			return;
		}
		boolean unix = address.path() != null;
		if (unix == (address.host() != null)
				|| (unix ? address.port() != 0 : address.port() < 1 || address.port() > 65535)) {
			throw new AssertionError("an address that leads nowhere: " + address.host() + " " + address.port());
		}
		boolean aliased = text.replace("\\ ", "").indexOf(' ') >= 0;
		if (!aliased && !ServerAddress.parse(address.name()).equals(address)) {
			throw new AssertionError(address.name() + " is another server");
		}
		if (address.name().isEmpty() || address.name().chars().anyMatch(Character::isISOControl)) {
			throw new AssertionError("a name that cannot be shown");
		}
	}

}
