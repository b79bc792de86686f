package io.libmc.spring.cache;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.support.AbstractValueAdaptingCache;
import org.springframework.cache.support.NullValue;

import io.libmc.CasValue;
import io.libmc.LoadListener;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.spring.cache.EntryLoad.LoaderException;

/**
 * A cache on memcached. Its entries are shared with every application that uses the same
 * servers, prefixes and cache name.
 * <p>
 * Keys may be of any type that has a text of its own: strings, numbers, enums, records,
 * collections and arrays of such, everything that overrides {@code toString()} so that it
 * tells different keys apart, and what a {@link CacheKeyConverter} is for; any other is
 * an {@link IllegalArgumentException}.
 *
 * @since 0.1.0
 */
public final class LibmcCache extends AbstractValueAdaptingCache implements BulkCache {

	private static final int ATTEMPTS = 5;

	private final String name;

	private final String keyPrefix;

	private final MemcachedClient client;

	private final EntryStore store;

	private final CacheCounters counters;

	private final CachedValues values;

	private final ChangeQueue changes;

	private final ManyEntries many;

	private final NearTier near;

	private final CacheLoads loads;

	/** Whether a cache of the same manager keeps some. */
	private final boolean tiered;

	LibmcCache(String name, String keyPrefix, MemcachedClient client, EntryStore store, LibmcCacheSettings settings,
			ServerStates serverStates, Background background, boolean tiered) {
		super(settings.cachesNullValues());
		this.name = name;
		this.keyPrefix = keyPrefix;
		this.client = client;
		this.store = store;
		this.counters = new CacheCounters(settings.countsStatistics());
		this.values = new CachedValues(name, store, settings, serverStates, this.counters);
		this.changes = background.changes(this.values);
		this.many = new ManyEntries(this, store, this.values, this.changes);
		this.near = new NearTier(settings.nearCache(), store, this.changes, this.counters);
		this.loads = new CacheLoads(store, this.values, this.changes, this.near);
		this.tiered = tiered;
	}

	@Override
	public String getName() {
		return this.name;
	}

	/**
	 * The client.
	 * @return the {@link MemcachedClient}
	 */
	@Override
	public Object getNativeCache() {
		return this.client;
	}

	boolean isOn(MemcachedClient other) {
		return this.client == other;
	}

	/** The list of servers has changed. */
	void settleReturns() {
		this.store.settleReturns();
	}

	@Override
	public String toString() {
		return "LibmcCache[name=" + this.name + ", keyPrefix=" + this.keyPrefix + ", client=" + this.client + "]";
	}

	/**
	 * Whether this cache counts.
	 * @return whether {@link #getStatistics()} has anything to say
	 */
	public boolean isStatisticsEnabled() {
		return this.counters.areEnabled();
	}

	/**
	 * Whether this cache, or another one of its manager, keeps entries in the process.
	 * @return whether there are two tiers
	 */
	public boolean isTiered() {
		return this.tiered;
	}

	/**
	 * Whether this cache keeps entries in the process, too.
	 * @return whether it does
	 */
	public boolean isNear() {
		return this.near.isThere();
	}

	/**
	 * How many entries are in the process.
	 * @return about so many; 0 where none are kept
	 */
	public long getNearSize() {
		return this.near.size();
	}

	/**
	 * How many entries had to leave the process because there were too many.
	 * @return so many so far
	 */
	public long getNearEvictions() {
		return this.near.evictions();
	}

	/**
	 * The counts so far.
	 * @return a snapshot; all 0 where statistics are off
	 */
	public LibmcCacheStatistics getStatistics() {
		return this.counters.snapshot();
	}

	/**
	 * What a key's entry is called.
	 * @throws IllegalArgumentException if the key cannot be written
	 */
	String entryName(Object key) {
		return this.store.name(key);
	}

	@Override
	protected @Nullable Object lookup(Object key) {
		Object nearKey = this.near.key(key);
		Object held = this.near.get(nearKey);
		if (held != null) {
			return held;
		}
		String entryName = this.near.name(key, nearKey);
		try {
			this.changes.await(entryName);
			return this.near.find(this.values, entryName, nearKey);
		}
		catch (MemcachedException | IllegalStateException ex) {
			this.values.failed(CachedValues.failure(ex));
			return this.near.getWhenDown(nearKey);
		}
	}

	/**
	 * Returns the cached value, or the loader's, which is then cached. Of all callers
	 * that miss the same entry, in whatever process, one runs its loader, and its result
	 * is everybody's; within one process so is its failure. How long the others wait for
	 * it, and who reloads an entry before it expires or after it was evicted, is as the
	 * {@linkplain LibmcCacheSettings settings} say. Once the loader has returned this
	 * method does not throw, whatever memcached does.
	 * @param key the key
	 * @param valueLoader loads the value; runs at most once
	 * @return the value, or {@code null} if it is {@code null}
	 * @throws ValueRetrievalException if the loader throws
	 */
	@Override
	public <T> @Nullable T get(Object key, Callable<T> valueLoader) {
		return this.loads.get(key, valueLoader);
	}

