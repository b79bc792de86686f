package io.libmc.spring.autoconfigure;

import java.util.List;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.MemcachedListener;

import static io.libmc.spring.autoconfigure.InvalidLibmcPropertyException.apply;

/**
 * Configures a {@link MemcachedClient}. It connects when it is first used: an application
 * starts whether or not memcached runs.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "libmc.enabled", matchIfMissing = true)
@EnableConfigurationProperties(LibmcProperties.class)
public final class LibmcAutoConfiguration {

	private static final String GOOD_SERVER = "localhost:11211";

	LibmcAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean(LibmcConnectionDetails.class)
	PropertiesLibmcConnectionDetails libmcConnectionDetails(LibmcProperties properties) {
		return new PropertiesLibmcConnectionDetails(properties);
	}

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	MemcachedClient memcachedClient(LibmcProperties properties, LibmcConnectionDetails connection,
			ObjectProvider<MemcachedListener> listeners, ObjectProvider<LibmcClientBuilderCustomizer> customizers) {
		MemcachedClientBuilder builder = MemcachedClient.builder();
		if (connection instanceof PropertiesLibmcConnectionDetails) {
			apply("libmc.servers", connection.getServers(), GOOD_SERVER, (servers) -> useServers(builder, servers));
		}
		else {
			builder.servers(connection.getServers());
		}
		apply("libmc.connect-timeout", properties.connectTimeout(), "100ms", builder::connectTimeout);
		apply("libmc.poll-timeout", properties.pollTimeout(), "300ms", builder::pollTimeout);
		apply("libmc.retry-timeout", properties.retryTimeout(), "5s", builder::retryTimeout);
		apply("libmc.max-retries", properties.maxRetries(), "1", builder::maxRetries);
		apply("libmc.connections-per-server", properties.connectionsPerServer(), "1", builder::connectionsPerServer);
		apply("libmc.prefix", properties.prefix(), "shop:", builder::prefix);
		builder.hashFunction(properties.hashFn()).failover(properties.failover());
		List<MemcachedListener> all = listeners.orderedStream().toList();
		if (!all.isEmpty()) {
			builder.listener((all.size() == 1) ? all.get(0) : new MemcachedListeners(all));
		}
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder.build();
	}

	private static void useServers(MemcachedClientBuilder builder, List<String> servers) {
		if (servers.isEmpty()) {
			throw new IllegalArgumentException("no server is named");
		}
		builder.servers(servers);
	}

}
