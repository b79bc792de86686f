package io.libmc.spring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names and tags the client's operations. A bean of this type replaces
 * {@link DefaultMemcachedObservationConvention}.
 *
 * @since 0.1.0
 */
public interface MemcachedObservationConvention extends ObservationConvention<MemcachedObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof MemcachedObservationContext;
	}

}
