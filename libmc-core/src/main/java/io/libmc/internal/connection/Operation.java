package io.libmc.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

import io.libmc.internal.connection.Node.MetaSupport;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * An exchange under way: who waits for it, until when, and its place in the connection's
 * line. It ends once, by completion, by failure or by its caller giving up
 * (<em>abandoned</em>); an abandoned one keeps its place, so that its late reply is read
 * and dropped.
 */
public final class Operation extends Exchange {

	private static final byte[] NO_KEY = {};

	private static final int WAITING = 0;

	private static final int COMPLETE = 1;

	private static final int FAILED = 2;

	private static final int ABANDONED = 3;

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(Operation.class, "state", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** How far an operation that did not complete had got. */
	public enum Progress {

		/** Not one byte of it was handed to the socket, nor will be. */
		UNSENT,

		/** Not one byte of it was handed to the socket yet, though some may be later. */
		PENDING,

		/** Some or all of it was sent; nothing of the reply came. */
		SENT,

		/** A part of the reply came. */
		PARTLY_READ

	}

	final long startedAt;

	final long deadline;

	/** Set by {@link #state}'s release. */
	private @Nullable Failure failure;

	private Progress progress = Progress.UNSENT;

	private volatile int state;

	/** Runs when it has ended, if nobody waits for it; else null. */
	private @Nullable Runnable whenEnded;

	/** The one behind it in line. */
	volatile @Nullable Operation next;

	/** The thread parked on it that may read, or null. */
	volatile @Nullable Thread waiter;

	/** Whether {@link #waiter} may take the reading role. */
	boolean waiterReads;

	/** Whether its waiter leaves it to the {@link Watchdog} to end it in time. */
	volatile boolean watched;

	/** The connection it is on; set before it is put there. */
	@Nullable Connection connection;

	/** Whether it goes by that connection or not at all. */
	boolean bound;

	/** Where its bytes begin in the connection's stream, and how many there are. */
	private long begin;

	private int length;

	/** When its bytes were handed over, in the clock of {@link System#nanoTime()}. */
	long sentAt;

	private Operation(Command command, long startedAt, long deadline, byte[] key) {
		super(command, key);
		this.startedAt = startedAt;
		this.deadline = deadline;
	}

	private Operation(Command command, long startedAt, long deadline, byte[][] keys) {
		super(command, keys);
		this.startedAt = startedAt;
		this.deadline = deadline;
	}

	private Operation(Operation other) {
		super(other);
		this.startedAt = other.startedAt;
		this.deadline = other.deadline;
		this.bound = other.bound;
		this.connection = other.bound ? other.connection : null;
	}

	/**
	 * Commands on a key that say nothing more, {@code get} and {@code delete}, and those
	 * that do not name it but go by the connection that it belongs to, as {@code mn}.
	 */
	public static Operation of(Command command, long startedAt, long deadline, byte[] key) {
		return new Operation(command, startedAt, deadline, key);
	}

	/**
	 * Reads the values of several keys.
	 * @param maxBytes longer ones are too large; 0 for as long as the client takes any
	 */
	public static Operation getMany(long startedAt, long deadline, byte[][] keys, int maxBytes) {
		Operation operation = new Operation(Command.GET, startedAt, deadline, keys);
		operation.maxBytes(maxBytes);
		return operation;
	}

	/** Stores an item. */
	public static Operation store(Command command, long startedAt, long deadline, byte[] key, byte[] data, int flags,
			long exptime, long unique) {
		Operation operation = new Operation(command, startedAt, deadline, key);
		operation.storing(data, flags, exptime, unique);
		return operation;
	}

	/** {@code touch} and {@code gat}. */
	public static Operation touch(Command command, long startedAt, long deadline, byte[] key, long exptime) {
		Operation operation = new Operation(command, startedAt, deadline, key);
		operation.exptime(exptime);
		return operation;
	}

	/** {@code incr} and {@code decr}. */
	public static Operation count(Command command, long startedAt, long deadline, byte[] key, long delta) {
		Operation operation = new Operation(command, startedAt, deadline, key);
		operation.delta(delta);
		return operation;
	}

	/**
	 * The meta commands on a key.
	 * @param data what {@code ms} stores; null for the others
	 * @param flags each with a space in front
	 * @param timeToLive what is behind the flag T, if it is there
	 * @param vivify what is behind the flag N, if it is there
	 */
	public static Operation meta(Command command, long startedAt, long deadline, byte[] key, byte @Nullable [] data,
			String flags, long timeToLive, long vivify) {
		Operation operation = new Operation(command, startedAt, deadline, key);
		operation.meta(data, flags, timeToLive, vivify);
		return operation;
	}

	/**
	 * {@code version} and {@code stats}; the arguments begin with a space or are empty.
	 */
	public static Operation admin(Command command, long startedAt, long deadline, String arguments) {
		Operation operation = new Operation(command, startedAt, deadline, NO_KEY);
		operation.arguments(arguments);
		return operation;
	}

	/** The same request once more, within the same deadline. */
	public Operation again() {
		return new Operation(this);
	}

	/** The same request once more, in a command of its own, within the same deadline. */
	public Operation againAlone() {
		Operation operation = again();
		operation.alone();
		return operation;
	}

	/**
	 * Has it go by the connection that another one went by, or fail as lost: whoever
	 * answers it is who answered the other.
	 */
	public void follow(Operation other) {
		bind(other.connection);
	}

	void bind(@Nullable Connection to) {
		this.connection = to;
		this.bound = true;
	}

	/** Has it go by whatever connection there is. */
	public void unbind() {
		this.connection = null;
		this.bound = false;
	}

	public boolean isBound() {
		return this.bound;
	}

	/** Whether it went by the same connection. */
	public boolean isBeside(Operation other) {
		return this.connection != null && this.connection == other.connection;
	}

	/**
	 * What it has in common with the operations that went by the same connection, and
	 * with no others: whoever holds it does not hold the connection.
	 */
	public @Nullable Object connectionMark() {
		return (this.connection != null) ? this.connection.mark : null;
	}

	/** The run of the server that answered it, if its connection has been told that. */
	public @Nullable ServerRun serverRun() {
		return (this.connection != null) ? this.connection.serverRun : null;
	}

	/** Tells its connection which run of the server it leads to. */
	public void serverRun(ServerRun run) {
		if (this.connection != null) {
			this.connection.serverRun = run;
		}
	}

	/** Whether the server at the other end of its connection speaks the meta commands. */
	public MetaSupport metaSupport() {
		return (this.connection != null) ? this.connection.metaSupport : MetaSupport.UNKNOWN;
	}

	/** Tells its connection whether the server speaks the meta commands. */
	public void metaSupport(MetaSupport support) {
		if (this.connection != null) {
			this.connection.metaSupport = support;
		}
	}

	void place(long streamBegin, long streamEnd) {
		this.begin = streamBegin;
		this.length = (int) (streamEnd - streamBegin);
	}

	/** Whether it has a place in the connection's stream. */
	boolean isPlaced() {
		return this.length > 0;
	}

	/** Where its bytes begin in the connection's stream. */
	long begin() {
		return this.begin;
	}

	/** Where they end. */
	long end() {
		return this.begin + this.length;
	}

	/** Until when it may take, in the clock of {@link System#nanoTime()}. */
	public long deadline() {
		return this.deadline;
	}

	/** Whether there is time left for it. */
	public boolean hasTime() {
		return this.deadline - System.nanoTime() > 0;
	}

	/** Sees to its being sent if it was submitted with more to follow. */
	public void flush() {
		if (this.connection != null && this.connection.isUnsent(this)) {
			this.connection.flush(this.deadline);
		}
	}

	/**
	 * Waits until it has ended, never longer than until its deadline. One that asked for
	 * no reply is not waited for.
	 */
	public void await() {
		await(this.deadline);
	}

	/**
	 * Waits for it, but no longer than until a time before its deadline.
	 * @return whether there is nothing left to wait for
	 */
	public boolean await(long until) {
		if (this.connection == null || isNoReply()) {
			return true;
		}
		this.connection.await(this, until);
		return isEnded();
	}

	/**
	 * Leaves it in the middle, which puts its connection in doubt: bytes of the caller's
	 * may still be written that the caller takes for its own again.
	 * @param why what struck the caller
	 */
	public void desert(Throwable why) {
		Connection on = this.connection;
		if (on != null && !isEnded()) {
			on.broken = why;
			on.endIfBroken();
		}
	}

	/**
	 * Makes it one that nobody waits for; before it is submitted.
	 * @param action runs once it has ended, perhaps inside the engine: it must only pass
	 * on
	 */
	public void whenEnded(Runnable action) {
		this.whenEnded = action;
	}

	/** Whether nobody waits for it. */
	boolean isDetached() {
		return this.whenEnded != null;
	}

	/** When the call began, in the clock of {@link System#nanoTime()}. */
	public long startedAt() {
		return this.startedAt;
	}

	/**
	 * How far it got if it did not complete. One that was given up stays unsent only if
	 * its connection had not begun to encode what is in line: it then drops what nobody
	 * waits for.
	 */
	public Progress progress() {
		return this.progress;
	}

	/** Why it did not complete; null if it did. */
	public @Nullable Failure failure() {
		int ended = this.state;
		return (ended == FAILED || ended == ABANDONED) ? this.failure : null;
	}

	boolean isEnded() {
		return this.state != WAITING;
	}

	/** Whether it failed or was given up: nobody wants it sent any more. */
	boolean isLost() {
		int ended = this.state;
		return ended == FAILED || ended == ABANDONED;
	}

	boolean isAbandoned() {
		return this.state == ABANDONED;
	}

	/** Ends it with the reply that was parsed into it. */
	void complete() {
		if (STATE.compareAndSet(this, WAITING, COMPLETE)) {
			wake();
		}
	}

	void fail(Failure failure, Progress progress) {
		end(FAILED, failure, progress);
	}

	/** Fails it instead of submitting it. */
	public void refuse(Failure why) {
		fail(why, Progress.UNSENT);
	}

	/** Gives up on it, as nobody else has though its time was up. */
	public void expire() {
		Connection on = this.connection;
		if (on != null) {
			on.deadlines().abandon(this);
		}
		abandon(new Failure(Failure.Kind.TIMEOUT, "its time was up", null), Progress.SENT);
	}

	/** Gives up on it; does nothing if it has ended. */
	void abandon(Failure failure, Progress progress) {
		end(ABANDONED, failure, progress);
	}

	private synchronized void end(int how, Failure failure, Progress progress) {
		if (this.state == WAITING) {
			boolean unsent = how == ABANDONED && progress == Progress.UNSENT;
			this.failure = failure;
			this.progress = unsent ? Progress.PENDING : progress;
			if (STATE.compareAndSet(this, WAITING, how)) {
				// only now does a connection that begins to encode see it
				if (unsent && (this.connection == null || !this.connection.isEncoding())) {
					this.progress = Progress.UNSENT;
				}
				wake();
			}
		}
		else {
			wakeAgain();
		}
	}

	/**
	 * Wakes the thread that waits for it, although it has ended: whoever ended it may
	 * have been struck before it did so.
	 */
	void wakeAgain() {
		Thread thread = this.waiter;
		if (thread != null) {
			LockSupport.unpark(thread);
		}
	}

	/** Nothing is left to tell. */
	private static void told() {
	}

	private void wake() {
		if (this.waiter != null) {
			wakeAgain();
		}
		else if (this.whenEnded != null) {
			try {
				this.whenEnded.run();
			}
			finally {
				// the operation may stay here until the next one comes
				this.whenEnded = Operation::told;
			}
		}
	}

}
