package io.libmc.internal.connection;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.protocol.Answer;
import io.libmc.internal.protocol.ProtocolException;
import io.libmc.internal.protocol.ReplyParser;
import org.jspecify.annotations.Nullable;

/**
 * The reading side of a connection. A caller whose reply has not come and that finds
 * nobody reading becomes the reader, on its own thread, asleep at the socket. It
 * completes the operations of others as their replies come by, and passes the role on
 * when its own is complete: to a caller that is parked here, else to the connection's own
 * thread.
 * <p>
 * Passing on must not lose a wake-up. The role is given up first, and a successor looked
 * for then; a caller that comes in between finds it free. A nominee stays nominated until
 * it has looked, and a caller that stops waiting, for whatever reason, repeats the search
 * if the role is free.
 */
final class Inbox {

	/**
	 * How many in line are looked at for a successor, so that a long line costs no more.
	 */
	private static final int CANDIDATES = 64;

	private final Connection connection;

	private final Line line;

	private final Sharing sharing;

	private final ReplyParser parser;

	private final ReplyParser.Source source;

	/** Set when the connection opens. */
	private @Nullable Transport transport;

	/** Whether somebody holds the reading role. */
	private final AtomicBoolean reading = new AtomicBoolean();

	/** Whom the role was offered to last, until it has looked. */
	private volatile @Nullable Operation nominee;

	/** Replies are being handed out; the reader will write what gathers meanwhile. */
	private volatile boolean handingOut;

	private final YieldBeforePark yields = new YieldBeforePark(this.reading);

	private volatile long lastByteAt;

	/** Bytes that were read since replies were handed out. The reader's own. */
	private long read;

	/**
	 * The one that was answered last. The reader's own; the watchdog's after its end.
	 */
	private @Nullable Operation answered;

	/** The reader's own. */
	private boolean lastServedCaller;

	/**
	 * Whether other threads wait for what was handed out last, and not only the reader
	 * for its batch. The reader's own.
	 */
	private boolean servedOthers;

	/** The reader's own. */
	private int readTimeoutMillis;

	Inbox(Connection connection, Line line, int maxValueBytes, Node node) {
		this.connection = connection;
		this.line = line;
		this.parser = new ReplyParser(maxValueBytes, node.endpoint().spare());
		this.sharing = node.sharing();
		this.source = (target, offset, length) -> node.traffic()
			.addRead(transport().read(target, offset, length, this.readTimeoutMillis));
	}

	/** Gets the socket. Under the mutex. */
	void open(Transport opened) {
		this.transport = opened;
		this.lastByteAt = System.nanoTime();
	}

	/** Whether bytes have come that nobody has read. */
	boolean hasUnreadBytes() throws IOException {
		return transport().isReadable();
	}

	/** Until when a read under way may take, or 0 if it sees to that itself. */
	long readsUntil() {
		return transport().readsUntil();
	}

	/** What may be behind it that nothing has ever come, as a part of a message. */
	String silence() {
		return this.parser.hasRead() ? "" : Failure.SILENCE;
	}

	/** When the last byte came, in the clock of {@link System#nanoTime()}. */
	long lastByteAt() {
		return this.lastByteAt;
	}

	/** Whether a part of the next reply has come. */
	boolean isMidReply() {
		return this.parser.isMidReply();
	}

	/** Whether the reader will write what gathers now. */
	boolean isHandingOut() {
		return this.handingOut;
	}

	/** Lets others write again. Under the mutex. */
	void stopHandingOut() {
		this.handingOut = false;
	}

