package io.libmc.internal.connection;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Exchange.Answer;
import io.libmc.internal.protocol.OutBuffer;
import io.libmc.internal.protocol.ProtocolException;
import io.libmc.internal.protocol.ReplyParser;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from its connect attempt to its end, shared by every thread that talks
 * to its server. There is no event loop: the callers do the work, in two roles that one
 * thread at a time can hold.
 * <p>
 * <b>The writer.</b> A caller that finds nobody writing becomes the writer: see
 * {@link Outbox}.
 * <p>
 * <b>The reader.</b> A caller whose reply has not come and who finds nobody reading
 * becomes the reader, on its own thread. It completes the operations of others as their
 * replies come by, and passes the role on when its own is complete: to a caller that is
 * parked here, else to the connection's own thread. That thread also connects, reads for
 * those who do not wait, and takes the role when nobody has used the connection for a
 * while, so that a server that went away is noticed at once.
 * <p>
 * <b>No wrong value.</b> Replies come in the order of requests. An operation whose caller
 * gave up keeps its place, and its late reply is dropped. Once a byte makes no sense, or
 * the server has been silent for too long, the connection ends and fails all that is in
 * its line.
 */
final class Connection {

	/** Unused for so long, the connection is read by its own thread. */
	private static final long REST_NANOS = 1_000_000_000L;

	/** How long a caller whose time is up may still take what has already arrived. */
	private static final long DRAIN_NANOS = 5_000_000L;

	/** How many in line are looked at for a successor. */
	private static final int CANDIDATES = 64;

	/** So many operations without a reply are followed by one with. */
	private static final int BARRIER_DISTANCE = 512;

	private static final long FOREVER = Long.MAX_VALUE;

	private enum State {

		CONNECTING, OPEN, CLOSED

	}

	private final Node node;

	private final Settings settings;

	private final Watchdog watchdog;

	private final Connector connector;

	private final Thread ownThread;

	private final Line line;

	private final ReplyParser parser;

	private final ReplyParser.Source source;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition room = this.lock.newCondition();

	private final Outbox outbox;

	private volatile State state = State.CONNECTING;

	/** Set before the state is OPEN. */
	private @Nullable Transport transport;

	/** It takes no more operations. */
	private volatile boolean refusing;

	/** It ends once nothing is in its line. */
	private volatile boolean ending;

	private volatile int waitingForRoom;

	private int sinceBarrier;

	/** Whether somebody holds the reading role. */
	private final AtomicBoolean reading = new AtomicBoolean();

	/** Whom the role was offered to last, until it has looked. */
	private volatile @Nullable Operation nominee;

	private volatile boolean ownThreadNominated;

	/** The reader is handing out replies, and will write what gathers meanwhile. */
	private volatile boolean handingOut;

	private volatile long lastByteAt;

	private boolean lastServedCaller;

	private int readTimeoutMillis;

	Connection(Node node, Settings settings, Watchdog watchdog, String threadName) {
		this.node = node;
		this.settings = settings;
		this.watchdog = watchdog;
		this.connector = new Connector(node.endpoint(), settings);
		this.line = new Line(settings.maxInFlightOperations(), settings.maxInFlightBytes());
		this.parser = new ReplyParser(settings.maxValueBytes());
		this.source = (target, offset, length) -> node.traffic()
			.addRead(transport().read(target, offset, length, this.readTimeoutMillis));
		this.outbox = new Outbox(this, this.lock, this.line, settings, watchdog, node.traffic());
		this.ownThread = Threads.daemon(threadName, this::runOwnThread);
	}

	void start() {
		this.ownThread.start();
	}

	/** Whether it takes operations. */
	boolean isUsable() {
		return this.state != State.CLOSED && !this.refusing;
	}

	boolean isClosed() {
		return this.state == State.CLOSED;
	}

	boolean isOpen() {
		return this.state == State.OPEN;
	}

	/** How many operations wait for their reply; none once it has ended. */
	long operationsInFlight() {
		return isClosed() ? 0 : this.line.length();
	}

