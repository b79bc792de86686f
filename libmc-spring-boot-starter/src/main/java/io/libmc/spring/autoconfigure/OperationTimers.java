package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import io.libmc.MemcachedListener;

/**
 * Times the client's operations: {@code libmc.operations} by command, outcome and server.
 */
final class OperationTimers implements MemcachedListener {

	private final MeterRegistry registry;

	private final ConcurrentMap<Operation, Timer> timers = new ConcurrentHashMap<>();

	OperationTimers(MeterRegistry registry) {
		this.registry = registry;
	}

	@Override
	public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
			@Nullable Object started) {
		this.timers.computeIfAbsent(new Operation(command, server, outcome), this::register).record(elapsed);
	}

	private Timer register(Operation operation) {
		return Timer.builder("libmc.operations")
			.description("Operations of the memcached client")
			.tag("command", operation.command)
			.tag("outcome", operation.outcome.name().toLowerCase(Locale.ROOT))
			.tag("server", operation.server)
			.register(this.registry);
	}

	private record Operation(String command, String server, Outcome outcome) {

	}

}
