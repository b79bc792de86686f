package io.libmc.spring.cache;

import java.util.Collection;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.Cache;

/**
 * A cache that is asked for many entries at once, and told of as many, in about one round
 * trip for each server. Every cache of a {@link LibmcCacheManager} is one, and does with
 * each entry what it does with a single one. Each method waits, but for changes on a
 * thread that must not, one of Reactor's, which are only begun.
 *
 * @since 0.1.0
 */
public interface BulkCache extends Cache {

	/**
	 * Looks values up.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values, which is not checked
	 * @param keys the keys
	 * @return the values that are cached, by their keys in the order of these; a cached
	 * {@code null} is there as {@code null}
	 */
	<K, V> Map<K, @Nullable V> getAll(Collection<? extends K> keys);

	/**
	 * Returns the cached values, and the loader's for the other keys, which are then
	 * cached. It is called once, on the caller's thread, with the missing keys, unless
	 * there are none. A key that another caller loads, in whatever process, is waited for
	 * as by {@link Cache#get(Object, java.util.concurrent.Callable)}; if that is in vain
	 * it is loaded after all, by a further call. So is a key that the loader itself asks
	 * this cache for among those that it was given: it should not, as that waits for its
	 * own caller first.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values, which is not checked
	 * @param keys the keys
	 * @param loader returns the values of those of the keys that have one; others that it
	 * returns are ignored
	 * @return the value of every key, in the order of the keys; {@code null} for those
	 * that have none
	 * @throws Cache.ValueRetrievalException if the loader throws
	 */
	<K, V> Map<K, @Nullable V> getAll(Collection<? extends K> keys,
			Function<? super Collection<K>, ? extends Map<? super K, ? extends V>> loader);

	/**
	 * Caches values, as {@link Cache#put} each. Where some fail the others are cached all
	 * the same.
	 * @param entries the values by their keys
	 */
	void putAll(Map<?, ?> entries);

	/**
	 * Evicts entries, as {@link Cache#evict} each. Where some fail the others are evicted
	 * all the same.
	 * @param keys the keys
	 */
	void evictAll(Collection<?> keys);

	/**
	 * Evicts all entries of a {@linkplain LibmcCacheSettings#groups group}, however many,
	 * in two round trips to each server: at once for this application, and for the others
	 * within the manager's {@linkplain LibmcCacheManager#setClearVisibility visibility
	 * time}. What is being loaded meanwhile is not cached in it. Entries are not served
	 * stale behind it. To evict a {@link CacheGroup} is the same.
	 * @param group the group's name; one without entries is welcome
	 */
	void evictGroup(String group);

}
