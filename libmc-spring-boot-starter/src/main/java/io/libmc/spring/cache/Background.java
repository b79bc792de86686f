package io.libmc.spring.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import io.micrometer.context.ContextSnapshotFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.NonBlocking;

import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.util.ClassUtils;

/**
 * A few threads that wait for memcached in place of those that must not wait: Reactor's.
 */
final class Background implements AutoCloseable {

	private static final boolean REACTOR_IS_PRESENT = ClassUtils.isPresent("reactor.core.scheduler.NonBlocking",
			Background.class.getClassLoader());

	private static final boolean CONTEXT_IS_PRESENT = ClassUtils
		.isPresent("io.micrometer.context.ContextSnapshotFactory", Background.class.getClassLoader());

	private static final int THREADS = 8;

	/** An entry whose refresh is refused is refreshed a lease later. */
	private static final int MOST_REFRESHES = 1_000;

	private static final int MOST_TASKS = 10_000;

	private final ThreadPoolExecutor threads = threads("libmc-cache-", MOST_TASKS);

	/**
	 * Threads of their own, because they run what the application wrote, for as long as
	 * that takes.
	 */
	private final ThreadPoolExecutor refreshers = threads("libmc-refresh-", MOST_REFRESHES);

	private final Executor refreshes = CONTEXT_IS_PRESENT ? new InContext(this.refreshers) : this.refreshers;

	private static ThreadPoolExecutor threads(String name, int mostTasks) {
		AtomicInteger number = new AtomicInteger();
		ThreadFactory factory = new ApplicationThreads(() -> name + number.incrementAndGet());
		ThreadPoolExecutor threads = new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(mostTasks), factory);
		threads.allowCoreThreadTimeOut(true);
		return threads;
	}

	/**
	 * Where loaders run that refresh entries, with what belongs to their caller, such as
	 * its trace, if Micrometer's context propagation is there.
	 */
	Executor refreshes() {
		return this.refreshes;
	}

	/**
	 * As {@link #refreshes()}, with what belongs to the current thread. This is for a
	 * caller that does not wait, on whose thread nothing will be refreshed.
	 */
	Executor refreshesForCaller() {
		return CONTEXT_IS_PRESENT ? InContext.ofCaller(this.refreshers) : this.refreshers;
	}

	/** An executor that takes its caller's context along. */
	private static final class InContext implements Executor {

		private final TaskDecorator decorator = new ContextPropagatingTaskDecorator();

		private final Executor executor;

		InContext(Executor executor) {
			this.executor = executor;
		}

		static Executor ofCaller(Executor executor) {
			return ContextSnapshotFactory.builder().build().captureAll().wrapExecutor(executor);
		}

		@Override
		public void execute(Runnable task) {
			this.executor.execute(this.decorator.decorate(task));
		}

	}

	/** Whether the current thread must not wait. */
	static boolean isNeeded() {
		return REACTOR_IS_PRESENT && Thread.currentThread() instanceof NonBlocking;
	}

	/** Calls something that waits; fails at once if too much is waiting already. */
	<T> CompletableFuture<T> call(Supplier<T> task) {
		try {
			return CompletableFuture.supplyAsync(task, this.threads);
		}
		catch (RejectedExecutionException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/** A queue of one cache's changes. */
	ChangeQueue changes(CachedValues values) {
		return new ChangeQueue(this.threads, values);
	}

	/**
	 * Does something when a future has ended, however it did, and nobody waits for that.
	 */
	static <T extends @Nullable Object> void then(CompletableFuture<T> future,
			BiConsumer<? super T, ? super @Nullable Throwable> listener) {
		CompletableFuture<T> unused = future.whenComplete(listener);
	}

	@Override
	public void close() {
		this.threads.shutdown();
		this.refreshers.shutdown();
	}

}
