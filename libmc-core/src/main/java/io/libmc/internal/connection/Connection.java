package io.libmc.internal.connection;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.OutBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from its connect attempt to its end, shared by every thread that talks
 * to its server. There is no event loop: the callers do the work, in two roles that one
 * thread at a time can hold, the writer ({@link Outbox}) and the reader ({@link Inbox}).
 * A thread of the connection's own connects, reads for callers that do not wait, and
 * takes the role of the reader when nobody has used the connection for a while, so that a
 * server that went away is noticed at once.
 * <p>
 * No caller ever gets the reply to another's request. Replies come in the order of
 * requests; an operation whose caller gave up keeps its place, and its late reply is
 * dropped. Once a byte makes no sense, or the server has been silent for too long, the
 * connection ends and fails all that is in its line.
 */
final class Connection {

	/** How long a caller whose time is up may still take what has already arrived. */
	static final long DRAIN_NANOS = 5_000_000L;

	static final long FOREVER = Long.MAX_VALUE;

	private enum State {

		CONNECTING, OPEN, CLOSED

	}

	private final Node node;

	private final Settings settings;

	private final Watchdog watchdog;

	private final Connector connector;

	private final OwnThread ownThread;

	private final Line line;

	private final ReentrantLock lock = new ReentrantLock();

	private final Outbox outbox;

	private final Room room;

	private final Inbox inbox;

	private final Deadlines deadlines;

	/**
	 * It becomes OPEN under the lock, and CLOSED without: those whose time is up together
	 * would queue for it.
	 */
	private final AtomicReference<State> state = new AtomicReference<>(State.CONNECTING);

	/** Set before the state is OPEN. */
	private @Nullable Transport transport;

	/** It takes no more operations. */
	private volatile boolean refusing;

	/** It ends once nothing is in its line. */
	private volatile boolean ending;

	Connection(Node node, Settings settings, Watchdog watchdog, String threadName) {
		this.node = node;
		this.settings = settings;
		this.watchdog = watchdog;
		this.connector = new Connector(node.endpoint(), settings);
		this.line = new Line(settings.maxInFlightOperations(), settings.maxInFlightBytes());
		this.outbox = new Outbox(this, this.lock, this.line, settings, watchdog, node);
		this.room = new Room(this, this.lock, this.line, this.outbox);
		this.inbox = new Inbox(this, this.line, settings.maxValueBytes(), node);
		this.deadlines = new Deadlines(this, settings, watchdog, this.connector, this.line, this.outbox, this.inbox);
		this.ownThread = new OwnThread(this, this.connector, this.line, this.inbox, threadName);
	}

	void start() {
		this.watchdog.watch(this, this.settings.pollNanos());
		this.ownThread.start();
	}

	/** Whether it takes operations. */
	boolean isUsable() {
		return !isClosed() && !this.refusing;
	}

	boolean isConnecting() {
		return this.state.get() == State.CONNECTING;
	}

	boolean isOpen() {
		return this.state.get() == State.OPEN;
	}

	Deadlines deadlines() {
		return this.deadlines;
	}

	/** Sees to it that somebody other than the calling thread reads. */
	void seeToReader() {
		this.inbox.seeToReader();
	}

	boolean isEnding() {
		return this.ending;
	}

	boolean isClosed() {
		return this.state.get() == State.CLOSED;
	}

	/** How many operations wait for their reply; none once it has ended. */
	long operationsInFlight() {
		return isClosed() ? 0 : this.line.length();
	}

	String threadName() {
		return this.ownThread.name();
	}

	// Submitting

