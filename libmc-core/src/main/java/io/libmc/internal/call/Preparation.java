package io.libmc.internal.call;

import io.libmc.ErrorCode;
import io.libmc.MemcachedTimeoutException;

/**
 * How the time of a call is shared where its keys are so many that handling them takes a
 * part of it: making their commands gets at most half, and naming those that fail is
 * provided for. A key whose turn does not come fails like one that was not sent in time.
 */
final class Preparation {

	/** What all keys fail with whose turn does not come. */
	static final Failed LATE = () -> new MemcachedTimeoutException(ErrorCode.POLL_TIMEOUT_ERROR, null,
			"the time was up before the command for this key was made; nothing of it was sent (pollTimeout; raise it, or "
					+ "ask for fewer keys at once)",
			null);

	/** What it takes to name a key in the result. */
	private static final long NAMING_NANOS = 100;

	/** For how many keys the clock is not looked at. */
	private static final int KEYS_PER_LOOK = 256;

	private final long until;

	private int keys;

	private boolean late;

	/** Begins to make commands of a call. */
	Preparation(long startedAt, long deadline) {
		this.until = startedAt + (deadline - startedAt) / 2;
	}

	/** However long it takes. */
	static Preparation unbounded() {
		long now = System.nanoTime();
		return new Preparation(now, now + Long.MAX_VALUE / 2);
	}

	/** Until when the replies of a call of so many keys are waited for. */
	static long deadline(long startedAt, long nanos, int keys) {
		return startedAt + nanos - Math.min(keys * NAMING_NANOS, nanos / 2);
	}

	/** Whether there is no time to make the command of the next key. */
	boolean isLate() {
		if (++this.keys % KEYS_PER_LOOK == 0 && !this.late) {
			this.late = System.nanoTime() - this.until >= 0;
		}
		return this.late;
	}

}
