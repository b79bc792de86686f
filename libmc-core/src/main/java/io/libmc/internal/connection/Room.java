package io.libmc.internal.connection;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Where callers wait for room in a connection's line, first come, first served. A caller
 * that has found room wakes the next, as there may be room for both.
 */
final class Room {

	private final Connection connection;

	private final Mutex mutex;

	private final Line line;

	private final Outbox outbox;

	/** The callers that wait, in their order. */
	private final Queue<Thread> waiting = new ConcurrentLinkedQueue<>();

	/** Whether any caller waits. */
	private volatile boolean awaited;

	Room(Connection connection, Mutex mutex, Line line, Outbox outbox) {
		this.connection = connection;
		this.mutex = mutex;
		this.line = line;
		this.outbox = outbox;
	}

	/**
	 * Whether there is room for an operation, by now: a caller that can wait does, if
	 * there is none or others wait. Under the mutex.
	 */
	boolean findFor(Operation operation) {
		if (operation.isDetached()) {
			return this.line.hasRoomFor(operation);
		}
		return (!this.awaited && this.line.hasRoomFor(operation)) || await(operation);
	}

	/**
	 * Waits until there is room or the connection ends; false once the time is up. The
	 * own requests that still wait for more to follow are left to the writing thread:
	 * there will be no room before they are answered. It gives the mutex back while it
	 * waits.
	 */
	private boolean await(Operation operation) {
		Thread thread = Thread.currentThread();
		boolean interrupted = false;
		boolean holds = true;
		this.waiting.add(thread);
		this.awaited = true;
		try {
			while (holds && this.connection.isUsable()
					&& !(this.waiting.peek() == thread && this.line.hasRoomFor(operation))) {
				long left = operation.deadline - System.nanoTime();
				if (left <= 0) {
					return false;
				}
				if (this.connection.isOpen() && !this.outbox.isIdle()) {
					this.outbox.wantThread();
				}
				this.connection.seeToReader();
				this.mutex.giveBack();
				LockSupport.parkNanos(this, left);
				interrupted |= Thread.interrupted();
				holds = this.mutex.takeBy(operation.deadline);
			}
			return holds;
		}
		finally {
			this.waiting.remove(thread);
			this.awaited = !this.waiting.isEmpty();
			wakeNext();
			if (interrupted) {
				thread.interrupt();
			}
		}
	}

	/** Operations have left the line: the caller that has waited longest looks. */
	void wasMade() {
		if (this.awaited) {
			wakeNext();
		}
	}

	private void wakeNext() {
		LockSupport.unpark(this.waiting.peek());
	}

	/** Wakes all callers that wait, as the connection takes no more. */
	void close() {
		this.waiting.forEach(LockSupport::unpark);
	}

}
