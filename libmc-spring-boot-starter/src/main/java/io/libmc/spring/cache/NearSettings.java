package io.libmc.spring.cache;

import java.time.Duration;
import java.util.Objects;

import org.springframework.util.ClassUtils;

/**
 * How a cache keeps entries in the process, too, in front of memcached. Every bad value
 * is an {@link IllegalArgumentException} that names its option.
 *
 * @param timeToLive how long an entry is served without asking memcached whether it has
 * changed: what another instance does to it, or to its cache, is seen within that time.
 * More than 0 and up to 1 hour
 * @param maximumSize how many entries there are at most, 1 or more
 * @param maximumBytes how long they may be together, as they lie on the servers, or 0 for
 * no such bound
 * @param timeToLiveWhenDown how long an entry is served while memcached fails, counted
 * from when it was last known to be good. 0 to 1 day; 0 for not at all
 * @param byReference whether every caller gets the same object, which then must not be
 * changed by any of them. If not, each gets one of its own
 * @since 0.1.0
 */
public record NearSettings(Duration timeToLive, long maximumSize, long maximumBytes, Duration timeToLiveWhenDown,
		boolean byReference) {

	private static final Duration LONGEST = Duration.ofHours(1);

	private static final Duration LONGEST_WHEN_DOWN = Duration.ofDays(1);

	/**
	 * Checks the options.
	 * @throws IllegalArgumentException if one of them is out of range, or Caffeine is not
	 * on the class path
	 */
	public NearSettings {
		check(!timeToLive.isNegative() && !timeToLive.isZero() && timeToLive.compareTo(LONGEST) <= 0,
				"near.timeToLive: " + timeToLive + " is out of range; give more than 0, up to 1 hour");
		check(maximumSize > 0, "near.maximumSize: " + maximumSize + " is less than 1");
		check(maximumBytes >= 0, "near.maximumBytes: " + maximumBytes + " is negative; give 0 for no bound");
		check(!timeToLiveWhenDown.isNegative() && timeToLiveWhenDown.compareTo(LONGEST_WHEN_DOWN) <= 0,
				"near.timeToLiveWhenDown: " + timeToLiveWhenDown + " is out of range; give 0 to 1 day");
		check(ClassUtils.isPresent("com.github.benmanes.caffeine.cache.Caffeine", NearSettings.class.getClassLoader()),
				"near: a near cache needs a library that is not on the class path;"
						+ " add com.github.ben-manes.caffeine:caffeine");
	}

	private static void check(boolean good, String problem) {
		if (!good) {
			throw new IllegalArgumentException(problem);
		}
	}

	/**
	 * Up to 10,000 entries, however long, an object for each caller, and none while
	 * memcached fails.
	 * @param timeToLive as above
	 * @return settings
	 */
	public static NearSettings timeToLive(Duration timeToLive) {
		return new NearSettings(Objects.requireNonNull(timeToLive, "timeToLive"), 10_000, 0, Duration.ZERO, false);
	}

	/**
	 * The same with another time.
	 * @param time as above
	 * @return other settings
	 */
	public NearSettings withTimeToLive(Duration time) {
		return new NearSettings(time, this.maximumSize, this.maximumBytes, this.timeToLiveWhenDown, this.byReference);
	}

	/**
	 * The same with another number of entries.
	 * @param entries as above
	 * @return other settings
	 */
	public NearSettings withMaximumSize(long entries) {
		return new NearSettings(this.timeToLive, entries, this.maximumBytes, this.timeToLiveWhenDown, this.byReference);
	}

	/**
	 * The same with another length of all entries.
	 * @param bytes as above
	 * @return other settings
	 */
	public NearSettings withMaximumBytes(long bytes) {
		return new NearSettings(this.timeToLive, this.maximumSize, bytes, this.timeToLiveWhenDown, this.byReference);
	}

	/**
	 * The same with another time while memcached fails.
	 * @param time as above
	 * @return other settings
	 */
	public NearSettings withTimeToLiveWhenDown(Duration time) {
		return new NearSettings(this.timeToLive, this.maximumSize, this.maximumBytes, time, this.byReference);
	}

	/**
	 * The same with or without an object for each caller.
	 * @param byReference as above
	 * @return other settings
	 */
	public NearSettings withByReference(boolean byReference) {
		return new NearSettings(this.timeToLive, this.maximumSize, this.maximumBytes, this.timeToLiveWhenDown,
				byReference);
	}

}
