package io.libmc;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * A client of a cluster of memcached servers. Thread-safe; one instance serves a whole
 * application.
 * <p>
 * <b>Keys</b> are 1 to 250 bytes of UTF-8, the prefix included, without spaces and
 * control characters; any other is an {@link IllegalArgumentException} before anything is
 * sent. <b>TTLs</b>: {@link Duration#ZERO} never expires; anything shorter than a second
 * counts as one second; a negative one expires at once. <b>Null</b> is refused everywhere
 * with a {@link NullPointerException}; as a result it means a miss. <b>Failures</b> are
 * {@link MemcachedException}s; no call takes longer than
 * {@link MemcachedClientBuilder#pollTimeout pollTimeout}. After {@link #close()} every
 * method throws {@link IllegalStateException}.
 */
public interface MemcachedClient extends AutoCloseable {

	/**
	 * Starts a new client's configuration.
	 * @return a builder
	 */
	static MemcachedClientBuilder builder() {
		return new MemcachedClientBuilder();
	}

	/**
	 * Reads a value.
	 * @param <T> what the caller knows the value to be; integers come as {@link Long}
	 * @param key the key
	 * @return the value, or {@code null} on a miss
	 * @throws MemcachedException if the server fails or the value cannot be decoded
	 */
	<T> @Nullable T get(String key);

	/**
	 * Reads a value of a known type. Numbers are converted if, and only if, the value
	 * fits exactly.
	 * @param <T> the value's type
	 * @param key the key
	 * @param type the value's type; a primitive one means its wrapper
	 * @return the value, or {@code null} on a miss
	 * @throws MemcachedException if the server fails, or the value cannot be decoded or
	 * is not of this type
	 */
	<T> @Nullable T get(String key, Class<T> type);

	/**
	 * Reads many values, from all servers in parallel. One dead server hides nobody
	 * else's values.
	 * @param <T> what the caller knows the values to be
	 * @param keys the keys; repeated ones count once
	 * @return values, misses and failures
	 */
	<T> MultiGetResult<T> getMulti(Collection<String> keys);

	/**
	 * Stores a value that never expires.
	 * @param key the key
	 * @param value the value
	 * @return whether it was stored
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	default boolean set(String key, Object value) {
		return set(key, value, Duration.ZERO);
	}

	/**
	 * Stores a value.
	 * @param key the key
	 * @param value the value
	 * @param ttl how long it lives
	 * @return whether it was stored
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	boolean set(String key, Object value, Duration ttl);

	/**
	 * Stores a value that never expires, if the key is absent.
	 * @param key the key
	 * @param value the value
	 * @return whether it was stored; {@code false} if the key exists
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	default boolean add(String key, Object value) {
		return add(key, value, Duration.ZERO);
	}

	/**
	 * Stores a value if the key is absent.
	 * @param key the key
	 * @param value the value
	 * @param ttl how long it lives
	 * @return whether it was stored; {@code false} if the key exists
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	boolean add(String key, Object value, Duration ttl);

	/**
	 * Deletes a key.
	 * @param key the key
	 * @return whether it existed
	 * @throws MemcachedException if the server fails
	 */
	boolean delete(String key);

	/**
	 * Gives an item a new time to live.
	 * @param key the key
	 * @param ttl the new time to live, from now
	 * @return whether it existed
	 * @throws MemcachedException if the server fails
	 */
	boolean touch(String key, Duration ttl);

	/**
	 * Adds to an unsigned 64-bit counter, wrapping at 2^64. The value must be a decimal
	 * number on the server, as stored by {@code set(key, 5)}.
	 * @param key the key
	 * @param delta at least 0
	 * @return the new value, or empty if the key is absent
	 * @throws MemcachedException if the server fails or the value is no number
	 * @throws IllegalArgumentException if {@code delta} is negative
	 */
	OptionalLong incr(String key, long delta);

	/**
	 * Subtracts from an unsigned 64-bit counter, stopping at 0.
	 * @param key the key
	 * @param delta at least 0
	 * @return the new value, or empty if the key is absent
	 * @throws MemcachedException if the server fails or the value is no number
	 * @throws IllegalArgumentException if {@code delta} is negative
	 */
	OptionalLong decr(String key, long delta);

	/**
	 * Asks every server for its version.
	 * @return version by server name, in the order of the server list; a server that does
	 * not answer is absent
	 */
	Map<String, String> version();

	/**
	 * Closes every connection, at once and for good. Operations under way fail with a
	 * {@link MemcachedConnectionException}. Closing again does nothing.
	 */
	@Override
	void close();

}
