package io.libmc.internal.client;

import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.internal.connection.Threads;
import org.jspecify.annotations.Nullable;

/**
 * Carries asynchronous calls on, away from the engine: on the user's executor, or on
 * threads of its own. A user's executor may block or run things on the spot, so even
 * handing a task to it happens on a thread of its own.
 */
final class Completions implements Executor {

	private static final int THREADS = 64;

	private static final long IDLE_SECONDS = 10;

	private final @Nullable Executor users;

	private final ThreadPoolExecutor own;

	Completions(@Nullable Executor users) {
		this.users = users;
		AtomicInteger number = new AtomicInteger();
		this.own = new ThreadPoolExecutor(THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				(work) -> Threads.daemon("libmc-async-" + number.incrementAndGet(), work));
		this.own.allowCoreThreadTimeOut(true);
	}

	@Override
	public void execute(Runnable task) {
		Executor chosen = this.users;
		Runnable handOver = (chosen != null) ? () -> hand(task, chosen) : task;
		try {
			this.own.execute(handOver);
		}
		catch (RejectedExecutionException ex) {
			// the client was closed: what is left is only to fail
			handOver.run();
		}
		catch (OutOfMemoryError ex) {
			// no thread could be started: those that run do it, if there are any
			if (this.own.getPoolSize() == 0 || !this.own.getQueue().offer(handOver)) {
				handOver.run();
			}
		}
	}

	private static void hand(Runnable task, Executor chosen) {
		try {
			chosen.execute(task);
		}
		catch (Throwable ex) {
			System.getLogger("io.libmc")
				.log(Level.WARNING, "the executor refused the completion of an asynchronous call", ex);
			task.run();
		}
	}

	/** Lets its threads end once what has been handed to it is done. */
	void close() {
		this.own.shutdown();
	}

}
