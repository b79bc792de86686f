package io.libmc.embedded;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between a server and its clients, and is shut while it pauses.
 */
final class Gate {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private boolean shut;

	/** How many threads are within. */
	private int within;

	/** Shuts it, and waits until all are out. */
	void shut() {
		this.lock.lock();
		try {
			this.shut = true;
			while (this.shut && this.within > 0) {
				this.changed.awaitUninterruptibly();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	void open() {
		this.lock.lock();
		try {
			this.shut = false;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Waits for it to be open. Who has entered has to leave soon. */
	void enter() throws InterruptedException {
		this.lock.lock();
		try {
			while (this.shut) {
				this.changed.await();
			}
			this.within++;
		}
		finally {
			this.lock.unlock();
		}
	}

	void leave() {
		this.lock.lock();
		try {
			if (--this.within == 0 && this.shut) {
				this.changed.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

}
