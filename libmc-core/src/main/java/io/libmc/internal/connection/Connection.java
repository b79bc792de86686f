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
 * <b>The writer.</b> A caller encodes its request into a shared buffer under a short
 * lock. If nobody is writing it becomes the writer and writes until the buffer is empty,
 * so that the requests of all who came meanwhile share a system call.
 * <p>
 * <b>The reader.</b> A caller whose reply has not come and who finds nobody reading
 * becomes the reader, on its own thread. It completes the operations of others as their
 * replies come by, and passes the role on when its own is complete: to a caller that is
 * parked here, else to the connection's own thread. That thread also connects, and takes
 * the role when nobody has used the connection for a while, so that a server that went
 * away is noticed at once.
 * <p>
 * <b>No deadlock.</b> memcached stops reading while its replies go unread. So a write
 * that the socket might not take at once begins only while somebody else reads or nothing
 * long can come back, and the reader itself never makes one.
 * <p>
 * <b>No wrong value.</b> Replies come in the order of requests. An operation whose caller
 * gave up keeps its place, and its late reply is dropped. Once a byte makes no sense, or
 * the server has been silent for too long, the connection ends and fails all that is in
 * its line.
 */
final class Connection {

	/**
	 * A writer that has written so much for others leaves the rest to the writing thread.
	 */
	private static final long TURN_BYTES = 256 * 1024;

	/** Unused for so long, the connection is read by its own thread. */
	private static final long REST_NANOS = 1_000_000_000L;

	/** How long a caller whose time is up may still take what has already arrived. */
	private static final long DRAIN_NANOS = 5_000_000L;

	/** How many in line are looked at for a successor. */
	private static final int CANDIDATES = 64;

	private static final long FOREVER = Long.MAX_VALUE;

	private enum State {

		CONNECTING, OPEN, CLOSED

	}

	private final Node node;

	private final Settings settings;

	private final Watchdog watchdog;

	private final Connector connector;

	private final Thread ownThread;

	private final ReplyParser parser;

	private final Line line;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition room = this.lock.newCondition();

	private volatile State state = State.CONNECTING;

	/** Set before the state is OPEN. */
	private @Nullable Transport transport;

	/** What may be unanswered before a write might block. */
	private long writeBound;

	// The writer's side; guarded by the lock, except that the writer owns its batch.

	private OutBuffer pending = new OutBuffer();

	private @Nullable OutBuffer spare = new OutBuffer();

	private boolean writing;

	/** Whether writing the batch under way can block. */
	private boolean slow;

	private boolean writerWanted;

	private @Nullable Thread writingThread;

	/** How far the stream of requests has been encoded, handed to the socket, written. */
	private long encoded;

	private volatile long handed;

	private volatile long written;

	/** When the write under way must be done; 0 if none needs watching. */
	private volatile long writeDeadline;

	// The reader's side.

	private final AtomicBoolean reading = new AtomicBoolean();

	/** Whom the role was offered to last, until it has looked. */
	private volatile @Nullable Operation nominee;

	private volatile boolean ownThreadNominated;

	/** The reader is handing out replies, and will write what gathers meanwhile. */
	private volatile boolean handingOut;

	private volatile long lastByteAt;

	private boolean lastServedCaller;

	private int readTimeoutMillis;

	private final ReplyParser.Source source = (target, offset, length) -> transport().read(target, offset, length,
			this.readTimeoutMillis);

	private final OutBuffer.Sink sink = (bytes, offset, length) -> transport().write(bytes, offset, length);

	private volatile int waitingForRoom;

	Connection(Node node, Settings settings, Watchdog watchdog, String threadName) {
		this.node = node;
		this.settings = settings;
		this.watchdog = watchdog;
		this.connector = new Connector(node.endpoint(), settings.connectNanos());
		this.parser = new ReplyParser(settings.maxValueBytes());
		this.line = new Line(settings.maxInFlightOperations(), settings.maxInFlightBytes());
		this.ownThread = Threads.daemon(threadName, this::runOwnThread);
	}

	void start() {
		this.ownThread.start();
	}

	boolean isClosed() {
		return this.state == State.CLOSED;
	}

	// Writing

