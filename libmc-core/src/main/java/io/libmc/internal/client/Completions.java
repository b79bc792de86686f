package io.libmc.internal.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.libmc.internal.call.Leg;
import io.libmc.internal.connection.Recurring;
import io.libmc.internal.connection.StackRoom;
import io.libmc.internal.connection.Threads;
import io.libmc.internal.connection.Watchdog;
import io.libmc.internal.connection.Watched;
import org.jspecify.annotations.Nullable;

/**
 * Carries asynchronous calls on, away from the engine: on the user's executor, or on
 * threads of its own. A user's executor may block or run things on the spot, so even
 * handing a task to it happens on a thread of its own.
 * <p>
 * Callbacks may block all these threads, an executor may lose a task, and an
 * {@code Error} may come in between. What has not been carried on when its time is up,
 * the {@link Watchdog} has carried on by a thread that is there for nothing else.
 */
final class Completions implements Watched {

	private static final int THREADS = 64;

	/** How many may be blocked before what is due has to wait for one of them. */
	private static final int MORE_THREADS = 1024;

	private static final long IDLE_SECONDS = 10;

	/** So long after their deadline operations have ended, and are carried on. */
	private static final long GRACE_NANOS = 8_000_000;

	private final @Nullable Executor users;

	private final Watchdog watchdog;

	private final ThreadPoolExecutor own;

	/** Never shut down: it has no threads while nothing is late. */
	private final ThreadPoolExecutor late;

	/** What is or was to be carried on, in no strict order. */
	private final Queue<Handover> expected = new ConcurrentLinkedQueue<>();

	private final Recurring refusals = new Recurring();

	private volatile boolean closed;

	Completions(@Nullable Executor users, Watchdog watchdog) {
		this.users = users;
		this.watchdog = watchdog;
		AtomicInteger number = new AtomicInteger();
		this.own = new ThreadPoolExecutor(THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				(work) -> Threads.daemon("libmc-async-" + number.incrementAndGet(), work));
		this.own.allowCoreThreadTimeOut(true);
		this.late = new ThreadPoolExecutor(0, MORE_THREADS, 1, TimeUnit.SECONDS, new SynchronousQueue<>(),
				(work) -> Threads.daemon("libmc-async-late-" + number.incrementAndGet(), work));
		watchdog.add(this);
	}

	/**
	 * Expects operations to end, and what comes then to be {@linkplain #execute
	 * executed}.
	 * @param failed gets what the work throws
	 * @param deadline of the operations
	 */
	Handover expect(Runnable work, Consumer<Throwable> failed, List<? extends Leg> legs, long deadline) {
		Handover handover = new Handover(work, failed, legs, deadline);
		this.expected.add(handover);
		return handover;
	}

	/** Carries on what has waited for no operation. */
	void execute(Runnable work, Consumer<Throwable> failed, long deadline) {
		execute(expect(work, failed, List.of(), deadline));
		this.watchdog.watch(deadline + GRACE_NANOS - System.nanoTime());
	}

	void execute(Handover handover) {
		Executor chosen = this.users;
		try {
			StackRoom.ensure();
			this.own.execute((chosen != null) ? () -> hand(handover, chosen) : handover);
		}
		catch (RejectedExecutionException | OutOfMemoryError | StackOverflowError ex) {
			// the client was closed, or there are no more threads, or no more room here
			this.watchdog.watch(0);
			if (this.closed) {
				force(handover);
			}
		}
	}

	private void hand(Handover handover, Executor chosen) {
		try {
			chosen.execute(handover);
		}
		catch (Throwable ex) {
			this.refusals.warn("the executor refused the completion of an asynchronous call", ex);
			handover.run();
		}
	}

	/**
	 * What is late is carried on newest first: callbacks that block wait for calls that
	 * began after their own.
	 */
	@Override
	public long check(long now) {
		long next = FAR;
		Deque<Handover> due = new ArrayDeque<>();
		for (Iterator<Handover> all = this.expected.iterator(); all.hasNext();) {
			Handover handover = all.next();
			long left = handover.deadline() + GRACE_NANOS - now;
			if (handover.isTaken()) {
				all.remove();
			}
			else if (left > 0 && !this.closed) {
				next = Math.min(next, left);
			}
			else {
				due.push(handover);
			}
		}
		due.forEach(this::force);
		return due.isEmpty() ? ((this.closed && this.expected.isEmpty()) ? GONE : next) : GRACE_NANOS;
	}

	/** It stays expected until a thread has come to it. */
	private void force(Handover handover) {
		try {
			this.late.execute(handover::force);
		}
		catch (RejectedExecutionException ex) {
			// all are blocked; later, perhaps
		}
	}

	/** Lets its threads end once what has been handed to it is done. */
	@Override
	public void close() {
		this.closed = true;
		this.own.shutdown();
		check(System.nanoTime());
	}

}
