package io.libmc.internal.call;

import java.time.Duration;
import java.util.OptionalLong;

import io.libmc.ItemVersion;
import org.jspecify.annotations.Nullable;

/**
 * The version of an item: its number and, as numbers recur on other servers and after a
 * restart, the connection that it was read by, unless it recurs nowhere.
 *
 * @param cas the number
 * @param source the connection's mark; null for a number that recurs nowhere
 * @param timeLeft as long as it surely lives
 */
public record ReadVersion(long cas, @Nullable Object source, @Nullable Duration timeLeft) implements ItemVersion {

	/** One that is the same as no other. */
	public static final ReadVersion UNKNOWN = new ReadVersion(0, null, null);

	static ReadVersion of(long cas, OptionalLong secondsLeft, @Nullable Object source) {
		long seconds = secondsLeft.orElse(-1);
		// memcached's clock ticks once a second, perhaps at once
		Duration timeLeft = (seconds < 0) ? null : Duration.ofSeconds(Math.max(0, seconds - 1));
		return new ReadVersion(cas, ItemNumbers.isUnique(cas) ? null : source, timeLeft);
	}

	/** Whether it is surely the same. */
	public boolean isSameAs(@Nullable ReadVersion other) {
		return other != null && other.cas == this.cas && other.source == this.source
				&& (this.source != null || ItemNumbers.isUnique(this.cas));
	}

}
