package io.libmc.spring.cache;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.support.AbstractValueAdaptingCache;

import io.libmc.CasValue;
import io.libmc.MemcachedException;
import io.libmc.spring.cache.RunningLoads.Load;

/**
 * A cache on memcached. Its entries are shared with every application that uses the same
 * servers, prefixes and cache name.
 * <p>
 * Keys may be of any type that has a text of its own: strings, numbers, enums, records,
 * collections and arrays of such, and everything that overrides {@code toString()} so
 * that it tells different keys apart; any other is an {@link IllegalArgumentException}.
 */
public final class LibmcCache extends AbstractValueAdaptingCache {

	private static final int ATTEMPTS = 5;

	private final String name;

	private final EntryStore store;

	private final CacheCounters counters;

	private final Values values;

	private final RunningLoads loads = new RunningLoads();

	private final AsyncLoads asyncLoads;

	private final Background background;

	LibmcCache(String name, EntryStore store, LibmcCacheSettings settings, ServerStates serverStates,
			Background background) {
		super(settings.cacheNullValues);
		this.name = name;
		this.store = store;
		this.counters = new CacheCounters(settings.enableStatistics);
		this.values = new Values(name, store, settings, serverStates, this.counters);
		this.asyncLoads = new AsyncLoads(this.values, store, this.loads);
		this.background = background;
	}

	@Override
	public String getName() {
		return this.name;
	}

	/**
	 * The client.
	 * @return the {@link io.libmc.MemcachedClient}
	 */
	@Override
	public Object getNativeCache() {
		return this.store.client();
	}

	/**
	 * Whether this cache counts.
	 * @return whether {@link #getStatistics()} has anything to say
	 */
	public boolean isStatisticsEnabled() {
		return this.counters.areEnabled();
	}

	/**
	 * The counts so far.
	 * @return a snapshot; all 0 where statistics are off
	 */
	public LibmcCacheStatistics getStatistics() {
		return this.counters.snapshot();
	}

	@Override
	protected @Nullable Object lookup(Object key) {
		String entryName = this.store.name(key);
		try {
			return this.values.find(entryName);
		}
		catch (MemcachedException ex) {
			this.values.failed(ex);
			return null;
		}
	}

	/**
	 * Returns the cached value, or the loader's, which is then cached. Of many callers in
	 * this process who miss the same entry one runs its loader, and its result, or its
	 * failure, is everybody's. Once the loader has returned this method does not throw,
	 * whatever memcached does.
	 * @param key the key
	 * @param valueLoader loads the value; runs at most once
	 * @return the value, or {@code null} if it is {@code null}
	 * @throws ValueRetrievalException if the loader throws
	 */
	@Override
	@SuppressWarnings("unchecked")
	public <T> @Nullable T get(Object key, Callable<T> valueLoader) {
		String entryName = this.store.name(key);
		long endedBefore = this.loads.ended();
		boolean reachable = true;
		try {
			Object found = this.values.find(entryName);
			if (found != null) {
				return (T) fromStoreValue(found);
			}
		}
		catch (MemcachedException ex) {
			this.values.failed(ex);
			reachable = false;
		}
		Load mine = new Load();
		Load running = this.loads.start(entryName, mine);
		if (running == null) {
			boolean otherEnded = this.loads.ended() != endedBefore;
			return (T) lead(key, entryName, valueLoader, mine, reachable, otherEnded);
		}
		return (T) (running.isMine() ? load(key, valueLoader) : follow(key, valueLoader, running));
	}

	/**
	 * Loads for everybody. The entry goes to the generation that was known before: should
	 * the cache be cleared meanwhile, anywhere, it is not seen again.
	 */
	private @Nullable Object lead(Object key, String entryName, Callable<?> loader, Load mine, boolean reachable,
			boolean otherEnded) {
		try {
			Object found = (reachable && otherEnded) ? this.values.findAgain(entryName) : null;
			if (found != null) {
				mine.complete(fromStoreValue(found));
				return fromStoreValue(found);
			}
			long generation = this.store.knownGeneration(entryName);
			Object value = load(key, loader);
			mine.complete(value);
			if (reachable) {
				this.values.keep(generation, entryName, value, mine);
			}
			return value;
		}
		catch (ValueRetrievalException ex) {
			mine.fail((ex.getCause() != null) ? ex.getCause() : ex);
			throw ex;
		}
		catch (RuntimeException | Error ex) {
			mine.fail(ex);
			throw ex;
		}
		finally {
			this.loads.end(entryName, mine);
		}
	}

	private @Nullable Object follow(Object key, Callable<?> loader, Load running) {
		try {
			return running.await();
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			throw new ValueRetrievalException(key, loader, cause);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return load(key, loader);
		}
	}

	private static @Nullable Object load(Object key, Callable<?> loader) {
		try {
			return loader.call();
		}
		catch (Exception ex) {
			throw new ValueRetrievalException(key, loader, ex);
		}
	}

