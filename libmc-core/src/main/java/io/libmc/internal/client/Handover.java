package io.libmc.internal.client;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.libmc.internal.call.Leg;
import org.jspecify.annotations.Nullable;

/**
 * How an asynchronous call goes on when operations have ended: once, on whichever thread
 * comes to it first. From then on it holds on to nothing.
 */
final class Handover implements Runnable {

	private final AtomicReference<@Nullable Work> work;

	private final long deadline;

	/**
	 * What is handed over.
	 *
	 * @param next what comes when the operations have ended
	 * @param failed gets what that throws
	 * @param legs the operations
	 */
	private record Work(Runnable next, Consumer<Throwable> failed, List<? extends Leg> legs) {

	}

	/**
	 * Creates a handover.
	 * @param next what comes then
	 * @param failed gets what that throws
	 * @param legs the operations that are to end first
	 * @param deadline when they have, at the latest
	 */
	Handover(Runnable next, Consumer<Throwable> failed, List<? extends Leg> legs, long deadline) {
		this.work = new AtomicReference<>(new Work(next, failed, legs));
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
		Work taken = this.work.getAndSet(null);
		if (taken != null) {
			try {
				taken.next().run();
			}
			catch (Throwable ex) {
				taken.failed().accept(ex);
			}
		}
	}

	/** Goes on whether or not the operations have ended. */
	void force() {
		Work late = this.work.get();
		if (late != null) {
			late.legs().forEach((leg) -> leg.operation().expire());
			run();
		}
	}

}
