package io.libmc.benchmarks.client;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What is asked of every client. Thread-safe. Values are {@code byte[]}, or objects where
 * the client is one that holds them.
 */
public interface Client extends AutoCloseable {

	/** The value, or {@code null} on a miss. */
	@Nullable Object get(String key) throws Exception;

	/** The same through a {@code @Cacheable} method. */
	default @Nullable Object getAnnotated(String key) throws Exception {
		throw new UnsupportedOperationException(this + " has no annotations");
	}

	/** Stores a value that never expires; fails unless it was stored. */
	void set(String key, Object value) throws Exception;

	/** The values found. */
	default Map<String, ?> getMulti(List<String> keys) throws Exception {
		throw new UnsupportedOperationException(this + " has no getMulti");
	}

	/** Stores all; fails unless all were stored. */
	default void setMulti(Map<String, ?> entries) throws Exception {
		throw new UnsupportedOperationException(this + " has no setMulti");
	}

	@Override
	void close() throws IOException;

}
