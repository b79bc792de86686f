package io.libmc.spring.cache;

import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * What one cache keeps in this process, if it keeps anything there: it is asked before
 * memcached, and a change of an entry is made around it.
 */
final class NearTier {

	private final @Nullable NearCache kept;

	private final EntryStore store;

	private final ChangeQueue changes;

	private final CacheCounters counters;

	NearTier(@Nullable NearCache kept, EntryStore store, ChangeQueue changes, CacheCounters counters) {
		this.kept = kept;
		this.store = store;
		this.changes = changes;
		this.counters = counters;
	}

	boolean isThere() {
		return this.kept != null;
	}

	long size() {
		return (this.kept != null) ? this.kept.size() : 0;
	}

	long evictions() {
		return (this.kept != null) ? this.kept.evictions() : 0;
	}

	/** What an entry is called in this process. */
	Object key(Object key) {
		return (this.kept != null) ? NearCache.key(key, this.store) : key;
	}

	/** What it is called on the servers. */
	String name(Object key, Object nearKey) {
		return (this.kept != null) ? NearCache.name(nearKey, this.store) : this.store.name(key);
	}

	/** What is good in this process, where nothing is queued that would change it. */
	@Nullable Object get(Object nearKey) {
		return (this.kept != null && this.changes.isIdle()) ? counted(this.kept.get(nearKey)) : null;
	}

	/** What will do while memcached fails. */
	@Nullable Object getWhenDown(Object nearKey) {
		return (this.kept != null && this.changes.isIdle()) ? counted(this.kept.getWhenDown(nearKey)) : null;
	}

	private @Nullable Object counted(@Nullable Object held) {
		if (held != null) {
			this.counters.nearHit();
		}
		return held;
	}

	/** Finds what is on the server, and keeps it. */
	@Nullable Object find(CachedValues values, String entryName, Object nearKey) {
		return (this.kept != null) ? values.find(entryName, this.kept, nearKey) : values.find(entryName);
	}

	/** As {@link #find}, without waiting. */
	CompletableFuture<@Nullable Object> findAsync(CachedValues values, String entryName, Object nearKey) {
		return (this.kept != null) ? values.findAsync(entryName, this.kept, nearKey) : values.findAsync(entryName);
	}

	/** Keeps what is read or loaded; {@code null} where nothing is kept. */
	NearCache.@Nullable Reading reading(Object nearKey) {
		return (this.kept != null) ? this.kept.reading(nearKey) : null;
	}

	/** An entry is about to be changed, or has been. */
	void drop(Object key) {
		if (this.kept != null) {
			this.kept.drop(key(key));
		}
	}

	/** A change of an entry, before and after which it is not in this process. */
	Runnable dropping(Object key, Runnable change) {
		NearCache near = this.kept;
		if (near == null) {
			return change;
		}
		Object nearKey = key(key);
		return () -> {
			near.drop(nearKey);
			try {
				change.run();
			}
			finally {
				near.drop(nearKey);
			}
		};
	}

	/** A change of many entries, before and after which none is in this process. */
	Runnable clearing(Runnable change) {
		NearCache near = this.kept;
		if (near == null) {
			return change;
		}
		return () -> {
			near.clear();
			try {
				change.run();
			}
			finally {
				near.clear();
			}
		};
	}

}
