package io.libmc.spring.autoconfigure;

import org.springframework.core.env.Environment;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import java.util.Map;
import java.util.LinkedHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;

import io.libmc.MemcachedClient;

/**
 * Knows which of the application's clients is for what.
 */
final class LibmcClients {

	/** What the auto-configured client is called, and whoever replaces it may be. */
	static final String AUTO_CONFIGURED = "memcachedClient";

	private static final Log logger = LogFactory.getLog(LibmcClients.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final LibmcClusters clusters;

	private final Environment environment;

	private final ObjectProvider<MemcachedClient> marked;

	/**
	 * Looks for the clients when they are asked for.
	 * @param marked those that are marked for the caches
	 */
	LibmcClients(ConfigurableListableBeanFactory beanFactory, LibmcClusters clusters, Environment environment,
			ObjectProvider<MemcachedClient> marked) {
		this.beanFactory = beanFactory;
		this.clusters = clusters;
		this.environment = environment;
		this.marked = marked;
	}

	/**
	 * The client that the caches use: the one that is marked, or else the default.
	 * @throws AmbiguousClientException if it could be any of several
	 */
	MemcachedClient forCaches() {
		MemcachedClient chosen = this.marked.getIfAvailable();
		if (chosen != null) {
			return chosen;
		}
		String name = defaultOf(this.beanFactory);
		if (name == null) {
			throw new AmbiguousClientException(candidates(this.beanFactory));
		}
		return this.beanFactory.getBean(name, MemcachedClient.class);
	}

	/**
	 * A cluster's client.
	 * @param cluster its name, or {@code default} for the one that the caches use unless
	 * told otherwise
	 * @throws IllegalArgumentException if there is no such cluster
	 */
	MemcachedClient of(String cluster) {
		if (cluster.equals(LibmcClusters.DEFAULT)) {
			return forCaches();
		}
		if (!this.clusters.names().contains(cluster)) {
			throw new IllegalArgumentException("there is no such cluster below " + LibmcProperties.CLUSTERS
					+ "; those that there are: " + this.clusters.shown());
		}
		return this.beanFactory.getBean(LibmcClusters.clientName(cluster), MemcachedClient.class);
	}

	/**
	 * All clients, each by the name of its cluster, or of its bean if it is another one
	 * of the user's. The default is among them unless nothing says that it is used.
	 */
	Map<String, MemcachedClient> all() {
		Map<String, String> names = new LinkedHashMap<>();
		String defaultName = defaultOf(this.beanFactory);
		if (defaultName != null) {
			names.put(defaultName, LibmcClusters.DEFAULT);
		}
		this.clusters.names().forEach((cluster) -> names.put(LibmcClusters.clientName(cluster), cluster));
		for (String name : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beanFactory, MemcachedClient.class,
				false, false)) {
			BeanDefinition definition = definition(this.beanFactory, name);
			if (definition == null || definition.isAutowireCandidate()) {
				names.putIfAbsent(name, name);
			}
		}
		if (AUTO_CONFIGURED.equals(defaultName) && !isDefaultUsed()) {
			names.remove(AUTO_CONFIGURED);
		}
		Map<String, MemcachedClient> clients = new LinkedHashMap<>();
		names.forEach((name, cluster) -> clients.put(cluster, this.beanFactory.getBean(name, MemcachedClient.class)));
		return clients;
	}

	/** Whether anything says that the auto-configured client is used. */
	boolean isDefaultUsed() {
		return isDefaultUsed(this.environment, this.beanFactory);
	}

	/** Whether anything says that a client is used that the user has not made. */
	static boolean isDefaultUsed(Environment environment, ConfigurableListableBeanFactory beanFactory) {
		Binder binder = Binder.get(environment);
		String ofCaches = binder.bind(LibmcCacheProperties.PREFIX + ".cluster", String.class)
			.orElse(LibmcClusters.DEFAULT);
		return !binder.bind(LibmcProperties.CLUSTERS, Bindable.mapOf(String.class, Object.class)).isBound()
				|| ofCaches.equals(LibmcClusters.DEFAULT)
				|| AutoConfiguredClientCondition.hasServers(environment, beanFactory);
	}

	/**
	 * Whether clients are warmed up: where caching is off nobody may need them, so it has
	 * to be asked for.
	 */
	boolean areWarmedUp() {
		Binder binder = Binder.get(this.environment);
		return binder.bind(LibmcProperties.PREFIX + ".warm-up", Boolean.class)
			.orElseGet(() -> binder.bind(LibmcCacheProperties.PREFIX + ".enabled", Boolean.class).orElse(true));
	}

	/** Warns if the caches use another client than is injected by its type. */
	void warnIfAmbiguous() {
		List<String> others = candidates(this.beanFactory);
		others.remove(AUTO_CONFIGURED);
		if (AUTO_CONFIGURED.equals(defaultOf(this.beanFactory)) && !others.isEmpty()
				&& this.marked.getIfAvailable() == null) {
			logger.warn("The caches use the client \"" + AUTO_CONFIGURED
					+ "\", as it has servers of its own or is called so, and not " + others
					+ ", which come first where a client is injected by its type. Mark with @CacheMemcachedClient what the caches are to use, with @Primary what is to replace \""
					+ AUTO_CONFIGURED + "\", and declare others with @Bean(defaultCandidate = false)");
		}
	}

	/** The names of all clients that can be injected by their type. */
	static List<String> candidates(ConfigurableListableBeanFactory beanFactory) {
		return Stream
			.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, MemcachedClient.class, true, false))
			.filter((name) -> isCandidate(definition(beanFactory, name)))
			.collect(Collectors.toCollection(ArrayList::new));
	}

	/**
	 * The name of the application's client: the one that is primary, or is called as the
	 * auto-configured one, or is the only one.
	 * @return its name, or {@code null} if nothing says which it is
	 */
	static @Nullable String defaultOf(ConfigurableListableBeanFactory beanFactory) {
		List<String> names = candidates(beanFactory);
		List<String> primary = names.stream().filter((name) -> isPrimary(beanFactory, name)).toList();
		List<String> chosen = !primary.isEmpty() ? primary
				: names.contains(AUTO_CONFIGURED) ? List.of(AUTO_CONFIGURED) : names;
		return (chosen.size() == 1) ? chosen.get(0) : null;
	}

	static boolean isPrimary(ConfigurableListableBeanFactory beanFactory, String name) {
		BeanDefinition definition = definition(beanFactory, name);
		return definition != null && definition.isPrimary();
	}

	private static boolean isCandidate(@Nullable BeanDefinition definition) {
		return definition == null || (definition.isAutowireCandidate()
				&& !(definition instanceof AbstractBeanDefinition bean && !bean.isDefaultCandidate()));
	}

	private static @Nullable BeanDefinition definition(ConfigurableListableBeanFactory beanFactory, String name) {
		try {
			return beanFactory.getMergedBeanDefinition(name);
		}
		catch (NoSuchBeanDefinitionException ex) {
			return null;
		}
	}

}
