package io.libmc.internal.connection;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that nobody waits for without an end: a thread that an {@code Error} struck
 * while it held the lock may never have given it back. It is only ever held for moments,
 * so that one held for long tells of such a thread.
 */
final class Mutex {

	/** Longer than it is ever held. */
	private static final long LEAST_NANOS = 5_000_000;

	private final ReentrantLock lock = new ReentrantLock();

	/** How often it was taken; guarded by itself, and looked at by the watchdog. */
	private long turns;

	/** The watchdog's own. */
	private long turnsSeen = -1;

	/** Since when it has been the same turn; the watchdog's own. */
	private long seenAt;

	/**
	 * Takes it, at once or within a time; an interrupt is kept for the caller.
	 * @param nanos how long to wait for it at most
	 * @return whether it is the caller's now
	 */
	boolean take(long nanos) {
		boolean taken = this.lock.tryLock() || (nanos > 0 && takeWithin(nanos));
		if (taken) {
			this.turns++;
		}
		return taken;
	}

	/** Takes it, at once or until a time; at the least for some milliseconds. */
	boolean takeBy(long deadline) {
		return take(0) || take(Math.max(deadline - System.nanoTime(), LEAST_NANOS));
	}

	private boolean takeWithin(long nanos) {
		boolean interrupted = false;
		long until = System.nanoTime() + nanos;
		try {
			while (true) {
				try {
					return this.lock.tryLock(until - System.nanoTime(), TimeUnit.NANOSECONDS);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Gives it back, if it is the caller's. */
	void giveBack() {
		if (this.lock.isHeldByCurrentThread()) {
			this.lock.unlock();
		}
	}

	/**
	 * Whether it has been held for so long, by the same thread. Only the watchdog asks.
	 */
	boolean isStuck(long now, long nanos) {
		boolean held = this.lock.isLocked();
		long turn = this.turns;
		if (!held || turn != this.turnsSeen) {
			this.turnsSeen = turn;
			this.seenAt = now;
			return false;
		}
		return now - this.seenAt >= nanos;
	}

}
