package io.libmc.spring.autoconfigure;

import org.springframework.context.annotation.Import;
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
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;

/**
 * Configures a {@link MemcachedClient}, and one for each cluster below
 * {@code libmc.clusters}. The clients connect in the background: an application starts
 * whether or not memcached runs. They are closed after all other beans.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = SslAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "libmc.enabled", matchIfMissing = true)
@EnableConfigurationProperties(LibmcProperties.class)
@Import({ ClientCloser.class, ClusterBeans.class })
public final class LibmcAutoConfiguration {

	LibmcAutoConfiguration() {
	}

	@Bean
	EnvironmentProperties libmcEnvironmentProperties(Environment environment, LibmcProperties properties) {
		return new EnvironmentProperties(environment, properties.clusters().keySet());
	}

	@Bean
	LibmcClients libmcClients(ConfigurableListableBeanFactory beanFactory, LibmcClusters clusters,
			Environment environment, @CacheMemcachedClient ObjectProvider<MemcachedClient> marked) {
		return new LibmcClients(beanFactory, clusters, environment, marked);
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "libmc.warm-up", matchIfMissing = true)
	@SuppressWarnings("FutureReturnValueIgnored")
	static SmartInitializingSingleton libmcClustersWarmUp(LibmcClients clients, LibmcClusters clusters) {
		return () -> {
			if (clients.areWarmedUp()) {
				clusters.names().forEach((name) -> clients.of(name).async().version());
			}
		};
	}

	@Bean(AutoConfiguredClientCondition.CONNECTION_DETAILS)
	@ConditionalOnMissingBean(LibmcConnectionDetails.class)
	PropertiesLibmcConnectionDetails libmcConnectionDetails(LibmcProperties properties, Environment environment,
			ObjectProvider<SslBundles> bundles) {
		return PropertiesLibmcConnectionDetails.of(properties, environment, bundles.getIfAvailable());
	}

	@Bean(LibmcClusters.BEAN_NAME)
	LibmcClusters libmcClusters(LibmcProperties properties, Environment environment, ObjectProvider<SslBundles> bundles,
			ObjectProvider<MemcachedListener> listeners, ObjectProvider<LibmcClientBuilderCustomizer> customizers,
			FormatFactory formats, ClientCloser closer, ObjectProvider<ReplacedServers> replaced) {
		return new LibmcClusters(properties, environment, bundles.getIfAvailable(), listeners, customizers, formats,
				closer, replaced.getIfAvailable());
	}

	@Bean
	ServersChangedPublisher libmcServersChangedPublisher(ApplicationEventPublisher publisher) {
		return new ServersChangedPublisher(publisher);
	}

	@Bean
	FormatFactory libmcFormatFactory(ResourceLoader resourceLoader, ConfigurableListableBeanFactory beanFactory) {
		return new FormatFactory(resourceLoader.getClassLoader(), beanFactory);
	}

	/**
	 * The client, where the user has none that replaces it.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(AutoConfiguredClientCondition.class)
	static final class Client {

		@Bean(name = LibmcClients.AUTO_CONFIGURED, destroyMethod = "")
		@ConditionalOnMissingBean(MemcachedClient.class)
		MemcachedClient memcachedClient(LibmcClusters clusters, LibmcConnectionDetails connection) {
			return clusters.client(connection);
		}

		/** Where the user has another one too, that is what is injected by the type. */
		@Bean(name = LibmcClients.AUTO_CONFIGURED, destroyMethod = "")
		@ConditionalOnMissingBean(name = LibmcClients.AUTO_CONFIGURED)
		@Fallback
		MemcachedClient memcachedClientBesideAnother(LibmcClusters clusters, LibmcConnectionDetails connection) {
			return clusters.client(connection);
		}

		/** Nobody waits for it: a server that is down is told of by the client. */
		@Bean
		@ConditionalOnBooleanProperty(name = "libmc.warm-up", matchIfMissing = true)
		@SuppressWarnings("FutureReturnValueIgnored")
		static SmartInitializingSingleton libmcWarmUp(LibmcClients clients,
				@Qualifier(LibmcClients.AUTO_CONFIGURED) MemcachedClient client) {
			return () -> {
				if (clients.areWarmedUp() && clients.isDefaultUsed()) {
					client.async().version();
				}
			};
		}

		@Bean
		@ConditionalOnClass(name = ServersRefresh.ENVIRONMENT_CHANGE_EVENT)
		ServersRefresh libmcServersRefresh(LibmcClusters clusters, LibmcConnectionDetails connection,
				@Qualifier(LibmcClients.AUTO_CONFIGURED) MemcachedClient client) {
			return clusters.refresh(connection, client);
		}

	}

}
