package io.libmc.internal.connection;

import java.io.IOException;

import io.libmc.internal.connection.Failure.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What becomes due on a connection while nobody waits for it in person: operations whose
 * callers do not wait, or are virtual threads, a handshake or a write that takes too
 * long, a server that has been silent for too long. Any thread may ask; the one that
 * notices ends the connection.
 */
final class Deadlines implements Watched {

	/** How often an idle connection is looked at. */
	private static final long IDLE_NANOS = 1_000_000_000;

	/** How long a thread that runs again may take to notice that its time is up. */
	private static final long LATE_NANOS = 20_000_000;

	private static final long UNFINISHED_NANOS = 10_000_000;

	private final Connection connection;

	private final Settings settings;

	private final Watchdog watchdog;

	private final Mutex mutex;

	private final Connector connector;

	private final Line line;

	private final Outbox outbox;

	private final Inbox inbox;

	/** When its life began, in the clock of {@link System#nanoTime()}. */
	private final long startedAt = System.nanoTime();

	/** Since when it is known to quit, or 0; the watchdog's own. */
	private long quitsSince;

	/** A read that was found late, by when it should have ended; the watchdog's own. */
	private long lateRead;

	private long lateReadSeenAt;

	Deadlines(Connection connection, Settings settings, Watchdog watchdog, Mutex mutex, Connector connector, Line line,
			Outbox outbox, Inbox inbox) {
		this.connection = connection;
		this.settings = settings;
		this.watchdog = watchdog;
		this.mutex = mutex;
		this.connector = connector;
		this.line = line;
		this.outbox = outbox;
		this.inbox = inbox;
	}

	@Override
	public long check(long now) {
		if (this.connection.broken == null && isStuck(now)) {
			this.connection.broken = new IllegalStateException("a thread came to it and never went on");
		}
		this.connection.endIfBroken();
		if (this.connection.isClosed()) {
			this.inbox.finishAnswered();
			return finish(now);
		}
		// opening rebuilds the line
		boolean connecting = this.connection.isConnecting();
		long next = Math.min(expireWatched(now),
				this.line.isEmpty() ? IDLE_NANOS : Math.min(this.settings.pollNanos(), IDLE_NANOS));
		return Math.min(next, connecting ? checkConnecting(now) : checkOpen(now));
	}

	@Override
	public void close() {
		this.connection.close(new Failure(Kind.CLOSED, "the client was closed", null));
	}

	/** Until its end is complete, which a thread that will never go on cannot prevent. */
	private long finish(long now) {
		End end = this.connection.end();
		if (!end.isFinished()) {
			end.finish();
		}
		return (end.isFinished() || isStuck(now)) ? GONE : UNFINISHED_NANOS;
	}

	/** Whether a thread that took the mutex seems never to give it back. */
	private boolean isStuck(long now) {
		return this.mutex.isStuck(now, this.settings.pollNanos());
	}

	/**
	 * Whatever the attempt waits for, it does not for longer than its timeouts together.
	 */
	private long checkConnecting(long now) {
		long left = this.connector.handshakeTimeLeft(now);
		if (left <= 0) {
			this.connector.close();
		}
		long most = this.settings.connectNanos() + this.settings.handshakeNanos() + this.settings.pollNanos();
		if (now - this.startedAt > most && !this.connector.isResolving() && this.connection.isConnecting()) {
			this.connection.connectFailed(new IOException("it took longer than all its timeouts together"));
		}
		return Math.min(Math.max(left, 0), this.settings.pollNanos());
	}

	private long checkOpen(long now) {
		long deadline = this.outbox.deadline();
		if (deadline != 0 && deadline - now <= 0) {
			this.connection.close(new Failure(Kind.LOST, "the server did not take a write in time", null));
		}
		if (closeIfOverdue(now, 0) || this.connection.isClosed() || closeIfQuitting(now)) {
			return 0;
		}
		Operation first = this.line.firstAwaited();
		long left = (deadline != 0) ? Math.min(deadline - now, checkReading(now)) : GONE;
		return (first != null && first.isAbandoned()) ? Math.min(left, Math.max(untilOverdue(now), 0)) : left;
	}

