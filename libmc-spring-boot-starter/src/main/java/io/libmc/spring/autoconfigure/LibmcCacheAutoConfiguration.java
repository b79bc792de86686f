package io.libmc.spring.autoconfigure;

import org.springframework.context.annotation.Scope;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.Configuration;
import org.springframework.cache.support.NoOpCacheManager;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.cache.autoconfigure.CacheManagerCustomizer;
import org.springframework.boot.cache.autoconfigure.CacheProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cache.CacheManager;
import org.springframework.cache.interceptor.CacheAspectSupport;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

import io.libmc.MemcachedClient;
import io.libmc.spring.cache.CacheKeyConverter;
import io.libmc.spring.cache.LibmcCacheManager;
import io.libmc.spring.cache.ServerStates;

/**
 * Makes memcached the application's cache, or switches caching off. Either way Boot's own
 * {@link CacheAutoConfiguration} finds a cache manager and backs off whole, so what it
 * does for every cache manager is done here.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = CacheAutoConfiguration.class, after = LibmcAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "libmc.enabled", matchIfMissing = true)
@ConditionalOnBean(CacheAspectSupport.class)
public final class LibmcCacheAutoConfiguration {

	private static final Log logger = LogFactory.getLog(LibmcCacheAutoConfiguration.class);

	LibmcCacheAutoConfiguration() {
	}

	/**
	 * What builds cache managers, whoever wants one.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean({ MemcachedClient.class, LibmcClients.class })
	@EnableConfigurationProperties({ LibmcCacheProperties.class, CacheProperties.class })
	static final class Building {

		@Bean
		@ConditionalOnMissingBean
		ServerStates libmcServerStates() {
			return new ServerStates();
		}

		@Bean
		CacheClusters libmcCacheClusters(LibmcClients clients, LibmcClusters clusters, ServerStates serverStates,
				LibmcCacheProperties properties) {
			return new CacheClusters(clients, clusters, serverStates, properties);
		}

		@Bean
		@Scope(BeanDefinition.SCOPE_PROTOTYPE)
		LibmcCacheManagerBuilder libmcCacheManagerBuilder(CacheClusters clusters, LibmcCacheProperties properties,
				CacheProperties cacheProperties, ObjectProvider<CacheManagerCustomizer<?>> customizers,
				FormatFactory formats, ListableBeanFactory beanFactory,
				ObjectProvider<CacheKeyConverter<?>> keyConverters, EnvironmentProperties environment) {
			return new LibmcCacheManagerBuilder(clusters, properties, cacheProperties.getCacheNames(),
					customizers.orderedStream().toList(), formats, new NamedBeans(beanFactory),
					keyConverters.orderedStream().toList(), environment);
		}

	}

	/**
	 * The cache manager, where the user has not chosen another cache.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(value = CacheManager.class, name = "cacheResolver")
	@Conditional(OwnCachesCondition.class)
	static final class Managing {

		/**
		 * The caches, unless they are switched off.
		 */
		@Configuration(proxyBeanMethods = false)
		@ConditionalOnBooleanProperty(name = "libmc.cache.enabled", matchIfMissing = true)
		@ConditionalOnBean({ MemcachedClient.class, LibmcClients.class })
		static final class Caches {

			@Bean
			LibmcCacheManager cacheManager(LibmcCacheManagerBuilder builder) {
				return builder.build();
			}

		}

		/**
		 * Caches that keep nothing. Left to itself Boot would keep everything in the
		 * heap, for ever.
		 */
		@Configuration(proxyBeanMethods = false)
		@ConditionalOnBooleanProperty(name = "libmc.cache.enabled", havingValue = false)
		static final class NoCaches {

			@Bean
			NoOpCacheManager cacheManager() {
				logger.info("Caching is off, as libmc.cache.enabled is false: every method runs, and nothing is kept");
				return new NoOpCacheManager();
			}

		}

	}

	/**
	 * The user has not chosen another cache. A test that asks for caches gets them, where
	 * the slice of the application that it tests would have none.
	 */
	static final class OwnCachesCondition extends AnyNestedCondition {

		OwnCachesCondition() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@Conditional(NoCacheTypeCondition.class)
		static final class NoCacheType {

		}

		@ConditionalOnBooleanProperty(LibmcEmbeddedProperties.REPLACES)
		@ConditionalOnProperty(name = "spring.cache.type", havingValue = "none")
		static final class Slice {

		}

	}

	/**
	 * The user has said nothing of caches.
	 */
	static final class NoCacheTypeCondition extends NoneNestedConditions {

		NoCacheTypeCondition() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnProperty("spring.cache.type")
		static final class CacheType {

		}

	}

}
