package io.libmc.internal.call;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * What a script wants done next. Once it is done the step tells the script what came of
 * it.
 */
public sealed interface Step permits Leg, Step.Round, Step.Awaiting, Step.Elsewhere {

	/**
	 * Operations to perform side by side, to the end of all of them.
	 *
	 * @param legs one or more
	 */
	record Round(List<? extends Leg> legs) implements Step {

	}

	/**
	 * Waiting for what somebody else does: for so long, or until the caller is
	 * interrupted, which it stays. Whether it has happened, the future tells.
	 */
	final class Awaiting implements Step {

		/** However long it takes, also when the caller is interrupted. */
		private static final long FOREVER = Long.MAX_VALUE;

		private final CompletableFuture<?> future;

		private final long nanos;

		private boolean interrupted;

		public Awaiting(CompletableFuture<?> future, long nanos) {
			this.future = future;
			this.nanos = Math.max(0, nanos);
		}

		/** However long it takes, also when the caller is interrupted. */
		public static Awaiting completionOf(CompletableFuture<?> future) {
			return new Awaiting(future, FOREVER);
		}

		/** A pause, as nothing ever happens. */
		public static Awaiting pause(long nanos) {
			return new Awaiting(new CompletableFuture<>(), nanos);
		}

		public CompletableFuture<?> future() {
			return this.future;
		}

		public boolean isBounded() {
			return this.nanos != FOREVER;
		}

		public long nanos() {
			return this.nanos;
		}

		public void interrupt() {
			this.interrupted = true;
		}

		public boolean isInterrupted() {
			return this.interrupted;
		}

	}

	/** Handing another script to an executor, which runs it while this one goes on. */
	final class Elsewhere implements Step {

		private final Executor executor;

		private final Script<?> script;

		private @Nullable Throwable refusal;

		public Elsewhere(Executor executor, Script<?> script) {
			this.executor = executor;
			this.script = script;
		}

		public Script<?> script() {
			return this.script;
		}

		/** Hands over the running of {@link #script()}. */
		public void handOver(Runnable running) {
			try {
				this.executor.execute(running);
			}
			catch (Throwable ex) {
				// it is the application's
				this.refusal = ex;
			}
		}

		/** Why the executor refused, or null if it did not. */
		public @Nullable Throwable refusal() {
			return this.refusal;
		}

	}

}