	/**
	 * Puts an operation in line and sees to its being sent. Waits for room in line,
	 * within the operation's deadline; the operation fails if there is none.
	 * @param more whether further ones follow at once and then a {@link #flush}, so that
	 * they can share a write
	 * @return false if the connection is closed, and nothing was done
	 */
	boolean submit(Operation operation, boolean more) {
		boolean virtual = Threads.isVirtual(Thread.currentThread());
		operation.waiterReads = !virtual;
		OutBuffer batch = null;
		this.lock.lock();
		try {
			if (!this.line.hasRoomFor(operation) && !awaitRoom(operation)) {
				operation.fail(noRoom(), Progress.UNSENT);
				return true;
			}
			if (this.state == State.CLOSED) {
				return false;
			}
			this.line.append(operation);
			if (this.state == State.OPEN) {
				encode(operation);
				batch = more ? null : claimWriting(virtual);
			}
		}
		finally {
			this.lock.unlock();
		}
		if (batch != null) {
			write(batch, operation.deadline);
		}
		return true;
	}

	/** Sends what was submitted with more to follow. */
	void flush(long deadline) {
		OutBuffer batch = null;
		this.lock.lock();
		try {
			if (this.state == State.OPEN && !this.pending.isEmpty()) {
				batch = claimWriting(Threads.isVirtual(Thread.currentThread()));
			}
		}
		finally {
			this.lock.unlock();
		}
		if (batch != null) {
			write(batch, deadline);
		}
	}

	private void encode(Operation operation) {
		operation.begin = this.encoded;
		long before = this.pending.size();
		operation.encode(this.pending);
		this.encoded += this.pending.size() - before;
		operation.end = this.encoded;
		operation.sentAt = System.nanoTime();
	}

	/**
	 * Makes the caller the writer if there should be one; returns what it has to write.
	 */
	private @Nullable OutBuffer claimWriting(boolean virtual) {
		if (this.writing) {
			return null;
		}
		boolean mayBlock = mayBlock();
		if (this.handingOut && !mayBlock) {
			return null;
		}
		if (!transport().isForCallers() || (mayBlock && virtual)) {
			wantWritingThread();
			return null;
		}
		return claimBatch(mayBlock);
	}

	private OutBuffer claimBatch(boolean mayBlock) {
		OutBuffer batch = this.pending;
		this.pending = (this.spare != null) ? this.spare : new OutBuffer();
		this.spare = null;
		this.writing = true;
		this.slow = mayBlock;
		this.handed = this.encoded;
		return batch;
	}

	/** Whether the socket might not take at once all that is not answered. */
	private boolean mayBlock() {
		return this.line.bytes() > this.writeBound;
	}

	/** Writes until nothing is left, the turn is over or the next write could block. */
	private void write(OutBuffer first, long deadline) {
		OutBuffer batch = first;
		long turn = 0;
		try {
			while (batch != null) {
				turn += batch.size();
				long upTo = this.handed;
				if (this.slow) {
					writeSlowly(batch, deadline);
				}
				else {
					batch.writeTo(this.sink);
				}
				this.written = upTo;
				batch = nextBatch(batch, turn);
			}
		}
		catch (IOException ex) {
			close(new Failure(Kind.LOST, "the connection was lost while writing: " + ex.getMessage(), ex));
		}
		catch (Throwable ex) {
			close(new Failure(Kind.LOST, "writing failed: " + ex, ex));
			throw ex;
		}
	}

	/**
	 * A write that can block: somebody must be reading, and somebody watches the time.
	 */
	private void writeSlowly(OutBuffer batch, long deadline) throws IOException {
		if (!this.reading.get() && !this.line.awaitsOnlyShortReplies()) {
			nominateOwnThread();
		}
		this.writeDeadline = (deadline != 0) ? deadline : 1;
		this.watchdog.watch(this, deadline - System.nanoTime());
		batch.writeTo(this.sink);
		this.writeDeadline = 0;
	}

