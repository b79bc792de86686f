package io.libmc.embedded;

/**
 * Waiting for threads.
 */
final class Threads {

	private Threads() {
	}

	/** Waits for a thread's end, and keeps an interrupt for later. */
	static void join(Thread thread) {
		boolean interrupted = false;
		while (thread.isAlive() && thread != Thread.currentThread()) {
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
