package io.libmc.internal.connection;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A caller that finds another one reading lets other threads run a few times before it
 * parks: where threads outnumber CPUs the reply is there by then, for less than it takes
 * to sleep and be woken. Without it 8 threads on one CPU take twice as much of it for
 * each get. Two alone only keep each other from the CPU, and take half as much again; 256
 * that read 10 kB each take twice as much if all stay awake.
 */
final class YieldBeforePark {

	/** How often others may run before the caller parks. */
	private static final int YIELDS = 5;

	/** From so many in line on it pays. */
	private static final int CROWD = 3;

	/** For how many waits the line counts as crowded after it was. */
	private static final int CROWDED_WAITS = 32;

	/** So many stay awake at most where replies are long. */
	private static final int MOST_AWAKE = 16;

	private static final long LONG_BYTES = 4 * 1024;

	/** Whether somebody reads. */
	private final AtomicBoolean reading;

	/** How many callers that wait are still awake, and will look for the reading role. */
	private final AtomicInteger awake = new AtomicInteger();

	/** For how many waits the line still counts as crowded; not exact. */
	private int crowded;

	/** Whether the replies that came last were long; not exact. */
	private boolean longReplies;

	YieldBeforePark(AtomicBoolean reading) {
		this.reading = reading;
	}

	/**
	 * Whether somebody who waits will look for the reading role without being woken.
	 */
	boolean isAnyAwake() {
		return this.awake.get() > 0;
	}

	/** Learns how long the replies are. The reader's. */
	void served(int replies, long bytes) {
		this.longReplies = bytes >= LONG_BYTES * replies;
	}

	/**
	 * Lets others run for a while if that is worth it.
	 * @return whether there is no need to park: the operation has ended, or nobody reads
	 */
	// nothing depends on it
	@SuppressWarnings("ThreadPriorityCheck")
	boolean savesParking(Operation operation, long inLine) {
		if (inLine >= CROWD) {
			this.crowded = CROWDED_WAITS;
		}
		else if (this.crowded <= 0) {
			return false;
		}
		else {
			this.crowded--;
		}
		if (this.longReplies && this.awake.get() >= MOST_AWAKE) {
			return false;
		}
		this.awake.incrementAndGet();
		for (int i = 0; i < YIELDS && !operation.isEnded() && this.reading.get(); i++) {
			Thread.yield();
		}
		this.awake.decrementAndGet();
		return operation.isEnded() || !this.reading.get();
	}

}
