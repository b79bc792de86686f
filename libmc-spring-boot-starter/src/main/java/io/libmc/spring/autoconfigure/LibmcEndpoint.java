package io.libmc.spring.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonInclude;
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

	private final LibmcClients clients;

	LibmcEndpoint(LibmcClients clients) {
		this.clients = clients;
	}

	/** The servers in the order of the list, as this application sees them. */
	@ReadOperation
	Servers servers() {
		Map<String, List<ServerSnapshot>> clusters = new LinkedHashMap<>();
		this.clients.all().forEach((name, client) -> clusters.put(name, client.servers()));
		List<ServerSnapshot> first = clusters.values().stream().findFirst().orElse(List.of());
		return new Servers(first, (clusters.size() > 1) ? clusters : Map.of());
	}

	/**
	 * What memcached's {@code stats} says.
	 * @param server the server's name; a unix socket's path has more than one segment.
	 * Where several clusters have servers of that name, the cluster's name stands before
	 * @param statistics which statistics, or null for the general ones
	 * @return null if there is no such server or it does not answer
	 */
	@ReadOperation
	@Nullable Map<String, String> statistics(@Selector(match = Match.ALL_REMAINING) String[] server,
			@Nullable Statistics statistics) {
		String name = String.join("/", server);
		String[] arguments = (statistics != null) ? new String[] { statistics.name().toLowerCase(Locale.ROOT) }
				: new String[0];
		for (Map.Entry<String, MemcachedClient> cluster : this.clients.all().entrySet()) {
			String inCluster = cluster.getKey() + "/";
			String own = name.startsWith(inCluster) ? name.substring(inCluster.length()) : name;
			Set<String> known = cluster.getValue()
				.servers()
				.stream()
				.map(ServerSnapshot::name)
				.collect(Collectors.toSet());
			if (known.contains(own) || known.contains("/" + own)) {
				Map<String, Map<String, String>> all = cluster.getValue().stats(arguments);
				return all.getOrDefault(own, all.get("/" + own));
			}
		}
		return null;
	}

	/**
	 * The servers.
	 *
	 * @param servers those of the first cluster in the order of the list
	 * @param clusters those of each cluster by its name, where there are several
	 */
	record Servers(List<ServerSnapshot> servers,
			@JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, List<ServerSnapshot>> clusters) {

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
