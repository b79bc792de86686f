package io.libmc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

import io.libmc.embedded.EmbeddedMemcached;

/**
 * Memcached servers within the application, which live as long as it does: those of the
 * default cluster, and in a test those that take the place of each other cluster's.
 */
final class EmbeddedServers {

	static final String BEAN_NAME = "libmcEmbeddedServers";

	/**
	 * As Spring's test framework calls what a test sets, Boot's tests always something.
	 */
	private static final String TEST_PROPERTIES = "Inlined Test Properties";

	/** What a server's name begins with, by which keys are spread whatever the ports. */
	static final String ALIAS = "embedded-";

	private static final int MOST = 100;

	private static final int LAST_PORT = 65_535;

	private static final Log logger = LogFactory.getLog(EmbeddedServers.class);

	private final Map<String, List<EmbeddedMemcached>> clusters = new LinkedHashMap<>();

	/**
	 * Starts the servers.
	 * @throws EmbeddedInProductionException if nobody has said that this is meant
	 */
	EmbeddedServers(LibmcEmbeddedProperties properties, Environment environment, ListableBeanFactory beanFactory,
			ClientCloser closer) {
		String production = (properties.enabled() != null || isReplacing(environment)) ? null : production(environment);
		if (production != null) {
			throw new EmbeddedInProductionException(production);
		}
		int count = count(environment);
		int port = number("port", properties.port(), 0, LAST_PORT - count + 1, "0");
		for (String cluster : clusters(environment)) {
			checkBeans(beanFactory, cluster, count);
			List<EmbeddedMemcached> servers = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				EmbeddedMemcached server = start((port == 0 || !cluster.equals(LibmcClusters.DEFAULT)) ? 0 : port + i);
				closer.doAtTheEnd(server::close);
				servers.add(server);
			}
			this.clusters.put(cluster, servers);
		}
		logger.info("Started " + count * this.clusters.size()
				+ " embedded memcached server(s) for development and tests: " + addresses()
				+ ". Only this application sees what they store, and it is gone when the application ends;"
				+ " set libmc.servers for others");
	}

	/** How many servers each cluster has. */
	static int count(Environment environment) {
		int count = Binder.get(environment).bind(LibmcEmbeddedProperties.SERVERS, Integer.class).orElse(1);
		return number("servers", count, 1, MOST, "3");
	}

	/** The clusters that have embedded servers, the default one first. */
	static Set<String> clusters(Environment environment) {
		Set<String> clusters = new LinkedHashSet<>(Set.of(LibmcClusters.DEFAULT));
		if (isReplacing(environment)) {
			clusters.addAll(ClusterBeans.names(environment));
		}
		return clusters;
	}

	/** Whether a test wants these servers in the place of any others. */
	static boolean isReplacing(Environment environment) {
		return Binder.get(environment).bind(LibmcEmbeddedProperties.REPLACES, Boolean.class).orElse(false);
	}

	private static int number(String name, int value, int least, int most, String goodValue) {
		InvalidLibmcPropertyException.apply(LibmcEmbeddedProperties.PREFIX + "." + name, value, goodValue, (number) -> {
			if (number < least || number > most) {
				throw new IllegalArgumentException("it has to be from " + least + " to " + most);
			}
		});
		return value;
	}

	/** Beans are registered before the application runs, with AOT at build time. */
	private static void checkBeans(ListableBeanFactory beanFactory, String cluster, int count) {
		if (!beanFactory.containsBeanDefinition(EmbeddedServerBeans.name(cluster, count - 1))
				|| beanFactory.containsBeanDefinition(EmbeddedServerBeans.name(cluster, count))) {
			throw new InvalidLibmcPropertyException(LibmcEmbeddedProperties.SERVERS, count, "what it was at build time",
					new IllegalArgumentException("the application's beans were worked out at build time (AOT), "
							+ "with another number of servers; it can be changed there only"));
		}
	}

	private static EmbeddedMemcached start(int port) {
		try {
			return EmbeddedMemcached.builder().port(port).start();
		}
		catch (IllegalStateException ex) {
			throw new InvalidLibmcPropertyException(LibmcEmbeddedProperties.PREFIX + ".port", port, "0",
					new IllegalArgumentException(ex.getMessage(), ex));
		}
	}

	/** What speaks for an instance beside others, or {@code null} if nothing does. */
	private static @Nullable String production(Environment environment) {
		String[] profiles = environment.getActiveProfiles();
		return Stream.of((profiles.length > 0) ? profiles : environment.getDefaultProfiles())
			.filter((profile) -> profile.toLowerCase(Locale.ROOT).startsWith("prod"))
			.map((profile) -> "the profile \"" + profile + "\" is active")
			.findFirst()
			.orElseGet(() -> (CloudPlatform.getActive(environment) == CloudPlatform.KUBERNETES && !isTest(environment))
					? "this application runs on Kubernetes" : null);
	}

	/** What builds an application may run on Kubernetes, and its tests with it. */
	private static boolean isTest(Environment environment) {
		return environment instanceof ConfigurableEnvironment configurable
				&& configurable.getPropertySources().contains(TEST_PROPERTIES);
	}

	/** The factory method of a server's bean. */
	EmbeddedMemcached get(String cluster, int index) {
		return of(cluster).get(index);
	}

	private List<EmbeddedMemcached> of(String cluster) {
		return Objects.requireNonNull(this.clusters.get(cluster), cluster);
	}

	/** The addresses of the default cluster's servers, and of each other's. */
	private String addresses() {
		return this.clusters.entrySet()
			.stream()
			.map((cluster) -> cluster.getValue().stream().map(EmbeddedMemcached::address).toList()
					+ (cluster.getKey().equals(LibmcClusters.DEFAULT) ? "" : " for " + cluster.getKey()))
			.collect(Collectors.joining(", "));
	}

	/** All servers of all clusters. */
	Stream<EmbeddedMemcached> all() {
		return this.clusters.values().stream().flatMap(List::stream);
	}

	/** How a cluster's servers are connected to. */
	LibmcConnectionDetails details(String cluster) {
		List<String> named = new ArrayList<>();
		for (EmbeddedMemcached server : of(cluster)) {
			named.add(server.address() + " " + ALIAS + (named.size() + 1));
		}
		return () -> named;
	}

	/** Where the client of a bean is to be. */
	LibmcConnectionDetails detailsForClient(String beanName) {
		return details(this.clusters.keySet()
			.stream()
			.filter((cluster) -> LibmcClusters.clientName(cluster).equals(beanName))
			.findFirst()
			.orElse(LibmcClusters.DEFAULT));
	}

}
