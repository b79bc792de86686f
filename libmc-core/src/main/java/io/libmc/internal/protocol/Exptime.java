package io.libmc.internal.protocol;

import java.time.Duration;
import java.util.Objects;

/**
 * Times to live as memcached takes them: whole seconds from now, beyond 30 days the epoch
 * second of the end, 0 for ever and -1 for at once.
 */
public final class Exptime {

	/** The longest time that memcached takes as relative. */
	private static final long LONGEST_RELATIVE = Duration.ofDays(30).toSeconds();

	/**
	 * The last second that memcached can tell: it stores later ones and never finds them.
	 */
	private static final long LAST_SECOND = Integer.MAX_VALUE;

	private Exptime() {
	}

	/** The number for a time to live. */
	public static long of(Duration ttl) {
		Objects.requireNonNull(ttl, "ttl");
		if (ttl.isZero()) {
			return 0;
		}
		if (ttl.isNegative()) {
			return -1;
		}
		long seconds = ttl.getSeconds();
		if (ttl.getNano() > 0 && seconds <= LONGEST_RELATIVE) {
			seconds++;
		}
		if (seconds <= LONGEST_RELATIVE) {
			return seconds;
		}
		long now = System.currentTimeMillis() / 1000;
		return (seconds >= LAST_SECOND - now) ? LAST_SECOND : now + seconds;
	}

}
