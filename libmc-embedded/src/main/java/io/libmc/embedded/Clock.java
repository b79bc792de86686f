package io.libmc.embedded;

import java.util.concurrent.TimeUnit;

/**
 * memcached's clock: whole seconds since shortly before the server's start, which change
 * when the second does. Times of items are told in it.
 */
class Clock {

	/** What a server's clock says when it starts; its uptime says 2. */
	private static final int AT_START = 62;

	/** Larger numbers are seconds since 1970. */
	private static final int LONGEST_RELATIVE = 60 * 60 * 24 * 30;

	/** A time that is always over. */
	private static final int PAST = 1;

	private final long startMillis = System.currentTimeMillis();

	private final long startNanos = System.nanoTime();

	private final long epoch = this.startMillis / 1000 - AT_START;

	int now() {
		return (int) (epochSecond() - epoch());
	}

	/** When the clock said 0. */
	long epoch() {
		return this.epoch;
	}

	/** Goes on evenly, whoever sets the machine's clock. */
	long epochSecond() {
		return (this.startMillis + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.startNanos)) / 1000;
	}

	/** In seconds since 1970. */
	long epochSecond(int time) {
		return epoch() + time;
	}

	int uptime() {
		return now() - AT_START + 2;
	}

	/**
	 * When that is over which a client says so of.
	 * @param exptime 0 for never, negative for at once, up to 30 days from now on, beyond
	 * that in seconds since 1970
	 * @return 0 for never
	 */
	int expiry(int exptime) {
		if (exptime == 0) {
			return 0;
		}
		if (exptime < 0) {
			return PAST;
		}
		if (exptime <= LONGEST_RELATIVE) {
			return now() + exptime;
		}
		return (int) Math.max(PAST, exptime - epoch());
	}

}
