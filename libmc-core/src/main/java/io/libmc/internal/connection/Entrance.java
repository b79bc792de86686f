package io.libmc.internal.connection;

import java.io.IOException;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.OutBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How operations come into the line of a connection, and see to their being written and
 * read. What a {@code Throwable} leaves half done here, the connection does not outlive.
 */
final class Entrance {

	/** Nothing was in line for so long: bytes that have come belong to nobody. */
	private static final long IDLE_NANOS = 1_000_000L;

	private final Connection connection;

	private final Mutex mutex;

	private final Line line;

	private final Outbox outbox;

	private final Inbox inbox;

	private final Room room;

	private final Watchdog watchdog;

	Entrance(Connection connection, Mutex mutex, Line line, Outbox outbox, Inbox inbox, Room room, Watchdog watchdog) {
		this.connection = connection;
		this.mutex = mutex;
		this.line = line;
		this.outbox = outbox;
		this.inbox = inbox;
		this.room = room;
		this.watchdog = watchdog;
	}

	/** As {@link Connection#submit}. */
	boolean enter(Operation operation, boolean more) {
		boolean virtual = Threads.isVirtual(Thread.currentThread());
		boolean detached = operation.isDetached();
		operation.waiterReads = !virtual && !detached;
		OutBuffer batch = null;
		boolean gathers = false;
		if (!this.mutex.takeBy(operation.deadline)) {
			operation.fail(new Failure(Kind.TIMEOUT, "its time was up while it waited for other requests", null),
					Progress.UNSENT);
			return true;
		}
		try {
			if (!this.connection.isUsable()) {
				return false;
			}
			if (!this.room.findFor(operation)) {
				operation.fail(this.line.noRoom(), Progress.UNSENT);
				return true;
			}
			long now = System.nanoTime();
			if (!this.connection.isUsable() || closeIfStrayBytes(now)) {
				return false;
			}
			append(operation, now);
			if (operation.isNoReply() && this.line.isBarrierDue()) {
				appendBarrier(operation, now);
			}
			if (!more && this.connection.isOpen() && !this.inbox.isHandingOut()) {
				gathers = virtual && !detached && this.line.length() > 1;
				batch = (gathers || detached) ? null : this.outbox.claim();
				if (detached) {
					this.outbox.wantThread();
				}
			}
		}
		catch (Throwable ex) {
			// nobody is to come or to write in between
			this.connection.broken = ex;
			throw ex;
		}
		finally {
			this.mutex.giveBack();
		}
		if (gathers && this.outbox.startGathering()) {
			this.outbox.writeGathered();
		}
		if (batch != null) {
			this.outbox.write(batch, virtual ? 0 : operation.deadline);
		}
		if (detached) {
			if (operation.isNoReply()) {
				operation.complete();
			}
			else {
				seeToDetached(operation);
			}
		}
		return true;
	}

	/** Those that close the connection meanwhile either see it in line, or are seen. */
	private void append(Operation operation, long now) {
		operation.keepData();
		if (this.connection.hasOpened()) {
			this.outbox.encode(operation, now);
		}
		this.line.append(operation);
		Failure failure = this.connection.end().failure();
		if (failure != null) {
			operation.fail(failure, this.connection.progress(operation));
		}
	}

	/**
	 * Operations without a reply only leave the line when a reply behind them comes. So
	 * that they cannot fill it, every so many of them are followed by a question.
	 */
	private void appendBarrier(Operation operation, long now) {
		Operation barrier = Operation.admin(Command.VERSION, operation.startedAt, operation.deadline, "");
		barrier.whenEnded(() -> {
		});
		append(barrier, now);
		seeToDetached(barrier);
	}

	/** What came while nobody asked would be taken for the reply to the next request. */
	private boolean closeIfStrayBytes(long now) {
		if (!this.line.isEmpty() || !this.connection.hasOpened() || now - this.inbox.lastByteAt() < IDLE_NANOS) {
			return false;
		}
		Throwable cause = null;
		try {
			if (!this.inbox.hasUnreadBytes()) {
				return false;
			}
		}
		catch (IOException ex) {
			cause = ex;
		}
		this.connection
			.close(new Failure(Kind.LOST, "the server hung up, or sent bytes that no operation waits for", cause));
		return true;
	}

	/** Sees to it that somebody reads for it, and that somebody watches its time. */
	private void seeToDetached(Operation operation) {
		this.inbox.seeToReader();
		this.watchdog.watch(operation.deadline - System.nanoTime());
	}

}
