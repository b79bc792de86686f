package io.libmc.internal.connection;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where callers wait for room in a connection's line. Who has found some wakes the next,
 * as there may be enough for both.
 */
final class Room {

	private final Connection connection;

	private final ReentrantLock lock;

	private final Line line;

	private final Outbox outbox;

	private final Condition made;

	private volatile int waiting;

	Room(Connection connection, ReentrantLock lock, Line line, Outbox outbox) {
		this.connection = connection;
		this.lock = lock;
		this.line = line;
		this.outbox = outbox;
		this.made = lock.newCondition();
	}

	/**
	 * Waits, under the lock, until there is room or the connection ends; false once the
	 * time is up. The own requests that still wait for more to follow are left to the
	 * writing thread: there will be no room before they are answered.
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock
	boolean await(Operation operation) {
		boolean interrupted = false;
		this.waiting++;
		try {
			while (this.connection.isUsable() && !this.line.hasRoomFor(operation)) {
				long left = operation.deadline - System.nanoTime();
				if (left <= 0) {
					return false;
				}
				if (this.connection.isOpen() && !this.outbox.isIdle()) {
					this.outbox.wantThread();
				}
				this.connection.seeToReader();
				try {
					this.made.awaitNanos(left);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
			return true;
		}
		finally {
			this.waiting--;
			this.made.signal();
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Operations have left the line: one who waits looks. */
	void wasMade() {
		if (this.waiting > 0) {
			this.lock.lock();
			try {
				this.made.signal();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	/** Wakes all who wait, as the connection takes no more. Under the lock. */
	void close() {
		this.made.signalAll();
	}

}
