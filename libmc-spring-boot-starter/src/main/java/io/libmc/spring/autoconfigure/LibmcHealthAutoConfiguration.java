package io.libmc.spring.autoconfigure;

import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import java.util.Map;
import java.util.LinkedHashMap;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

import io.libmc.MemcachedClient;
import io.libmc.spring.cache.OnError;

/**
 * Configures the health indicator {@code libmc}, which is made of one for each client if
 * there are several. Memcached that is down makes the application unhealthy only if its
 * failures reach the application. Where caching is off the application may not use
 * memcached at all, and is asked whether it wants the indicator.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = LibmcAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration")
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean({ MemcachedClient.class, LibmcClients.class })
@ConditionalOnEnabledHealthIndicator("libmc")
@ConditionalOnBooleanProperty(name = "libmc.enabled", matchIfMissing = true)
@Conditional(LibmcHealthAutoConfiguration.WantedCondition.class)
@EnableConfigurationProperties(LibmcCacheProperties.class)
public final class LibmcHealthAutoConfiguration {

	LibmcHealthAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean(name = { "libmcHealthIndicator", "libmcHealthContributor" })
	HealthContributor libmcHealthIndicator(LibmcClients clients, LibmcCacheProperties properties) {
		boolean failuresReachTheApplication = properties.onError() == OnError.THROW;
		Map<String, HealthIndicator> indicators = new LinkedHashMap<>();
		clients.all()
			.forEach((name, client) -> indicators.put(name,
					new LibmcHealthIndicator(client, failuresReachTheApplication)));
		return (indicators.size() == 1) ? indicators.values().iterator().next()
				: CompositeHealthContributor.fromMap(indicators);
	}

	/**
	 * There are caches, or the indicator is switched on by its own property.
	 */
	static final class WantedCondition extends AnyNestedCondition {

		WantedCondition() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnBooleanProperty(name = "libmc.cache.enabled", matchIfMissing = true)
		static final class Caches {

		}

		@ConditionalOnBooleanProperty("management.health.libmc.enabled")
		static final class Asked {

		}

	}

}
