package io.libmc;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The operations of {@link MemcachedClient} without waiting. No method resolves a name,
 * connects, writes or blocks on the caller's thread.
 * <p>
 * Bad arguments and a closed client are thrown at once, as by {@link MemcachedClient};
 * everything else completes the future: with a result, or within {@code pollTimeout} of
 * each round of requests with a {@link MemcachedException}. Where the limits of
 * operations in flight are reached a call fails at once. Results are decoded, and
 * callbacks run, on {@link MemcachedClientBuilder#executor}. Cancelling a future only
 * drops its result: what was sent is done.
 * <p>
 * Callbacks should be short and not block, as those of any {@link CompletableFuture}:
 * each that blocks holds a thread. A call whose completion finds no thread, or whose task
 * the executor throws back, drops or has not begun by the time the call's time is up, is
 * completed on another thread of the client's then, of which there are 1,024 at most. So
 * a callback may wait for another call, at the price of up to a {@code pollTimeout}.
 * Closing the client completes every future, also one that waits for a loader or a check
 * of the application that never ends.
 *
 * @since 0.1.0
 */
public interface AsyncMemcachedClient {

	/**
	 * As {@link MemcachedClient#get(String)}.
	 * @param <T> as there
	 * @param key as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	<T> CompletableFuture<@Nullable T> get(String key);

	/**
	 * As {@link MemcachedClient#get(String, Class)}.
	 * @param <T> as there
	 * @param key as there
	 * @param type as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	<T> CompletableFuture<@Nullable T> get(String key, Class<T> type);

	/**
	 * As {@link MemcachedClient#get(String, LoadPolicy)}.
	 * @param <T> as there
	 * @param key as there
	 * @param policy as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	<T> CompletableFuture<@Nullable T> get(String key, LoadPolicy policy);

	/**
	 * As {@link MemcachedClient#gets(String)}.
	 * @param <T> as there
	 * @param key as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	<T> CompletableFuture<@Nullable CasValue<T>> gets(String key);

	/**
	 * As {@link MemcachedClient#getAndTouch(String, Duration)}.
	 * @param <T> as there
	 * @param key as there
	 * @param ttl as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	<T> CompletableFuture<@Nullable T> getAndTouch(String key, Duration ttl);

	/**
	 * As {@link MemcachedClient#getRaw(String)}.
	 * @param key as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<@Nullable RawValue> getRaw(String key);

	/**
	 * As {@link MemcachedClient#getMulti(Collection)}.
	 * @param <T> as there
	 * @param keys as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	<T> CompletableFuture<MultiGetResult<T>> getMulti(Collection<String> keys);

	/**
	 * As {@link MemcachedClient#getList(List)}.
	 * @param <T> as there
	 * @param keys as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	<T> CompletableFuture<List<@Nullable T>> getList(List<String> keys);

	/**
	 * As {@link MemcachedClient#set(String, Object)}.
	 * @param key as there
	 * @param value as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	default CompletableFuture<Boolean> set(String key, Object value) {
		return set(key, value, Duration.ZERO);
	}

	/**
	 * As {@link MemcachedClient#set(String, Object, Duration)}.
	 * @param key as there
	 * @param value as there
	 * @param ttl as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<Boolean> set(String key, Object value, Duration ttl);

	/**
	 * As {@link MemcachedClient#add(String, Object)}.
	 * @param key as there
	 * @param value as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	default CompletableFuture<Boolean> add(String key, Object value) {
		return add(key, value, Duration.ZERO);
	}

	/**
	 * As {@link MemcachedClient#add(String, Object, Duration)}.
	 * @param key as there
	 * @param value as there
	 * @param ttl as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<Boolean> add(String key, Object value, Duration ttl);

	/**
	 * As {@link MemcachedClient#replace(String, Object)}.
	 * @param key as there
	 * @param value as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	default CompletableFuture<Boolean> replace(String key, Object value) {
		return replace(key, value, Duration.ZERO);
	}

	/**
	 * As {@link MemcachedClient#replace(String, Object, Duration)}.
	 * @param key as there
	 * @param value as there
	 * @param ttl as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<Boolean> replace(String key, Object value, Duration ttl);

	/**
	 * As {@link MemcachedClient#setRaw(String, RawValue, Duration)}.
	 * @param key as there
	 * @param value as there
	 * @param ttl as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<Boolean> setRaw(String key, RawValue value, Duration ttl);

	/**
	 * As {@link MemcachedClient#append(String, byte[])}.
	 * @param key as there
	 * @param data as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<Boolean> append(String key, byte[] data);

	/**
	 * As {@link MemcachedClient#prepend(String, byte[])}.
	 * @param key as there
	 * @param data as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<Boolean> prepend(String key, byte[] data);

	/**
	 * As {@link MemcachedClient#cas(String, Object, Duration, long)}.
	 * @param key as there
	 * @param value as there
	 * @param ttl as there
	 * @param cas as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<CasResult> cas(String key, Object value, Duration ttl, long cas);

	/**
	 * As {@link MemcachedClient#setMulti(Map)}.
	 * @param entries as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	default CompletableFuture<MultiResult> setMulti(Map<String, ?> entries) {
		return setMulti(entries, Duration.ZERO);
	}

	/**
	 * As {@link MemcachedClient#setMulti(Map, Duration)}.
	 * @param entries as there
	 * @param ttl as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<MultiResult> setMulti(Map<String, ?> entries, Duration ttl);

	/**
	 * As {@link MemcachedClient#deleteMulti(Collection)}.
	 * @param keys as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<MultiResult> deleteMulti(Collection<String> keys);

	/**
	 * As {@link MemcachedClient#appendMulti(Collection, byte[])}.
	 * @param keys as there
	 * @param data as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<MultiResult> appendMulti(Collection<String> keys, byte[] data);

	/**
	 * As {@link MemcachedClient#prependMulti(Collection, byte[])}.
	 * @param keys as there
	 * @param data as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<MultiResult> prependMulti(Collection<String> keys, byte[] data);

	/**
	 * As {@link MemcachedClient#delete(String)}.
	 * @param key as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<Boolean> delete(String key);

	/**
	 * As {@link MemcachedClient#touch(String, Duration)}.
	 * @param key as there
	 * @param ttl as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<Boolean> touch(String key, Duration ttl);

	/**
	 * As {@link MemcachedClient#expire(String)}.
	 * @param key as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	default CompletableFuture<Boolean> expire(String key) {
		return touch(key, Duration.ofSeconds(-1));
	}

	/**
	 * As {@link MemcachedClient#incr(String, long)}.
	 * @param key as there
	 * @param delta as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<OptionalLong> incr(String key, long delta);

	/**
	 * As {@link MemcachedClient#decr(String, long)}.
	 * @param key as there
	 * @param delta as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<OptionalLong> decr(String key, long delta);

	/**
	 * As {@link MemcachedClient#version()}.
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<Map<String, String>> version();

	/**
	 * As {@link MemcachedClient#stats(String...)}.
	 * @param arguments as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<Map<String, Map<String, String>>> stats(String... arguments);

	/**
	 * As {@link MemcachedClient#flushAll()}.
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<List<String>> flushAll();

	/**
	 * As {@link MemcachedClient#liveServerFor(String)}.
	 * @param key as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<@Nullable String> liveServerFor(String key);

	/**
	 * As {@link MemcachedClient#getOrLoad}. Every caller gets a future of its own, so
	 * that cancelling one cancels nobody else's; a loader that asks for its own key waits
	 * for itself until the policy's waiting time is over.
	 * @param <T> as there
	 * @param key as there
	 * @param policy as there
	 * @param loader starts to load the value; what it completes with exceptionally, or
	 * throws, is what the future completes with
	 * @return completed with the value
	 */
	<T> CompletableFuture<@Nullable T> getOrLoad(String key, LoadPolicy policy,
			Supplier<? extends CompletionStage<? extends @Nullable T>> loader);

	/**
	 * As {@link MemcachedClient#invalidate(String, LoadPolicy)}.
	 * @param key as there
	 * @param policy as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	default CompletableFuture<Boolean> invalidate(String key, LoadPolicy policy) {
		return invalidate(key, policy.staleFor());
	}

	/**
	 * As {@link MemcachedClient#invalidate(String, Duration)}.
	 * @param key as there
	 * @param staleFor as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<Boolean> invalidate(String key, Duration staleFor);

	/**
	 * Gives access to memcached's meta commands.
	 * @return always the same one
	 */
	AsyncMetaCommands meta();

}
