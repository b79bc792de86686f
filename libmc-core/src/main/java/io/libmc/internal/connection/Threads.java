package io.libmc.internal.connection;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Which threads may do what, and threads that belong to nobody.
 */
public final class Threads {

	private static final @Nullable MethodHandle IS_VIRTUAL = findIsVirtual();

	private Threads() {
	}

	private static @Nullable MethodHandle findIsVirtual() {
		try {
			return MethodHandles.lookup().findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
		}
		catch (ReflectiveOperationException ex) {
			return null;
		}
	}

	/** Whether it is a virtual thread; never on a JDK without them. */
	static boolean isVirtual(Thread thread) {
		if (IS_VIRTUAL == null) {
			return false;
		}
		try {
			return (boolean) IS_VIRTUAL.invokeExact(thread);
		}
		catch (Throwable ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * A thread that takes nothing along from the caller that happens to need it first: no
	 * context class loader, no inheritable thread locals and, before JDK 24, no
	 * protection domains of what is on the stack. Any of these would keep an
	 * application's classes for as long as the client lives.
	 */
	// nothing takes its place where it does something
	@SuppressWarnings("removal")
	public static Thread daemon(String name, Runnable work) {
		return AccessController.doPrivileged((PrivilegedAction<Thread>) () -> {
			Thread thread = new Thread(null, work, name, 0, false);
			thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
			thread.setDaemon(true);
			return thread;
		});
	}

	/**
	 * Sees to it that the JDK's own thread for timeouts belongs to nobody either: it
	 * keeps the context of whoever needs it first.
	 */
	public static void startTimer() {
		Timer.start();
	}

	private static void needTimer() {
		CompletableFuture<?> unused = new CompletableFuture<Void>().completeOnTimeout(null, 1, TimeUnit.NANOSECONDS);
	}

	/** Once. */
	private static final class Timer {

		static {
			Thread first = daemon("libmc-timer", Threads::needTimer);
			first.start();
			boolean interrupted = false;
			while (first.isAlive()) {
				try {
					first.join();
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}

		private Timer() {
		}

		static void start() {
			// it is, now that the class is there
		}

	}

}
