package io.libmc.spring.autoconfigure;

import java.nio.charset.StandardCharsets;

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

	/** Creates a manager on the cluster of all caches. */
	LibmcCacheManager createManager(LibmcCacheSettings defaults) {
		String cluster = this.properties.cluster();
		String property = LibmcCacheProperties.PREFIX + ".cluster";
		InvalidLibmcPropertyException.apply(property, cluster, LibmcClusters.DEFAULT, this.clients::of);
		LibmcCacheManager manager = new LibmcCacheManager(this.clients.of(cluster), defaults);
		manager.setServerStates(states(cluster));
		manager.setWarmUp(this.clusters.warmUp());
		if (cluster.equals(LibmcClusters.DEFAULT)) {
			this.clients.warnIfAmbiguous();
		}
		return manager;
	}

	/** Puts the caches that have a cluster of their own there. */
	void assign(LibmcCacheManager manager) {
		checkRoom(this.properties.cluster());
		this.properties.caches().forEach((name, single) -> {
			String cluster = single.cluster();
			if (cluster != null) {
				InvalidLibmcPropertyException.apply(LibmcCacheProperties.PREFIX + ".caches[" + name + "].cluster",
						cluster, LibmcClusters.DEFAULT,
						(known) -> manager.setClient(name, this.clients.of(known), states(known)));
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
