package io.libmc.benchmarks.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import net.spy.memcached.ConnectionFactoryBuilder;
import net.spy.memcached.DefaultHashAlgorithm;
import net.spy.memcached.MemcachedClient;
import net.spy.memcached.transcoders.SerializingTranscoder;
import org.jspecify.annotations.Nullable;

/**
 * Spymemcached with its ketama locator; it has one connection to each server, always.
 */
final class SpymemcachedClient implements Client {

	private final MemcachedClient client;

	SpymemcachedClient(ClientSettings settings) throws IOException {
		SerializingTranscoder transcoder = new SerializingTranscoder();
		transcoder.setCompressionThreshold(
				(settings.compressionThreshold() > 0) ? settings.compressionThreshold() : Integer.MAX_VALUE);
		this.client = new MemcachedClient(
				new ConnectionFactoryBuilder().setProtocol(ConnectionFactoryBuilder.Protocol.TEXT)
					.setLocatorType(ConnectionFactoryBuilder.Locator.CONSISTENT)
					.setHashAlg(DefaultHashAlgorithm.KETAMA_HASH)
					.setUseNagleAlgorithm(false)
					.setOpTimeout(ClientSettings.TIMEOUT_MILLIS)
					.setTranscoder(transcoder)
					.setDaemon(true)
					.build(),
				settings.addresses());
	}

	@Override
	public @Nullable Object get(String key) {
		return this.client.get(key);
	}

	@Override
	public void set(String key, Object value) throws Exception {
		await(this.client.set(key, 0, value));
	}

	@Override
	public Map<String, ?> getMulti(List<String> keys) {
		return this.client.getBulk(keys);
	}

	@Override
	public void setMulti(Map<String, ?> entries) throws Exception {
		List<Future<Boolean>> stored = new ArrayList<>(entries.size());
		entries.forEach((key, value) -> stored.add(this.client.set(key, 0, value)));
		for (Future<Boolean> each : stored) {
			await(each);
		}
	}

	private static void await(Future<Boolean> stored) throws Exception {
		if (!stored.get(ClientSettings.TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
			throw new IllegalStateException("not stored");
		}
	}

	@Override
	public void close() {
		this.client.shutdown();
	}

}
