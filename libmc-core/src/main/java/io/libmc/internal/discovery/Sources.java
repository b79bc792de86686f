package io.libmc.internal.discovery;

import java.util.Objects;
import java.util.function.Function;

import io.libmc.ServerList;
import io.libmc.internal.connection.Settings;
import io.libmc.internal.routing.ServerAddress;

/**
 * What can be asked for a list of servers, as users write it.
 */
public final class Sources {

	private Sources() {
	}

	/**
	 * Reads a source.
	 * @param source such as {@code dns:memcached.cache.svc.cluster.local:11211}
	 * @return makes the list for a client, by whose settings servers are connected to
	 * @throws IllegalArgumentException if it is none
	 */
	public static Function<Settings, ServerList> parse(String source) {
		Objects.requireNonNull(source, "source");
		int colon = source.indexOf(':');
		String rest = source.substring(colon + 1);
		switch (source.substring(0, Math.max(colon, 0))) {
			case "elasticache" -> {
				ServerAddress endpoint = hostAndPort(source, rest);
				return (settings) -> new ConfigurationEndpoint(source, endpoint, settings);
			}
			case "dns" -> {
				ServerAddress name = hostAndPort(source, rest);
				return (settings) -> new DnsAddresses(source, name);
			}
			case "dns-srv" -> {
				DnsServices.check(source, rest);
				return (settings) -> new DnsServices(source, rest, "dns:");
			}
			default -> throw refused(source, "nothing is known that is asked this way");
		}
	}

	private static ServerAddress hostAndPort(String source, String text) {
		try {
			ServerAddress address = ServerAddress.parse(text);
			if (address.host() == null || text.contains(" ")) {
				throw refused(source, "\"" + text + "\" is no host and port");
			}
			return address;
		}
		catch (IllegalArgumentException ex) {
			throw refused(source, "\"" + text + "\" is no host and port");
		}
	}

	static IllegalArgumentException refused(String source, String why) {
		return new IllegalArgumentException("discovery by \"" + source.replaceAll("\\p{Cc}", "?") + "\" is refused: "
				+ why + "; write \"elasticache:cluster.cfg.example.com:11211\","
				+ " \"dns:memcached.cache.svc.cluster.local:11211\" or"
				+ " \"dns-srv:_memcached._tcp.memcached.cache.svc.cluster.local\"");
	}

}
