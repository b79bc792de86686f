package io.libmc.internal.connection;

/**
 * Room on the stack for what must not be broken off half-way. The JDK's sockets and
 * queues take a lock and give it back in {@code finally}; but a {@code lock()} that is
 * the call that overflows the stack takes the lock and then throws, and nobody ever gives
 * it back: whoever comes to that socket or queue later waits for ever, and so does
 * whoever wants to close it. So an overflow is made to come before the lock is asked for.
 */
public final class StackRoom {

	/**
	 * More than a read, a write or a close of a socket takes above its system call, for
	 * which the JVM keeps room of its own: 2.7 kB, and 0.1 us. Where methods are still
	 * interpreted, the frames here are larger as well.
	 */
	private static final int FRAMES = 24;

	/** With the layers of TLS on top: 13 kB. */
	private static final int TLS_FRAMES = 5 * FRAMES;

	private StackRoom() {
	}

	/**
	 * Returns if there is room for a call of the JDK.
	 * @throws StackOverflowError if there is not
	 */
	public static void ensure() {
		take(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
	}

	/** As {@link #ensure()}, for a call of a TLS socket. */
	static void ensureForTls() {
		take(TLS_FRAMES, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
	}

	/** What is live after the call has a place in the frame. */
	private static long take(int frames, long a, long b, long c, long d, long e, long f, long g, long h, long i, long j,
			long k, long l) {
		return (frames == 0) ? a : take(frames - 1, b, c, d, e, f, g, h, i, j, k, l, a)
				+ (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l);
	}

}
