package io.libmc.spring.observation;

import io.libmc.MemcachedListener;

/**
 * A listener that tells clusters apart. Any other one that is a bean hears of all
 * clusters without knowing of which.
 *
 * @since 0.1.0
 */
public interface ClusterListener extends MemcachedListener {

	/**
	 * The listener for one cluster.
	 * @param cluster the cluster's name below {@code libmc.clusters}, or {@code default}
	 * for that of {@code libmc.servers}
	 * @return another listener, or this one
	 */
	MemcachedListener forCluster(String cluster);

}
