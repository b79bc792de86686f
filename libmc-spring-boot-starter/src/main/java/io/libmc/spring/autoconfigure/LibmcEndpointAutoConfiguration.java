package io.libmc.spring.autoconfigure;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.libmc.MemcachedClient;

/**
 * Configures the actuator endpoint {@code libmc}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = LibmcAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(LibmcEndpoint.class)
@ConditionalOnBean({ MemcachedClient.class, LibmcClients.class })
@ConditionalOnBooleanProperty(name = "libmc.enabled", matchIfMissing = true)
public final class LibmcEndpointAutoConfiguration {

	LibmcEndpointAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	LibmcEndpoint libmcEndpoint(LibmcClients clients) {
		return new LibmcEndpoint(clients);
	}

}