	String threadName() {
		return this.ownThread.getName();
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
		this.lock.lock();
		try {
			if (!this.line.hasRoomFor(operation) && (operation.isDetached() || !awaitRoom(operation))) {
				operation.fail(noRoom(), Progress.UNSENT);
				return true;
			}
			if (!isUsable()) {
				return false;
			}
			append(operation);
			if (operation.isNoReply()) {
				appendBarrier(operation);
			}
			if (this.state == State.OPEN && !more) {
				batch = claimWriting(!virtual, operation.isDetached());
			}
		}
		finally {
			this.lock.unlock();
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
		if (this.state == State.OPEN) {
			this.outbox.encode(operation);
		}
	}

	private @Nullable OutBuffer claimWriting(boolean mayBlock, boolean detached) {
		if (this.handingOut && !this.outbox.mightBlock()) {
			return null;
		}
		if (detached) {
			this.outbox.wantThread();
			return null;
		}
		return this.outbox.claim(mayBlock);
	}

	/** Sends what was submitted with more to follow. */
	void flush(long deadline) {
		OutBuffer batch = null;
		this.lock.lock();
		try {
			if (this.state == State.OPEN) {
				batch = claimWriting(!Threads.isVirtual(Thread.currentThread()), false);
			}
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
		this.sinceBarrier++;
		if (this.sinceBarrier >= Math.min(BARRIER_DISTANCE, this.settings.maxInFlightOperations() / 2)
				|| this.line.bytes() >= this.settings.maxInFlightBytes() / 2) {
			this.sinceBarrier = 0;
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

	/**
	 * Waits, under the lock, until there is room or the connection ends; false once the
	 * time is up. The own requests that still wait for more to follow are left to the
	 * writing thread: there will be no room before they are answered.
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock
	private boolean awaitRoom(Operation operation) {
		boolean interrupted = false;
		this.waitingForRoom++;
		try {
			while (isUsable() && !this.line.hasRoomFor(operation)) {
				long left = operation.deadline - System.nanoTime();
				if (left <= 0) {
					return false;
				}
				if (this.state == State.OPEN && !this.outbox.isIdle()) {
					this.outbox.wantThread();
				}
				if (!this.reading.get()) {
					nominate();
				}
				try {
					this.room.awaitNanos(left);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
			return true;
		}
		finally {
			this.waitingForRoom--;
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private Failure noRoom() {
		return new Failure(Kind.NO_ROOM,
				"there is no room among the " + this.settings.maxInFlightOperations() + " operations and "
						+ this.settings.maxInFlightBytes()
						+ " bytes that may be in flight on a connection (maxInFlightOperations, maxInFlightBytes)",
				null);
	}

	// Waiting

	/**
	 * Waits until an operation of this connection has ended, reading if nobody else does.
	 * Never longer than its deadline; an interrupt is kept for the caller.
	 */
	void await(Operation operation) {
		Thread thread = Thread.currentThread();
		boolean mayRead = !Threads.isVirtual(thread);
		boolean interrupted = false;
		while (!operation.isEnded()) {
			if (this.nominee == operation) {
				this.nominee = null;
			}
			boolean open = this.state == State.OPEN;
			boolean reads = mayRead && open && transport().isForCallers();
			if (reads && this.reading.compareAndSet(false, true)) {
				operation.waiter = null;
				readFor(operation);
				stopReading();
				if (operation.isEnded()) {
					break;
				}
			}
			long left = operation.deadline - System.nanoTime();
			if (left <= 0) {
				giveUp(operation);
				break;
			}
			operation.waiter = thread;
			if (operation.isEnded()) {
				break;
			}
			if (open && !this.reading.get()) {
				if (reads) {
					continue;
				}
				nominateOwnThread();
			}
			LockSupport.parkNanos(this, left);
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

	private void giveUp(Operation operation) {
		operation.abandon(timeout(), progress(operation));
		closeIfHalfWritten(operation);
		if (!closeIfOverdue(System.nanoTime(), Math.min(DRAIN_NANOS, this.settings.pollNanos() / 10))) {
			this.watchdog.watch(this, this.settings.pollNanos());
		}
	}

	/** A large value is written from the array of a caller, who may now change it. */
	private void closeIfHalfWritten(Operation operation) {
		if (this.state == State.OPEN && operation.sharesData() && !this.outbox.isWritten(operation)) {
			close(new Failure(Kind.LOST, "a large write was given up half-way", null));
		}
	}

	private static Failure timeout() {
		return new Failure(Kind.TIMEOUT, "its time was up", null);
	}

	private Progress progress(Operation operation) {
		if (this.outbox.isUnsent(operation)) {
			return Progress.UNSENT;
		}
		return (operation == this.line.first() && this.parser.isMidReply()) ? Progress.PARTLY_READ : Progress.SENT;
	}

	// Reading

	/** Reads, holding the role, until the operation has ended or its time is up. */
	private void readFor(Operation operation) {
		try {
			handOut();
			while (!operation.isEnded() && this.state == State.OPEN) {
				long now = System.nanoTime();
				long left = operation.deadline - now;
				if (left <= 0 && (left < -DRAIN_NANOS || !transport().isReadable())) {
					return;
				}
				long headLeft = untilOverdue(now);
				if (headLeft <= 0 && closeIfOverdue(now, 0)) {
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
	private void readOnOwnThread() {
		try {
			handOut();
			do {
				long now = System.nanoTime();
				long headLeft = untilOverdue(now);
				if (headLeft <= 0 && closeIfOverdue(now, 0)) {
					return;
				}
				read(Math.max(1, headLeft));
			}
			while (this.state == State.OPEN && !isForACaller());
		}
		catch (Throwable ex) {
			readingFailed(ex);
		}
	}

	/**
	 * Whether the next to read should be a caller: one is parked here, or was served
	 * last.
	 */
	private boolean isForACaller() {
		return this.line.isEmpty() ? (this.lastServedCaller || this.ending) : findCandidate() != null;
	}

	private void read(long nanos) throws IOException {
		this.readTimeoutMillis = (nanos == FOREVER) ? 0 : millis(nanos);
		try {
			if (this.parser.fill(this.source) < 0) {
				throw new EOFException("the server closed the connection");
			}
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
		boolean complete = true;
		while (complete && this.parser.hasBytes()) {
			complete = handOutOne();
		}
		if (shared) {
			stopHandingOut();
		}
		if (this.waitingForRoom > 0) {
			signalRoom();
		}
		if (this.ending && this.line.isEmpty()) {
			nominateOwnThread();
		}
	}

	/** Goes on with the first in line; returns whether its reply is complete. */
	private boolean handOutOne() throws ProtocolException {
		Operation operation = this.line.first();
		if (operation == null) {
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
		if (!this.parser.parse(operation)) {
			return false;
		}
		this.line.removeFirst(operation);
		this.lastServedCaller = operation.waiterReads;
		operation.complete();
		if (operation.answer() == Answer.CLIENT_ERROR && operation.command().carriesData()) {
			throw new ProtocolException(
					"it refused a command that carried data, and may have taken the data for commands");
		}
		return true;
	}

	/**
	 * Writes what has gathered, before reading again; a write that might block is not
	 * ours.
	 */
	private void stopHandingOut() {
		OutBuffer batch = null;
		this.lock.lock();
		try {
			this.handingOut = false;
			if (this.state == State.OPEN) {
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

	private void signalRoom() {
		this.lock.lock();
		try {
			this.room.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void readingFailed(Throwable ex) {
		if (ex instanceof ProtocolException) {
			close(new Failure(Kind.NONSENSE, "the server's bytes make no sense: " + ex.getMessage(), ex));
		}
		else {
			close(new Failure(Kind.LOST, "the connection was lost while reading: " + ex.getMessage(), ex));
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
			nominateOwnThread();
		}
	}

	/**
	 * Offers the role to a caller that is parked here, else to the connection's own
	 * thread. Whoever was offered it looks, or leaves and repeats the search.
	 */
	private void nominate() {
		while (!this.line.isEmpty() && this.nominee == null && this.state == State.OPEN) {
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
		if (!transport().isForCallers()) {
			return null;
		}
		Operation operation = this.line.first();
		for (int i = 0; i < CANDIDATES && operation != null; i++) {
			if (operation.waiter != null && operation.waiterReads && !operation.isEnded()) {
				return operation;
			}
			operation = operation.next;
		}
		return null;
	}

	private void nominateOwnThread() {
		this.ownThreadNominated = true;
		LockSupport.unpark(this.ownThread);
	}

	// The connection's own thread

	private void runOwnThread() {
		try {
			this.watchdog.watch(this, this.settings.pollNanos());
			Transport connected = this.connector.connect();
			if (!open(connected)) {
				connected.close();
				return;
			}
		}
		catch (Throwable ex) {
			this.node.connectFailed(this, ex);
			return;
		}
		while (this.state == State.OPEN && !(this.ending && closeIfDrained())) {
			long seen = this.line.entered();
			if (!this.ownThreadNominated) {
				LockSupport.parkNanos(this, REST_NANOS);
			}
			boolean atRest = this.line.isEmpty() && this.line.entered() == seen;
			if (this.ownThreadNominated || atRest) {
				this.ownThreadNominated = false;
				if (!(this.ending && this.line.isEmpty()) && this.reading.compareAndSet(false, true)) {
					readOnOwnThread();
					stopReading();
				}
			}
		}
	}

	/** Opens for business: what has gathered while connecting is sent now. */
	private boolean open(Transport connected) throws IOException {
		OutBuffer batch;
		this.lock.lock();
		try {
			if (this.state == State.CLOSED) {
				return false;
			}
			this.transport = connected;
			this.outbox.open(connected);
			this.lastByteAt = System.nanoTime();
			this.line.dropLost();
			this.line.forEach(this.outbox::encode);
			this.state = State.OPEN;
			batch = this.outbox.claim(false);
		}
		finally {
			this.lock.unlock();
		}
		this.node.connected();
		if (batch != null) {
			this.outbox.write(batch, 0);
		}
		nominate();
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
			if (this.state != State.OPEN || this.refusing) {
				return;
			}
			this.refusing = true;
			this.room.signalAll();
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

	private boolean closeIfDrained() {
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

	/** What {@link Watchdog} asks: does what is due, says how soon to ask again. */
	long check(long now) {
		long next = expireDetached(now);
		if (this.state == State.CONNECTING) {
			long left = this.connector.handshakeTimeLeft(now);
			if (left <= 0) {
				this.connector.close();
			}
			return Math.min(next, Math.min(Math.max(left, 0), this.settings.pollNanos()));
		}
		long deadline = this.outbox.deadline();
		if (deadline != 0 && deadline - now <= 0) {
			close(new Failure(Kind.LOST, "the server did not take a write in time", null));
		}
		if (closeIfOverdue(now, 0) || this.state == State.CLOSED) {
			return Watchdog.NOTHING;
		}
		Operation first = this.line.firstAwaited();
		if (first != null && first.isAbandoned()) {
			next = Math.min(next, Math.max(untilOverdue(now), 0));
		}
		return (deadline != 0) ? Math.min(next, deadline - now) : next;
	}

	/** Ends the operations that nobody waits for and whose time is up. */
	private long expireDetached(long now) {
		long[] next = { Watchdog.NOTHING };
		this.line.forEach((operation) -> {
			if (operation.isDetached() && !operation.isEnded()) {
				long left = operation.deadline - now;
				if (left > 0) {
					next[0] = Math.min(next[0], left);
				}
				else {
					operation.abandon(timeout(), progress(operation));
					closeIfHalfWritten(operation);
				}
			}
		});
		return next[0];
	}

	/**
	 * How long the server may still be silent, or FOREVER if nothing is expected of it.
	 */
	private long untilOverdue(long now) {
		Operation first = this.line.firstAwaited();
		if (first == null) {
			return FOREVER;
		}
		long poll = this.settings.pollNanos();
		long silent = poll - (now - latest(this.lastByteAt, first.sentAt));
		return first.isAbandoned() ? Math.min(silent, first.deadline + poll - now) : silent;
	}

	/**
	 * Ends the connection if the first operation that awaits a reply has seen no byte for
	 * a full {@code pollTimeout}, or was given up and is still incomplete after another
	 * one.
	 */
	private boolean closeIfOverdue(long now, long tolerance) {
		Operation first = this.line.firstAwaited();
		if (this.state != State.OPEN || first == null || untilOverdue(now) > tolerance) {
			return false;
		}
		boolean givenUp = first.isAbandoned() && now - first.deadline >= this.settings.pollNanos();
		if (!givenUp && (!this.outbox.isWritten(first) || hasUnreadBytes())) {
			return false;
		}
		if (first.deadline - now <= DRAIN_NANOS) {
			first.abandon(timeout(), progress(first));
		}
		long millis = (now - latest(this.lastByteAt, first.sentAt)) / 1_000_000;
		close(new Failure(Kind.LOST, "the server had sent nothing for " + millis + " ms", null));
		return true;
	}

	private boolean hasUnreadBytes() {
		try {
			return transport().isReadable();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static long latest(long a, long b) {
		return (a - b > 0) ? a : b;
	}

	/**
	 * Ends the connection and fails all that is in its line. Does nothing if it has
	 * ended.
	 */
	void close(Failure failure) {
		this.lock.lock();
		try {
			if (this.state == State.CLOSED) {
				return;
			}
			this.state = State.CLOSED;
			this.room.signalAll();
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
		this.line.forEach((operation) -> operation.fail((operation.deadline - now > 0) ? failure : timeout(),
				progress(operation)));
		this.outbox.close();
		LockSupport.unpark(this.ownThread);
	}

	private Transport transport() {
		Transport open = this.transport;
		if (open == null) {
			throw new IllegalStateException("not connected");
		}
		return open;
	}

	static int millis(long nanos) {
		return (int) Math.min(Integer.MAX_VALUE, Math.max(1, (nanos + 999_999) / 1_000_000));
	}

}
