package io.libmc.spring.cache;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what {@link LibmcCacheStatistics} tell.
 */
final class CacheCounters {

	private final boolean enabled;

	private final LongAdder hits = new LongAdder();

	private final LongAdder nearHits = new LongAdder();

	private final LongAdder misses = new LongAdder();

	private final LongAdder puts = new LongAdder();

	private final LongAdder evictions = new LongAdder();

	private final LongAdder failures = new LongAdder();

	private final LongAdder undecodable = new LongAdder();

	private final LongAdder uncacheable = new LongAdder();

	private final LongAdder changed = new LongAdder();

	CacheCounters(boolean enabled) {
		this.enabled = enabled;
	}

	boolean areEnabled() {
		return this.enabled;
	}

	void hit() {
		count(this.hits);
	}

	/** A hit that took no question. */
	void nearHit() {
		count(this.nearHits);
	}

	void miss() {
		count(this.misses);
	}

	void put() {
		count(this.puts);
	}

	void eviction() {
		count(this.evictions);
	}

	void failure() {
		count(this.failures);
	}

	void undecodable() {
		count(this.undecodable);
	}

	void uncacheable() {
		count(this.uncacheable);
	}

	void changed() {
		count(this.changed);
	}

	private void count(LongAdder counter) {
		if (this.enabled) {
			counter.increment();
		}
	}

	LibmcCacheStatistics snapshot() {
		long near = this.nearHits.sum();
		return new LibmcCacheStatistics(this.hits.sum() + near, this.misses.sum(), this.puts.sum(),
				this.evictions.sum(), this.failures.sum(), this.undecodable.sum(), this.uncacheable.sum(),
				this.changed.sum(), near);
	}

}
