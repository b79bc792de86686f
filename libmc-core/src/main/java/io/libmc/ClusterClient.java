package io.libmc;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

final class ClusterClient implements MemcachedClient {

	ClusterClient(MemcachedClientBuilder options) {
	}

	@Override
	public <T> @Nullable T get(String key) {
		throw new UnsupportedOperationException();
	}

	@Override
	public <T> @Nullable T get(String key, Class<T> type) {
		throw new UnsupportedOperationException();
	}

	@Override
	public <T> MultiGetResult<T> getMulti(Collection<String> keys) {
		throw new UnsupportedOperationException();
	}

	@Override
	public boolean set(String key, Object value, Duration ttl) {
		throw new UnsupportedOperationException();
	}

	@Override
	public boolean add(String key, Object value, Duration ttl) {
		throw new UnsupportedOperationException();
	}

	@Override
	public boolean delete(String key) {
		throw new UnsupportedOperationException();
	}

	@Override
	public boolean touch(String key, Duration ttl) {
		throw new UnsupportedOperationException();
	}

	@Override
	public OptionalLong incr(String key, long delta) {
		throw new UnsupportedOperationException();
	}

	@Override
	public OptionalLong decr(String key, long delta) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Map<String, String> version() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close() {
	}

}
