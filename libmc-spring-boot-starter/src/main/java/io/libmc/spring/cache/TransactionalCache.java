package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.Cache;
import org.springframework.cache.support.SimpleValueWrapper;
import org.springframework.cache.transaction.TransactionAwareCacheDecorator;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A cache that waits for the commit. What a transaction has not committed does not come
 * into it: one that has written through any cache of the manager loads for itself alone.
 * What it has changed it does not find any more, and adds values when it commits.
 */
final class TransactionalCache extends TransactionAwareCacheDecorator implements BulkCache {

	private final BulkCache cache;

	private final Object manager;

	TransactionalCache(BulkCache cache, Object manager) {
		super(cache);
		this.cache = cache;
		this.manager = manager;
	}

	@Override
	public @Nullable ValueWrapper get(Object key) {
		return isTouched(key) ? null : super.get(key);
	}

	@Override
	public <T> @Nullable T get(Object key, @Nullable Class<T> type) {
		return isTouched(key) ? null : super.get(key, type);
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T> @Nullable T get(Object key, Callable<T> valueLoader) {
		if (!TransactionSynchronizationManager.isSynchronizationActive()) {
			return super.get(key, valueLoader);
		}
		if (!hasWritten()) {
			return super.get(key, () -> load(key, valueLoader));
		}
		ValueWrapper present = get(key);
		if (present != null) {
			return (T) present.get();
		}
		try {
			return valueLoader.call();
		}
		catch (Exception ex) {
			throw new ValueRetrievalException(key, valueLoader, ex);
		}
	}

	/**
	 * Loads in a transaction. If that writes meanwhile its value may be its own alone: an
	 * eviction overtakes the load, so that it is not cached.
	 */
	private <T> T load(Object key, Callable<T> valueLoader) throws Exception {
		T value = valueLoader.call();
		if (hasWritten()) {
			getTargetCache().evictIfPresent(key);
		}
		return value;
	}

	@Override
	public @Nullable CompletableFuture<?> retrieve(Object key) {
		return isTouched(key) ? CompletableFuture.completedFuture(null) : super.retrieve(key);
	}

	/** The loader runs on another thread than the transaction's. */
	@Override
	public <T> CompletableFuture<T> retrieve(Object key, Supplier<CompletableFuture<T>> valueLoader) {
		return hasWritten() ? EntryLoad.start(valueLoader) : super.retrieve(key, valueLoader);
	}

	@Override
	public void put(Object key, @Nullable Object value) {
		CacheTransaction transaction = CacheTransaction.begin(this.manager);
		if (transaction != null) {
			transaction.put(getTargetCache(), key, value);
		}
		else {
			getTargetCache().put(key, value);
		}
	}

	/** Within a transaction this is only sure when it has committed. */
	@Override
	public @Nullable ValueWrapper putIfAbsent(Object key, @Nullable Object value) {
		CacheTransaction transaction = CacheTransaction.begin(this.manager);
		if (transaction == null) {
			return super.putIfAbsent(key, value);
		}
		ValueWrapper present = transaction.touches(getTargetCache(), key) ? transaction.valueOf(getTargetCache(), key)
				: super.get(key);
		if (present == null) {
			transaction.add(getTargetCache(), key, value);
		}
		return (present != null) ? new SimpleValueWrapper(present.get()) : null;
	}

	@Override
	public void evict(Object key) {
		if (key instanceof CacheGroup group) {
			evictGroup(group.name());
			return;
		}
		CacheTransaction transaction = CacheTransaction.begin(this.manager);
		if (transaction != null) {
			transaction.evict(getTargetCache(), key);
		}
		else {
			getTargetCache().evict(key);
		}
	}

	/**
	 * At once, and again after the commit: what others load until then is the old value.
	 */
	@Override
	public boolean evictIfPresent(Object key) {
		CacheTransaction transaction = CacheTransaction.begin(this.manager);
		if (transaction != null && key instanceof CacheGroup group) {
			transaction.evictGroup(this.cache, group.name());
		}
		else if (transaction != null) {
			transaction.remove(getTargetCache(), key);
		}
		return super.evictIfPresent(key);
	}

	@Override
	public void clear() {
		CacheTransaction transaction = CacheTransaction.begin(this.manager);
		if (transaction != null) {
			transaction.clear(getTargetCache());
		}
		else {
			getTargetCache().clear();
		}
	}

	@Override
	@SuppressWarnings("TypeParameterUnusedInFormals")
	public <K, V> Map<K, @Nullable V> getAll(Collection<? extends K> keys) {
		return this.cache.getAll(keys.stream().filter((key) -> !isTouched(key)).toList());
	}

	@Override
	public <K, V> Map<K, @Nullable V> getAll(Collection<? extends K> keys,
			Function<? super Collection<K>, ? extends Map<? super K, ? extends V>> loader) {
		if (!TransactionSynchronizationManager.isSynchronizationActive()) {
			return this.cache.getAll(keys, loader);
		}
		if (!hasWritten()) {
			return this.cache.getAll(keys, (Collection<K> missing) -> loadAll(missing, loader));
		}
		Map<K, @Nullable V> present = getAll(keys);
		List<K> missing = new ArrayList<>();
		Map<K, @Nullable V> values = new LinkedHashMap<>();
		for (K key : keys) {
			values.put(key, present.get(key));
			if (!present.containsKey(key)) {
				missing.add(key);
			}
		}
		if (!missing.isEmpty()) {
			Map<? super K, ? extends V> loaded = load(missing, loader);
			missing.forEach((key) -> values.put(key, loaded.get(key)));
		}
		return values;
	}

	private static <K, V> Map<? super K, ? extends V> load(List<K> missing,
			Function<? super Collection<K>, ? extends Map<? super K, ? extends V>> loader) {
		try {
			return ManyLoads.load(missing, loader);
		}
		catch (RuntimeException ex) {
			throw new ValueRetrievalException(missing.get(0), () -> loader, ex);
		}
	}

	/** As {@link #load(Object, Callable)}. */
	private <K, V> Map<? super K, ? extends V> loadAll(Collection<K> missing,
			Function<? super Collection<K>, ? extends Map<? super K, ? extends V>> loader) {
		Map<? super K, ? extends V> loaded = ManyLoads.load(missing, loader);
		if (hasWritten()) {
			missing.forEach(getTargetCache()::evictIfPresent);
		}
		return loaded;
	}

	@Override
	public void putAll(Map<?, ?> entries) {
		CacheTransaction transaction = CacheTransaction.begin(this.manager);
		if (transaction != null) {
			entries.forEach((key, value) -> transaction.put(this.cache, key, value));
		}
		else {
			this.cache.putAll(entries);
		}
	}

	@Override
	public void evictAll(Collection<?> keys) {
		CacheTransaction transaction = CacheTransaction.begin(this.manager);
		if (transaction != null) {
			keys.forEach(this::evict);
		}
		else {
			this.cache.evictAll(keys);
		}
	}

	/**
	 * Which entries belong to it is not known here: the transaction finds none any more.
	 */
	@Override
	public void evictGroup(String group) {
		CacheTransaction transaction = CacheTransaction.begin(this.manager);
		if (transaction != null) {
			transaction.evictGroup(this.cache, group);
		}
		else {
			this.cache.evictGroup(group);
		}
	}

	/** At once, and again after the commit. */
	@Override
	public boolean invalidate() {
		CacheTransaction transaction = CacheTransaction.begin(this.manager);
		if (transaction != null) {
			transaction.clear(getTargetCache());
		}
		return super.invalidate();
	}

	private boolean hasWritten() {
		return CacheTransaction.find(this.manager) != null;
	}

	private boolean isTouched(Object key) {
		CacheTransaction transaction = CacheTransaction.find(this.manager);
		return transaction != null && transaction.touches(getTargetCache(), key);
	}

}
