package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.Cache;
import org.springframework.cache.support.SimpleValueWrapper;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What one transaction changes in the caches of one manager. It is done when it has
 * committed, in its order and each change whatever becomes of the others. A rollback to a
 * savepoint takes back what was put since; what was evicted since is evicted all the
 * same, which is always safe.
 */
final class CacheTransaction implements TransactionSynchronization {

	/** What the transaction evicted, so that it finds nothing. */
	private static final Cache.ValueWrapper GONE = new SimpleValueWrapper(null);

	private final Object manager;

	private final List<Change> changes = new ArrayList<>();

	/** What the changes leave of each cache that they touch. */
	private final IdentityHashMap<Cache, Touched> touched = new IdentityHashMap<>();

	/** How many changes there were at each savepoint. */
	private final IdentityHashMap<Object, Integer> savepoints = new IdentityHashMap<>();

	private boolean carriedOut;

	private CacheTransaction(Object manager) {
		this.manager = manager;
	}

	/**
	 * The present transaction, which is to change a cache of a manager.
	 * @return {@code null} if there is none, as in a scope that only {@code SUPPORTS}
	 * one, or it has committed and its changes have been carried out: then the next
	 * change is made at once
	 */
	static @Nullable CacheTransaction begin(Object manager) {
		if (!TransactionSynchronizationManager.isSynchronizationActive()
				|| !TransactionSynchronizationManager.isActualTransactionActive()) {
			return null;
		}
		CacheTransaction transaction = (CacheTransaction) TransactionSynchronizationManager.getResource(manager);
		if (transaction == null) {
			transaction = new CacheTransaction(manager);
			TransactionSynchronizationManager.bindResource(manager, transaction);
			TransactionSynchronizationManager.registerSynchronization(transaction);
		}
		return transaction.carriedOut ? null : transaction;
	}

	/**
	 * The present transaction, if it has changed a cache of a manager and that is not yet
	 * carried out.
	 */
	static @Nullable CacheTransaction find(Object manager) {
		CacheTransaction transaction = (CacheTransaction) TransactionSynchronizationManager.getResource(manager);
		return (transaction == null || transaction.carriedOut || transaction.changes.isEmpty()) ? null : transaction;
	}

	void put(Cache cache, Object key, @Nullable Object value) {
		add(new Change(cache, name(cache, key), new SimpleValueWrapper(value), () -> cache.put(key, value),
				() -> cache.evict(key)));
	}

	void add(Cache cache, Object key, @Nullable Object value) {
		add(new Change(cache, name(cache, key), new SimpleValueWrapper(value), () -> cache.putIfAbsent(key, value),
				() -> cache.evict(key)));
	}

	void evict(Cache cache, Object key) {
		gone(cache, name(cache, key), () -> cache.evict(key));
	}

	/** As {@link #evict}, and nothing is left behind. */
	void remove(Cache cache, Object key) {
		gone(cache, name(cache, key), () -> cache.evictIfPresent(key));
	}

	void clear(Cache cache) {
		gone(cache, null, cache::clear);
	}

	void evictGroup(BulkCache cache, String group) {
		gone(cache, null, () -> cache.evictGroup(group));
	}

	/** What a key's entry is called. */
	private static String name(Cache cache, Object key) {
		return (cache instanceof LibmcCache own) ? own.entryName(key) : KeyText.of(key, KeyConverters.NONE);
	}

	private void gone(Cache cache, @Nullable String key, Runnable action) {
		add(new Change(cache, key, GONE, action, action));
	}

	private void add(Change change) {
		this.changes.add(change);
		touch(change);
	}

	private void touch(Change change) {
		Touched entries = this.touched.computeIfAbsent(change.cache, (cache) -> new Touched());
		if (change.key == null) {
			entries.byKey.clear();
			entries.cleared = true;
		}
		else {
			entries.byKey.put(change.key, change.left);
		}
	}

	/** Whether it has changed an entry. */
	boolean touches(Cache cache, Object key) {
		return left(cache, key) != null;
	}

	/** What it has put into an entry, or {@code null} if it has evicted or cleared it. */
	Cache.@Nullable ValueWrapper valueOf(Cache cache, Object key) {
		Cache.ValueWrapper left = left(cache, key);
		return (left == GONE) ? null : left;
	}

	private Cache.@Nullable ValueWrapper left(Cache cache, Object key) {
		Touched entries = this.touched.get(cache);
		return (entries == null) ? null : entries.byKey.getOrDefault(name(cache, key), entries.cleared ? GONE : null);
	}

	@Override
	public void suspend() {
		TransactionSynchronizationManager.unbindResource(this.manager);
	}

	@Override
	public void resume() {
		TransactionSynchronizationManager.bindResource(this.manager, this);
	}

	@Override
	public void savepoint(Object savepoint) {
		this.savepoints.put(savepoint, this.changes.size());
	}

	/** A savepoint that is not known is older than the first change. */
	@Override
	public void savepointRollback(Object savepoint) {
		int kept = this.savepoints.getOrDefault(savepoint, 0);
		List<Change> since = this.changes.subList(kept, this.changes.size());
		since.removeIf((change) -> change.left != GONE);
		this.touched.clear();
		this.changes.forEach(this::touch);
	}

	@Override
	public void afterCommit() {
		carryOut(Change::action);
	}

	private void carryOut(Function<Change, Runnable> what) {
		this.carriedOut = true;
		RuntimeException failure = null;
		for (Change change : this.changes) {
			try {
				what.apply(change).run();
			}
			catch (RuntimeException ex) {
				if (failure == null) {
					failure = ex;
				}
				else {
					failure.addSuppressed(ex);
				}
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	/**
	 * Whoever begins to change caches while the others are told of the commit is not told
	 * of it. What is not known to have been rolled back may have been committed.
	 */
	@Override
	public void afterCompletion(int status) {
		TransactionSynchronizationManager.unbindResourceIfPossible(this.manager);
		if (!this.carriedOut && status != STATUS_ROLLED_BACK) {
			carryOut((status == STATUS_COMMITTED) ? Change::action : Change::doubt);
		}
	}

	/**
	 * One change.
	 *
	 * @param key the text of the entry's key, or {@code null} if all are cleared
	 * @param left what it leaves of the entry
	 * @param action makes it
	 * @param doubt what is done where nobody knows whether the transaction has committed
	 */
	private record Change(Cache cache, @Nullable String key, Cache.ValueWrapper left, Runnable action, Runnable doubt) {

	}

	private static final class Touched {

		final Map<String, Cache.ValueWrapper> byKey = new HashMap<>();

		boolean cleared;

	}

}