	private @Nullable OutBuffer nextBatch(OutBuffer done, long turn) {
		this.lock.lock();
		try {
			this.spare = done;
			this.writing = false;
			if (this.pending.isEmpty() || this.state == State.CLOSED) {
				return null;
			}
			if (turn > TURN_BYTES || mayBlock()) {
				wantWritingThread();
				return null;
			}
			return claimBatch(false);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void wantWritingThread() {
		this.writerWanted = true;
		if (this.writingThread == null) {
			this.writingThread = Threads.daemon(this.ownThread.getName() + "-writer", this::runWritingThread);
			this.writingThread.start();
		}
		else {
			LockSupport.unpark(this.writingThread);
		}
	}

	private void runWritingThread() {
		while (this.state != State.CLOSED) {
			OutBuffer batch = null;
			this.lock.lock();
			try {
				if (this.writerWanted && !this.writing && !this.pending.isEmpty()) {
					batch = claimBatch(mayBlock());
				}
				this.writerWanted = false;
			}
			finally {
				this.lock.unlock();
			}
			if (batch != null) {
				write(batch, System.nanoTime() + this.settings.pollNanos());
			}
			else {
				LockSupport.park(this);
			}
		}
	}

	/**
	 * Waits, under the lock, until there is room or the connection ends; false once the
	 * time is up. The own requests that still wait for more to follow are left to the
	 * writing thread: there will be no room before they are answered.
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	private boolean awaitRoom(Operation operation) {
		boolean interrupted = false;
		this.waitingForRoom = this.waitingForRoom + 1;
		try {
			while (this.state != State.CLOSED && !this.line.hasRoomFor(operation)) {
				long left = operation.deadline - System.nanoTime();
				if (left <= 0) {
					return false;
				}
				if (this.state == State.OPEN && !this.writing && !this.pending.isEmpty()) {
					wantWritingThread();
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
			this.waitingForRoom = this.waitingForRoom - 1;
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
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
			operation.waiterReads = mayRead;
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
		Progress progress = progress(operation);
		operation.abandon(new Failure(Kind.TIMEOUT, "its time was up", null), progress);
		if (operation.sharesData() && operation.end > this.written && this.state == State.OPEN) {
			close(new Failure(Kind.LOST, "a large write was given up half-way", null));
			return;
		}
		long now = System.nanoTime();
		if (!closeIfOverdue(now, Math.min(DRAIN_NANOS, this.settings.pollNanos() / 10))) {
			this.watchdog.watch(this, this.settings.pollNanos());
		}
	}

	private Progress progress(Operation operation) {
		if (this.state == State.CONNECTING || operation.begin >= this.handed) {
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
		return this.line.isEmpty() ? this.lastServedCaller : findCandidate() != null;
	}

	private void read(long nanos) throws IOException {
		this.readTimeoutMillis = (nanos == FOREVER) ? 0 : millis(nanos);
		int count;
		try {
			count = this.parser.fill(this.source);
		}
		catch (SocketTimeoutException ex) {
			return;
		}
		if (count < 0) {
			throw new EOFException("the server closed the connection");
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
		while (this.parser.hasBytes()) {
			Operation operation = this.line.first();
			if (operation == null) {
				throw this.parser.unexpected();
			}
			if (operation.isNoReply()) {
				if (!this.parser.hasLine()) {
					break;
				}
				if (this.parser.nextIsError()) {
					throw new ProtocolException("it reported an error of an operation that asked for no reply");
				}
				this.line.removeFirst(operation);
			}
			else if (this.parser.parse(operation)) {
				finish(operation);
			}
			else {
				break;
			}
		}
		if (shared) {
			stopHandingOut();
		}
		if (this.waitingForRoom > 0) {
			signalRoom();
		}
	}

	private void finish(Operation operation) throws ProtocolException {
		this.line.removeFirst(operation);
		this.lastServedCaller = operation.waiterReads;
		operation.complete();
		if (operation.answer() == Answer.CLIENT_ERROR && operation.command().carriesData()) {
			throw new ProtocolException(
					"it refused a command that carried data, and may have taken the data for commands");
		}
	}

	private void stopHandingOut() {
		OutBuffer batch = null;
		this.lock.lock();
		try {
			this.handingOut = false;
			if (!this.writing && !this.pending.isEmpty() && this.state == State.OPEN) {
				if (mayBlock() || !transport().isForCallers()) {
					wantWritingThread();
				}
				else {
					batch = claimBatch(false);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		if (batch != null) {
			write(batch, 0);
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

	/**
	 * Offers the role to a caller that is parked here, else to the connection's own
	 * thread. Whoever was offered it looks, or leaves and repeats the search.
	 */
	private void nominate() {
		while (!this.line.isEmpty() && this.nominee == null && this.state == State.OPEN) {
			Operation candidate = findCandidate();
			if (candidate == null) {
				if (!this.reading.get()) {
					nominateOwnThread();
				}
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
			if (operation.waiter != null && operation.waiterReads && !operation.isEnded()
					&& transport().isForCallers()) {
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
		while (this.state == State.OPEN) {
			long seen = this.line.entered();
			if (!this.ownThreadNominated) {
				LockSupport.parkNanos(this, REST_NANOS);
			}
			boolean atRest = this.line.isEmpty() && this.line.entered() == seen;
			if (this.ownThreadNominated || atRest) {
				this.ownThreadNominated = false;
				if (this.reading.compareAndSet(false, true)) {
					readOnOwnThread();
					stopReading();
				}
			}
		}
	}

	/** Opens for business: what has gathered while connecting is sent now. */
	private boolean open(Transport connected) throws IOException {
		OutBuffer batch = null;
		this.lock.lock();
		try {
			if (this.state == State.CLOSED) {
				return false;
			}
			this.transport = connected;
			this.writeBound = connected.sendBufferSize() / 2;
			this.lastByteAt = System.nanoTime();
			this.line.dropEnded();
			this.line.forEach(this::encode);
			this.state = State.OPEN;
			if (mayBlock()) {
				wantWritingThread();
			}
			else if (!this.pending.isEmpty()) {
				batch = claimBatch(false);
			}
		}
		finally {
			this.lock.unlock();
		}
		this.node.connected(this);
		if (batch != null) {
			write(batch, 0);
		}
		nominate();
		return true;
	}

	// The end

	/**
	 * What {@link Watchdog} asks: ends the connection if it must, says when to ask again.
	 */
	long check(long now) {
		if (this.state == State.CLOSED) {
			return Watchdog.NOTHING;
		}
		long deadline = this.writeDeadline;
		if (deadline != 0 && deadline - now <= 0) {
			close(new Failure(Kind.LOST, "the server did not take a write in time", null));
			return Watchdog.NOTHING;
		}
		if (closeIfOverdue(now, 0)) {
			return Watchdog.NOTHING;
		}
		Operation first = (this.state == State.OPEN) ? this.line.first() : null;
		long next = (deadline != 0) ? deadline - now : Watchdog.NOTHING;
		if (first != null && first.isAbandoned()) {
			next = Math.min(next, Math.max(untilOverdue(now), 0));
		}
		return next;
	}

	/**
	 * How long the server may still be silent, or FOREVER if nothing is expected of it.
	 */
	private long untilOverdue(long now) {
		Operation first = this.line.first();
		if (first == null || first.isNoReply()) {
			return FOREVER;
		}
		long poll = this.settings.pollNanos();
		long silent = poll - (now - latest(this.lastByteAt, first.sentAt));
		return first.isAbandoned() ? Math.min(silent, first.deadline + poll - now) : silent;
	}

	/**
	 * Ends the connection if its first operation has seen no byte for a full
	 * {@code pollTimeout}, or was given up and is still incomplete after another one.
	 */
	private boolean closeIfOverdue(long now, long tolerance) {
		Operation first = this.line.first();
		if (this.state != State.OPEN || first == null || untilOverdue(now) > tolerance) {
			return false;
		}
		boolean givenUp = first.isAbandoned() && now - first.deadline >= this.settings.pollNanos();
		if (!givenUp && (first.end > this.written || hasUnreadBytes())) {
			return false;
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
		this.line.forEach((operation) -> operation.fail(failure, progress(operation)));
		LockSupport.unpark(this.ownThread);
		LockSupport.unpark(this.writingThread);
	}

	private Failure noRoom() {
		return new Failure(Kind.NO_ROOM, "no room among " + this.settings.maxInFlightOperations() + " operations and "
				+ this.settings.maxInFlightBytes() + " bytes in flight (maxInFlightOperations, maxInFlightBytes)",
				null);
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
