package io.libmc.internal.connection;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether gets of several callers may share a command, for it costs a server less. What
 * speaks for a proxy, which may not bear it, ends or interrupts that for a server.
 */
final class Sharing {

	private static final long AT_ONCE = 0;

	private static final long NEVER = -1;

	/** Not before then, in the clock of {@link System#nanoTime()}. */
	private final AtomicLong notBefore = new AtomicLong(AT_ONCE);

	private final long pauseNanos;

	/**
	 * Creates a sharing that is on.
	 * @param pauseNanos how long a call may take
	 */
	Sharing(long pauseNanos) {
		this.pauseNanos = pauseNanos;
	}

	boolean isOn() {
		long since = this.notBefore.get();
		return since == AT_ONCE
				|| (since != NEVER && since - System.nanoTime() <= 0 && this.notBefore.compareAndSet(since, AT_ONCE));
	}

	/**
	 * Gives every get a command of its own for as long as a call may take, if a
	 * connection was lost with a shared one unanswered. A proxy may have hung up on an
	 * error, which the system then drops; what was lost for it is not to be lost again.
	 */
	void lost(Operation unanswered) {
		if (unanswered.hasShared()) {
			long until = (System.nanoTime() + this.pauseNanos) & ~1;
			this.notBefore.updateAndGet((since) -> (since != NEVER) ? until : NEVER);
		}
	}

	/**
	 * Gives every get a command of its own from now on: an error was the answer to one
	 * that several shared, as a proxy's is if only one of their keys cannot be read.
	 */
	void stop() {
		this.notBefore.set(NEVER);
	}

}
