package io.libmc.spring.autoconfigure;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.test.context.event.BeforeTestMethodEvent;

import io.libmc.embedded.EmbeddedMemcached;

/**
 * Starts memcached within the application, where {@code libmc-embedded} is on the class
 * path and nothing says where another one is: for the first minute and for tests. Never
 * in production by accident, where each instance would have a store of its own.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = LibmcAutoConfiguration.class)
@ConditionalOnClass(EmbeddedMemcached.class)
@ConditionalOnBooleanProperty(name = "libmc.enabled", matchIfMissing = true)
@Conditional(EmbeddedMemcachedCondition.class)
@EnableConfigurationProperties(LibmcEmbeddedProperties.class)
@Import({ ClientCloser.class, EmbeddedServerBeans.class })
public final class LibmcEmbeddedAutoConfiguration {

	LibmcEmbeddedAutoConfiguration() {
	}

	@Bean(EmbeddedServers.BEAN_NAME)
	@Lazy(false)
	EmbeddedServers libmcEmbeddedServers(LibmcEmbeddedProperties properties, Environment environment,
			ListableBeanFactory beanFactory, ClientCloser closer) {
		return new EmbeddedServers(properties, environment, beanFactory, closer);
	}

	/**
	 * Stands for what the properties would say. In a test there can be others of the
	 * user's, which are replaced where they are.
	 */
	@Bean(AutoConfiguredClientCondition.CONNECTION_DETAILS)
	@ConditionalOnMissingBean(LibmcConnectionDetails.class)
	@Fallback
	LibmcConnectionDetails libmcConnectionDetails(EmbeddedServers servers) {
		return servers.details(LibmcClusters.DEFAULT);
	}

	@Bean
	@ConditionalOnBooleanProperty(LibmcEmbeddedProperties.REPLACES)
	static ReplacedServers libmcReplacedServers(ObjectProvider<EmbeddedServers> servers) {
		return new ReplacedServers(servers);
	}

	/**
	 * What runs between tests.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(BeforeTestMethodEvent.class)
	static final class BetweenTests {

		@Bean
		EmbeddedServersReset libmcEmbeddedServersReset(EmbeddedServers servers, ListableBeanFactory beanFactory,
				Environment environment) {
			return new EmbeddedServersReset(servers, beanFactory, environment);
		}

	}

}
