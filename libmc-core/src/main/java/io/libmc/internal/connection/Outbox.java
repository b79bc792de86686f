package io.libmc.internal.connection;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.protocol.OutBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of a connection. Requests are encoded into a shared buffer under the
 * connection's lock; one thread at a time, the writer, takes what has gathered there and
 * writes it, until nothing is left. So the requests of all callers that come during a
 * write share the next one, and their gets share commands.
 * <p>
 * memcached stops reading while its replies go unread, so a write that the socket might
 * not take at once is special: it begins only while somebody else reads or nothing long
 * can come back, the {@link Watchdog} ends the connection if it is not done in time, and
 * a caller that may not block leaves it to the writing thread, which is started when it
 * is first needed.
 */
final class Outbox {

	/**
	 * A writer that has written so much for others leaves the rest to the writing thread.
	 */
	private static final long TURN_BYTES = 256 * 1024;

	/** So many gets share a command at most. */
	private static final int MOST_SHARING = 20;

	private final Connection connection;

	private final Line line;

	private final ReentrantLock lock;

	private final Settings settings;

	private final Watchdog watchdog;

	private final Traffic traffic;

	private final Sharing sharing;

	/** Set when the connection opens. */
	private @Nullable Transport transport;

	/** What may be unanswered before a write might block. */
	private long bound;

	/** What waits to be written; guarded by the lock. */
	private OutBuffer pending = new OutBuffer();

	private @Nullable OutBuffer spare = new OutBuffer();

	/** The get that {@link #pending} ends with, or null; guarded by the lock. */
	private @Nullable Operation openGet;

	/** How many share its command; guarded by the lock. */
	private int inCommand;

	/** Whether there is a writer; guarded by the lock. */
	private boolean writing;

	/** Whether some virtual thread will write in a moment. */
	private final AtomicBoolean gathering = new AtomicBoolean();

	/** Whether the write under way might block; the writer's own. */
	private boolean slow;

	/** How far the stream of requests is encoded; guarded by the lock. */
	private long encoded;

	/** How far it was handed to the socket. */
	private volatile long handed;

	/** How far the socket has taken it. */
	private volatile long written;

	/** When the slow write under way must be done; 0 if there is none. */
	private volatile long deadline;

	private boolean threadWanted;

	private @Nullable Thread thread;

	Outbox(Connection connection, ReentrantLock lock, Line line, Settings settings, Watchdog watchdog, Node node) {
		this.connection = connection;
		this.lock = lock;
		this.line = line;
		this.settings = settings;
		this.watchdog = watchdog;
		this.traffic = node.traffic();
		this.sharing = node.sharing();
	}

	/** Gets the socket. Under the lock. */
	void open(Transport opened) throws IOException {
		this.transport = opened;
		this.bound = opened.sendBufferSize() / 2;
	}

	/** Adds a request. Under the lock. */
	void encode(Operation operation) {
		long begin = this.encoded;
		long before = this.pending.size();
		boolean mayShare = operation.mayShare() && this.sharing.isOn();
		if (mayShare && this.openGet != null && this.inCommand < MOST_SHARING) {
			operation.encodeBehind(this.openGet, this.pending);
			this.inCommand++;
		}
		else {
			operation.encode(this.pending);
			this.inCommand = 1;
		}
		this.openGet = mayShare ? operation : null;
		this.encoded += this.pending.size() - before;
		operation.place(begin, this.encoded);
		operation.sentAt = System.nanoTime();
	}

	/** Adds the request to close the connection. Under the lock. */
	void encodeQuit() {
		this.openGet = null;
		this.encoded += this.pending.putQuit();
	}

	/** Whether nothing waits or is being written. Under the lock. */
	boolean isIdle() {
		return this.pending.isEmpty() && !this.writing;
	}

	/** Whether not one byte of it has gone to the socket. */
	boolean isUnsent(Operation operation) {
		return operation.begin() >= this.handed;
	}

	/** Whether the socket has taken all of it. */
	boolean isWritten(Operation operation) {
		return operation.end() <= this.written;
	}

	/** When the write under way must be done, or 0 if none needs watching. */
	long deadline() {
		return this.deadline;
	}

