package io.libmc.internal.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.ErrorCode;
import io.libmc.MemcachedTimeoutException;
import io.libmc.internal.call.Failed;
import io.libmc.internal.call.Leg;
import io.libmc.internal.call.OperationEvents;
import io.libmc.internal.call.Script;
import io.libmc.internal.call.SendWindow;
import io.libmc.internal.call.Step;
import io.libmc.internal.call.Step.Awaiting;
import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Threads;
import io.libmc.internal.connection.Watchdog;
import org.jspecify.annotations.Nullable;

/**
 * Runs scripts for callers that do not wait: the first step is begun on the caller's
 * thread, and the script goes on, elsewhere, whenever a step has ended.
 */
final class AsyncRunner {

	private static final int YIELDS = 10;

	private final OperationEvents events;

	private final Completions completions;

	private final long pollNanos;

	private final int mostOfEachServer;

	/** How many scripts may have operations under way, callbacks included. */
	private volatile int most;

	private final AtomicInteger underWay = new AtomicInteger();

	/** Scripts that wait for something other than a server. */
	private final Set<Run<?>> waiting = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	AsyncRunner(ClientOptions options, OperationEvents events, Watchdog watchdog) {
		this.events = events;
		this.pollNanos = options.pollTimeout.toNanos();
		this.completions = new Completions(options.executor, watchdog);
		this.mostOfEachServer = 2 * options.maxInFlightOperations;
		serve(options.servers.size());
	}

	/** Takes another number of servers. */
	void serve(int servers) {
		this.most = (int) Math.min(Integer.MAX_VALUE, (long) this.mostOfEachServer * servers);
	}

	/**
	 * Starts a script, if there is room for one more.
	 * @param atEnd runs at its end, before anybody learns of that
	 */
	<T extends @Nullable Object> CompletableFuture<T> start(Script<? extends T> script, Runnable atEnd) {
		if (!takeRoom()) {
			return CompletableFuture.failedFuture(new MemcachedTimeoutException(ErrorCode.POLL_TIMEOUT_ERROR, null,
					noRoom() + "; nothing was sent", null));
		}
		return start(new Run<T>(script, atEnd, true, new CallerContext()));
	}

	/**
	 * A thread that has run a call's callbacks is about to give its room back, and a
	 * caller that these have woken may be here before it: it lets that thread run.
	 */
	// nothing depends on it
	@SuppressWarnings("ThreadPriorityCheck")
	private boolean takeRoom() {
		for (int i = 0; this.underWay.incrementAndGet() > this.most; i++) {
			this.underWay.decrementAndGet();
			if (i == YIELDS) {
				return false;
			}
			Thread.yield();
		}
		return true;
	}

	/**
	 * Starts a script that can do without memcached, and takes room only while it has
	 * operations under way.
	 */
	<T extends @Nullable Object> CompletableFuture<T> startLoad(Script<? extends T> script) {
		return start(new Run<T>(script, () -> {
		}, false, new CallerContext()));
	}

	private static <T extends @Nullable Object> CompletableFuture<T> start(AsyncRunner.Run<T> run) {
		run.begin();
		return run.future;
	}

	private String noRoom() {
		return "there are already " + this.most
				+ " asynchronous calls under way, callbacks included (twice maxInFlightOperations for each server)";
	}

	/** A script under way. */
	private final class Run<T extends @Nullable Object> {

		private final Script<? extends T> script;

		private final Runnable atEnd;

		/** Each caller has one of its own: to cancel it cancels nobody else's. */
		private final CompletableFuture<T> future = new CompletableFuture<>();

		private final AtomicBoolean holdsRoom;

		private final CallerContext context;

		/** No operation is performed before a step that is none. */
		private boolean refused;

		private boolean atEndHasRun;

		private volatile boolean over;

		Run(Script<? extends T> script, Runnable atEnd, boolean holdsRoom, CallerContext context) {
			this.script = script;
			this.atEnd = atEnd;
			this.holdsRoom = new AtomicBoolean(holdsRoom);
			this.context = context;
		}

		/**
		 * Begins the first step on the caller's thread, and nothing else unless there is
		 * no room for it.
		 */
		void begin() {
			if (advance()) {
				if (this.refused) {
					goOn();
				}
				else {
					goOnElsewhere();
				}
			}
		}

		private void goOnElsewhere() {
			AsyncRunner.this.completions.execute(this::goOn, this::fail,
					System.nanoTime() + AsyncRunner.this.pollNanos);
		}

		/** Goes on until a step has to be waited for, or all is done. */
		private void goOn() {
			boolean ended = true;
			while (ended) {
				ended = advance();
			}
		}

		/**
		 * Begins the next step, or completes the future if there is none.
		 * @return whether the step has ended already, so that it is for the caller to go
		 * on
		 */
		private boolean advance() {
			if (this.over) {
				return false;
			}
			try {
				Step step = next();
				if (step != null) {
					return begin(step);
				}
				complete();
			}
			catch (Throwable ex) {
				fail(ex);
			}
			return false;
		}

		/** The script may run what is the application's, such as a loader. */
		private @Nullable Step next() {
			ClassLoader own = this.context.enter();
			try {
				return this.script.next();
			}
			finally {
				this.context.leave(own);
			}
		}

		/** Decodes, among others. Callbacks are run with the thread's own context. */
		private T result() {
			ClassLoader own = this.context.enter();
			try {
				return this.script.result();
			}
			finally {
				this.context.leave(own);
			}
		}

		private void complete() {
			Failed failed = this.script.failure();
			if (failed != null) {
				end(() -> this.future.completeExceptionally(failed.exception()));
			}
			else {
				T result = result();
				end(() -> this.future.complete(result));
			}
		}

