package io.libmc.sample.console;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.libmc.MemcachedListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * Told by the client of all that it does: since when servers are down, and how long
 * memcached takes to answer what the application asks.
 */
@Component
class Outages implements MemcachedListener {

	private final Map<String, Instant> since = new ConcurrentHashMap<>();

	private final Timer answers;

	Outages(MeterRegistry meters) {
		this.answers = Timer.builder("sample.memcached")
			.description("How long memcached took to answer.")
			.publishPercentiles(0.5, 0.99)
			.distributionStatisticExpiry(Duration.ofSeconds(10))
			.register(meters);
	}

	/** Since when a server is down, or {@code null} if nobody has noticed. */
	@Nullable Instant since(String server) {
		return this.since.get(server);
	}

	Timer answers() {
		return this.answers;
	}

	@Override
	public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
			@Nullable Object started) {
		if (!command.equals("version")) {
			this.answers.record(elapsed);
		}
	}

	@Override
	public void serverDown(String server, String reason) {
		this.since.put(server, Instant.now());
	}

	@Override
	public void serverUp(String server, Duration downFor) {
		this.since.remove(server);
	}

}
