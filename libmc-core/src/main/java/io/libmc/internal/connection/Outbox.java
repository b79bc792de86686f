package io.libmc.internal.connection;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.protocol.OutBuffer;
import io.libmc.internal.protocol.SpareRules;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of a connection. Requests are encoded into a shared buffer under the
 * connection's mutex; one thread at a time, the writer, takes what has gathered there and
 * writes it, until nothing is left. So the requests of all callers that come during a
 * write share the next one, and their gets share commands.
 * <p>
 * memcached stops reading while its replies go unread. What the socket does not take at
 * once is therefore written by a caller that may wait, or left to the writing thread,
 * which is started when it is first needed; somebody else reads meanwhile, and the
 * {@link Watchdog} ends the connection if it is not done in time.
 */
final class Outbox {

	/**
	 * A writer that has written so much for others leaves the rest to the writing thread.
	 */
	private static final long TURN_BYTES = 256 * 1024;

	/** So many gets share a command at most. */
	private static final int MOST_SHARING = 20;

	/** How long the socket may take nothing before it matters that somebody reads. */
	private static final int PATIENCE_MILLIS = 1;

	private final Connection connection;

	private final Mutex mutex;

	private final Line line;

	private final Settings settings;

	private final Watchdog watchdog;

	private final Traffic traffic;

	private final Sharing sharing;

	/** What holds for the server if it is a spare one, else null. */
	private final @Nullable SpareRules rules;

	/** Set when the connection opens. */
	private @Nullable Transport transport;

	private OutBuffer pending = new OutBuffer();

	private @Nullable OutBuffer spare = new OutBuffer();

	/** What a writer that may not wait has left to the writing thread. */
	private @Nullable OutBuffer leftOver;

	/** The get that {@link #pending} ends with, or null. */
	private @Nullable Operation openGet;

	/** How many share its command. */
	private int inCommand;

	/** Whether there is a writer. */
	private boolean writing;

	/** Whether some virtual thread will write in a moment. */
	private final AtomicBoolean gathering = new AtomicBoolean();

	/** How far the stream of requests is encoded. */
	private long encoded;

	/** How far it was handed to the socket. */
	private volatile long handed;

	/** How far the socket has taken it. */
	private volatile long written;

	/** When the slow write under way must be done; 0 if there is none. */
	private volatile long deadline;

	private boolean threadWanted;

	private @Nullable Thread thread;

	Outbox(Connection connection, Mutex mutex, Line line, Settings settings, Watchdog watchdog, Node node) {
		this.connection = connection;
		this.mutex = mutex;
		this.line = line;
		this.settings = settings;
		this.watchdog = watchdog;
		this.traffic = node.traffic();
		this.sharing = node.sharing();
		this.rules = node.endpoint().spare();
	}

	/** Gets the socket. Under the mutex. */
	void open(Transport opened) {
		this.transport = opened;
	}

	/** Adds a request. Under the mutex. */
	void encode(Operation operation, long now) {
		long begin = this.encoded;
		long before = this.pending.size();
		boolean mayShare = operation.mayShare() && this.sharing.isOn();
		if (mayShare && this.openGet != null && this.inCommand < MOST_SHARING) {
			operation.encodeBehind(this.openGet, this.pending);
			this.inCommand++;
		}
		else {
			operation.encode(this.pending, this.rules);
			this.inCommand = 1;
		}
		this.openGet = mayShare ? operation : null;
		this.encoded += this.pending.size() - before;
		operation.place(begin, this.encoded);
		operation.sentAt = now;
	}

	/** Adds the request to close the connection. Under the mutex. */
	void encodeQuit() {
		this.openGet = null;
		this.encoded += this.pending.putQuit();
	}

	/** Whether nothing waits or is being written. Under the mutex. */
	boolean isIdle() {
		return this.pending.isEmpty() && !this.writing;
	}

	/** Whether not one byte of it has gone to the socket. */
	boolean isUnsent(Operation operation) {
		return operation.begin() >= this.handed;
	}

	/** Whether the socket has taken all of it. */
	boolean isWritten(Operation operation) {
		return operation.isPlaced() && operation.end() <= this.written;
	}

	/** When the write under way must be done, or 0 if none needs watching. */
	long deadline() {
		return this.deadline;
	}

	/**
	 * Makes the caller the writer, if there is something to write and no writer. Under
	 * the mutex.
	 * @return what the caller must now {@link #write}, or null for nothing
	 */
	@Nullable OutBuffer claim() {
		boolean can = this.connection.isOpen() && this.connection.broken == null;
		return (!can || this.writing || this.pending.isEmpty()) ? null : take();
	}

	private OutBuffer take() {
		OutBuffer batch = this.pending;
		this.pending = (this.spare != null) ? this.spare : new OutBuffer();
		this.openGet = null;
		this.spare = null;
		this.writing = true;
		this.handed = this.encoded;
		return batch;
	}

	/** Whether the caller is the one to write what gathers in a moment. */
	boolean startGathering() {
		return this.gathering.compareAndSet(false, true);
	}

