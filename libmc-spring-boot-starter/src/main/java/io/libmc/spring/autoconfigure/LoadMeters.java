package io.libmc.spring.autoconfigure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import io.libmc.MemcachedListener;
import io.libmc.spring.observation.ClusterListener;

/**
 * Counts how loads by {@code getOrLoad}, the caches' among them, end: {@code libmc.lease}
 * for those of missing values, {@code libmc.refresh} for those of values that are there.
 */
final class LoadMeters implements ClusterListener {

	private final MeterRegistry registry;

	private final String cluster;

	private final Counter won;

	private final Counter waited;

	private final Counter timedOut;

	private final Counter lost;

	private final Counter bypassed;

	private final Counter refreshed;

	private final Counter refreshFailed;

	LoadMeters(MeterRegistry registry, String cluster) {
		this.registry = registry;
		this.cluster = cluster;
		this.won = lease(registry, cluster, "won");
		this.waited = lease(registry, cluster, "waited");
		this.timedOut = lease(registry, cluster, "timed_out");
		this.lost = lease(registry, cluster, "lost");
		this.bypassed = lease(registry, cluster, "bypassed");
		this.refreshed = refresh(registry, cluster, "refreshed");
		this.refreshFailed = refresh(registry, cluster, "failed");
	}

	@Override
	public MemcachedListener forCluster(String cluster) {
		return cluster.equals(this.cluster) ? this : new LoadMeters(this.registry, cluster);
	}

	private static Counter lease(MeterRegistry registry, String cluster, String outcome) {
		return Counter.builder("libmc.lease")
			.description("Callers who missed a value that is loaded once in the cluster")
			.tag("cluster", cluster)
			.tag("outcome", outcome)
			.register(registry);
	}

	private static Counter refresh(MeterRegistry registry, String cluster, String outcome) {
		return Counter.builder("libmc.refresh")
			.description("Values loaded anew before they expired")
			.tag("cluster", cluster)
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
