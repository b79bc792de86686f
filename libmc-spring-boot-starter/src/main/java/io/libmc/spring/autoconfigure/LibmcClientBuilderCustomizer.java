package io.libmc.spring.autoconfigure;

import io.libmc.MemcachedClientBuilder;

/**
 * Has the last word on the client that is auto-configured. Beans of this type are called
 * in their order, after the properties were applied.
 */
@FunctionalInterface
public interface LibmcClientBuilderCustomizer {

	/**
	 * Changes the client's options. Called once for each client: with
	 * {@code libmc.noreply} the cache has one of its own, which awaits its replies
	 * whatever is set here.
	 * @param builder the builder, which holds the properties' values. Rather than setting
	 * its listener, declare beans of type {@link io.libmc.MemcachedListener}
	 */
	void customize(MemcachedClientBuilder builder);

}
