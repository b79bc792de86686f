package io.libmc.internal.client;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.libmc.internal.call.Leg;
import org.jspecify.annotations.Nullable;

/**
 * How an asynchronous call goes on when operations have ended: once, on whichever thread
 * comes to it first.
 */
final class Handover implements Runnable {

	private final AtomicReference<@Nullable Runnable> work;

	private final Consumer<Throwable> failed;

	private final List<? extends Leg> legs;

	private final long deadline;

	/**
	 * Creates a handover.
	 * @param work what comes then
	 * @param failed gets what that throws
	 * @param legs the operations that are to end first
	 * @param deadline when they have, at the latest
	 */
	Handover(Runnable work, Consumer<Throwable> failed, List<? extends Leg> legs, long deadline) {
		this.work = new AtomicReference<>(work);
		this.failed = failed;
		this.legs = legs;
		this.deadline = deadline;
	}

	long deadline() {
		return this.deadline;
	}

	/** Whether some thread has come to it. */
	boolean isTaken() {
		return this.work.get() == null;
	}

	/** Whether it is the caller's now to do the work in its own way. */
	boolean take() {
		return this.work.getAndSet(null) != null;
	}

	@Override
	public void run() {
		Runnable taken = this.work.getAndSet(null);
		if (taken != null) {
			try {
				taken.run();
			}
			catch (Throwable ex) {
				this.failed.accept(ex);
			}
		}
	}

	/** Goes on whether or not the operations have ended. */
	void force() {
		if (!isTaken()) {
			this.legs.forEach((leg) -> leg.operation().expire());
			run();
		}
	}

}
