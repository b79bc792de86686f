package io.libmc.spring.autoconfigure;

import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.libmc.spring.observation.MemcachedObservationConvention;
import io.libmc.spring.observation.ObservedOperations;

/**
 * Observes the client's operations.
 *
 * @since 0.1.0
 */
@AutoConfiguration(
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(ObservationRegistry.class)
@ConditionalOnBooleanProperty(name = "libmc.enabled", matchIfMissing = true)
public final class LibmcObservationAutoConfiguration {

	LibmcObservationAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	ObservedOperations libmcObservedOperations(ObservationRegistry registry,
			ObjectProvider<MemcachedObservationConvention> convention) {
		return new ObservedOperations(registry, convention.getIfAvailable());
	}

}