	/**
	 * Lets the virtual threads that are due run first, as their requests can share the
	 * write. Another thread that comes to write meanwhile does.
	 */
	// nothing depends on it
	@SuppressWarnings("ThreadPriorityCheck")
	void writeGathered() {
		Thread.yield();
		this.gathering.set(false);
		writePending(0);
	}

	/** Writes what waits, if nobody does. */
	void writePending(long until) {
		OutBuffer batch = null;
		if (this.mutex.take(this.settings.pollNanos())) {
			try {
				batch = claim();
			}
			catch (Throwable ex) {
				this.connection.broken = ex;
				throw ex;
			}
			finally {
				this.mutex.giveBack();
			}
		}
		if (batch != null) {
			write(batch, until);
		}
	}

	/**
	 * Writes until nothing is left or the turn is over.
	 * @param until how long the caller may wait for the socket to take its own request; 0
	 * if it may not wait
	 */
	void write(OutBuffer claimed, long until) {
		OutBuffer batch = claimed;
		long mayWait = until;
		long turn = 0;
		try {
			while (batch != null) {
				long upTo = this.handed;
				if (!transport().tryWrite(batch, this.line.bytes(), 0)) {
					if (mayWait == 0) {
						leave(batch);
						return;
					}
					writeSlowly(batch, mayWait);
				}
				mayWait = 0;
				this.written = upTo;
				this.traffic.addWritten(batch.size());
				turn += batch.size();
				batch.clear();
				batch = next(batch, turn);
			}
		}
		catch (IOException ex) {
			this.connection
				.close(new Failure(Kind.LOST, "the connection was lost while writing: " + ex.getMessage(), ex));
		}
		catch (Throwable ex) {
			this.connection.broken = ex;
			this.connection.endIfBroken();
			throw ex;
		}
	}

	private void writeSlowly(OutBuffer batch, long until) throws IOException {
		this.deadline = until | 1;
		long now = System.nanoTime();
		long readsUntil = transport().readsUntil();
		this.watchdog.watch((readsUntil != 0) ? Math.min(until - now, readsUntil - now) : until - now);
		if (!transport().tryWrite(batch, this.line.bytes(), PATIENCE_MILLIS)) {
			this.connection.seeToReader();
			transport().write(batch);
		}
		this.deadline = 0;
	}

	private @Nullable OutBuffer next(OutBuffer done, long turn) {
		if (!this.mutex.take(this.settings.pollNanos())) {
			return null;
		}
		try {
			this.writing = false;
			this.spare = done;
			if (turn > TURN_BYTES && !this.pending.isEmpty()) {
				wantThread();
				return null;
			}
			return claim();
		}
		catch (Throwable ex) {
			this.connection.broken = ex;
			throw ex;
		}
		finally {
			this.mutex.giveBack();
		}
	}

	/**
	 * Leaves the rest of a write to the writing thread, and with it the writer's role.
	 */
	private void leave(OutBuffer batch) {
		if (this.mutex.take(this.settings.pollNanos())) {
			try {
				this.leftOver = batch;
				wantThread();
			}
			catch (Throwable ex) {
				this.connection.broken = ex;
				throw ex;
			}
			finally {
				this.mutex.giveBack();
			}
		}
	}

	/** Leaves what waits to the writing thread. Under the mutex. */
	void wantThread() {
		this.threadWanted = true;
		if (this.thread == null) {
			Thread writer = Threads.daemon(this.connection.threadName() + "-writer", this::run);
			writer.start();
			this.thread = writer;
		}
		else {
			LockSupport.unpark(this.thread);
		}
	}

	private void run() {
		try {
			while (!this.connection.isClosed()) {
				OutBuffer batch = takeWanted();
				if (batch != null) {
					write(batch, System.nanoTime() + this.settings.pollNanos());
				}
				else if (!this.connection.isClosed()) {
					// waiting for the mutex may have taken close()'s wake-up
					LockSupport.park(this);
				}
			}
		}
		catch (Throwable ex) {
			this.connection.broken = ex;
			this.connection.endIfBroken();
		}
	}

	private @Nullable OutBuffer takeWanted() {
		if (!this.mutex.take(this.settings.pollNanos())) {
			return null;
		}
		try {
			OutBuffer batch = this.leftOver;
			if (batch == null && this.threadWanted) {
				batch = claim();
			}
			this.leftOver = null;
			this.threadWanted = false;
			return batch;
		}
		catch (Throwable ex) {
			this.connection.broken = ex;
			throw ex;
		}
		finally {
			this.mutex.giveBack();
		}
	}

	/** Lets the writing thread end, as the connection has. */
	void wakeThread() {
		LockSupport.unpark(this.thread);
	}

	/**
	 * Lets go of all that is unsent. Under the mutex, when nothing can be sent any more.
	 */
	void clear() {
		this.pending = new OutBuffer();
		this.spare = null;
		this.leftOver = null;
		this.openGet = null;
	}

	private Transport transport() {
		Transport open = this.transport;
		if (open == null) {
			throw new IllegalStateException("not connected");
		}
		return open;
	}

}
