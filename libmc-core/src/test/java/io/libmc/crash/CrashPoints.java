package io.libmc.crash;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * What an instrumented class asks before each call and each allocation that it makes. It
 * does nothing unless a plan is under way.
 */
public final class CrashPoints {

	private static volatile @Nullable Plan plan;

	private CrashPoints() {
	}

	/** Called from instrumented code. */
	public static void hit() {
		Plan current = plan;
		if (current != null) {
			current.hit();
		}
	}

	static Plan begin(Predicate<Thread> whose, int throwAt, Supplier<Throwable> what) {
		Plan begun = new Plan(whose, throwAt, what);
		plan = begun;
		return begun;
	}

	static void end() {
		plan = null;
	}

	/** Counts the points that some threads pass, and throws once, at one of them. */
	static final class Plan {

		private final Predicate<Thread> whose;

		private final int throwAt;

		private final Supplier<Throwable> what;

		private final AtomicInteger passed = new AtomicInteger();

		private volatile @Nullable Throwable thrown;

		private Plan(Predicate<Thread> whose, int throwAt, Supplier<Throwable> what) {
			this.whose = whose;
			this.throwAt = throwAt;
			this.what = what;
		}

		int passed() {
			return this.passed.get();
		}

		@Nullable Throwable thrown() {
			return this.thrown;
		}

		private void hit() {
			if (this.whose.test(Thread.currentThread()) && this.passed.incrementAndGet() == this.throwAt) {
				Throwable throwable = this.what.get();
				this.thrown = throwable;
				CrashPoints.<RuntimeException>sneak(throwable);
			}
		}

	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> void sneak(Throwable throwable) throws T {
		throw (T) throwable;
	}

}
