package io.libmc.benchmarks.client;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import com.google.code.yanf4j.core.impl.StandardSocketOption;
import net.rubyeye.xmemcached.MemcachedClient;
import net.rubyeye.xmemcached.XMemcachedClientBuilder;
import net.rubyeye.xmemcached.impl.KetamaMemcachedSessionLocator;
import net.rubyeye.xmemcached.transcoders.SerializingTranscoder;
import org.jspecify.annotations.Nullable;

/**
 * XMemcached with its ketama locator, and what merges small requests left on, as it is by
 * default. Its default socket buffers of 32 and 64 kB, instead of the system's, make it
 * wait 600 ms to store 900 kB; it gets larger ones. It has no way to store many values at
 * once, nor one without waiting.
 */
final class XmemcachedClient implements Client {

	private static final int SOCKET_BUFFER = 1 << 20;

	private final MemcachedClient client;

	XmemcachedClient(ClientSettings settings) throws IOException {
		XMemcachedClientBuilder builder = new XMemcachedClientBuilder(settings.addresses());
		builder.setSessionLocator(new KetamaMemcachedSessionLocator());
		builder.setConnectionPoolSize(settings.connections());
		builder.setOpTimeout(ClientSettings.TIMEOUT_MILLIS);
		builder.setSocketOption(StandardSocketOption.SO_SNDBUF, SOCKET_BUFFER);
		builder.setSocketOption(StandardSocketOption.SO_RCVBUF, SOCKET_BUFFER);
		SerializingTranscoder transcoder = new SerializingTranscoder();
		transcoder.setCompressionThreshold(
				(settings.compressionThreshold() > 0) ? settings.compressionThreshold() : Integer.MAX_VALUE);
		builder.setTranscoder(transcoder);
		this.client = builder.build();
	}

	@Override
	public @Nullable Object get(String key) throws Exception {
		return this.client.get(key);
	}

	@Override
	public void set(String key, Object value) throws Exception {
		if (!this.client.set(key, 0, value)) {
			throw new IllegalStateException("not stored: " + key);
		}
	}

	@Override
	public Map<String, ?> getMulti(List<String> keys) throws Exception {
		return this.client.get(keys);
	}

	@Override
	public void setMulti(Map<String, ?> entries) throws Exception {
		for (Map.Entry<String, ?> entry : entries.entrySet()) {
			set(entry.getKey(), entry.getValue());
		}
	}

	@Override
	public void close() throws IOException {
		this.client.shutdown();
	}

}
