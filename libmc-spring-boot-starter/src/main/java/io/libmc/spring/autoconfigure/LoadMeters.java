package io.libmc.spring.autoconfigure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import io.libmc.MemcachedListener;

/**
 * Counts how loads by {@code getOrLoad}, the caches' among them, end: {@code libmc.lease}
 * for those of missing values, {@code libmc.refresh} for those of values that are there.
 */
final class LoadMeters implements MemcachedListener {

	private final Counter won;

	private final Counter waited;

	private final Counter timedOut;

	private final Counter lost;

	private final Counter bypassed;

	private final Counter refreshed;

	private final Counter refreshFailed;

	LoadMeters(MeterRegistry registry) {
		this.won = lease(registry, "won");
		this.waited = lease(registry, "waited");
		this.timedOut = lease(registry, "timed_out");
		this.lost = lease(registry, "lost");
		this.bypassed = lease(registry, "bypassed");
		this.refreshed = refresh(registry, "refreshed");
		this.refreshFailed = refresh(registry, "failed");
	}

	private static Counter lease(MeterRegistry registry, String outcome) {
		return Counter.builder("libmc.lease")
			.description("Callers who missed a value that is loaded once in the cluster")
			.tag("outcome", outcome)
			.register(registry);
	}

	private static Counter refresh(MeterRegistry registry, String outcome) {
		return Counter.builder("libmc.refresh")
			.description("Values loaded anew before they expired")
			.tag("outcome", outcome)
			.register(registry);
	}

	@Override
	public void loadEnded(LoadOutcome outcome) {
		switch (outcome) {
			case WON -> this.won.increment();
			case WAITED -> this.waited.increment();
			case TIMED_OUT -> this.timedOut.increment();
			case LOST -> this.lost.increment();
			case BYPASSED -> this.bypassed.increment();
			case REFRESHED -> this.refreshed.increment();
			case REFRESH_FAILED -> this.refreshFailed.increment();
		}
	}

}
