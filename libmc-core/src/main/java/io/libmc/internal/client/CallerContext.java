package io.libmc.internal.client;

import org.jspecify.annotations.Nullable;

/**
 * The context class loader of the thread that made it, for other threads that work in its
 * place: classes are found as the caller finds them.
 */
final class CallerContext {

	private final @Nullable ClassLoader classLoader = Thread.currentThread().getContextClassLoader();

	/** Takes it on; returns what the thread had, for {@link #leave}. */
	@Nullable ClassLoader enter() {
		ClassLoader own = Thread.currentThread().getContextClassLoader();
		set(own, this.classLoader);
		return own;
	}

	void leave(@Nullable ClassLoader own) {
		set(this.classLoader, own);
	}

	private static void set(@Nullable ClassLoader from, @Nullable ClassLoader to) {
		if (from != to) {
			try {
				Thread.currentThread().setContextClassLoader(to);
			}
			catch (SecurityException | UnsupportedOperationException ex) {
				// a thread of a user's executor that may have none keeps its own
			}
		}
	}

}
