package io.libmc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;
import io.libmc.ServerSnapshot;

/**
 * What the clients know of each server: {@code libmc.server.up},
 * {@code libmc.connections}, {@code libmc.in.flight} and {@code libmc.bytes}. The meters
 * of a server that leaves the list are removed.
 */
final class ServerMeters implements MeterBinder, MemcachedListener {

	private final LibmcClients clients;

	private final Map<Server, List<Meter>> meters = new HashMap<>();

	private @Nullable MeterRegistry registry;

	/**
	 * Creates the meters of the servers.
	 * @param clients asked late: this is a listener of the client
	 */
	ServerMeters(LibmcClients clients) {
		this.clients = clients;
	}

	@Override
	public synchronized void bindTo(MeterRegistry registry) {
		this.registry = registry;
		update();
	}

	@Override
	public synchronized void serversChanged(List<String> servers) {
		update();
	}

	private void update() {
		MeterRegistry bound = this.registry;
		if (bound == null) {
			return;
		}
		Map<String, MemcachedClient> clients = this.clients.all();
		Set<Server> servers = new LinkedHashSet<>();
		clients.forEach(
				(cluster, client) -> all(client).forEach((server) -> servers.add(new Server(cluster, server.name()))));
		this.meters.entrySet().removeIf((entry) -> {
			boolean left = !servers.contains(entry.getKey());
			if (left) {
				entry.getValue().forEach(bound::remove);
			}
			return left;
		});
		servers.forEach((server) -> this.meters.computeIfAbsent(server,
				(added) -> register(bound, Objects.requireNonNull(clients.get(added.cluster())), added)));
	}

	private static List<Meter> register(MeterRegistry registry, MemcachedClient client, Server server) {
		List<Meter> meters = new ArrayList<>();
		meters.add(Gauge.builder("libmc.server.up", client, value(server, (snapshot) -> snapshot.isUp() ? 1 : 0))
			.description("Whether the server takes operations: 0 after a connect attempt failed")
			.tags(server.tags())
			.register(registry));
		meters.add(Gauge.builder("libmc.connections", client, value(server, ServerSnapshot::connections))
			.description("Open connections to the server")
			.tags(server.tags())
			.register(registry));
		meters.add(Gauge.builder("libmc.in.flight", client, value(server, ServerSnapshot::inFlight))
			.description("Operations that wait for their reply")
			.tags(server.tags())
			.register(registry));
		meters.add(bytes(registry, client, server, "written", ServerSnapshot::bytesWritten));
		meters.add(bytes(registry, client, server, "read", ServerSnapshot::bytesRead));
		return meters;
	}

	private static Meter bytes(MeterRegistry registry, MemcachedClient client, Server server, String direction,
			ToDoubleFunction<ServerSnapshot> bytes) {
		return FunctionCounter.builder("libmc.bytes", client, value(server, bytes))
			.description("Bytes of requests written to the server and of replies read from it")
			.baseUnit("bytes")
			.tags(server.tags())
			.tag("direction", direction)
			.register(registry);
	}

	private static ToDoubleFunction<MemcachedClient> value(Server server, ToDoubleFunction<ServerSnapshot> value) {
		return (client) -> all(client).filter((snapshot) -> snapshot.name().equals(server.name()))
			.mapToDouble(value)
			.findFirst()
			.orElse(Double.NaN);
	}

	/** The servers, and those that stand in for dead ones. */
	private static Stream<ServerSnapshot> all(MemcachedClient client) {
		return Stream.concat(client.servers().stream(), client.spares().stream());
	}

	/**
	 * A server of a cluster.
	 */
	private record Server(String cluster, String name) {

		Tags tags() {
			return Tags.of("cluster", this.cluster, "server", this.name);
		}

	}

}
