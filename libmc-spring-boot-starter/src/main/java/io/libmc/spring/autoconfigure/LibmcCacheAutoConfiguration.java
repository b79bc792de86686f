package io.libmc.spring.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.cache.autoconfigure.CacheManagerCustomizer;
import org.springframework.boot.cache.autoconfigure.CacheManagerCustomizers;
import org.springframework.boot.cache.autoconfigure.CacheProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cache.CacheManager;
import org.springframework.cache.interceptor.CacheAspectSupport;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;

import io.libmc.MemcachedClient;
import io.libmc.spring.autoconfigure.LibmcCacheProperties.Serializer;
import io.libmc.spring.autoconfigure.LibmcCacheProperties.Single;
import io.libmc.spring.cache.EntryFormat;
import io.libmc.spring.cache.LibmcCacheManager;
import io.libmc.spring.cache.LibmcCacheSettings;
import io.libmc.spring.cache.ServerStates;

import static io.libmc.spring.autoconfigure.InvalidLibmcPropertyException.apply;

/**
 * Makes memcached the application's cache. Where it does, Boot's own
 * {@link CacheAutoConfiguration} finds a cache manager and backs off whole, so what it
 * does for every cache manager is done here.
 */
@AutoConfiguration(before = CacheAutoConfiguration.class, after = LibmcAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = { "libmc.enabled", "libmc.cache.enabled" }, matchIfMissing = true)
@ConditionalOnBean({ CacheAspectSupport.class, MemcachedClient.class })
@ConditionalOnMissingBean(value = CacheManager.class, name = "cacheResolver")
@Conditional(LibmcCacheAutoConfiguration.NoCacheTypeCondition.class)
@EnableConfigurationProperties({ LibmcProperties.class, LibmcCacheProperties.class, CacheProperties.class })
public final class LibmcCacheAutoConfiguration {

	private static final String PREFIX = "libmc.cache";

	LibmcCacheAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	ServerStates libmcServerStates() {
		return new ServerStates();
	}

	@Bean
	LibmcCacheManager cacheManager(MemcachedClient client, LibmcProperties clientProperties,
			LibmcCacheProperties properties, CacheProperties cacheProperties, ServerStates serverStates,
			ObjectProvider<CacheManagerCustomizer<?>> customizers, ResourceLoader resourceLoader,
			BeanFactory beanFactory) {
		Formats formats = new Formats(resourceLoader.getClassLoader(), beanFactory);
		LibmcCacheManager manager = new LibmcCacheManager(client, defaults(properties, formats));
		manager.setServerStates(serverStates);
		apply(PREFIX + ".key-prefix", properties.keyPrefix(), "shop:", manager::setKeyPrefix);
		apply("libmc.prefix", clientProperties.prefix(), "shop:", (prefix) -> checkRoom(prefix, properties));
		apply(PREFIX + ".clear-visibility", properties.clearVisibility(), "1s", manager::setClearVisibility);
		apply(PREFIX + ".transaction-aware", properties.transactionAware(), "false", (aware) -> {
			checkTransactions(aware);
			manager.setTransactionAware(aware);
		});
		properties.caches()
			.forEach((name, cache) -> manager.configureCache(name,
					(settings) -> override(settings, name, cache, properties, formats)));
		if (!cacheProperties.getCacheNames().isEmpty()) {
			manager.setCacheNames(cacheProperties.getCacheNames());
		}
		return new CacheManagerCustomizers(customizers.orderedStream().toList()).customize(manager);
	}

	private static LibmcCacheSettings defaults(LibmcCacheProperties properties, Formats formats) {
		LibmcCacheSettings settings = new LibmcCacheSettings().cacheNullValues(properties.cacheNullValues())
			.onError(properties.onError())
			.enableStatistics(properties.enableStatistics())
			.refreshInBackground(properties.refreshInBackground());
		apply(PREFIX + ".time-to-live", properties.timeToLive(), "10m", settings::timeToLive);
		apply(PREFIX + ".time-to-live-jitter", properties.timeToLiveJitter(), "0.1", settings::timeToLiveJitter);
		apply(PREFIX + ".serializer", properties.serializer(), "jdk", Formats::check);
		apply(PREFIX + ".allowed-classes", properties.allowedClasses(), "com.acme.Order",
				(classes) -> settings.format(formats.create(properties.serializer(), classes)));
		apply(PREFIX + ".lease", properties.lease(), "10s", settings::lease);
		apply(PREFIX + ".lease-wait", properties.leaseWait(), "10s", settings::leaseWait);
		apply(PREFIX + ".serve-stale", properties.serveStale(), "30s", settings::serveStale);
		apply(PREFIX + ".refresh-ahead", properties.refreshAhead(), "30s", (ahead) -> {
			settings.refreshAhead(ahead);
			settings.check();
		});
		return settings;
	}