	/**
	 * Waits until an operation of this connection has ended, reading if nobody else does.
	 * Never longer than its deadline; an interrupt is kept for the caller.
	 */
	void await(Operation operation, long until) {
		Thread thread = Thread.currentThread();
		boolean mayRead = !Threads.isVirtual(thread);
		boolean interrupted = false;
		while (!operation.isEnded()) {
			if (this.nominee == operation) {
				this.nominee = null;
			}
			boolean open = this.connection.isOpen();
			boolean reads = mayRead && open;
			if (reads && this.reading.compareAndSet(false, true)) {
				operation.waiter = null;
				readFor(operation, until);
				stopReading();
				if (operation.isEnded()) {
					break;
				}
			}
			long now = System.nanoTime();
			if (operation.deadline - now <= 0) {
				this.connection.deadlines().giveUp(operation);
				break;
			}
			long left = until - now;
			if (left <= 0) {
				break;
			}
			if (reads && operation.waiter == null && this.yields.savesParking(operation, this.line.length())) {
				continue;
			}
			operation.waiter = thread;
			if (operation.isEnded()) {
				break;
			}
			if (open && !this.reading.get()) {
				if (reads) {
					continue;
				}
				this.connection.nominateOwnThread();
			}
			if (mayRead || until != operation.deadline) {
				LockSupport.parkNanos(this, left);
			}
			else {
				// the JDK keeps a timer for each virtual thread that parks for a time
				this.connection.deadlines().watch(operation, left);
				LockSupport.park(this);
			}
			interrupted |= Thread.interrupted();
		}
		operation.waiter = null;
		if (this.nominee == operation) {
			this.nominee = null;
		}
		if (!this.reading.get()) {
			nominate();
		}
		if (interrupted) {
			thread.interrupt();
		}
	}

	/** Reads, holding the role, until the operation has ended or its time is up. */
	private void readFor(Operation operation, long until) {
		try {
			handOut();
			while (!operation.isEnded() && this.connection.isOpen()) {
				long now = System.nanoTime();
				long left = until - now;
				if (left <= 0 && (left < -Connection.DRAIN_NANOS || !transport().isReadable())) {
					return;
				}
				long headLeft = this.connection.deadlines().untilOverdue(now);
				if (headLeft <= 0 && this.connection.deadlines().closeIfOverdue(now, 0)) {
					return;
				}
				read(Math.max(1, Math.min(left, headLeft)));
			}
		}
		catch (Throwable ex) {
			readingFailed(ex);
		}
	}

	/** Reads on the connection's own thread, until a caller can take over. */
	void readOnOwnThread() {
		if (!this.reading.compareAndSet(false, true)) {
			return;
		}
		try {
			handOut();
			do {
				long now = System.nanoTime();
				long headLeft = this.connection.deadlines().untilOverdue(now);
				if (headLeft <= 0 && this.connection.deadlines().closeIfOverdue(now, 0)) {
					return;
				}
				read(Math.max(1, headLeft));
			}
			while (this.connection.isOpen() && !isForACaller());
		}
		catch (Throwable ex) {
			readingFailed(ex);
		}
		stopReading();
	}

	/**
	 * Whether the next to read should be a caller: one is parked here, or was served
	 * last.
	 */
	private boolean isForACaller() {
		return this.line.isEmpty() ? (this.lastServedCaller || this.connection.isEnding()) : findCandidate() != null;
	}

	private void read(long nanos) throws IOException {
		this.readTimeoutMillis = (nanos == Connection.FOREVER) ? 0 : Transport.millis(nanos);
		try {
			int bytes = this.parser.fill(this.source);
			if (bytes < 0) {
				throw new EOFException("the server closed the connection");
			}
			this.read += bytes;
		}
		catch (SocketTimeoutException ex) {
			return;
		}
		this.lastByteAt = System.nanoTime();
		handOut();
	}

	/** Completes what the bytes at hand complete. */
	private void handOut() throws IOException {
		if (!this.parser.hasBytes()) {
			return;
		}
		boolean shared = this.line.length() > 1;
		this.handingOut = shared;
		int served = 0;
		int callers = 0;
		this.servedOthers = this.yields.isAnyAwake();
		while (this.parser.hasBytes() && handOutOne()) {
			served++;
			callers += this.lastServedCaller ? 1 : 0;
		}
		if (served > 0) {
			this.yields.served(served, this.read);
			this.read = 0;
		}
		if (shared) {
			if (callers > 1 && this.servedOthers) {
				letAsk();
			}
			this.connection.writeGathered();
		}
		this.connection.roomMade();
	}

