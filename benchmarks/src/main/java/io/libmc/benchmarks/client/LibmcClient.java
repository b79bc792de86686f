package io.libmc.benchmarks.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.libmc.MemcachedClient;
import io.libmc.MultiGetResult;
import io.libmc.MultiResult;
import org.jspecify.annotations.Nullable;

/**
 * Ours, as it comes out of the builder: only the timeouts are those of everybody else.
 */
final class LibmcClient implements Client {

	private final MemcachedClient client;

	LibmcClient(ClientSettings settings) {
		this.client = MemcachedClient.builder()
			.servers(settings.servers())
			.connectionsPerServer(settings.connections())
			.compressionThreshold(settings.compressionThreshold())
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofMillis(ClientSettings.TIMEOUT_MILLIS))
			.build();
	}

	@Override
	public @Nullable Object get(String key) {
		return this.client.get(key);
	}

	@Override
	public void set(String key, Object value) {
		if (!this.client.set(key, value)) {
			throw new IllegalStateException("not stored: " + key);
		}
	}

	@Override
	public Map<String, ?> getMulti(List<String> keys) {
		MultiGetResult<Object> result = this.client.getMulti(keys);
		if (!result.failures().isEmpty()) {
			throw result.failures().values().iterator().next();
		}
		return result.values();
	}

	@Override
	public void setMulti(Map<String, ?> entries) {
		MultiResult result = this.client.setMulti(entries);
		if (!result.succeeded()) {
			throw new IllegalStateException("not stored: " + result);
		}
	}

	@Override
	public void close() {
		this.client.close();
	}

}