	private static void override(LibmcCacheSettings settings, String name, Single cache,
			LibmcCacheProperties properties, Formats formats) {
		String property = PREFIX + ".caches[" + name + "]";
		if (cache.timeToLive() != null) {
			apply(property + ".time-to-live", cache.timeToLive(), "10m", settings::timeToLive);
		}
		if (cache.timeToLiveJitter() != null) {
			apply(property + ".time-to-live-jitter", cache.timeToLiveJitter(), "0.1", settings::timeToLiveJitter);
		}
		if (cache.cacheNullValues() != null) {
			settings.cacheNullValues(cache.cacheNullValues());
		}
		if (cache.onError() != null) {
			settings.onError(cache.onError());
		}
		if (cache.enableStatistics() != null) {
			settings.enableStatistics(cache.enableStatistics());
		}
		overrideLoading(settings, property, cache);
		if (cache.serializer() != null || cache.allowedClasses() != null) {
			Serializer serializer = (cache.serializer() != null) ? cache.serializer() : properties.serializer();
			apply(property + ".serializer", serializer, "jdk", Formats::check);
			List<String> own = (cache.allowedClasses() != null) ? cache.allowedClasses() : properties.allowedClasses();
			apply(property + ".allowed-classes", own, "com.acme.Order",
					(classes) -> settings.format(formats.create(serializer, classes)));
		}
	}

	private static void overrideLoading(LibmcCacheSettings settings, String property, Single cache) {
		if (cache.lease() != null) {
			apply(property + ".lease", cache.lease(), "10s", settings::lease);
		}
		if (cache.leaseWait() != null) {
			apply(property + ".lease-wait", cache.leaseWait(), "10s", settings::leaseWait);
		}
		if (cache.serveStale() != null) {
			apply(property + ".serve-stale", cache.serveStale(), "30s", settings::serveStale);
		}
		if (cache.refreshInBackground() != null) {
			settings.refreshInBackground(cache.refreshInBackground());
		}
		if (cache.refreshAhead() != null) {
			apply(property + ".refresh-ahead", cache.refreshAhead(), "30s", (ahead) -> {
				settings.refreshAhead(ahead);
				settings.check();
			});
		}
		else if (cache.timeToLive() != null) {
			apply(property + ".time-to-live", cache.timeToLive(), "10m", (timeToLive) -> settings.check());
		}
	}

	private static void checkTransactions(boolean aware) {
		if (aware
				&& !ClassUtils.isPresent("org.springframework.transaction.support.TransactionSynchronization", null)) {
			throw new IllegalArgumentException(
					"there are no transactions: org.springframework:spring-tx is not on the class path");
		}
	}

	private static void checkRoom(String prefix, LibmcCacheProperties properties) {
		int bytes = (prefix + properties.keyPrefix()).getBytes(StandardCharsets.UTF_8).length;
		if (bytes > LibmcCacheManager.MAX_PREFIX_BYTES) {
			throw new IllegalArgumentException(
					"with " + PREFIX + ".key-prefix it has " + bytes + " bytes, more than the "
							+ LibmcCacheManager.MAX_PREFIX_BYTES + " for which there is room before a cache's keys");
		}
	}

	/**
	 * Creates formats that know the application's own classes.
	 */
	private static final class Formats {

		private final ClassLoader classLoader;

		private final List<String> ownPackages = new ArrayList<>();

		Formats(@Nullable ClassLoader classLoader, BeanFactory beanFactory) {
			this.classLoader = (classLoader != null) ? classLoader : ClassLoader.getSystemClassLoader();
			if (AutoConfigurationPackages.has(beanFactory)) {
				for (String basePackage : AutoConfigurationPackages.get(beanFactory)) {
					if (!basePackage.isEmpty()) {
						this.ownPackages.add(basePackage + ".**");
					}
				}
			}
		}

		static void check(Serializer serializer) {
			if (serializer == Serializer.JSON
					&& !ClassUtils.isPresent("tools.jackson.databind.json.JsonMapper", null)) {
				throw new IllegalArgumentException(
						"it needs Jackson 3, which is not on the class path; add org.springframework.boot:spring-boot-starter-jackson");
			}
		}

		EntryFormat create(Serializer serializer, List<String> allowedClasses) {
			List<String> allowed = new ArrayList<>(this.ownPackages);
			allowed.addAll(allowedClasses);
			return switch (serializer) {
				case JDK -> EntryFormat.jdk(this.classLoader, allowed);
				case JSON -> EntryFormat.json(this.classLoader, allowed);
				case LIBMC -> EntryFormat.libmc();
			};
		}

	}

	/**
	 * The user has not chosen another cache.
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