		private void fail(Throwable ex) {
			try {
				this.script.broken(ex);
			}
			finally {
				end(() -> this.future.completeExceptionally(ex));
			}
		}

		/**
		 * Completes the future, by which callbacks run. If that is broken off before, it
		 * fails instead.
		 */
		private void end(Runnable completing) {
			try {
				if (!this.atEndHasRun) {
					this.atEndHasRun = true;
					this.atEnd.run();
				}
			}
			finally {
				try {
					completing.run();
					this.over = true;
				}
				finally {
					leaveRoom();
				}
			}
		}

		/**
		 * Begins a step.
		 * @return whether it has ended already
		 */
		private boolean begin(Step step) {
			if (step instanceof Leg leg) {
				return begin(List.of(leg));
			}
			if (step instanceof Step.Round round) {
				return begin(round.legs());
			}
			leaveRoom();
			this.refused = false;
			if (step instanceof Awaiting awaiting) {
				return begin(awaiting);
			}
			if (step instanceof Step.Elsewhere elsewhere) {
				elsewhere.handOver(() -> new Run<>(elsewhere.script(), () -> {
				}, false, this.context).begin());
			}
			return true;
		}

		/** Frees the room that operations take, now that callbacks have run. */
		private void leaveRoom() {
			if (this.holdsRoom.compareAndSet(true, false)) {
				AsyncRunner.this.underWay.decrementAndGet();
			}
		}

		private boolean findRoom() {
			if (!this.holdsRoom.get() && !this.refused) {
				this.refused = !takeRoom();
				this.holdsRoom.set(!this.refused);
			}
			return !this.refused;
		}

		private boolean begin(Awaiting awaiting) {
			CompletableFuture<?> awaited = awaiting.future();
			if (awaited.isDone()) {
				return true;
			}
			if (awaiting.isBounded()) {
				Threads.startTimer();
				awaited = awaited.copy().orTimeout(awaiting.nanos(), TimeUnit.NANOSECONDS);
			}
			AsyncRunner.this.waiting.add(this);
			CompletableFuture<?> unused = awaited.whenComplete((value, ex) -> {
				if (AsyncRunner.this.waiting.remove(this)) {
					goOnElsewhere();
				}
			});
			if (AsyncRunner.this.closed) {
				endWaiting();
			}
			return false;
		}

		/** Fails, if it still waits, for the client is closed. */
		private void endWaiting() {
			if (AsyncRunner.this.waiting.remove(this)) {
				AsyncRunner.this.completions.execute(() -> fail(Servers.closed()), this::fail, System.nanoTime());
			}
		}

		private boolean begin(List<? extends Leg> legs) {
			if (!findRoom()) {
				Failure none = new Failure(Kind.NO_ROOM, noRoom(), null);
				legs.forEach((leg) -> leg.operation().refuse(none));
				return true;
			}
			// one more than there are lanes, so that none ends the round before all are
			// started
			AtomicInteger open = new AtomicInteger(1);
			Map<Node, Lane> lanes = new LinkedHashMap<>();
			legs.forEach((leg) -> lanes.computeIfAbsent(leg.node(), (node) -> new Lane(open)).waiting.add(leg));
			open.addAndGet(lanes.size());
			lanes.values().forEach(Lane::begin);
			return open.decrementAndGet() == 0;
		}

		/**
		 * The operations of a round for one server, a window of them under way. It gets
		 * the next one when it has answered the last, whatever the others do.
		 */
		private final class Lane {

			private final Deque<Leg> waiting = new ArrayDeque<>();

			/** How many lanes of the round have not ended. */
			private final AtomicInteger open;

			private List<Leg> underWay = List.of();

			Lane(AtomicInteger open) {
				this.open = open;
			}

			void begin() {
				if (startWindow()) {
					AsyncRunner.this.completions.execute(this::goOn, Run.this::fail,
							System.nanoTime() + AsyncRunner.this.pollNanos);
				}
			}

			private void goOn() {
				boolean ended = true;
				while (ended) {
					ended = advance();
				}
			}

			private boolean advance() {
				this.underWay.forEach((leg) -> leg.end(AsyncRunner.this.events));
				if (!this.waiting.isEmpty()) {
					return startWindow();
				}
				if (this.open.decrementAndGet() == 0) {
					Run.this.goOn();
				}
				return false;
			}

			/** Returns whether the window has ended already. */
			private boolean startWindow() {
				SendWindow window = new SendWindow();
				List<Leg> legs = new ArrayList<>();
				if (!this.waiting.element().operation().hasTime()) {
					return refuseAll();
				}
				while (!this.waiting.isEmpty() && window.takes(this.waiting.element().operation())) {
					legs.add(this.waiting.remove());
				}
				this.underWay = legs;
				AtomicInteger left = new AtomicInteger(legs.size() + 1);
				Handover next = AsyncRunner.this.completions.expect(this::goOn, Run.this::fail, legs,
						legs.get(0).operation().deadline());
				Runnable ended = () -> {
					if (left.decrementAndGet() == 0) {
						AsyncRunner.this.completions.execute(next);
					}
				};
				legs.forEach((leg) -> {
					leg.operation().whenEnded(ended);
					leg.begin(AsyncRunner.this.events, false);
				});
				return left.decrementAndGet() == 0 && next.take();
			}

			/** However many there are, there is no time to look at each. */
			private boolean refuseAll() {
				Failure late = Failure.late();
				this.waiting.forEach((leg) -> leg.operation().refuse(late));
				this.waiting.clear();
				this.underWay = List.of();
				return true;
			}

		}

	}

	/**
	 * Ends what waits for something other than a server, and lets the threads end once
	 * what has been handed to them is done.
	 */
	void close() {
		this.closed = true;
		this.waiting.forEach(Run::endWaiting);
		this.completions.close();
	}

}
