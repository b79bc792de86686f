package io.libmc.spring.cache;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * How long an entry is to live.
 *
 * @param own its own time to live, or {@code null} if it is as that of all entries is, or
 * if the entry was read
 * @param brief whether it is so short that the entry is not refreshed ahead: it would be
 * at each look
 * @param deadline when the entry is over however often it is read, in milliseconds since
 * 1970, or {@link #ENDLESS} if memcached alone knows
 */
record Lifetime(@Nullable Duration own, boolean brief, long deadline) {

	static final long ENDLESS = Long.MAX_VALUE;

	/** That of all entries where none has its own. */
	static final Lifetime OF_ALL = new Lifetime(null, false, ENDLESS);

	private static final Lifetime BRIEF = new Lifetime(null, true, ENDLESS);

	static Lifetime of(Duration own, Duration refreshAhead) {
		return new Lifetime(own, !own.isZero() && own.compareTo(refreshAhead) <= 0, ENDLESS);
	}

	/** Of an entry that is prolonged by being read, but not beyond its time to live. */
	static Lifetime idle(Duration timeToIdle, Duration timeToLive) {
		long now = System.currentTimeMillis();
		if (timeToLive.isZero() || timeToLive.toSeconds() >= (ENDLESS - now) / 1000) {
			return new Lifetime(timeToIdle, false, ENDLESS);
		}
		Duration own = (timeToIdle.compareTo(timeToLive) < 0) ? timeToIdle : timeToLive;
		return new Lifetime(own, false, now + timeToLive.toMillis());
	}

	/** Of an entry that was read. */
	static Lifetime read(boolean brief, long deadline) {
		return (deadline != ENDLESS) ? new Lifetime(null, brief, deadline) : brief ? BRIEF : OF_ALL;
	}

	/** Of an entry that is to be stored. */
	static Duration own(Object entry) {
		Lifetime lifetime = (entry instanceof Entry.Encoded encoded) ? encoded.lifetime() : ((Entry) entry).lifetime();
		return Objects.requireNonNull(lifetime.own());
	}

	/** Whether what was read is refreshed ahead. */
	static boolean isRefreshed(Object read) {
		return !(read instanceof Entry entry && entry.lifetime().brief());
	}

	boolean isOver() {
		return this.deadline != ENDLESS && System.currentTimeMillis() >= this.deadline;
	}

	/**
	 * How long an entry that was read may live from now on.
	 * @param undated what it is of one that has no deadline
	 */
	Duration left(Duration timeToIdle, Duration undated) {
		if (this.deadline == ENDLESS) {
			return undated;
		}
		Duration left = Duration.ofMillis(Math.max(0, this.deadline - System.currentTimeMillis()));
		return (left.compareTo(timeToIdle) < 0) ? left : timeToIdle;
	}

}
