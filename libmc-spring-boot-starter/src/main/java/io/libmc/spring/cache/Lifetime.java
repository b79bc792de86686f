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
 */
record Lifetime(@Nullable Duration own, boolean brief) {

	/** That of all entries where none has its own. */
	static final Lifetime OF_ALL = new Lifetime(null, false);

	/** That of an entry which was read and is not refreshed. */
	static final Lifetime BRIEF = new Lifetime(null, true);

	static Lifetime of(Duration own, Duration refreshAhead) {
		return new Lifetime(own, !own.isZero() && own.compareTo(refreshAhead) <= 0);
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

}