	/**
	 * Lets the callers run that were just served. They are likely to ask again, and now
	 * leave it to the reader to write that: their requests share one system call.
	 */
	// nothing depends on it
	@SuppressWarnings("ThreadPriorityCheck")
	private static void letAsk() {
		Thread.yield();
	}

	/** Goes on with the first in line; returns whether something was answered. */
	private boolean handOutOne() throws IOException {
		Operation operation = this.line.first();
		if (operation == null || this.connection.isUnsent(operation)) {
			throw this.parser.unexpected();
		}
		if (operation.isNoReply()) {
			if (!this.parser.hasLine()) {
				return false;
			}
			if (this.parser.nextIsError()) {
				throw new ProtocolException("it reported an error of an operation that asked for no reply");
			}
			this.line.removeFirst(operation);
			return true;
		}
		Operation answered = (Operation) this.parser.parse(operation);
		if (answered == null) {
			return false;
		}
		// it keeps its place in line
		if (answered != operation) {
			serve(answered);
			return true;
		}
		boolean error = this.parser.lastWasError();
		if (error && operation.hasShared()) {
			this.sharing.stop();
			throw errorForSeveralKeys(operation);
		}
		this.line.removeFirst(operation);
		serve(operation);
		if (operation.answer() == Answer.CLIENT_ERROR && operation.command().carriesData()) {
			throw new ProtocolException(
					"it refused a command that carried data, and may have taken the data for commands");
		}
		if (error && operation.hasSeveralKeys()) {
			throw errorForSeveralKeys(operation);
		}
		return true;
	}

	private void serve(Operation operation) {
		this.lastServedCaller = operation.waiterReads;
		this.servedOthers |= operation.waiter != null;
		this.answered = operation;
		operation.complete();
	}

	/** Ends what a reader that was struck had begun to end. */
	void finishAnswered() {
		Operation begun = this.answered;
		if (begun != null) {
			begun.complete();
			begun.wakeAgain();
		}
	}

	/** memcached's own proxy goes on after it, other servers do not. */
	private static IOException errorForSeveralKeys(Operation operation) {
		return new IOException("it answered a command of several keys with an error, and perhaps not to its end: \""
				+ operation.text() + '"');
	}

	private void readingFailed(Throwable ex) {
		this.connection.broken = ex;
		finishAnswered();
		if (ex instanceof ProtocolException) {
			this.connection
				.close(new Failure(Kind.NONSENSE, "the server's bytes make no sense: " + ex.getMessage(), ex));
		}
		else {
			this.connection.close(new Failure(Kind.LOST,
					"the connection was lost while reading: " + ex.getMessage() + silence(), ex));
		}
		if (ex instanceof Error error) {
			throw error;
		}
	}

	/** Gives the role up. Only then is a successor looked for, or one might be missed. */
	private void stopReading() {
		this.handingOut = false;
		this.reading.set(false);
		nominate();
	}

	/** Sees to it that somebody other than the calling thread reads. */
	void seeToReader() {
		if (!this.reading.get()) {
			this.connection.nominateOwnThread();
		}
	}

	/**
	 * Offers the role to a caller that is parked here, else to the connection's own
	 * thread. A thread that was offered it looks, or leaves and repeats the search; so
	 * does one that is awake.
	 */
	void nominate() {
		while (!this.yields.isAnyAwake() && !this.line.isEmpty() && this.nominee == null && this.connection.isOpen()) {
			Operation candidate = findCandidate();
			if (candidate == null) {
				seeToReader();
				return;
			}
			this.nominee = candidate;
			Thread thread = candidate.waiter;
			if (thread != null && !candidate.isEnded()) {
				LockSupport.unpark(thread);
				return;
			}
			this.nominee = null;
		}
	}

	private @Nullable Operation findCandidate() {
		Operation operation = this.line.first();
		for (int i = 0; i < CANDIDATES && operation != null; i++) {
			if (operation.waiter != null && operation.waiterReads && !operation.isEnded()) {
				return operation;
			}
			operation = operation.next;
		}
		return null;
	}

	private Transport transport() {
		Transport open = this.transport;
		if (open == null) {
			throw new IllegalStateException("not connected");
		}
		return open;
	}

}
