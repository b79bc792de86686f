package io.libmc.spring.autoconfigure;

import io.libmc.MemcachedClient;

/**
 * The cache's own client. There is one where the injected client does not await its
 * replies ({@code libmc.noreply}): a cache that does not know whether an eviction failed
 * would serve what was evicted.
 *
 * @param client a client that awaits every reply
 */
record CacheClient(MemcachedClient client) implements AutoCloseable {

	@Override
	public void close() {
		this.client.close();
	}

}
