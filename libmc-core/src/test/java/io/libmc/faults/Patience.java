package io.libmc.faults;

import java.time.Duration;

/**
 * What the machine may add to a call. The promise is 20 ms, which one that compiles
 * beside the tests does not keep: it is measured with {@code -Dlibmc.tolerance=20}, in
 * milliseconds, on a quiet one.
 */
final class Patience {

	private static final int LOOSE = 1000;

	private static final int MILLIS = Integer.getInteger("libmc.tolerance", LOOSE);

	/** How much longer than its budget a call may take. */
	static final Duration TOLERANCE = Duration.ofMillis(MILLIS);

	/** How often a call that nothing is to disturb may be slow all the same. */
	static final int STALLS = (MILLIS < LOOSE) ? 0 : 2;

	private Patience() {
	}

}
