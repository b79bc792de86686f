package io.libmc.spring.autoconfigure;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

import io.libmc.spring.cache.LibmcCacheManager;
import io.libmc.spring.cache.LibmcCacheSettings;
import io.libmc.spring.cache.ServerStates;

/**
 * Says which caches are on which cluster.
 */
final class CacheClusters {

	private final LibmcClients clients;

	private final LibmcClusters clusters;

	private final ServerStates defaultStates;

	private final LibmcCacheProperties properties;

	CacheClusters(LibmcClients clients, LibmcClusters clusters, ServerStates defaultStates,
			LibmcCacheProperties properties) {
		this.clients = clients;
		this.clusters = clusters;
		this.defaultStates = defaultStates;
		this.properties = properties;
	}

	/**
	 * Checks that there is a cluster.
	 * @throws IllegalArgumentException if not
	 */
	void check(String cluster) {
		this.clients.of(cluster);
	}

	/**
	 * Creates a manager.
	 * @param chosen the cluster of all caches, or {@code null} if it is as the properties
	 * say
	 */
	LibmcCacheManager createManager(@Nullable String chosen, LibmcCacheSettings defaults) {
		String cluster = (chosen != null) ? chosen : this.properties.cluster();
		String property = LibmcCacheProperties.PREFIX + ".cluster";
		InvalidLibmcPropertyException.apply(property, cluster, LibmcClusters.DEFAULT, this.clients::of);
		LibmcCacheManager manager = new LibmcCacheManager(this.clients.of(cluster), defaults);
		manager.setServerStates(states(cluster));
		manager.setClearOnReturn(this.clients.of(cluster), this.clusters.clearOnReturn(cluster));
		manager.setWarmUp(this.clusters.warmUp());
		if (cluster.equals(LibmcClusters.DEFAULT)) {
			this.clients.warnIfAmbiguous();
		}
		return manager;
	}

	/** Puts the caches that have a cluster of their own there. */
	void assign(@Nullable String chosen, LibmcCacheManager manager) {
		checkRoom((chosen != null) ? chosen : this.properties.cluster());
		this.properties.caches().forEach((name, single) -> {
			String cluster = single.cluster();
			if (cluster != null) {
				InvalidLibmcPropertyException.apply(LibmcCacheProperties.PREFIX + ".caches[" + name + "].cluster",
						cluster, LibmcClusters.DEFAULT, (known) -> {
							manager.setClient(name, this.clients.of(known), states(known));
							manager.setClearOnReturn(this.clients.of(known), this.clusters.clearOnReturn(known));
						});
				checkRoom(cluster);
			}
		});
	}

	private ServerStates states(String cluster) {
		return cluster.equals(LibmcClusters.DEFAULT) ? this.defaultStates : this.clusters.states(cluster);
	}

	private void checkRoom(String cluster) {
		String prefix = cluster.equals(LibmcClusters.DEFAULT) ? LibmcProperties.PREFIX : LibmcClusters.prefix(cluster);
		InvalidLibmcPropertyException.apply(prefix + ".prefix", this.clusters.keyPrefix(cluster), "shop:", (keys) -> {
			int bytes = keys.getBytes(StandardCharsets.UTF_8).length
					+ LibmcCacheManager.prefixBytes(this.properties.keyPrefix());
			if (bytes > LibmcCacheManager.MAX_PREFIX_BYTES) {
				throw new IllegalArgumentException("with " + LibmcCacheProperties.PREFIX + ".key-prefix it has " + bytes
						+ " bytes, more than the " + LibmcCacheManager.MAX_PREFIX_BYTES
						+ " for which there is room before a cache's keys");
			}
		});
	}

}
