package io.libmc.embedded;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * What has happened so far.
 */
final class Stats {

	/** What is counted, under memcached's names. */
	enum Count {

		TOTAL_CONNECTIONS, REJECTED_CONNECTIONS, CMD_SET, CMD_FLUSH, CMD_META, GET_HITS, GET_MISSES, DELETE_MISSES,
		DELETE_HITS, INCR_MISSES, INCR_HITS, DECR_MISSES, DECR_HITS, CAS_MISSES, CAS_HITS, CAS_BADVAL, TOUCH_HITS,
		TOUCH_MISSES, STORE_TOO_LARGE, STORE_NO_MEMORY, AUTH_CMDS, AUTH_ERRORS, BYTES_READ, BYTES_WRITTEN, TOTAL_ITEMS,
		EVICTIONS, RECLAIMED;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	private final Map<Count, LongAdder> counts = new EnumMap<>(Count.class);

	Stats() {
		for (Count count : Count.values()) {
			this.counts.put(count, new LongAdder());
		}
	}

	void count(Count what) {
		add(what, 1);
	}

	void add(Count what, long number) {
		counter(what).add(number);
	}

	long sum(Count what) {
		return counter(what).sum();
	}

	private LongAdder counter(Count what) {
		return Objects.requireNonNull(this.counts.get(what));
	}

	void countGet(boolean hit) {
		count(hit ? Count.GET_HITS : Count.GET_MISSES);
	}

	void countTouch(boolean hit) {
		count(hit ? Count.TOUCH_HITS : Count.TOUCH_MISSES);
	}

	void countDelete(boolean hit) {
		count(hit ? Count.DELETE_HITS : Count.DELETE_MISSES);
	}

	void countArithmetic(boolean incr, boolean hit) {
		if (incr) {
			count(hit ? Count.INCR_HITS : Count.INCR_MISSES);
		}
		else {
			count(hit ? Count.DECR_HITS : Count.DECR_MISSES);
		}
	}

	/** As {@code stats reset} does, which leaves what is stored alone. */
	void reset() {
		this.counts.values().forEach(LongAdder::reset);
	}

}
