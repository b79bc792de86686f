package io.libmc.spring.autoconfigure;

import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.cache.autoconfigure.metrics.CacheMetricsAutoConfiguration;
import org.springframework.boot.cache.metrics.CacheMetricsRegistrar;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;

import io.libmc.spring.cache.LibmcCacheManager;

/**
 * Meters of the client's operations and of the caches.
 */
@AutoConfiguration(after = { LibmcCacheAutoConfiguration.class, CacheMetricsAutoConfiguration.class },
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "libmc.enabled", matchIfMissing = true)
public final class LibmcMetricsAutoConfiguration {

	LibmcMetricsAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	OperationTimers libmcOperationTimers(MeterRegistry registry) {
		return new OperationTimers(registry);
	}

	/**
	 * Boot binds the caches that there are at start. This binds the others, when they
	 * come into being, and tells Boot how.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean({ CacheMetricsRegistrar.class, LibmcCacheManager.class })
	static final class CacheMeters {

		private static final String MANAGER_SUFFIX = "cacheManager";

		@Bean
		@ConditionalOnMissingBean
		LibmcCacheMeterBinderProvider libmcCacheMeterBinderProvider() {
			return new LibmcCacheMeterBinderProvider();
		}

		@Bean
		SmartInitializingSingleton libmcCacheMetersBinding(CacheMetricsRegistrar registrar,
				ListableBeanFactory beanFactory) {
			return () -> {
				Map<String, LibmcCacheManager> managers = beanFactory.getBeansOfType(LibmcCacheManager.class);
				managers.forEach((beanName, manager) -> {
					Tag tag = Tag.of("cache.manager", managerName(beanName));
					manager.onCache((cache) -> registrar.bindCacheToRegistry(cache, tag));
				});
			};
		}

		/** As Boot names it. */
		private static String managerName(String beanName) {
			boolean suffixed = beanName.length() > MANAGER_SUFFIX.length()
					&& StringUtils.endsWithIgnoreCase(beanName, MANAGER_SUFFIX);
			return suffixed ? beanName.substring(0, beanName.length() - MANAGER_SUFFIX.length()) : beanName;
		}

	}

}
