package io.libmc.embedded;

/**
 * Threads that begin and end.
 */
final class Threads {

	private Threads() {
	}

	static void startDaemon(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
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
