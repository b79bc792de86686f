package io.libmc.spring.cache;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.Cache;
import org.springframework.cache.support.SimpleValueWrapper;
import org.springframework.cache.transaction.TransactionAwareCacheDecorator;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Spring's cache that waits for the commit, less the ways in which what a transaction has
 * not committed could still come into the cache: a transaction that has written through
 * it loads for itself alone, and adds values when it commits.
 */
final class TransactionalCache extends TransactionAwareCacheDecorator {

	TransactionalCache(Cache cache) {
		super(cache);
	}

	@Override
	public void put(Object key, @Nullable Object value) {
		written();
		super.put(key, value);
	}

	@Override
	public void evict(Object key) {
		written();
		super.evict(key);
	}

	@Override
	public boolean evictIfPresent(Object key) {
		written();
		return super.evictIfPresent(key);
	}

	@Override
	public void clear() {
		written();
		super.clear();
	}

	@Override
	public boolean invalidate() {
		written();
		return super.invalidate();
	}

	@Override
	public <T> @Nullable T get(Object key, Callable<T> valueLoader) {
		if (!hasWritten()) {
			return super.get(key, valueLoader);
		}
		try {
			return valueLoader.call();
		}
		catch (Exception ex) {
			throw new ValueRetrievalException(key, valueLoader, ex);
		}
	}

	@Override
	public <T> CompletableFuture<T> retrieve(Object key, Supplier<CompletableFuture<T>> valueLoader) {
		return hasWritten() ? EntryLoad.start(valueLoader) : super.retrieve(key, valueLoader);
	}

	/** Within a transaction this is only sure when it has committed. */
	@Override
	public @Nullable ValueWrapper putIfAbsent(Object key, @Nullable Object value) {
		Changes changes = written();
		if (changes == null) {
			return super.putIfAbsent(key, value);
		}
		ValueWrapper present = changes.added.containsKey(key) ? new SimpleValueWrapper(changes.added.get(key))
				: get(key);
		if (present == null) {
			changes.added.put(key, value);
		}
		return present;
	}

	/**
	 * Notes that the present transaction changes this cache.
	 * @return its changes, or {@code null} if there is no transaction
	 */
	private @Nullable Changes written() {
		if (!TransactionSynchronizationManager.isSynchronizationActive()) {
			return null;
		}
		Changes changes = (Changes) TransactionSynchronizationManager.getResource(this);
		if (changes == null) {
			changes = new Changes();
			TransactionSynchronizationManager.bindResource(this, changes);
			TransactionSynchronizationManager.registerSynchronization(changes);
		}
		return changes;
	}

	private boolean hasWritten() {
		return TransactionSynchronizationManager.getResource(this) != null;
	}

	/** What one transaction does to this cache. */
	private final class Changes implements TransactionSynchronization {

		private final Map<Object, @Nullable Object> added = new HashMap<>();

		@Override
		public void suspend() {
			TransactionSynchronizationManager.unbindResource(TransactionalCache.this);
		}

		@Override
		public void resume() {
			TransactionSynchronizationManager.bindResource(TransactionalCache.this, this);
		}

		@Override
		public void afterCommit() {
			this.added.forEach(getTargetCache()::putIfAbsent);
		}

		@Override
		public void afterCompletion(int status) {
			TransactionSynchronizationManager.unbindResourceIfPossible(TransactionalCache.this);
		}

	}

}
