package io.libmc.internal.connection;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks after all connections of a client and its asynchronous calls: after deadlines
 * that nobody waits for, and after what an {@code Error} may have left behind. One
 * thread, which does nothing that can block, and survives everything. It looks when it is
 * asked to and, as long as there are connections, every so often unasked: that service
 * comes back depends on nothing that a caller does.
 */
public final class Watchdog {

	/** How late it may be. */
	private static final long SHORTEST_SLEEP = 1_000_000;

	/** Later, as each failure is logged. */
	private static final long AFTER_FAILURE = 10_000_000;

	private final List<Watched> watched = new CopyOnWriteArrayList<>();

	private final Thread thread;

	/** When it will look again, in the clock of {@link System#nanoTime()}. */
	private volatile long wakesAt = System.nanoTime();

	private volatile boolean closed;

	private boolean failedBefore;

	public Watchdog() {
		this.thread = Threads.daemon("libmc-watchdog", this::run);
		this.thread.start();
	}

	/** Looks after something until that is gone. */
	public void add(Watched watched) {
		this.watched.add(watched);
		watch(0);
	}

	/** Sees to it that it looks within this time. */
	public void watch(long nanos) {
		if (this.wakesAt - System.nanoTime() > nanos) {
			LockSupport.unpark(this.thread);
		}
	}

	private void run() {
		long sleep = 0;
		while (!this.closed) {
			try {
				LockSupport.parkNanos(this, sleep);
				sleep = look();
			}
			catch (Throwable ex) {
				sleep = AFTER_FAILURE;
			}
		}
		closeAll();
	}

	/** Returns how soon to do it again. */
	private long look() {
		// a caller that comes meanwhile wakes it, for it may have been missed
		this.wakesAt = System.nanoTime() + Watched.FAR;
		long sleep = Watched.FAR;
		for (Watched each : this.watched) {
			sleep = Math.min(sleep, Math.max(check(each), SHORTEST_SLEEP));
		}
		this.wakesAt = System.nanoTime() + sleep;
		return sleep;
	}

	/** Others' deadlines hold whatever becomes of one. */
	private long check(Watched each) {
		try {
			long next = each.check(System.nanoTime());
			if (next == Watched.GONE) {
				this.watched.remove(each);
			}
			this.failedBefore = false;
			return next;
		}
		catch (Throwable ex) {
			tell(ex);
			return AFTER_FAILURE;
		}
	}

	/** Once for each row of failures. */
	private void tell(Throwable thrown) {
		if (!this.failedBefore) {
			this.failedBefore = true;
			Log.log(Level.WARNING, "looking after what is under way failed", thrown);
		}
	}

	/** Ends what the client, closing, could not end itself. */
	private void closeAll() {
		for (int tries = 0; tries < 1000 && !this.watched.isEmpty(); tries++) {
			LockSupport.parkNanos(this, (tries > 0) ? AFTER_FAILURE : 0);
			for (Watched each : this.watched) {
				try {
					each.close();
				}
				catch (Throwable ex) {
					tell(ex);
				}
				check(each);
			}
		}
	}

	public void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

}
