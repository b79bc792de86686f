package io.libmc.spring.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.cache.support.NullValue;

import io.libmc.ErrorCode;
import io.libmc.MemcachedException;
import io.libmc.spring.cache.RunningLoads.Load;

/**
 * One cache's values: entries decoded and encoded, counted, and with a decision on what
 * becomes of a failure. {@link NullValue} stands for a {@code null} that is cached.
 */
final class Values {

	private static final Log logger = LogFactory.getLog(LibmcCache.class);

	private final String cache;

	private final EntryStore store;

	private final LibmcCacheSettings settings;

	private final ServerStates serverStates;

	private final CacheCounters counters;

	private final AtomicBoolean undecodableLogged = new AtomicBoolean();

	Values(String cache, EntryStore store, LibmcCacheSettings settings, ServerStates serverStates,
			CacheCounters counters) {
		this.cache = cache;
		this.store = store;
		this.settings = settings;
		this.serverStates = serverStates;
		this.counters = counters;
	}

	@Nullable Object find(String name) {
		return found(this.store.read(name));
	}

	CompletableFuture<@Nullable Object> findAsync(String name) {
		return this.store.readAsync(name).thenApply(this::found);
	}

	private @Nullable Object found(@Nullable Object stored) {
		Object value = (stored != null) ? decode(stored) : null;
		if (value != null) {
			this.counters.hit();
		}
		else {
			this.counters.miss();
		}
		return value;
	}

	/** Looks for what another load of this process may just have left there. */
	@Nullable Object findAgain(String name) {
		try {
			Object stored = this.store.read(name);
			return (stored != null) ? decode(stored) : null;
		}
		catch (MemcachedException ex) {
			bypassed(ex);
			return null;
		}
	}

	CompletableFuture<@Nullable Object> findAgainAsync(String name) {
		return this.store.readAsync(name).handle((stored, ex) -> {
			if (ex != null) {
				bypassed(failure(ex));
			}
			return (stored != null) ? decode(stored) : null;
		});
	}

	/**
	 * Encodes a value.
	 * @throws IllegalArgumentException if values of its class cannot be cached
	 */
	Object encode(Object value) {
		try {
			return this.settings.format.encode(value);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("cache \"" + this.cache + "\": " + ex.getMessage(), ex);
		}
	}

	/** Decodes an entry; one that is no value is absent. */
	@Nullable Object decode(Object stored) {
		try {
			return this.settings.format.decode(stored);
		}
		catch (UndecodableEntryException ex) {
			this.counters.undecodable();
			if (this.undecodableLogged.compareAndSet(false, true)) {
				logger.warn("An entry of the cache \"" + this.cache
						+ "\" cannot be decoded and counts as absent (said once for this cache): " + ex.getMessage());
			}
			else {
				logger.debug("An entry of the cache \"" + this.cache + "\" cannot be decoded", ex);
			}
			return null;
		}
	}

	/** Caches a loaded value, which its caller gets in any case. */
	void keep(long generation, String name, @Nullable Object value, Load load) {
		if (isNotKept(value, load)) {
			return;
		}
		try {
			this.store.keep(name, encode(storeValue(value)), generation);
			this.counters.put();
			if (load.isOvertaken()) {
				this.store.delete(name);
			}
		}
		catch (RuntimeException ex) {
			notKept(ex);
		}
	}

	/** As {@link #keep}, without waiting. */
	CompletableFuture<?> keepAsync(long generation, String name, @Nullable Object value, Load load) {
		if (isNotKept(value, load)) {
			return CompletableFuture.completedFuture(null);
		}
		try {
			return this.store.keepAsync(name, encode(storeValue(value)), generation).thenCompose((stored) -> {
				this.counters.put();
				return load.isOvertaken() ? this.store.deleteAsync(name) : CompletableFuture.completedFuture(true);
			}).exceptionally((ex) -> {
				notKept((ex.getCause() instanceof RuntimeException cause) ? cause : failure(ex));
				return false;
			});
		}
		catch (RuntimeException ex) {
			notKept(ex);
			return CompletableFuture.completedFuture(null);
		}
	}

	private boolean isNotKept(@Nullable Object value, Load load) {
		return load.isOvertaken() || (value == null && !this.settings.cacheNullValues);
	}

	private void notKept(RuntimeException ex) {
		if (ex instanceof MemcachedException failure) {
			bypassed(failure);
		}
		else {
			this.counters.failure();
			logger
				.warn("A loaded value is returned without being cached in \"" + this.cache + "\": " + ex.getMessage());
		}
	}

	static Object storeValue(@Nullable Object value) {
		return (value != null) ? value : NullValue.INSTANCE;
	}

	static @Nullable Object userValue(Object value) {
		return (value instanceof NullValue) ? null : value;
	}

	/** Takes a failure to where the settings say: here, or to the caller. */
	void failed(MemcachedException ex) {
		if (this.settings.onError == OnError.THROW) {
			this.counters.failure();
			throw ex;
		}
		bypassed(ex);
	}

	void bypassed(MemcachedException ex) {
		this.counters.failure();
		this.serverStates.bypassed(this.cache, ex);
	}

	/** The failure that a future tells of. */
	static MemcachedException failure(Throwable ex) {
		Throwable cause = (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
		if (cause instanceof MemcachedException failure) {
			return failure;
		}
		return (cause instanceof RejectedExecutionException) ? tooMuch()
				: new MemcachedException(ErrorCode.SERVER_ERROR, null, String.valueOf(cause.getMessage()), cause);
	}

	static MemcachedException tooMuch() {
		return new MemcachedException(ErrorCode.POLL_TIMEOUT_ERROR, null,
				"too many operations of caches are waiting for memcached in the background", null);
	}

}
