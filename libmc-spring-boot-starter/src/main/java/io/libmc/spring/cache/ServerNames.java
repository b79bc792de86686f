package io.libmc.spring.cache;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

import io.libmc.MemcachedClient;
import io.libmc.ServerSnapshot;

/**
 * Names that belong to given servers. A client says where a name belongs but not what to
 * call something that belongs to a server; so names are tried, one numbered after the
 * other, until every server has one.
 */
final class ServerNames {

	/**
	 * How many names are tried. It takes a few, whatever the servers' shares, unless the
	 * list of servers changes meanwhile.
	 */
	private static final int MOST_NAMES_PER_SERVER = 10_000;

	private ServerNames() {
	}

	/** Finds the first name of each server that has any. */
	static Map<String, String> find(MemcachedClient client, IntFunction<String> numbered) {
		Set<String> servers = client.servers()
			.stream()
			.filter((server) -> server.share() > 0)
			.map(ServerSnapshot::name)
			.collect(Collectors.toSet());
		Map<String, String> names = new HashMap<>();
		for (int i = 0; !names.keySet().containsAll(servers) && i < MOST_NAMES_PER_SERVER * servers.size(); i++) {
			String name = numbered.apply(i);
			names.putIfAbsent(client.serverFor(name), name);
		}
		return names;
	}

}
