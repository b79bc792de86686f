package io.libmc.spring.autoconfigure;

import io.libmc.MemcachedClientBuilder;

/**
 * Has the last word on the clients that are auto-configured. Beans of this type are
 * called in their order, after the properties were applied.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface LibmcClientBuilderCustomizer {

	/**
	 * Changes the client's options. Called for each client, unless
	 * {@link #customize(String, MemcachedClientBuilder)} tells them apart.
	 * @param builder the builder, which holds the properties' values. Rather than setting
	 * its listener, declare beans of type {@link io.libmc.MemcachedListener}
	 */
	void customize(MemcachedClientBuilder builder);

	/**
	 * Changes the options of one cluster's client.
	 * @param cluster the cluster's name below {@code libmc.clusters}, or {@code default}
	 * @param builder as for {@link #customize(MemcachedClientBuilder)}
	 */
	default void customize(String cluster, MemcachedClientBuilder builder) {
		customize(builder);
	}

}