	/** Whether the socket might not take at once all that is not answered. */
	boolean mightBlock() {
		return this.line.bytes() > this.bound;
	}

	/**
	 * Makes the caller the writer, if there is something to write and no writer. Under
	 * the lock.
	 * @param mayBlock whether the caller may make a write that blocks; else such a one is
	 * left to the writing thread
	 * @return what the caller must now {@link #write}, or null for nothing
	 */
	@Nullable OutBuffer claim(boolean mayBlock) {
		if (this.writing || this.pending.isEmpty()) {
			return null;
		}
		boolean mightBlock = mightBlock();
		if (mightBlock && !mayBlock) {
			wantThread();
			return null;
		}
		return take(mightBlock);
	}

	/** Whether the caller is the one to write what gathers in a moment. */
	boolean startGathering() {
		return this.gathering.compareAndSet(false, true);
	}

	void stopGathering() {
		this.gathering.set(false);
	}

	private OutBuffer take(boolean mightBlock) {
		OutBuffer batch = this.pending;
		this.openGet = null;
		this.pending = (this.spare != null) ? this.spare : new OutBuffer();
		this.spare = null;
		this.writing = true;
		this.slow = mightBlock;
		this.handed = this.encoded;
		return batch;
	}

	/** Writes until nothing is left, the turn is over or the next write might block. */
	void write(OutBuffer claimed, long until) {
		OutBuffer batch = claimed;
		long turn = 0;
		try {
			while (batch != null) {
				long bytes = batch.size();
				turn += bytes;
				long upTo = this.handed;
				if (this.slow) {
					writeSlowly(batch, until);
				}
				else {
					batch.writeTo(transport());
				}
				this.written = upTo;
				this.traffic.addWritten(bytes);
				batch = next(batch, turn);
			}
		}
		catch (IOException ex) {
			this.connection
				.close(new Failure(Kind.LOST, "the connection was lost while writing: " + ex.getMessage(), ex));
		}
		catch (Throwable ex) {
			this.connection.close(new Failure(Kind.LOST, "writing failed: " + ex, ex));
			throw ex;
		}
	}

	private void writeSlowly(OutBuffer batch, long until) throws IOException {
		if (!this.line.awaitsOnlyShortReplies()) {
			this.connection.seeToReader();
		}
		this.deadline = (until != 0) ? until : 1;
		this.watchdog.watch(this.connection, until - System.nanoTime());
		batch.writeTo(transport());
		this.deadline = 0;
	}

	private @Nullable OutBuffer next(OutBuffer done, long turn) {
		this.lock.lock();
		try {
			this.writing = false;
			if (this.connection.isClosed()) {
				return null;
			}
			this.spare = done;
			if (this.pending.isEmpty()) {
				return null;
			}
			if (turn > TURN_BYTES || mightBlock()) {
				wantThread();
				return null;
			}
			return take(false);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Leaves what waits to the writing thread. Under the lock. */
	void wantThread() {
		this.threadWanted = true;
		if (this.thread == null) {
			Thread writer = Threads.daemon(this.connection.threadName() + "-writer", this::run);
			// if it cannot be had, the next to want it tries again
			writer.start();
			this.thread = writer;
		}
		else {
			LockSupport.unpark(this.thread);
		}
	}

	private void run() {
		while (!this.connection.isClosed()) {
			OutBuffer batch = null;
			this.lock.lock();
			try {
				if (this.threadWanted && !this.writing && !this.pending.isEmpty()) {
					batch = take(mightBlock());
				}
				this.threadWanted = false;
			}
			finally {
				this.lock.unlock();
			}
			if (batch != null) {
				write(batch, System.nanoTime() + this.settings.pollNanos());
			}
			else if (!this.connection.isClosed()) {
				// waiting for the lock may have taken close()'s wake-up
				LockSupport.park(this);
			}
		}
	}

	/**
	 * Lets the writing thread end, as the connection has, and all go that is unsent.
	 * Under the lock.
	 */
	void close() {
		this.pending = new OutBuffer();
		this.spare = null;
		this.openGet = null;
		LockSupport.unpark(this.thread);
	}

	private Transport transport() {
		Transport open = this.transport;
		if (open == null) {
			throw new IllegalStateException("not connected");
		}
		return open;
	}

}
