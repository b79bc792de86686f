package io.libmc.spring.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;

import io.libmc.embedded.EmbeddedMemcached;

/**
 * Starts memcached within the application, where {@code libmc-embedded} is on the class
 * path and nothing says where another one is: for the first minute and for tests. Never
 * in production by accident, where each instance would have a store of its own.
 */
@AutoConfiguration(before = LibmcAutoConfiguration.class)
@ConditionalOnClass(EmbeddedMemcached.class)
@ConditionalOnBooleanProperty(name = "libmc.enabled", matchIfMissing = true)
@Conditional(EmbeddedMemcachedCondition.class)
@EnableConfigurationProperties(LibmcEmbeddedProperties.class)
@Import(EmbeddedServerBeans.class)
public final class LibmcEmbeddedAutoConfiguration {

	LibmcEmbeddedAutoConfiguration() {
	}

	@Bean(EmbeddedServers.BEAN_NAME)
	@Lazy(false)
	EmbeddedServers libmcEmbeddedServers(LibmcEmbeddedProperties properties, Environment environment,
			ClientCloser closer) {
		return new EmbeddedServers(properties, environment, closer);
	}

	/** In a test there can be others, whose place it takes. */
	@Bean
	@Primary
	LibmcConnectionDetails libmcEmbeddedConnectionDetails(EmbeddedServers servers) {
		return servers::named;
	}

}
