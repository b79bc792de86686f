package io.libmc.spring.cache;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Makes threads that belong to the application, and take nothing along from the caller
 * that happens to need them first: they have the context class loader of whoever made
 * this, no inheritable thread locals and, before JDK 24, no protection domains of what is
 * on the stack.
 */
final class ApplicationThreads implements ThreadFactory {

	private final @Nullable ClassLoader classLoader = Thread.currentThread().getContextClassLoader();

	private final Supplier<String> names;

	ApplicationThreads(Supplier<String> names) {
		this.names = names;
	}

	// nothing takes its place where it does something
	@SuppressWarnings("removal")
	@Override
	public Thread newThread(Runnable work) {
		return AccessController.doPrivileged((PrivilegedAction<Thread>) () -> {
			Thread thread = new Thread(null, work, this.names.get(), 0, false);
			thread.setContextClassLoader(this.classLoader);
			thread.setDaemon(true);
			return thread;
		});
	}

}