	/**
	 * Looks a value up without waiting.
	 * @param key the key
	 * @return a {@link ValueWrapper}, or {@code null} if there is none
	 */
	@Override
	public CompletableFuture<?> retrieve(Object key) {
		return this.values.findAsync(this.store.name(key)).handle((found, ex) -> {
			if (ex != null) {
				this.values.failed(Values.failure(ex));
			}
			return toValueWrapper(found);
		});
	}

	/**
	 * Returns the cached value, or the loader's, which is then cached, without waiting:
	 * as {@link #get(Object, Callable)} otherwise, with whose loaders it shares.
	 * @param key the key
	 * @param valueLoader starts to load the value, at most once and on any thread
	 * @return a future of the caller's own
	 */
	@Override
	public <T> CompletableFuture<T> retrieve(Object key, Supplier<CompletableFuture<T>> valueLoader) {
		return this.asyncLoads.retrieve(this.store.name(key), valueLoader);
	}

	/**
	 * Caches a value. On a thread that must not wait, one of Reactor's, it is only begun.
	 * @param key the key
	 * @param value the value
	 */
	@Override
	public void put(Object key, @Nullable Object value) {
		String entryName = this.store.name(key);
		Object entry = this.values.encode(toStoreValue(value));
		this.loads.overtake(entryName);
		perform(entryName, () -> {
			this.store.put(entryName, entry);
			this.counters.put();
		}, () -> this.store.evictLater(entryName));
	}

	/**
	 * Caches a value unless there is one. Atomic among all applications. Where memcached
	 * fails and is bypassed, nothing is cached and nothing found.
	 * @param key the key
	 * @param value the value
	 * @return the present value, or {@code null} if there was none
	 */
	@Override
	public @Nullable ValueWrapper putIfAbsent(Object key, @Nullable Object value) {
		String entryName = this.store.name(key);
		Object entry = this.values.encode(toStoreValue(value));
		try {
			return addOrFind(entryName, entry);
		}
		catch (MemcachedException ex) {
			this.values.failed(ex);
			return null;
		}
	}

	/**
	 * An entry that was cleared, or is no value, is in the way of adding one and has to
	 * be replaced. Between the steps entries come and go.
	 */
	private @Nullable ValueWrapper addOrFind(String entryName, Object entry) {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			long generation = this.store.freshGeneration(entryName);
			if (this.store.add(entryName, entry, generation)) {
				return added(entryName);
			}
			CasValue<Object> present = this.store.readToReplace(entryName);
			if (present != null) {
				long stamp = Stamp.of(present.value());
				Object value = (stamp == generation) ? this.values.decode(present.value()) : null;
				if (value != null) {
					return toValueWrapper(value);
				}
				if (stamp <= generation && this.store.replace(entryName, entry, generation, present.cas())) {
					return added(entryName);
				}
			}
		}
		return null;
	}

	private @Nullable ValueWrapper added(String entryName) {
		this.loads.overtake(entryName);
		this.counters.put();
		return null;
	}

	/**
	 * Evicts an entry. On a thread that must not wait, one of Reactor's, it is only
	 * begun.
	 * @param key the key
	 */
	@Override
	public void evict(Object key) {
		String entryName = this.store.name(key);
		this.loads.overtake(entryName);
		perform(entryName, () -> {
			this.store.delete(entryName);
			this.counters.eviction();
		}, () -> this.store.evictLater(entryName));
	}

	/**
	 * Evicts an entry, at once.
	 * @param key the key
	 * @return whether there was one; {@code false} where memcached fails and is bypassed
	 */
	@Override
	public boolean evictIfPresent(Object key) {
		String entryName = this.store.name(key);
		this.loads.overtake(entryName);
		try {
			boolean live = this.store.readFresh(entryName) != null;
			boolean present = this.store.delete(entryName);
			this.counters.eviction();
			return live && present;
		}
		catch (MemcachedException ex) {
			this.values.failed(ex);
			return false;
		}
	}

	/**
	 * Clears the cache: at once for this application, and for the others within the
	 * manager's {@linkplain LibmcCacheManager#setClearVisibility visibility time}.
	 * Nothing else on the servers is touched.
	 */
	@Override
	public void clear() {
		this.loads.overtakeAll();
		perform("", this.store::clear, this.store::clearLater);
	}

	/**
	 * Performs a write, now or, where nobody may wait, soon.
	 * @param later what remembers it, if too much is waiting already
	 */
	private void perform(String entryName, Runnable write, Runnable later) {
		if (Background.isNeeded()) {
			this.background.run(entryName, () -> performSoon(write), () -> {
				later.run();
				this.values.bypassed(Values.tooMuch());
			});
			return;
		}
		try {
			write.run();
		}
		catch (MemcachedException ex) {
			this.values.failed(ex);
		}
	}

	/** Nobody is there any more to throw at. */
	private void performSoon(Runnable write) {
		try {
			write.run();
		}
		catch (MemcachedException ex) {
			this.values.bypassed(ex);
		}
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
