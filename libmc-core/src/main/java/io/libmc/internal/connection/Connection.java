package io.libmc.internal.connection;

import java.io.IOException;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.connection.Node.MetaSupport;
import io.libmc.internal.connection.Operation.Progress;
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
 * <p>
 * At any allocation, call or check a {@code Throwable} may come: a stack that is full, a
 * heap that is full. It ends at most the call that met it and the connection that it left
 * in doubt. Such a connection is marked as {@link #broken} first, which takes no call and
 * no memory: from then on nobody writes on it, reads from it or comes to it. Then it is
 * closed, by the thread that marked it or, if that fails too, by the {@link Watchdog}. So
 * nothing has to be put right after a {@code Throwable}: not what is encoded, not a role,
 * not the mutex. What follows from that for the fields of the engine:
 * <table>
 * <caption>Who writes what</caption>
 * <tr>
 * <td>requests in {@link Outbox}, the tail of {@link Line}</td>
 * <td>under the mutex, which nobody waits for without an end</td>
 * </tr>
 * <tr>
 * <td>the batch that was claimed, how far it was written</td>
 * <td>the writer</td>
 * </tr>
 * <tr>
 * <td>the head of {@link Line}, the parser, whom was served</td>
 * <td>the reader</td>
 * </tr>
 * <tr>
 * <td>how an {@link Operation} ended</td>
 * <td>the first to end it, by a compare-and-set</td>
 * </tr>
 * <tr>
 * <td>its waiter</td>
 * <td>the thread that waits for it</td>
 * </tr>
 * <tr>
 * <td>that it is open</td>
 * <td>its own thread</td>
 * </tr>
 * <tr>
 * <td>that it is broken, refuses, ends, has ended</td>
 * <td>anyone, and never back</td>
 * </tr>
 * <tr>
 * <td>threads that wait in {@link Room}</td>
 * <td>each for itself, in a queue that needs no lock</td>
 * </tr>
 * </table>
 */
final class Connection {

	/** How long a caller whose time is up may still take what has already arrived. */
	static final long DRAIN_NANOS = 5_000_000L;

	static final long FOREVER = Long.MAX_VALUE;

	private final Node node;

	private final Settings settings;

	private final Connector connector;

	private final OwnThread ownThread;

	private final Line line;

	private final Mutex mutex = new Mutex();

	private final Outbox outbox;

	private final Room room;

	private final Entrance entrance;

	private final Inbox inbox;

	private final Deadlines deadlines;

	/** Set before it is open. */
	private volatile @Nullable Transport transport;

	/** It encodes what is in line, which before it only drops. Never back. */
	private volatile boolean encoding;

	private volatile boolean opened;

	/** It takes no more operations. */
	private volatile boolean refusing;

	/** It ends once nothing is in its line. */
	private volatile boolean ending;

	/** What left it in doubt, or null. */
	volatile @Nullable Throwable broken;

	private final End end;

	final Object mark = new Object();

	/** Which run of the server it leads to, once that was asked. */
	volatile @Nullable ServerRun serverRun;

	/** Whether that speaks the meta commands. */
	volatile MetaSupport metaSupport = MetaSupport.UNKNOWN;

	Connection(Node node, Settings settings, Watchdog watchdog, String threadName) {
		this.node = node;
		this.settings = settings;
		this.connector = new Connector(node.endpoint(), settings);
		this.line = new Line(settings.maxInFlightOperations(), settings.maxInFlightBytes());
		this.outbox = new Outbox(this, this.mutex, this.line, settings, watchdog, node);
		this.room = new Room(this, this.mutex, this.line, this.outbox);
		this.inbox = new Inbox(this, this.line, settings.maxValueBytes(), node);
		this.entrance = new Entrance(this, this.mutex, this.line, this.outbox, this.inbox, this.room, watchdog);
		this.deadlines = new Deadlines(this, settings, watchdog, this.mutex, this.connector, this.line, this.outbox,
				this.inbox);
		this.ownThread = new OwnThread(this, this.connector, this.line, this.inbox, threadName);
		this.end = new End(this, node.sharing(), this.mutex, this.line, this.outbox, this.room, this.connector,
				this.ownThread, watchdog);
	}

	/** The watchdog looks after it from now on. */
	void start(Watchdog watchdog) {
		watchdog.add(this.deadlines);
		this.ownThread.start();
	}

	/** Whether it takes operations. */
	boolean isUsable() {
		return !isClosed() && !this.refusing && this.broken == null;
	}

	boolean isConnecting() {
		return !this.opened && !isClosed();
	}

	/** Whether what is in line may be sent, also what is given up from now on. */
	boolean isEncoding() {
		return this.encoding;
	}

	/** Whether it has a socket, or had one. */
	boolean hasOpened() {
		return this.opened;
	}

	boolean isOpen() {
		return this.opened && !isClosed() && this.broken == null;
	}

	/** Whether it was told to quit. */
	boolean isRefusing() {
		return this.refusing;
	}

	boolean isEnding() {
		return this.ending;
	}

	boolean isClosed() {
		return this.end.failure() != null;
	}

	Deadlines deadlines() {
		return this.deadlines;
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
		try {
			return this.entrance.enter(operation, more);
		}
		catch (Throwable ex) {
			this.broken = ex;
			endIfBroken();
			throw ex;
		}
	}

	/** Whether not one byte of it has gone to the socket. */
	boolean isUnsent(Operation operation) {
		return this.outbox.isUnsent(operation);
	}

	/** Sends what was submitted with more to follow. */
	void flush(long deadline) {
		try {
			if (isOpen() && !this.inbox.isHandingOut()) {
				this.outbox.writePending(Threads.isVirtual(Thread.currentThread()) ? 0 : deadline);
			}
		}
		catch (Throwable ex) {
			this.broken = ex;
			endIfBroken();
			throw ex;
		}
	}

	// Waiting

	/**
	 * Waits until an operation of this connection has ended, never longer than its
	 * deadline.
	 */
	void await(Operation operation, long until) {
		try {
			this.inbox.await(operation, until);
		}
		catch (Throwable ex) {
			this.broken = ex;
			endIfBroken();
			throw ex;
		}
	}

	/** Writes what gathered while replies were handed out, as far as it is taken. */
	void writeGathered() {
		OutBuffer batch = null;
		if (this.mutex.take(this.settings.pollNanos())) {
			try {
				this.inbox.stopHandingOut();
				batch = this.outbox.claim();
			}
			catch (Throwable ex) {
				this.broken = ex;
				throw ex;
			}
			finally {
				this.mutex.giveBack();
			}
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

	/** Sees to it that somebody other than the calling thread reads. */
	void seeToReader() {
		this.inbox.seeToReader();
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
		if (!this.mutex.take(this.settings.pollNanos())) {
			throw new IOException("a thread that came meanwhile never went on");
		}
		try {
			this.transport = connected;
			this.outbox.open(connected);
			this.inbox.open(connected);
			// whoever gives up an operation either sees this, or is seen here
			this.encoding = true;
			this.line.dropLost();
			long now = System.nanoTime();
			this.line.forEach((operation) -> this.outbox.encode(operation, now));
			this.opened = true;
			if (!isOpen()) {
				return false;
			}
			batch = this.outbox.claim();
		}
		catch (Throwable ex) {
			this.broken = ex;
			throw ex;
		}
		finally {
			this.mutex.giveBack();
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
		OutBuffer batch = null;
		this.refusing = true;
		this.room.close();
		if (this.mutex.take(this.settings.pollNanos())) {
			try {
				if (isOpen() && !this.ending) {
					this.outbox.encodeQuit();
					batch = this.outbox.claim();
				}
			}
			catch (Throwable ex) {
				this.broken = ex;
				throw ex;
			}
			finally {
				this.mutex.giveBack();
			}
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
		if (!this.mutex.take(this.settings.pollNanos())) {
			return false;
		}
		try {
			if (!this.line.isEmpty() || !this.outbox.isIdle()) {
				return false;
			}
			close(new Failure(Kind.LOST, "the connection was given up on purpose", null));
			return true;
		}
		finally {
			this.mutex.giveBack();
		}
	}

	/** Ends it if a {@code Throwable} left it in doubt. */
	void endIfBroken() {
		Throwable cause = this.broken;
		if (cause != null) {
			close(new Failure(Kind.LOST, "a call on the connection was broken off by " + cause.getClass().getName(),
					cause));
		}
	}

	/** Ends it and fails all that is in its line. Does nothing if it has ended. */
	void close(Failure failure) {
		this.end.come(failure);
	}

	void closeTransport() {
		Transport open = this.transport;
		if (open != null) {
			open.close();
		}
	}

	End end() {
		return this.end;
	}

}
