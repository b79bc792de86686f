package io.libmc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;
import io.libmc.spring.cache.ServerStates;
import io.libmc.spring.observation.ClusterListener;

/**
 * Creates the clients: that of the default cluster, and those of the clusters below
 * {@code libmc.clusters}.
 */
final class LibmcClusters {

	/** What the cluster of {@code libmc.servers} is called. */
	static final String DEFAULT = "default";

	static final String BEAN_NAME = "libmcClusters";

	private final LibmcProperties properties;

	private final Environment environment;

	private final @Nullable SslBundles bundles;

	private final ObjectProvider<MemcachedListener> listeners;

	private final ObjectProvider<LibmcClientBuilderCustomizer> customizers;

	private final FormatFactory formats;

	private final ClientCloser closer;

	private final @Nullable ReplacedServers replaced;

	private final Map<String, ServerStates> states = new ConcurrentHashMap<>();

	LibmcClusters(LibmcProperties properties, Environment environment, @Nullable SslBundles bundles,
			ObjectProvider<MemcachedListener> listeners, ObjectProvider<LibmcClientBuilderCustomizer> customizers,
			FormatFactory formats, ClientCloser closer, @Nullable ReplacedServers replaced) {
		this.properties = properties;
		this.environment = environment;
		this.bundles = bundles;
		this.listeners = listeners;
		this.customizers = customizers;
		this.formats = formats;
		this.closer = closer;
		this.replaced = replaced;
	}

	/** What the bean is called that is a cluster's client. */
	static String clientName(String cluster) {
		return cluster + "MemcachedClient";
	}

	/** What a cluster's properties are below. */
	static String prefix(String cluster) {
		return cluster.matches("[a-z0-9-]+") ? LibmcProperties.CLUSTERS + "." + cluster
				: LibmcProperties.CLUSTERS + "[" + cluster + "]";
	}

	/** The names of the clusters, without the default. */
	Set<String> names() {
		return this.properties.clusters().keySet();
	}

	/** Whether clients and caches are warmed up. */
	boolean warmUp() {
		return this.properties.warmUp();
	}

	/** All names that a cluster can be called by, as a sentence shows them. */
	String shown() {
		List<String> all = new ArrayList<>(List.of(DEFAULT));
		all.addAll(names());
		return all.stream().collect(Collectors.joining("\", \"", "\"", "\""));
	}

	/** What the keys on a cluster's servers begin with. */
	String keyPrefix(String cluster) {
		LibmcProperties.Cluster other = this.properties.clusters().get(cluster);
		return (other != null) ? other.prefix() : this.properties.prefix();
	}

	/** Whether the caches are cleared on servers that return. */
	boolean clearOnReturn(String cluster) {
		LibmcProperties.Cluster other = this.properties.clusters().get(cluster);
		return ((other != null) ? other.discovery() : this.properties.discovery()).clearOnReturn();
	}

	/** Knows the states of the servers of one cluster, which is not the default one. */
	ServerStates states(String cluster) {
		return this.states.computeIfAbsent(cluster, (name) -> new ServerStates());
	}

	/** Creates the default cluster's client. */
	MemcachedClient client(LibmcConnectionDetails connection) {
		return create(LibmcProperties.PREFIX, this.properties.cluster(), replaced(connection), DEFAULT);
	}

	/** Creates another cluster's client: the factory method of its bean. */
	MemcachedClient client(String cluster) {
		return create(prefix(cluster), properties(cluster), connection(cluster), cluster);
	}

	/** Refreshes the default cluster's servers. */
	ServersRefresh refresh(LibmcConnectionDetails connection, MemcachedClient client) {
		return new ServersRefresh(replaced(connection), client);
	}

	/** Refreshes another cluster's servers: the factory method of that bean. */
	ServersRefresh refresh(String cluster, MemcachedClient client) {
		return new ServersRefresh(connection(cluster), client);
	}

	private LibmcConnectionDetails replaced(LibmcConnectionDetails connection) {
		return (this.replaced != null) ? this.replaced.of(DEFAULT) : connection;
	}

	private LibmcConnectionDetails connection(String cluster) {
		return (this.replaced != null) ? this.replaced.of(cluster) : PropertiesLibmcConnectionDetails
			.of(prefix(cluster), properties(cluster), this.environment, this.bundles);
	}

	private LibmcProperties.Cluster properties(String cluster) {
		LibmcProperties.Cluster found = this.properties.clusters().get(cluster);
		if (found == null) {
			throw new IllegalArgumentException("there is no cluster \"" + cluster + "\"");
		}
		return found;
	}

	private MemcachedListener of(String cluster, MemcachedListener listener) {
		if (listener instanceof ServerStates && !cluster.equals(DEFAULT)) {
			return states(cluster);
		}
		return (listener instanceof ClusterListener each) ? each.forCluster(cluster) : listener;
	}

	private MemcachedClient create(String prefix, LibmcProperties.Cluster properties, LibmcConnectionDetails connection,
			String cluster) {
		boolean discovers = !properties.discovery().ways().isEmpty();
		List<MemcachedListener> listeners = this.listeners.orderedStream()
			.filter((listener) -> discovers || !(listener instanceof DiscoveryListener))
			.map((listener) -> of(cluster, listener))
			.toList();
		List<LibmcClientBuilderCustomizer> all = this.customizers.orderedStream().toList();
		return this.closer.closeAtTheEnd(new ClientFactory(prefix, properties, connection, this.formats, listeners,
				(builder) -> all.forEach((customizer) -> customizer.customize(cluster, builder)))
			.create());
	}

}
