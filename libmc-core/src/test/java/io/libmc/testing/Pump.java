package io.libmc.testing;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One direction of a connection through {@link FaultProxy}: what a {@link Fault} works
 * with.
 */
public final class Pump {

	private static final int PIECE = 16 * 1024;

	private final FaultProxy.Link link;

	private final Socket from;

	private final Socket to;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private volatile Fault fault;

	Pump(FaultProxy.Link link, Socket from, Socket to, Fault fault) {
		this.link = link;
		this.from = from;
		this.to = to;
		this.fault = fault;
	}

	void fault(Fault next) {
		this.lock.lock();
		try {
			this.fault = next;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Lets a fault that waits look around. */
	void wake() {
		fault(this.fault);
	}

	void run() {
		byte[] piece = new byte[PIECE];
		try {
			for (int count = this.from.getInputStream().read(piece); count >= 0; count = this.from.getInputStream()
				.read(piece)) {
				this.fault.pass(this, piece, count);
			}
			end();
		}
		catch (IOException ex) {
			this.link.reset();
		}
		finally {
			this.link.ended();
		}
	}

	/**
	 * Passes bytes on.
	 * @param bytes where they are
	 * @param offset where they begin
	 * @param count how many
	 * @throws IOException if the receiver is gone
	 */
	public void write(byte[] bytes, int offset, int count) throws IOException {
		this.to.getOutputStream().write(bytes, offset, count);
	}

	/**
	 * Tells the receiver that no more bytes come. The other direction goes on.
	 * @throws IOException if the receiver is gone
	 */
	public void end() throws IOException {
		if (!this.to.isOutputShutdown()) {
			this.to.shutdownOutput();
		}
	}

	/** Resets the connection on both sides. */
	public void reset() {
		this.link.reset();
	}

	/**
	 * Waits until another fault is in force, the connection is reset, or time is up.
	 * @param longest how long at most
	 * @return whether another fault is in force
	 */
	public boolean awaitChange(Duration longest) {
		this.lock.lock();
		try {
			Fault before = this.fault;
			long left = longest.toNanos();
			while (left > 0 && this.fault == before && !this.to.isClosed()) {
				left = this.changed.awaitNanos(left);
			}
			return this.fault != before;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("nobody interrupts a pump", ex);
		}
		finally {
			this.lock.unlock();
		}
	}

}
