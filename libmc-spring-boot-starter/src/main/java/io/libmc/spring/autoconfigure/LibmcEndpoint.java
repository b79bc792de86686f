package io.libmc.spring.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;

import io.libmc.MemcachedClient;
import io.libmc.ServerSnapshot;

/**
 * Shows the servers, and one server's own statistics. The endpoint is read only: nothing
 * that is asked for here changes a server, which {@code stats reset} would.
 */
@Endpoint(id = "libmc")
final class LibmcEndpoint {

	private final MemcachedClient client;

	LibmcEndpoint(MemcachedClient client) {
		this.client = client;
	}

	/** The servers in the order of the list, as this application sees them. */
	@ReadOperation
	Servers servers() {
		return new Servers(this.client.servers());
	}

	/**
	 * What memcached's {@code stats} says.
	 * @param server the server's name; a unix socket's path has more than one segment
	 * @param statistics which statistics, or null for the general ones
	 * @return null if there is no such server or it does not answer
	 */
	@ReadOperation
	@Nullable Map<String, String> statistics(@Selector(match = Match.ALL_REMAINING) String[] server,
			@Nullable Statistics statistics) {
		String name = String.join("/", server);
		String[] arguments = (statistics != null) ? new String[] { statistics.name().toLowerCase(Locale.ROOT) }
				: new String[0];
		Map<String, Map<String, String>> all = this.client.stats(arguments);
		return all.getOrDefault(name, all.get("/" + name));
	}

	/**
	 * The servers.
	 *
	 * @param servers in the order of the list
	 */
	record Servers(List<ServerSnapshot> servers) {

	}

	/**
	 * The statistics that can be asked for without changing the server.
	 */
	enum Statistics {

		/** How the server is configured. */
		SETTINGS,

		/** Items by slab class. */
		ITEMS,

		/** Memory by slab class. */
		SLABS,

		/** Connections. */
		CONNS

	}

}