	/**
	 * Looks a value up without waiting.
	 * @param key the key
	 * @return a {@link ValueWrapper}, or {@code null} if there is none
	 */
	@Override
	public CompletableFuture<?> retrieve(Object key) {
		Object nearKey = this.near.key(key);
		Object held = this.near.get(nearKey);
		if (held != null) {
			return CompletableFuture.completedFuture(toValueWrapper(held));
		}
		String entryName = this.near.name(key, nearKey);
		CompletableFuture<@Nullable Object> finding = this.changes.isSettled(entryName)
				? this.near.findAsync(this.values, entryName, nearKey) : this.changes.settled(entryName)
					.thenCompose((settled) -> this.near.findAsync(this.values, entryName, nearKey));
		return finding.handle((found, ex) -> {
			if (ex == null) {
				return toValueWrapper(found);
			}
			this.values.failed(CachedValues.failure(ex));
			return toValueWrapper(this.near.getWhenDown(nearKey));
		});
	}

	/**
	 * Returns the cached value, or the loader's, which is then cached, without waiting.
	 * It does the same as {@link #get(Object, Callable)} otherwise, and shares loads with
	 * its callers.
	 * @param key the key
	 * @param valueLoader starts to load the value, at most once and on any thread
	 * @return a future of the caller's own
	 */
	@Override
	public <T> CompletableFuture<T> retrieve(Object key, Supplier<CompletableFuture<T>> valueLoader) {
		return this.loads.retrieve(key, valueLoader, null);
	}

	/**
	 * As {@link #retrieve(Object, Supplier)}.
	 * @param watcher is told what becomes of the call, or {@code null}
	 */
	<T extends @Nullable Object> CompletableFuture<T> retrieve(Object key, Supplier<CompletableFuture<T>> valueLoader,
			@Nullable LoadListener watcher) {
		return this.loads.retrieve(key, valueLoader, watcher);
	}

	/**
	 * Caches a value. On a thread that must not wait, one of Reactor's, this is only
	 * begun, and what this application does next with the entry comes after it. A value
	 * that cannot be cached is not: an older one is evicted, and it is logged once.
	 * @param key the key
	 * @param value the value
	 * @throws IllegalArgumentException if the value cannot be cached and failures are to
	 * be thrown; an older one is evicted then, too
	 */
	@Override
	public void put(Object key, @Nullable Object value) {
		String entryName = this.store.name(key);
		Entry.Encoded entry;
		try {
			entry = this.values.encode(key, toStoreValue(value));
		}
		catch (IllegalArgumentException ex) {
			refuse(key, entryName, ex);
			return;
		}
		change(key, entryName, () -> {
			this.store.put(entryName, entry);
			this.counters.put();
		});
	}

	/** Changes an entry, which remembers to evict it where that cannot be done. */
	private void change(Object key, String entryName, Runnable change) {
		this.changes.change(entryName, this.near.dropping(key, change),
				this.near.dropping(key, () -> this.store.evictLater(entryName)));
	}

	/** Leaves no older value where a value cannot be, and tells of it. */
	void refuse(Object key, String entryName, IllegalArgumentException reason) {
		try {
			change(key, entryName, () -> this.store.delete(entryName));
		}
		catch (MemcachedException ex) {
			// remembered, and the reason says more
			reason.addSuppressed(ex);
		}
		this.values.uncacheable(reason);
	}

	/** An entry is about to be changed, or has been. */
	void drop(Object key) {
		this.near.drop(key);
	}

	Object storeValue(@Nullable Object value) {
		return toStoreValue(value);
	}

	@Override
	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	public <K, V> Map<K, @Nullable V> getAll(Collection<? extends K> keys) {
		return (Map<K, @Nullable V>) this.many.<K>find(keys);
	}

	@Override
	public <K, V> Map<K, @Nullable V> getAll(Collection<? extends K> keys,
			Function<? super Collection<K>, ? extends Map<? super K, ? extends V>> loader) {
		Supplier<Executor> refreshes = this.store.background()::refreshesForCaller;
		return new ManyLoads<K, V>(this, loader, this.store.refreshesInBackground() ? refreshes : null).get(keys);
	}

	@Override
	public void putAll(Map<?, ?> entries) {
		this.many.put(entries);
	}

	@Override
	public void evictAll(Collection<?> keys) {
		this.many.evict(keys);
	}

	/**
	 * A value's entry, or {@code null} if it cannot be cached and that does not matter.
	 */
	private Entry.@Nullable Encoded encode(Object key, @Nullable Object value) {
		try {
			return this.values.encode(key, toStoreValue(value));
		}
		catch (IllegalArgumentException ex) {
			this.values.uncacheable(ex);
			return null;
		}
	}

