package io.libmc.internal.connection;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks after deadlines that nobody waits for: a write that the server does not take, a
 * reply that every caller has given up on. One thread for a whole client; it sleeps as
 * long as there is nothing to watch, and does nothing that can block.
 */
public final class Watchdog {

	/** What {@link Deadlines#check} answers when there is nothing left to watch. */
	static final long NOTHING = Long.MAX_VALUE;

	/** How late it may be. */
	private static final long SHORTEST_SLEEP = 1_000_000;

	/** Not sooner, as each failure is logged. */
	private static final long AFTER_FAILURE = 1_000_000_000;

	/** Later than any deadline. */
	private static final long FAR = Long.MAX_VALUE / 2;

	private final Set<Connection> watched = ConcurrentHashMap.newKeySet();

	private final Thread thread;

	/** When it will look again, in the clock of {@link System#nanoTime()}. */
	private volatile long wakesAt = System.nanoTime();

	private volatile boolean asleep;

	private volatile boolean closed;

	public Watchdog() {
		this.thread = new Thread(this::run, "libmc-watchdog");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/** Sees to it that the connection is checked within this time and then as it asks. */
	void watch(Connection connection, long nanos) {
		this.watched.add(connection);
		if (this.asleep || this.wakesAt - System.nanoTime() > nanos) {
			LockSupport.unpark(this.thread);
		}
	}

	private void run() {
		while (!this.closed) {
			// a caller that comes while it looks wakes it, for it may have been missed
			this.wakesAt = System.nanoTime() + FAR;
			sleep(checkAll());
		}
	}

	/** Returns how soon to do it again. */
	private long checkAll() {
		long sleep = NOTHING;
		for (Connection connection : List.copyOf(this.watched)) {
			this.watched.remove(connection);
			long next = check(connection);
			if (next != NOTHING) {
				this.watched.add(connection);
				sleep = Math.min(sleep, Math.max(next, SHORTEST_SLEEP));
			}
		}
		return sleep;
	}

	/** Other connections' deadlines hold whatever becomes of one. */
	private static long check(Connection connection) {
		try {
			return connection.deadlines().check(System.nanoTime());
		}
		catch (Throwable ex) {
			System.getLogger("io.libmc").log(Level.WARNING, "checking the deadlines of a connection failed", ex);
			return AFTER_FAILURE;
		}
	}

	private void sleep(long nanos) {
		if (nanos != NOTHING) {
			this.wakesAt = System.nanoTime() + nanos;
			LockSupport.parkNanos(this, nanos);
			return;
		}
		this.asleep = true;
		if (this.watched.isEmpty() && !this.closed) {
			LockSupport.park(this);
		}
		this.asleep = false;
	}

	public void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

}
