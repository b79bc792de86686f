package io.libmc.spring.autoconfigure;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.cache.autoconfigure.CacheManagerCustomizer;
import org.springframework.boot.cache.autoconfigure.CacheManagerCustomizers;
import org.springframework.util.ClassUtils;

import io.libmc.spring.cache.CacheKeyConverter;
import io.libmc.spring.cache.LibmcCacheManager;

import static io.libmc.spring.autoconfigure.InvalidLibmcPropertyException.apply;

/**
 * Builds cache managers as the properties below {@code libmc.cache} say. The
 * auto-configured one is built by it. It is a bean for those who have another cache
 * manager, and want one of libmc's beside it: their {@code @Bean} method takes it as a
 * parameter and returns what {@link #build()} does.
 * <p>
 * Each injection has a builder of its own. What has no method here is set on the manager
 * that was built.
 *
 * @since 0.1.0
 */
public final class LibmcCacheManagerBuilder {

	private static final String PREFIX = LibmcCacheProperties.PREFIX;

	private final CacheClusters clusters;

	private final LibmcCacheProperties properties;

	private final List<String> cacheNames;

	private final List<CacheManagerCustomizer<?>> customizers;

	private final FormatFactory formats;

	private final NamedBeans beans;

	private final List<? extends CacheKeyConverter<?>> keyConverters;

	private final EnvironmentProperties environment;

	private @Nullable String cluster;

	LibmcCacheManagerBuilder(CacheClusters clusters, LibmcCacheProperties properties, List<String> cacheNames,
			List<CacheManagerCustomizer<?>> customizers, FormatFactory formats, NamedBeans beans,
			List<? extends CacheKeyConverter<?>> keyConverters, EnvironmentProperties environment) {
		this.clusters = clusters;
		this.properties = properties;
		this.cacheNames = cacheNames;
		this.customizers = customizers;
		this.formats = formats;
		this.beans = beans;
		this.keyConverters = keyConverters;
		this.environment = environment;
	}

	/**
	 * Puts the caches that have no cluster of their own on another one than
	 * {@code libmc.cache.cluster}.
	 * @param cluster the cluster's name below {@code libmc.clusters}, or {@code default}
	 * @return this builder
	 * @throws IllegalArgumentException if there is no such cluster
	 */
	public LibmcCacheManagerBuilder cluster(String cluster) {
		this.clusters.check(cluster);
		this.cluster = Objects.requireNonNull(cluster, "cluster");
		return this;
	}

	/**
	 * Builds a manager, which becomes a bean so that it is initialized and destroyed.
	 * Beans of type {@link CacheManagerCustomizer} have the last word.
	 * @return a new manager
	 */
	public LibmcCacheManager build() {
		LibmcCacheManager manager = this.clusters.createManager(this.cluster,
				this.properties.settings(this.formats, this.beans));
		apply(PREFIX + ".key-prefix", this.properties.keyPrefix(), "shop", manager::setKeyPrefix);
		manager.setKeyConverters(this.keyConverters);
		apply(PREFIX + ".clear-visibility", this.properties.clearVisibility(), "1s", manager::setClearVisibility);
		apply(PREFIX + ".transaction-aware", this.properties.transactionAware(), "false", (aware) -> {
			checkTransactions(aware);
			manager.setTransactionAware(aware);
		});
		this.properties.caches()
			.keySet()
			.forEach((name) -> manager.configureCache(name,
					(defaults) -> this.properties.settings(name, defaults, this.formats, this.beans)));
		this.clusters.assign(this.cluster, manager);
		if (!this.cacheNames.isEmpty()) {
			manager.setCacheNames(this.cacheNames);
		}
		manager.onCache((cache) -> this.environment.checkCache(cache.getName(), this.properties.caches().keySet()));
		return new CacheManagerCustomizers(this.customizers).customize(manager);
	}

	private static void checkTransactions(boolean aware) {
		if (aware
				&& !ClassUtils.isPresent("org.springframework.transaction.support.TransactionSynchronization", null)) {
			throw new IllegalArgumentException(
					"there are no transactions: org.springframework:spring-tx is not on the class path");
		}
	}

}