	/**
	 * Caches a value unless there is one. This is atomic among all applications. Where
	 * memcached fails and is bypassed, nothing is cached and nothing found. A value that
	 * cannot be cached is not, as with {@link #put}.
	 * @param key the key
	 * @param value the value
	 * @return the present value, or {@code null} if there was none
	 */
	@Override
	public @Nullable ValueWrapper putIfAbsent(Object key, @Nullable Object value) {
		String entryName = this.store.name(key);
		Entry.Encoded entry = encode(key, value);
		if (entry == null) {
			return get(key);
		}
		AtomicReference<@Nullable ValueWrapper> present = new AtomicReference<>();
		try {
			this.changes.await(entryName);
			this.near.dropping(key, () -> present.set(addOrFind(entryName, entry))).run();
			return present.get();
		}
		catch (IllegalArgumentException ex) {
			this.values.uncacheable(ex);
			return null;
		}
		catch (MemcachedException | IllegalStateException ex) {
			this.values.failed(CachedValues.failure(ex));
			return null;
		}
	}

	/**
	 * Adds an entry, or finds the value that is there. An entry that was cleared, or is
	 * no value, is in the way and has to be replaced. Between the steps entries come and
	 * go.
	 */
	private @Nullable ValueWrapper addOrFind(String entryName, Entry.Encoded entry) {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			long generation = this.store.freshGeneration(entryName);
			if (this.store.add(entryName, entry, generation)) {
				return added();
			}
			CasValue<Entry> present = this.store.readToReplace(entryName);
			if (present != null) {
				long stamp = present.value().generation();
				boolean live = this.store.isLive(entryName, present.value(), generation)
						&& !present.value().lifetime().isOver()
						&& this.store.areGroupsLive(entryName, present.value(), true);
				Object value = live ? this.values.valueOf(present.value()) : null;
				if (value != null && !this.store.isStale(entryName, present.cas())) {
					return toValueWrapper(value);
				}
				if (stamp <= generation && this.store.replace(entryName, entry, generation, present.cas())) {
					return added();
				}
			}
		}
		return null;
	}

	private @Nullable ValueWrapper added() {
		this.counters.put();
		return null;
	}

	/**
	 * Evicts an entry. Where the cache serves stale entries, one caller loads it anew and
	 * the others get it meanwhile. On a thread that must not wait, one of Reactor's, this
	 * is only begun.
	 * @param key the key, or a {@link CacheGroup} whose entries are evicted
	 */
	@Override
	public void evict(Object key) {
		if (key instanceof CacheGroup group) {
			evictGroup(group.name());
			return;
		}
		String entryName = this.store.name(key);
		change(key, entryName, () -> {
			this.store.evict(entryName);
			this.counters.eviction();
		});
	}

	/**
	 * Evicts an entry, at once and leaving nothing behind. On a thread that must not
	 * wait, one of Reactor's, this is only begun. Where memcached fails it is remembered,
	 * as every eviction is.
	 * @param key the key, or a {@link CacheGroup} whose entries are evicted
	 * @return whether there was one; {@code false} where memcached fails and is bypassed,
	 * where this is only begun, and of a group
	 */
	@Override
	public boolean evictIfPresent(Object key) {
		if (key instanceof CacheGroup group) {
			evictGroup(group.name());
			return false;
		}
		String entryName = this.store.name(key);
		AtomicBoolean present = new AtomicBoolean();
		Runnable eviction = this.near.dropping(key, () -> {
			present.set(this.store.delete(entryName));
			this.counters.eviction();
		});
		Runnable later = this.near.dropping(key, () -> this.store.evictLater(entryName));
		if (Background.isNeeded()) {
			this.changes.change(entryName, eviction, later);
			return false;
		}
		try {
			this.changes.await(entryName, eviction, later);
			boolean live = isLive(entryName);
			eviction.run();
			return live && present.get();
		}
		catch (MemcachedException | IllegalStateException ex) {
			this.values.failed(CachedValues.failure(ex));
			return false;
		}
	}

	private boolean isLive(String entryName) {
		try {
			return this.store.readFresh(entryName) != null;
		}
		catch (MemcachedException ex) {
			this.store.evictLater(entryName);
			throw ex;
		}
	}

	/**
	 * Clears the cache: at once for this application, and for the others within the
	 * manager's {@linkplain LibmcCacheManager#setClearVisibility visibility time}.
	 * Nothing else on the servers is touched.
	 */
	@Override
	public void clear() {
		this.changes.clear(this.near.clearing(this.store::clear), this.near.clearing(this.store::clearLater));
	}

	@Override
	public void evictGroup(String group) {
		Objects.requireNonNull(group, "group");
		this.changes.clear(this.near.clearing(() -> this.store.evictGroup(group)),
				this.near.clearing(this.store::clearLater));
	}

	/**
	 * Clears the cache, as {@link #clear()} does.
	 * @return {@code false}: whether there were entries is not known
	 */
	@Override
	public boolean invalidate() {
		clear();
		return false;
	}

}