	/**
	 * Puts an operation in line and sees to its being sent. Waits for room in line,
	 * within the operation's deadline; the operation fails if there is none.
	 * @param more whether further ones follow at once and then a {@link #flush}, so that
	 * they can share a write
	 * @return false if the connection takes no more, and nothing was done
	 */
	boolean submit(Operation operation, boolean more) {
		boolean virtual = Threads.isVirtual(Thread.currentThread());
		operation.waiterReads = !virtual && !operation.isDetached();
		OutBuffer batch = null;
		boolean gathers = false;
		this.lock.lock();
		try {
			if (!isUsable()) {
				return false;
			}
			if (!this.room.findFor(operation)) {
				operation.fail(this.line.noRoom(), Progress.UNSENT);
				return true;
			}
			if (!isUsable()) {
				return false;
			}
			append(operation);
			if (operation.isNoReply()) {
				appendBarrier(operation);
			}
			if (isOpen() && !more) {
				gathers = virtual && !operation.isDetached() && this.line.length() > 1 && !isLeftToReader();
				batch = gathers ? null : claimWriting(!virtual, operation.isDetached());
			}
		}
		finally {
			this.lock.unlock();
		}
		if (gathers && this.outbox.startGathering()) {
			batch = gather();
		}
		if (batch != null) {
			this.outbox.write(batch, operation.deadline);
		}
		if (operation.isDetached()) {
			if (operation.isNoReply()) {
				operation.complete();
			}
			else {
				seeToDetached(operation);
			}
		}
		return true;
	}

	private void append(Operation operation) {
		this.line.append(operation);
		if (isOpen()) {
			this.outbox.encode(operation);
		}
	}

