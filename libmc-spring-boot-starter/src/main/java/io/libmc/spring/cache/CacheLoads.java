package io.libmc.spring.cache;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.Cache.ValueRetrievalException;
import org.springframework.cache.support.NullValue;

import io.libmc.LoadListener;
import io.libmc.MemcachedException;
import io.libmc.spring.cache.EntryLoad.LoaderException;

/**
 * The calls of one cache that load what is missing, whether their callers wait or not:
 * what is in this process comes first, then what is on the servers, then the loader's.
 * Whatever becomes of memcached and of the client, a caller gets what its loader returns.
 */
final class CacheLoads {

	private final EntryStore store;

	private final CachedValues values;

	private final ChangeQueue changes;

	private final NearTier near;

	CacheLoads(EntryStore store, CachedValues values, ChangeQueue changes, NearTier near) {
		this.store = store;
		this.values = values;
		this.changes = changes;
		this.near = near;
	}

	/** As {@link LibmcCache#get(Object, Callable)}. */
	@SuppressWarnings("unchecked")
	<T> @Nullable T get(Object key, Callable<T> valueLoader) {
		Object nearKey = this.near.key(key);
		Object held = this.near.get(nearKey);
		if (held != null) {
			return userValue(held);
		}
		String entryName = this.near.name(key, nearKey);
		EntryLoad load;
		try {
			this.changes.await(entryName);
			Object found = this.values.look(entryName, this.near.reading(nearKey));
			if (found != null) {
				return userValue(found);
			}
			load = this.values.load(key, entryName, true, this.near.reading(nearKey), null);
		}
		catch (MemcachedException | IllegalStateException ex) {
			this.values.failed(CachedValues.failure(ex));
			return heldOrLoaded(key, nearKey, valueLoader);
		}
		try {
			load.prepare().join();
			Entry entry = this.store.client().getOrLoad(entryName, load.policy(), () -> load.load(valueLoader));
			return (T) CachedValues.userValue(entry);
		}
		catch (LoaderException ex) {
			throw new ValueRetrievalException(key, valueLoader, (ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (MemcachedException ex) {
			if (load.hasBegun() || !this.values.bypasses()) {
				throw ex;
			}
			return heldOrLoaded(key, nearKey, valueLoader);
		}
		catch (IllegalStateException ex) {
			// the client is closed
			CompletableFuture<@Nullable Entry> loaded = load.loaded();
			if (loaded != null) {
				return (T) CachedValues.userValue(loaded.join());
			}
			this.values.failed(CachedValues.failure(ex));
			return load(key, valueLoader);
		}
	}

	/** What will do while memcached fails, or else what is loaded. */
	private <T> @Nullable T heldOrLoaded(Object key, Object nearKey, Callable<T> valueLoader) {
		Object held = this.near.getWhenDown(nearKey);
		return (held != null) ? userValue(held) : load(key, valueLoader);
	}

	private static <T> @Nullable T load(Object key, Callable<T> loader) {
		try {
			return loader.call();
		}
		catch (Exception ex) {
			throw new ValueRetrievalException(key, loader, ex);
		}
	}

	/**
	 * As {@link LibmcCache#retrieve(Object, Supplier)}.
	 * @param watcher is told what becomes of the call, or {@code null}
	 */
	<T extends @Nullable Object> CompletableFuture<T> retrieve(Object key, Supplier<CompletableFuture<T>> valueLoader,
			@Nullable LoadListener watcher) {
		Object nearKey = this.near.key(key);
		Object held = this.near.get(nearKey);
		if (held != null) {
			return CompletableFuture.completedFuture(userValue(held));
		}
		String entryName = this.near.name(key, nearKey);
		EntryLoad load;
		try {
			load = this.values.load(key, entryName, false, this.near.reading(nearKey), watcher);
		}
		catch (MemcachedException | IllegalStateException ex) {
			return failedOr(CachedValues.failure(ex), nearKey, valueLoader);
		}
		if (!this.changes.isSettled(entryName)) {
			CompletableFuture<@Nullable MemcachedException> settled = this.changes.settled(entryName)
				.handle((done, ex) -> (ex != null) ? CachedValues.failure(ex) : null);
			return settled.thenCompose((failure) -> (failure != null) ? failedOr(failure, nearKey, valueLoader)
					: lookAsync(entryName, nearKey, load, valueLoader));
		}
		return lookAsync(entryName, nearKey, load, valueLoader);
	}

	@SuppressWarnings({ "unchecked", "NullAway" })
	private <T extends @Nullable Object> CompletableFuture<T> lookAsync(String entryName, Object nearKey,
			EntryLoad load, Supplier<CompletableFuture<T>> valueLoader) {
		CompletableFuture<@Nullable Object> looking = this.values.lookAsync(entryName, this.near.reading(nearKey));
		if (looking.isDone() && !looking.isCompletedExceptionally() && looking.join() == null) {
			return loadAsync(entryName, nearKey, load, valueLoader);
		}
		CompletableFuture<Looked> looked = looking
			.handle((found, ex) -> new Looked(found, (ex != null) ? CachedValues.failure(ex) : null));
		return looked.thenCompose((look) -> {
			if (look.failure != null) {
				return failedOr(look.failure, nearKey, valueLoader);
			}
			return (look.found != null) ? CompletableFuture.completedFuture(userValue(look.found))
					: loadAsync(entryName, nearKey, load, valueLoader);
		});
	}

	/** What there was before a load, or why nobody knows. */
	private record Looked(@Nullable Object found, @Nullable MemcachedException failure) {

	}

	private <T extends @Nullable Object> CompletableFuture<T> loadAsync(String entryName, Object nearKey,
			EntryLoad load, Supplier<CompletableFuture<T>> valueLoader) {
		CompletableFuture<?> prepared = load.prepare();
		CompletableFuture<@Nullable Entry> entry = prepared.isDone() ? ask(entryName, load, valueLoader)
				: prepared.thenCompose((done) -> ask(entryName, load, valueLoader));
		CompletableFuture<T> value = entry.thenApply(CacheLoads::userValue);
		return value.exceptionallyCompose((ex) -> failed(CachedValues.causeOf(ex), nearKey, load, valueLoader));
	}

	/** As where the caller waits. */
	private <T extends @Nullable Object> CompletionStage<T> failed(Throwable cause, Object nearKey, EntryLoad load,
			Supplier<CompletableFuture<T>> valueLoader) {
		if (cause instanceof LoaderException && cause.getCause() != null) {
			return CompletableFuture.failedFuture(cause.getCause());
		}
		boolean memcachedFailed = this.near.isThere() && cause instanceof MemcachedException && !load.hasBegun();
		return (memcachedFailed && this.values.bypasses()) ? heldOrLoaded(nearKey, valueLoader)
				: CompletableFuture.failedFuture(cause);
	}

	private <T extends @Nullable Object> CompletableFuture<T> heldOrLoaded(Object nearKey,
			Supplier<CompletableFuture<T>> valueLoader) {
		Object held = this.near.getWhenDown(nearKey);
		return (held != null) ? CompletableFuture.completedFuture(userValue(held)) : EntryLoad.start(valueLoader);
	}

	private <T extends @Nullable Object> CompletableFuture<@Nullable Entry> ask(String entryName, EntryLoad load,
			Supplier<CompletableFuture<T>> valueLoader) {
		CompletableFuture<@Nullable Entry> entry;
		try {
			entry = this.store.client().async().getOrLoad(entryName, load.policy(), () -> load.load(valueLoader));
		}
		catch (IllegalStateException ex) {
			entry = CompletableFuture.failedFuture(ex);
		}
		return entry.exceptionallyCompose((ex) -> withoutClient(load, valueLoader, ex));
	}

	/** Loads without the client, if the failure is that it is closed. */
	private <T extends @Nullable Object> CompletionStage<@Nullable Entry> withoutClient(EntryLoad load,
			Supplier<CompletableFuture<T>> valueLoader, Throwable ex) {
		CompletableFuture<@Nullable Entry> loaded = load.loaded();
		if (loaded != null) {
			return loaded;
		}
		Throwable cause = CachedValues.causeOf(ex);
		if (!(cause instanceof IllegalStateException) || load.hasBegun()) {
			return CompletableFuture.failedFuture(cause);
		}
		this.values.failed(CachedValues.failure(cause));
		return load.load(valueLoader);
	}

	private <T extends @Nullable Object> CompletableFuture<T> failedOr(MemcachedException ex, Object nearKey,
			Supplier<CompletableFuture<T>> valueLoader) {
		try {
			this.values.failed(ex);
		}
		catch (MemcachedException failure) {
			return CompletableFuture.failedFuture(failure);
		}
		return heldOrLoaded(nearKey, valueLoader);
	}

	/** An entry's value, of the type of which the caller says that it is. */
	@SuppressWarnings({ "unchecked", "NullAway" })
	private static <T extends @Nullable Object> T userValue(@Nullable Entry entry) {
		return (T) CachedValues.userValue(entry);
	}

	/** The same of what is in this process. */
	@SuppressWarnings({ "unchecked", "NullAway" })
	private static <T extends @Nullable Object> T userValue(Object held) {
		return (T) ((held instanceof NullValue) ? null : held);
	}

}
