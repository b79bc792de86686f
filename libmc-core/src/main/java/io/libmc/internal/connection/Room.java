package io.libmc.internal.connection;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where callers wait for room in a connection's line, first come, first served. A caller
 * that has found room wakes the next, as there may be room for both.
 */
final class Room {

	private final Connection connection;

	private final ReentrantLock lock;

	private final Line line;

	private final Outbox outbox;

	/** One for each caller that waits, in their order; guarded by the lock. */
	private final Deque<Condition> waiting = new ArrayDeque<>();

	/** Whether any caller waits, for threads that do not hold the lock. */
	private volatile boolean awaited;

	Room(Connection connection, ReentrantLock lock, Line line, Outbox outbox) {
		this.connection = connection;
		this.lock = lock;
		this.line = line;
		this.outbox = outbox;
	}

	/**
	 * Whether there is room for an operation, by now: a caller that can wait does, if
	 * there is none or others wait. Under the lock.
	 */
	boolean findFor(Operation operation) {
		if (operation.isDetached()) {
			return this.line.hasRoomFor(operation);
		}
		return (this.waiting.isEmpty() && this.line.hasRoomFor(operation)) || await(operation);
	}

	/**
	 * Waits until there is room or the connection ends; false once the time is up. The
	 * own requests that still wait for more to follow are left to the writing thread:
	 * there will be no room before they are answered.
	 */
	private boolean await(Operation operation) {
		boolean interrupted = false;
		Condition turn = this.lock.newCondition();
		this.waiting.add(turn);
		this.awaited = true;
		try {
			while (this.connection.isUsable() && !(this.waiting.peek() == turn && this.line.hasRoomFor(operation))) {
				long left = operation.deadline - System.nanoTime();
				if (left <= 0) {
					return false;
				}
				if (this.connection.isOpen() && !this.outbox.isIdle()) {
					this.outbox.wantThread();
				}
				this.connection.seeToReader();
				try {
					turn.awaitNanos(left);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
			return true;
		}
		finally {
			this.waiting.remove(turn);
			this.awaited = !this.waiting.isEmpty();
			wakeNext();
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Operations have left the line: the caller that has waited longest looks. */
	void wasMade() {
		if (this.awaited) {
			this.lock.lock();
			try {
				wakeNext();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	private void wakeNext() {
		Condition next = this.waiting.peek();
		if (next != null) {
			next.signal();
		}
	}

	/** Wakes all callers that wait, as the connection takes no more. Under the lock. */
	void close() {
		this.waiting.forEach(Condition::signal);
	}

}
