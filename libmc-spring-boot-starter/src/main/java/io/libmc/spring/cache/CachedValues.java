package io.libmc.spring.cache;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.cache.support.NullValue;

import io.libmc.ErrorCode;
import io.libmc.LoadListener;
import io.libmc.MemcachedException;

/**
 * One cache's values: entries decoded and encoded, counted, and with a decision on what
 * becomes of a failure. {@link NullValue} stands for a {@code null} that is cached.
 */
final class CachedValues {

	/** More are not said, so that they do not pile up. */
	private static final int MOST_REASONS = 100;

	private static final CompletableFuture<@Nullable Object> NOTHING = CompletableFuture.completedFuture(null);

	private static final Log logger = LogFactory.getLog(LibmcCache.class);

	private final String cache;

	private final EntryStore store;

	private final LibmcCacheSettings settings;

	private final ServerStates serverStates;

	private final CacheCounters counters;

	/** Why values could not be cached, as far as that was said. */
	private final Set<String> uncacheable = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean undecodableLogged = new AtomicBoolean();

	private final AtomicBoolean changedLogged = new AtomicBoolean();

	CachedValues(String cache, EntryStore store, LibmcCacheSettings settings, ServerStates serverStates,
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

	/**
	 * Finds what lies on the server, and keeps it in this process.
	 * @param key the entry's there
	 */
	@Nullable Object find(String name, NearCache near, Object key) {
		NearCache.Reading reading = near.reading(key);
		CompletableFuture<Boolean> other = reading.other();
		if (other != null) {
			other.join();
		}
		// somebody may just have confirmed it
		Object held = near.get(key);
		if (held != null) {
			reading.end();
			this.counters.nearHit();
			return held;
		}
		try {
			return found(this.store.readFresh(name, reading));
		}
		finally {
			reading.end();
		}
	}

	CompletableFuture<@Nullable Object> findAsync(String name) {
		return this.store.readAsync(name, null).thenApply(this::found);
	}

	/** As {@link #find(String, NearCache, Object)}, without waiting. */
	CompletableFuture<@Nullable Object> findAsync(String name, NearCache near, Object key) {
		NearCache.Reading reading = near.reading(key);
		CompletableFuture<Boolean> other = reading.other();
		if (other == null) {
			return readUnlessHeld(name, near, key, reading);
		}
		return other.thenCompose((ended) -> readUnlessHeld(name, near, key, near.reading(key)));
	}

	/** Somebody may just have confirmed it. */
	private CompletableFuture<@Nullable Object> readUnlessHeld(String name, NearCache near, Object key,
			NearCache.Reading reading) {
		Object held = near.get(key);
		if (held == null) {
			return read(name, reading);
		}
		reading.end();
		this.counters.nearHit();
		return CompletableFuture.completedFuture(held);
	}

	private CompletableFuture<@Nullable Object> read(String name, NearCache.Reading reading) {
		return this.store.readAsync(name, reading).thenApply(this::found).whenComplete((value, ex) -> reading.end());
	}

	/**
	 * Looks for a value before it is loaded, where only looking prolongs its life. What
	 * is not found is left for the load to count.
	 * @param near keeps it in this process, or {@code null}
	 */
	@Nullable Object look(String name, NearCache.@Nullable Reading near) {
		if (!this.settings.prolongs()) {
			return null;
		}
		return seen((near != null) ? this.store.readFresh(name, near) : this.store.read(name));
	}

	/** As {@link #look}, without waiting. */
	CompletableFuture<@Nullable Object> lookAsync(String name, NearCache.@Nullable Reading near) {
		return this.settings.prolongs() ? this.store.readAsync(name, near).thenApply(this::seen) : NOTHING;
	}

	private @Nullable Object seen(@Nullable Entry entry) {
		Object value = (entry != null) ? valueOf(entry) : null;
		if (value != null) {
			this.counters.hit();
		}
		return value;
	}

	private @Nullable Object found(@Nullable Entry entry) {
		Object value = seen(entry);
		if (value == null) {
			this.counters.miss();
		}
		return value;
	}

	/**
	 * A call that loads an entry.
	 * @param waits whether its caller waits for it
	 * @param near keeps it in this process, or {@code null}
	 * @param watcher is told what becomes of it, or {@code null}
	 */
	EntryLoad load(Object key, String name, boolean waits, NearCache.@Nullable Reading near,
			@Nullable LoadListener watcher) {
		return new EntryLoad(this, this.store, this.store.generation(name), key, name, waits, near, watcher);
	}

	CacheCounters counters() {
		return this.counters;
	}

	/** A loaded value's entry, or {@code null} if it is not to be cached. */
	@Nullable Entry entry(Object key, long generation, @Nullable Object value) {
		if (value == null && !this.settings.cachesNullValues()) {
			return null;
		}
		Object kept = (value != null) ? value : NullValue.INSTANCE;
		try {
			return Entry.of(generation, kept, checked(() -> this.settings.lifetime(key, value)), groups(key, value));
		}
		catch (IllegalArgumentException ex) {
			return Entry.unstorable(generation, kept, ex);
		}
	}

	/**
	 * Which groups an entry belongs to, without their numbers.
	 * @throws IllegalArgumentException if nobody knows
	 */
	GroupStamps groups(Object key, @Nullable Object value) {
		return checked(() -> this.settings.groups(key, value));
	}

	/** Whether entries belong to groups. */
	boolean hasGroups() {
		return this.settings.hasGroups();
	}

	private <T> T checked(Supplier<T> asked) {
		try {
			return asked.get();
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("cache \"" + this.cache + "\": " + ex.getMessage(), ex);
		}
	}

	/**
	 * Encodes a value, which is put into its generation afterwards.
	 * @throws IllegalArgumentException if values of its class cannot be cached, or nobody
	 * knows for how long
	 */
	Entry.Encoded encode(Object key, Object value) {
		Object userValue = (value instanceof NullValue) ? null : value;
		Lifetime lifetime = checked(() -> this.settings.lifetime(key, userValue));
		return new Entry.Encoded(Generation.NONE, encode(value), lifetime, groups(key, userValue));
	}

	private Object encode(Object value) {
		try {
			return this.settings.format().encode(value);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("cache \"" + this.cache + "\": " + ex.getMessage(), ex);
		}
		catch (Exception | LinkageError | StackOverflowError | AssertionError ex) {
			// of the value's own code, which need not declare what it throws, or of a
			// value that another thread changes
			throw new IllegalArgumentException("cache \"" + this.cache + "\": a " + value.getClass().getTypeName()
					+ " cannot be cached: writing it failed with " + ex, ex);
		}
	}

	/**
	 * An entry's value, or {@code null} if it has none: then the entry counts as absent.
	 */
	@Nullable Object valueOf(Entry entry) {
		if (entry.value() != null) {
			return entry.value();
		}
		if (entry.changed()) {
			changed(entry);
			return null;
		}
		this.counters.undecodable();
		if (this.undecodableLogged.compareAndSet(false, true)) {
			logger.warn("An entry of the cache \"" + this.cache
					+ "\" cannot be decoded and counts as absent (said once for this cache): " + entry.problem());
		}
		else if (logger.isDebugEnabled()) {
			logger.debug("An entry of the cache \"" + this.cache + "\" cannot be decoded: " + entry.problem());
		}
		return null;
	}

	/** An entry of another version of the application, as during each deployment. */
	private void changed(Entry entry) {
		this.counters.changed();
		if (this.changedLogged.compareAndSet(false, true)) {
			logger.info("An entry of the cache \"" + this.cache + "\" counts as absent (said once for this cache): "
					+ entry.problem());
		}
	}

	/** Tells that a loaded value, which its caller gets in any case, was not cached. */
	void notKept(RuntimeException ex) {
		if (ex instanceof MemcachedException failure) {
			bypassed(failure);
		}
		else {
			notCached(ex);
		}
	}

	static @Nullable Object userValue(@Nullable Entry entry) {
		return (entry == null || entry.value() instanceof NullValue) ? null : entry.value();
	}

	/**
	 * Counts a value that cannot be cached, and logs it once.
	 * @throws IllegalArgumentException the reason, if the settings say so
	 */
	void uncacheable(IllegalArgumentException reason) {
		if (this.settings.onError() == OnError.THROW) {
			this.counters.uncacheable();
			throw reason;
		}
		notCached(reason);
	}

	/** Counts a value that was not cached, and logs it once. */
	void notCached(RuntimeException reason) {
		this.counters.uncacheable();
		String message = String.valueOf(reason.getMessage());
		if (this.uncacheable.size() < MOST_REASONS && this.uncacheable.add(message)) {
			logger.warn("A value is returned without being cached in \"" + this.cache + "\" (said once): " + message);
		}
	}

	/** Whether the application goes on as if there were no memcached when it fails. */
	boolean bypasses() {
		return this.settings.onError() == OnError.BYPASS;
	}

	/** Counts a failure, and throws it if the settings say so. */
	void failed(MemcachedException ex) {
		if (!bypasses()) {
			this.counters.failure();
			throw ex;
		}
		bypassed(ex);
	}

	void bypassed(MemcachedException ex) {
		this.counters.failure();
		this.serverStates.bypassed(this.cache, ex);
	}

	/** What a future failed by. */
	static Throwable causeOf(Throwable ex) {
		return (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
	}

	/** The failure that a future tells of. */
	static MemcachedException failure(Throwable ex) {
		Throwable cause = causeOf(ex);
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
