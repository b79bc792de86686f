package io.libmc.internal.routing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A server as the user wrote it: {@code host[:port] [alias]}, {@code [ipv6][:port]
 * [alias]} or {@code /unix/socket [alias]}. A backslash before a space in a path or an
 * alias keeps the space, and stays in the name as written.
 *
 * @param name the name shown: the alias, else {@code host:port}, else the path
 * @param ringName the name the ring hashes: the alias, else the host, with its port
 * unless that is 11211, else the path
 * @param host the host or IP address to connect to, an IPv6 address without its brackets,
 * or {@code null} for a unix socket
 * @param port the port to connect to, or 0 for a unix socket
 * @param path the unix socket to connect to, without escapes, or {@code null}
 */
public record ServerAddress(String name, String ringName, @Nullable String host, int port, @Nullable String path) {

	static final int DEFAULT_PORT = 11211;

	private static final Pattern SPACE = Pattern.compile("(?<!\\\\) ");

	private static final Pattern HOST = Pattern.compile(
			"(?<name>[\\p{L}\\p{N}._-]+|\\[(?<ipv6>[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(%[\\w.-]+)?)])(:(?<port>[^:/]*))?");

	private static final Pattern NUMBER = Pattern.compile("[0-9]+");

	private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

	/**
	 * Reads one server.
	 * @param server the server as the user wrote it
	 * @return its address
	 * @throws IllegalArgumentException if it is malformed
	 */
	public static ServerAddress parse(String server) {
		Objects.requireNonNull(server, "a server is null; name it like \"localhost:11211\"");
		if (server.isBlank()) {
			throw refused(server, "it is blank");
		}
		if (server.chars().anyMatch(Character::isISOControl)) {
			throw refused(server, "it holds a control character");
		}
		String[] words = SPACE.split(server, -1);
		for (String word : words) {
			if (word.isEmpty()) {
				throw refused(server, "it has a space at its start, at its end or next to another one");
			}
		}
		if (words.length > 2) {
			throw refused(server, "it has more than two words; write a space within an alias or a path as \"\\ \"");
		}
		if (server.endsWith("\\")) {
			throw refused(server, "it has a backslash with no space to keep after it");
		}
		String alias = (words.length == 2) ? words[1] : null;
		return words[0].startsWith("/") ? unixSocket(words[0], alias) : tcp(server, words[0], alias);
	}

	/** What stands for servers that are not known yet. */
	public static ServerAddress unknown(String name) {
		return new ServerAddress(name, name, null, 0, null);
	}

	/**
	 * A server of which nothing is known but its name, and so its place on the ring.
	 */
	public static ServerAddress named(String name) {
		boolean plain = HOST.matcher(name).matches() && name.endsWith(":" + DEFAULT_PORT);
		return new ServerAddress(name, plain ? name.substring(0, name.lastIndexOf(':')) : name, null, 0, null);
	}

	/** Whether it stands for servers that are not known yet. */
	public boolean isUnknown() {
		return this.host == null && this.path == null;
	}

	/** Whether it has the name of another one, or the place. */
	public boolean isSameAs(ServerAddress other) {
		boolean samePlace = !isUnknown() && Objects.equals(this.host, other.host) && this.port == other.port
				&& Objects.equals(this.path, other.path);
		return samePlace || this.name.equals(other.name) || this.ringName.equals(other.ringName);
	}

	/**
	 * Reads a list of servers.
	 * @param servers servers as the user wrote them
	 * @return their addresses, in the same order
	 * @throws IllegalArgumentException if one is malformed, or two have the same name
	 */
	public static List<ServerAddress> parseAll(List<String> servers) {
		List<ServerAddress> addresses = servers.stream().map(ServerAddress::parse).toList();
		Map<String, Integer> names = new HashMap<>();
		for (int i = 0; i < addresses.size(); i++) {
			for (String name : List.of(addresses.get(i).name, addresses.get(i).ringName)) {
				Integer other = names.put(name, i);
				if (other != null && other != i) {
					throw refused(servers.get(i),
							"it has the same name as \"" + servers.get(other) + '"' + hint(addresses.get(i).name));
				}
			}
		}
		return addresses;
	}

	/** What is odd about it, as a sentence, or null if nothing is. */
	public @Nullable String oddity() {
		String hint = hint(this.name);
		return hint.isEmpty() ? null : "a memcached server has the alias \"" + this.name + '"' + hint;
	}

	/** Whoever comes from another client may have meant a weight. */
	private static String hint(String alias) {
		return NUMBER.matcher(alias).matches()
				? "; a number behind a server is its weight in other clients, here it is an alias by which keys are spread, "
						+ "each server getting the same share: leave it out, or write a name such as \"cache1\""
				: "";
	}

	@Override
	public String toString() {
		return this.name;
	}

	private static ServerAddress unixSocket(String path, @Nullable String alias) {
		String name = (alias != null) ? alias : path;
		return new ServerAddress(name, name, null, 0, path.replace("\\ ", " "));
	}

	private static ServerAddress tcp(String server, String hostAndPort, @Nullable String alias) {
		Matcher matcher = HOST.matcher(hostAndPort);
		if (!matcher.matches()) {
			throw refused(server,
					'"' + hostAndPort + "\" is no host name, IP address (IPv6 in brackets) or absolute path");
		}
		String written = matcher.group("name");
		int port = port(server, matcher.group("port"));
		String withPort = written + ':' + port;
		String host = (matcher.group("ipv6") != null) ? matcher.group("ipv6") : written;
		if (alias != null) {
			return new ServerAddress(alias, alias, host, port, null);
		}
		return new ServerAddress(withPort, (port != DEFAULT_PORT) ? withPort : written, host, port, null);
	}

	private static int port(String server, @Nullable String digits) {
		if (digits == null) {
			return DEFAULT_PORT;
		}
		int port = PORT.matcher(digits).matches() ? Integer.parseInt(digits) : 0;
		if (port < 1 || port > 65535) {
			throw refused(server, "its port \"" + digits + "\" is not a number from 1 to 65535");
		}
		return port;
	}

	private static IllegalArgumentException refused(String server, String why) {
		return new IllegalArgumentException("server \"" + server.replaceAll("\\p{Cc}", "?") + "\" is refused: " + why
				+ "; write \"host:port\", \"[::1]:port\" or \"/path/to/socket\", and an alias after a space if you like, "
				+ "such as \"localhost:11211\" or \"10.0.0.2:11212 mc.oscar\"");
	}

}
