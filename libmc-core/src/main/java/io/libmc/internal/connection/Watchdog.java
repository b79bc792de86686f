package io.libmc.internal.connection;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

import io.libmc.internal.connection.Failure.Kind;

/**
 * Looks after all connections of a client: after deadlines that nobody waits for, and
 * after what an {@code Error} may have left behind. One thread, which does nothing that
 * can block, and survives everything. It looks when it is asked to and, as long as there
 * are connections, every so often unasked: that service comes back depends on nothing
 * that a caller does.
 */
public final class Watchdog {

	/** What {@link Deadlines#check} answers when there is nothing left to look after. */
	static final long GONE = Long.MAX_VALUE;

	/** How late it may be. */
	private static final long SHORTEST_SLEEP = 1_000_000;

	/** Later, as each failure is logged. */
	private static final long AFTER_FAILURE = 10_000_000;

	/** Later than any deadline. */
	private static final long FAR = Long.MAX_VALUE / 2;

	private final List<Connection> connections = new CopyOnWriteArrayList<>();

	private final Thread thread;

	/** When it will look again, in the clock of {@link System#nanoTime()}. */
	private volatile long wakesAt = System.nanoTime();

	private volatile boolean closed;

	private boolean failedBefore;

	public Watchdog() {
		this.thread = Threads.daemon("libmc-watchdog", this::run);
		this.thread.start();
	}

	/** Looks after a connection until its end. */
	void add(Connection connection) {
		this.connections.add(connection);
		watch(0);
	}

	/** Sees to it that it looks within this time. */
	void watch(long nanos) {
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
		this.wakesAt = System.nanoTime() + FAR;
		long sleep = FAR;
		for (Connection connection : this.connections) {
			sleep = Math.min(sleep, Math.max(check(connection), SHORTEST_SLEEP));
		}
		this.wakesAt = System.nanoTime() + sleep;
		return sleep;
	}

	/** Other connections' deadlines hold whatever becomes of one. */
	private long check(Connection connection) {
		try {
			long next = connection.deadlines().check(System.nanoTime());
			if (next == GONE) {
				this.connections.remove(connection);
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
			Log.log(Level.WARNING, "looking after a connection failed", thrown);
		}
	}

	/** Ends what the client, closing, could not end itself. */
	private void closeAll() {
		for (int tries = 0; tries < 100 && !this.connections.isEmpty(); tries++) {
			for (Connection connection : this.connections) {
				try {
					connection.close(new Failure(Kind.CLOSED, "the client was closed", null));
				}
				catch (Throwable ex) {
					tell(ex);
				}
				check(connection);
			}
			LockSupport.parkNanos(this, AFTER_FAILURE);
		}
	}

	public void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

}
