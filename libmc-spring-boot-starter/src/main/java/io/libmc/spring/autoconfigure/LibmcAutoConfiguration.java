package io.libmc.spring.autoconfigure;

import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Conditional;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;

/**
 * Configures a {@link MemcachedClient}, which connects in the background: an application
 * starts whether or not memcached runs. It is closed after all other beans.
 */
@AutoConfiguration(after = SslAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "libmc.enabled", matchIfMissing = true)
@EnableConfigurationProperties(LibmcProperties.class)
public final class LibmcAutoConfiguration {

	LibmcAutoConfiguration() {
	}

	@Bean
	LibmcClients libmcClients(ConfigurableListableBeanFactory beanFactory,
			@CacheMemcachedClient ObjectProvider<MemcachedClient> marked) {
		return new LibmcClients(beanFactory, marked);
	}

	@Bean(AutoConfiguredClientCondition.CONNECTION_DETAILS)
	@ConditionalOnMissingBean(LibmcConnectionDetails.class)
	PropertiesLibmcConnectionDetails libmcConnectionDetails(LibmcProperties properties, Environment environment,
			ObjectProvider<SslBundles> bundles) {
		return new PropertiesLibmcConnectionDetails(properties, environment, bundles.getIfAvailable());
	}

	/**
	 * The client, where the user has none that replaces it.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(AutoConfiguredClientCondition.class)
	static final class Client {

		@Bean
		static ClientCloser libmcClientCloser() {
			return new ClientCloser();
		}

		@Bean
		ClientFactory libmcClientFactory(LibmcProperties properties, LibmcConnectionDetails connection,
				ObjectProvider<MemcachedListener> listeners, ObjectProvider<LibmcClientBuilderCustomizer> customizers) {
			return new ClientFactory(properties, connection, listeners.orderedStream().toList(),
					customizers.orderedStream().toList());
		}

		@Bean(name = LibmcClients.AUTO_CONFIGURED, destroyMethod = "")
		@ConditionalOnMissingBean(MemcachedClient.class)
		MemcachedClient memcachedClient(ClientFactory factory, ClientCloser closer) {
			return closer.closeAtTheEnd(factory.create());
		}

		/** Where the user has another one too, that is what is injected by the type. */
		@Bean(name = LibmcClients.AUTO_CONFIGURED, destroyMethod = "")
		@ConditionalOnMissingBean(name = LibmcClients.AUTO_CONFIGURED)
		@Fallback
		MemcachedClient memcachedClientBesideAnother(ClientFactory factory, ClientCloser closer) {
			return closer.closeAtTheEnd(factory.create());
		}

		/** Nobody waits for it: a server that is down is told of by the client. */
		@Bean
		@ConditionalOnBooleanProperty(name = "libmc.warm-up", matchIfMissing = true)
		@SuppressWarnings("FutureReturnValueIgnored")
		static SmartInitializingSingleton libmcWarmUp(
				@Qualifier(LibmcClients.AUTO_CONFIGURED) MemcachedClient client) {
			return () -> client.async().version();
		}

		@Bean
		@ConditionalOnClass(name = ServersRefresh.ENVIRONMENT_CHANGE_EVENT)
		ServersRefresh libmcServersRefresh(LibmcConnectionDetails connection,
				@Qualifier(LibmcClients.AUTO_CONFIGURED) MemcachedClient client) {
			return new ServersRefresh(connection, client);
		}

	}

}
