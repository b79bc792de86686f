package io.libmc.spring.observation;

import java.util.Locale;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;

import io.libmc.MemcachedListener.Outcome;

/**
 * The timer {@code libmc.operations} and a span such as {@code memcached get}, with the
 * tags {@code cluster}, {@code command}, {@code outcome} and {@code server}, all of low
 * cardinality. While an operation is under way its outcome is {@code none}.
 *
 * @since 0.1.0
 */
public class DefaultMemcachedObservationConvention implements MemcachedObservationConvention {

	/**
	 * Creates the convention.
	 */
	public DefaultMemcachedObservationConvention() {
	}

	@Override
	public String getName() {
		return "libmc.operations";
	}

	@Override
	public String getContextualName(MemcachedObservationContext context) {
		return "memcached " + context.getCommand();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(MemcachedObservationContext context) {
		Outcome outcome = context.getOutcome();
		return KeyValues.of("cluster", context.getCluster(), "command", context.getCommand(), "outcome",
				(outcome != null) ? outcome.name().toLowerCase(Locale.ROOT) : KeyValue.NONE_VALUE, "server",
				context.getServer());
	}

}
