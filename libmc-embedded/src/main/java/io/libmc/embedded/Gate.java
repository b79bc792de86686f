package io.libmc.embedded;

import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between a server and its clients, and is shut while it pauses.
 */
final class Gate {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition opened = this.lock.newCondition();

	private volatile boolean shut;

	boolean isShut() {
		return this.shut;
	}

	void shut() {
		this.shut = true;
	}

	void open() {
		this.lock.lock();
		try {
			this.shut = false;
			this.opened.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Waits for it to be open. */
	void pass() throws InterruptedIOException {
		if (!this.shut) {
			return;
		}
		this.lock.lock();
		try {
			while (this.shut) {
				this.opened.await();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException("the server was stopped while it paused");
		}
		finally {
			this.lock.unlock();
		}
	}

}
