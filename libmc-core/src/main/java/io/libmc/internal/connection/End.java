package io.libmc.internal.connection;

import java.util.concurrent.atomic.AtomicReference;

import io.libmc.internal.connection.Failure.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The end of a connection. It comes once, at any moment and on any thread, and waits for
 * nobody. What is to be done then may be done again, if it was broken off, and by several
 * threads at once.
 */
final class End {

	private static final long SOON_NANOS = 2_000_000;

	private final Connection connection;

	private final Sharing sharing;

	private final Mutex mutex;

	private final Line line;

	private final Outbox outbox;

	private final Room room;

	private final Connector connector;

	private final OwnThread ownThread;

	private final Watchdog watchdog;

	private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();

	private volatile boolean finished;

	End(Connection connection, Sharing sharing, Mutex mutex, Line line, Outbox outbox, Room room, Connector connector,
			OwnThread ownThread, Watchdog watchdog) {
		this.connection = connection;
		this.sharing = sharing;
		this.mutex = mutex;
		this.line = line;
		this.outbox = outbox;
		this.room = room;
		this.connector = connector;
		this.ownThread = ownThread;
		this.watchdog = watchdog;
	}

	/** Why it has come, or null if it has not. */
	@Nullable Failure failure() {
		return this.failure.get();
	}

	/** Whether nothing is left to do. */
	boolean isFinished() {
		return this.finished;
	}

	/** Ends the connection, unless it has ended. */
	void come(Failure why) {
		if (this.failure.compareAndSet(null, why)) {
			// should this be broken off
			this.watchdog.watch(SOON_NANOS);
			finish();
		}
	}

	/** Does, or does again, what is to be done. */
	void finish() {
		Failure why = this.failure.get();
		if (why == null) {
			return;
		}
		this.connection.closeTransport();
		this.connector.close();
		failAll(why);
		this.room.close();
		this.ownThread.wake();
		this.outbox.wakeThread();
		if (this.mutex.take(0)) {
			try {
				this.line.clear();
				this.outbox.clear();
				this.finished = true;
			}
			finally {
				this.mutex.giveBack();
			}
		}
		else {
			this.watchdog.watch(SOON_NANOS);
		}
	}

	/** What is due anyway, with a timeout. */
	private void failAll(Failure why) {
		long now = System.nanoTime();
		boolean lost = why.kind() == Kind.LOST;
		Failure late = lost ? new Failure(Kind.TIMEOUT, why.message(), why.cause()) : why;
		if (lost) {
			this.line.forEach((operation) -> {
				if (!this.outbox.isUnsent(operation)) {
					this.sharing.lost(operation);
				}
			});
		}
		this.line.forEach((operation) -> operation.fail((operation.deadline - now <= 0) ? late : why,
				this.connection.progress(operation)));
	}

}
