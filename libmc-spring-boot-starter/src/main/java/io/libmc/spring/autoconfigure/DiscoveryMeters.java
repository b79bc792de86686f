package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.Locale;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import io.libmc.MemcachedListener;

/**
 * Times how it is asked which servers there are: {@code libmc.discovery}.
 */
final class DiscoveryMeters implements DiscoveryListener {

	private final MeterRegistry registry;

	private final String cluster;

	DiscoveryMeters(MeterRegistry registry, String cluster) {
		this.registry = registry;
		this.cluster = cluster;
	}

	@Override
	public MemcachedListener forCluster(String cluster) {
		return new DiscoveryMeters(this.registry, cluster);
	}

	@Override
	public void serversAsked(ListOutcome outcome, Duration elapsed) {
		Timer.builder("libmc.discovery")
			.description("How it was asked which servers there are")
			.tag("cluster", this.cluster)
			.tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
			.register(this.registry)
			.record(elapsed);
	}

}
