package io.libmc.spring.autoconfigure;

import java.util.List;
import java.util.Map;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
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

import io.libmc.spring.cache.LibmcCache;
import io.libmc.spring.cache.LibmcCacheManager;
import io.libmc.spring.observation.ObservedOperations;

/**
 * Meters of the client's operations, of its servers and of the caches. It comes before
 * Boot's {@link CacheMetricsAutoConfiguration}, which does nothing unless somebody knows
 * how to bind a cache.
 *
 * @since 0.1.0
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
		return new OperationTimers(registry, LibmcClusters.DEFAULT);
	}

	@Bean
	@ConditionalOnBean(LibmcClients.class)
	@ConditionalOnMissingBean
	ServerMeters libmcServerMeters(LibmcClients clients) {
		return new ServerMeters(clients);
	}

	@Bean
	@ConditionalOnMissingBean
	LoadMeters libmcLoadMeters(MeterRegistry registry) {
		return new LoadMeters(registry, LibmcClusters.DEFAULT);
	}

	@Bean
	@ConditionalOnMissingBean
	DiscoveryMeters libmcDiscoveryMeters(MeterRegistry registry) {
		return new DiscoveryMeters(registry, LibmcClusters.DEFAULT);
	}

	@Bean
	@ConditionalOnBean(LibmcCacheManager.class)
	MeterBinder libmcPendingEvictions(Map<String, LibmcCacheManager> managers) {
		return (registry) -> managers.forEach((beanName, manager) -> Gauge
			.builder("libmc.pending.evictions", manager, LibmcCacheManager::getPendingEvictions)
			.description("Evictions and clearings that memcached failed and that are still to be repeated")
			.tag("cache.manager", managerName(beanName))
			.register(registry));
	}

	@Bean
	@ConditionalOnBean(LibmcCacheManager.class)
	LibmcCacheMeterBinderProvider libmcCacheMeterBinderProvider() {
		return new LibmcCacheMeterBinderProvider();
	}

	/**
	 * Boot binds the caches that there are when it gets to it; this binds those to come,
	 * and none twice, which Micrometer would warn of.
	 */
	@Bean
	@ConditionalOnBean(LibmcCacheManager.class)
	SmartInitializingSingleton libmcCacheMetersOfTheFuture(Map<String, LibmcCacheManager> managers,
			ObjectProvider<CacheMetricsRegistrar> registrars, MeterRegistry registry) {
		return () -> registrars.ifAvailable((registrar) -> managers.forEach((beanName, manager) -> {
			Tag tag = Tag.of("cache.manager", managerName(beanName));
			manager.onCache((cache) -> {
				if (!isBound(registry, cache, tag)) {
					registrar.bindCacheToRegistry(cache, tag);
				}
			});
		}));
	}

	private static boolean isBound(MeterRegistry registry, LibmcCache cache, Tag manager) {
		return registry.find("cache.gets").tag("cache", cache.getName()).tags(List.of(manager)).meter() != null;
	}

	/** The cache manager's name, as Boot writes it in its meters. */
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