	/**
	 * Lets the virtual threads that are due run first, as their requests can share the
	 * write. Another thread that comes to write meanwhile does.
	 */
	// nothing depends on it
	@SuppressWarnings("ThreadPriorityCheck")
	private @Nullable OutBuffer gather() {
		Thread.yield();
		this.lock.lock();
		try {
			this.outbox.stopGathering();
			return isOpen() ? this.outbox.claim(false) : null;
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean isLeftToReader() {
		return this.inbox.isHandingOut() && !this.outbox.mightBlock();
	}

	private @Nullable OutBuffer claimWriting(boolean mayBlock, boolean detached) {
		if (isLeftToReader()) {
			return null;
		}
		if (detached) {
			this.outbox.wantThread();
			return null;
		}
		return this.outbox.claim(mayBlock);
	}

	/** Whether not one byte of it has gone to the socket. */
	boolean isUnsent(Operation operation) {
		return this.outbox.isUnsent(operation);
	}

	/** Sends what was submitted with more to follow. */
	void flush(long deadline) {
		OutBuffer batch;
		this.lock.lock();
		try {
			batch = isOpen() ? claimWriting(!Threads.isVirtual(Thread.currentThread()), false) : null;
		}
		finally {
			this.lock.unlock();
		}
		if (batch != null) {
			this.outbox.write(batch, deadline);
		}
	}

	/**
	 * Operations without a reply only leave the line when a reply behind them comes. So
	 * that they cannot fill it, every so many of them are followed by a question.
	 */
	private void appendBarrier(Operation operation) {
		if (this.line.isBarrierDue()) {
			Operation barrier = Operation.admin(Command.VERSION, operation.startedAt, operation.deadline, "");
			barrier.whenEnded(() -> {
			});
			append(barrier);
			seeToDetached(barrier);
		}
	}

	/** Sees to it that somebody reads for it, and that somebody watches its time. */
	private void seeToDetached(Operation operation) {
		seeToReader();
		this.watchdog.watch(this, operation.deadline - System.nanoTime());
	}

	// Waiting

	/**
	 * Waits until an operation of this connection has ended, never longer than its
	 * deadline.
	 */
	void await(Operation operation, long until) {
		this.inbox.await(operation, until);
	}

	/** Writes what gathered while replies were handed out, unless that might block. */
	void writeGathered() {
		OutBuffer batch = null;
		this.lock.lock();
		try {
			this.inbox.stopHandingOut();
			if (isOpen()) {
				batch = this.outbox.claim(false);
			}
		}
		finally {
			this.lock.unlock();
		}
		if (batch != null) {
			this.outbox.write(batch, 0);
		}
	}

	/** Operations have left the line. */
	void roomMade() {
		this.room.wasMade();
		if (this.ending && this.line.isEmpty()) {
			nominateOwnThread();
		}
	}

	Progress progress(Operation operation) {
		if (this.outbox.isUnsent(operation)) {
			return Progress.UNSENT;
		}
		return (operation == this.line.first() && this.inbox.isMidReply()) ? Progress.PARTLY_READ : Progress.SENT;
	}

	void nominateOwnThread() {
		this.ownThread.nominate();
	}

	// Opening

	void connectFailed(Throwable cause) {
		this.node.connectFailed(this, cause);
	}

	/**
	 * Opens for business: what has gathered while connecting is sent now. False if the
	 * connection was closed meanwhile.
	 */
	boolean open(Transport connected) throws IOException {
		OutBuffer batch;
		this.lock.lock();
		try {
			if (isClosed()) {
				return false;
			}
			this.transport = connected;
			this.outbox.open(connected);
			this.inbox.open(connected);
			this.line.dropLost();
			this.line.forEach(this.outbox::encode);
			this.node.connecting();
			if (!this.state.compareAndSet(State.CONNECTING, State.OPEN)) {
				return false;
			}
			batch = this.outbox.claim(false);
		}
		finally {
			this.lock.unlock();
		}
		this.node.connected();
		if (batch != null) {
			this.outbox.write(batch, 0);
		}
		this.inbox.nominate();
		return true;
	}

	// The end

	/**
	 * Ends it in good order: it takes no more operations, asks the server to close, and
	 * is gone once all in its line are answered.
	 */
	void quit() {
		OutBuffer batch;
		this.lock.lock();
		try {
			if (!isOpen() || this.refusing) {
				return;
			}
			this.refusing = true;
			this.room.close();
			this.outbox.encodeQuit();
			batch = this.outbox.claim(true);
		}
		finally {
			this.lock.unlock();
		}
		if (batch != null) {
			this.outbox.write(batch, System.nanoTime() + this.settings.pollNanos());
		}
		endWhenDrained();
	}

	/** Ends it once all in its line are answered; until then it goes on as it is. */
	void endWhenDrained() {
		this.ending = true;
		nominateOwnThread();
	}

	/** Ends it if nothing is left in its line or to write. */
	boolean closeIfDrained() {
		this.lock.lock();
		try {
			if (!this.line.isEmpty() || !this.outbox.isIdle()) {
				return false;
			}
			close(new Failure(Kind.LOST, "the connection was given up on purpose", null));
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Ends the connection and fails all that is in its line: what is due anyway, with a
	 * timeout. Does nothing if it has ended.
	 */
	void close(Failure failure) {
		if (isClosed()) {
			return;
		}
		if (failure.kind() == Kind.LOST) {
			this.line.forEach((operation) -> {
				if (!isUnsent(operation)) {
					this.node.sharing().lost(operation);
				}
			});
		}
		if (this.state.getAndSet(State.CLOSED) == State.CLOSED) {
			return;
		}
		// a caller that found it open has put its operation in line by then
		this.lock.lock();
		try {
			this.room.close();
		}
		finally {
			this.lock.unlock();
		}
		Transport open = this.transport;
		if (open != null) {
			open.close();
		}
		this.connector.close();
		long now = System.nanoTime();
		Failure late = (failure.kind() == Kind.LOST) ? new Failure(Kind.TIMEOUT, failure.message(), failure.cause())
				: failure;
		this.line.forEach(
				(operation) -> operation.fail((operation.deadline - now <= 0) ? late : failure, progress(operation)));
		this.lock.lock();
		try {
			this.line.clear();
			this.outbox.close();
		}
		finally {
			this.lock.unlock();
		}
		this.ownThread.wake();
	}

}
