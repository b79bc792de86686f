package io.libmc.spring.autoconfigure;

import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.observation.MeterObservationHandler;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.cache.autoconfigure.metrics.CacheMetricsAutoConfiguration;
import org.springframework.boot.cache.metrics.CacheMetricsRegistrar;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.util.StringUtils;

import io.libmc.MemcachedClient;
import io.libmc.spring.cache.LibmcCacheManager;
import io.libmc.spring.observation.ObservedOperations;

/**
 * Meters of the client's operations, of its servers and of the caches. It comes before
 * Boot's {@link CacheMetricsAutoConfiguration}, which does nothing unless somebody knows
 * how to bind a cache.
 */
@AutoConfiguration(after = { LibmcCacheAutoConfiguration.class, LibmcObservationAutoConfiguration.class },
		before = CacheMetricsAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "libmc.enabled", matchIfMissing = true)
public final class LibmcMetricsAutoConfiguration {

	private static final String MANAGER_SUFFIX = "cacheManager";

	LibmcMetricsAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	@Conditional(OperationsAreNotTimedByObservation.class)
	OperationTimers libmcOperationTimers(MeterRegistry registry) {
		return new OperationTimers(registry);
	}

	@Bean
	@ConditionalOnMissingBean
	ServerMeters libmcServerMeters(ObjectProvider<MemcachedClient> clients) {
		return new ServerMeters(clients);
	}

	@Bean
	@ConditionalOnBean(LibmcCacheManager.class)
	LibmcCacheMeterBinderProvider libmcCacheMeterBinderProvider() {
		return new LibmcCacheMeterBinderProvider();
	}

	/** Boot binds the caches that there are at start; this binds those to come. */
	@Bean
	@ConditionalOnBean(LibmcCacheManager.class)
	SmartInitializingSingleton libmcCacheMetersOfTheFuture(Map<String, LibmcCacheManager> managers,
			ObjectProvider<CacheMetricsRegistrar> registrars) {
		return () -> registrars.ifAvailable((registrar) -> managers.forEach((beanName, manager) -> {
			Tag tag = Tag.of("cache.manager", managerName(beanName));
			manager.onCache((cache) -> registrar.bindCacheToRegistry(cache, tag));
		}));
	}

	/** As Boot names it. */
	private static String managerName(String beanName) {
		boolean suffixed = beanName.length() > MANAGER_SUFFIX.length()
				&& StringUtils.endsWithIgnoreCase(beanName, MANAGER_SUFFIX);
		return suffixed ? beanName.substring(0, beanName.length() - MANAGER_SUFFIX.length()) : beanName;
	}

	/**
	 * Where operations are observed and observations are timed, there is a timer already.
	 */
	static final class OperationsAreNotTimedByObservation extends NoneNestedConditions {

		OperationsAreNotTimedByObservation() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnBean({ ObservedOperations.class, MeterObservationHandler.class })
		static final class OperationsAreTimedByObservation {

		}

	}

}