	/**
	 * Ends a read that cannot end in time itself, as it waits for the write under way.
	 * After a pause of the whole process each read is late: only one that goes on
	 * although its thread had time to notice is ended.
	 */
	private long checkReading(long now) {
		long readsUntil = this.inbox.readsUntil();
		if (readsUntil == 0) {
			return GONE;
		}
		if (readsUntil - now > 0) {
			return readsUntil - now;
		}
		if (readsUntil != this.lateRead) {
			this.lateRead = readsUntil;
			this.lateReadSeenAt = now;
		}
		long left = this.lateReadSeenAt + LATE_NANOS - now;
		if (left <= 0) {
			this.connection.close(new Failure(Kind.LOST, "the server did not take a write in time", null));
		}
		return left;
	}

	/** What it still had in line when it was told to quit has had its time. */
	private boolean closeIfQuitting(long now) {
		if (!this.connection.isRefusing()) {
			return false;
		}
		if (this.quitsSince == 0) {
			this.quitsSince = now | 1;
		}
		boolean overdue = now - this.quitsSince > 2 * this.settings.pollNanos();
		if (overdue) {
			this.connection.close(new Failure(Kind.LOST, "the connection was given up on purpose", null));
		}
		return overdue;
	}

	/** Ends the operations whose time is up and that nobody else ends. */
	private long expireWatched(long now) {
		long[] next = { GONE };
		this.line.forEach((operation) -> {
			if (operation.isEnded()) {
				operation.wakeAgain();
			}
			else if (operation.isDetached() || operation.watched) {
				long left = operation.deadline - now;
				if (left > 0) {
					next[0] = Math.min(next[0], left);
				}
				else {
					abandon(operation);
				}
			}
		});
		return next[0];
	}

	/** Ends an operation in time whose waiter sleeps until somebody wakes it. */
	void watch(Operation operation, long nanos) {
		if (!operation.watched) {
			operation.watched = true;
			this.watchdog.watch(nanos);
		}
	}

	/** Ends an operation whose time is up, as its waiter notices. */
	void giveUp(Operation operation) {
		abandon(operation);
		long tolerance = Math.min(Connection.DRAIN_NANOS, this.settings.pollNanos() / 10);
		if (!closeIfOverdue(System.nanoTime(), tolerance)) {
			this.watchdog.watch(this.settings.pollNanos());
		}
	}

	/**
	 * Gives up on an operation. A large value is written from the array of a caller, who
	 * may then change it.
	 */
	void abandon(Operation operation) {
		operation.abandon(timeout(), this.connection.progress(operation));
		if (this.connection.isEncoding() && operation.sharesData() && !this.outbox.isWritten(operation)) {
			this.connection.close(new Failure(Kind.LOST, "a large write was given up half-way", null));
		}
	}

	private Failure timeout() {
		return new Failure(Kind.TIMEOUT, "its time was up" + this.inbox.silence(), null);
	}

	/**
	 * How long the server may still be silent, or Connection.FOREVER if nothing is
	 * expected of it.
	 */
	long untilOverdue(long now) {
		Operation first = this.line.firstAwaited();
		if (first == null) {
			return Connection.FOREVER;
		}
		long poll = this.settings.pollNanos();
		long silent = poll - (now - latest(this.inbox.lastByteAt(), first.sentAt));
		return Math.min(silent, first.deadline + poll - now);
	}

	/**
	 * Ends the connection if the first operation that awaits a reply has seen no byte for
	 * a full {@code pollTimeout}, or is still in line another one after its time was up.
	 */
	boolean closeIfOverdue(long now, long tolerance) {
		Operation first = this.line.firstAwaited();
		if (!this.connection.isOpen() || first == null || untilOverdue(now) > tolerance) {
			return false;
		}
		boolean overdue = now - first.deadline >= this.settings.pollNanos();
		if (!overdue && (!this.outbox.isWritten(first) || hasUnreadBytes())) {
			return false;
		}
		if (first.deadline - now <= Connection.DRAIN_NANOS) {
			first.abandon(timeout(), this.connection.progress(first));
		}
		long millis = (now - latest(this.inbox.lastByteAt(), first.sentAt)) / 1_000_000;
		this.connection.close(new Failure(Kind.LOST,
				"the server had sent nothing for " + millis + " ms" + this.inbox.silence(), null));
		return true;
	}

	private boolean hasUnreadBytes() {
		try {
			return this.inbox.hasUnreadBytes();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static long latest(long a, long b) {
		return (a - b > 0) ? a : b;
	}

}
