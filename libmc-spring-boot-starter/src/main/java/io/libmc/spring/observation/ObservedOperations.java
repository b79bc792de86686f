package io.libmc.spring.observation;

import java.time.Duration;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Observes the operations that the client sends to servers. Micrometer makes of each a
 * timer and, where there is tracing, a span below that of the caller.
 *
 * @since 0.1.0
 */
public final class ObservedOperations implements ClusterListener {

	private static final MemcachedObservationConvention DEFAULT = new DefaultMemcachedObservationConvention();

	private final ObservationRegistry registry;

	private final @Nullable MemcachedObservationConvention convention;

	private final String cluster;

	/**
	 * Creates a listener that observes operations.
	 * @param registry where operations are observed
	 * @param convention names and tags them, or {@code null} for the default
	 */
	public ObservedOperations(ObservationRegistry registry, @Nullable MemcachedObservationConvention convention) {
		this(registry, convention, "default");
	}

	private ObservedOperations(ObservationRegistry registry, @Nullable MemcachedObservationConvention convention,
			String cluster) {
		this.registry = registry;
		this.convention = convention;
		this.cluster = cluster;
	}

	@Override
	public ObservedOperations forCluster(String cluster) {
		return new ObservedOperations(this.registry, this.convention, cluster);
	}

	@Override
	public @Nullable Object operationStarted(String command, String server) {
		Observation observation = Observation.createNotStarted(this.convention, DEFAULT,
				() -> new MemcachedObservationContext(this.cluster, command, server), this.registry);
		return observation.isNoop() ? null : observation.start();
	}

	@Override
	public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
			@Nullable Object started) {
		if (started instanceof Observation observation
				&& observation.getContext() instanceof MemcachedObservationContext context) {
			context.setOutcome(outcome);
			if (outcome == Outcome.TIMEOUT || outcome == Outcome.ERROR) {
				observation.error(new FailedOperation(command, server, outcome));
			}
			observation.stop();
		}
	}

	/**
	 * Marks a span as failed; what the caller gets has the details.
	 */
	private static final class FailedOperation extends Exception {

		private static final long serialVersionUID = 1L;

		FailedOperation(String command, String server, Outcome outcome) {
			super(command + " on " + server + ": " + ((outcome == Outcome.TIMEOUT) ? "no reply in time" : "failed"),
					null, false, false);
		}

	}

}
