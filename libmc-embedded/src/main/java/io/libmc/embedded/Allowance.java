package io.libmc.embedded;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How much memory clients may take for what they have begun to send.
 */
final class Allowance {

	private final long most;

	private final AtomicLong taken = new AtomicLong();

	Allowance(long most) {
		this.most = most;
	}

	/**
	 * Takes some. Of two at the same time none may get the last of it.
	 * @param kept what is not to be had, and is asked for after that: whoever turns what
	 * it took into something kept adds to this first, and is counted twice rather than
	 * not at all
	 * @return whether there was as much
	 */
	boolean take(long size, LongSupplier kept) {
		if (this.taken.addAndGet(size) <= this.most - kept.getAsLong()) {
			return true;
		}
		giveBack(size);
		return false;
	}

	void giveBack(long size) {
		this.taken.addAndGet(-size);
	}

}
