package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import io.libmc.MemcachedListener;
import io.libmc.spring.observation.ClusterListener;

/**
 * Times the client's operations: {@code libmc.operations} by cluster, command, outcome
 * and server.
 */
final class OperationTimers implements ClusterListener {

	private final MeterRegistry registry;

	private final String cluster;

	private final ConcurrentMap<Operation, Timer> timers = new ConcurrentHashMap<>();

	OperationTimers(MeterRegistry registry, String cluster) {
		this.registry = registry;
		this.cluster = cluster;
	}

	@Override
	public MemcachedListener forCluster(String cluster) {
		return cluster.equals(this.cluster) ? this : new OperationTimers(this.registry, cluster);
	}

	@Override
	public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
			@Nullable Object started) {
		this.timers.computeIfAbsent(new Operation(command, server, outcome), this::register).record(elapsed);
	}

	private Timer register(Operation operation) {
		return Timer.builder("libmc.operations")
			.description("Operations of the memcached client")
			.tag("cluster", this.cluster)
			.tag("command", operation.command)
			.tag("outcome", operation.outcome.name().toLowerCase(Locale.ROOT))
			.tag("server", operation.server)
			.register(this.registry);
	}

	private record Operation(String command, String server, Outcome outcome) {

	}

}
