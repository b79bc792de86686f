package io.libmc.internal.client;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

import io.libmc.internal.call.Failed;
import io.libmc.internal.call.Leg;
import io.libmc.internal.call.OperationEvents;
import io.libmc.internal.call.Performer;
import io.libmc.internal.call.Script;
import io.libmc.internal.call.SendWindow;
import io.libmc.internal.call.Step;
import io.libmc.internal.call.Step.Awaiting;
import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Runs scripts on the thread of their caller, which waits.
 */
final class BlockingRunner implements Performer {

	private final OperationEvents events;

	/** The threads that wait for something other than a server. */
	private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	BlockingRunner(OperationEvents events) {
		this.events = events;
	}

	@Override
	public <T extends @Nullable Object> T run(Script<T> script) {
		try {
			for (Step step = script.next(); step != null; step = script.next()) {
				perform(step);
			}
		}
		catch (Throwable ex) {
			script.broken(ex);
			throw ex;
		}
		Failed failed = script.failure();
		if (failed != null) {
			throw failed.exception();
		}
		return script.result();
	}

	private void perform(Step step) {
		if (step instanceof Leg leg) {
			perform(leg.node(), leg.operation());
		}
		else if (step instanceof Step.Round round) {
			perform(round.legs());
		}
		else if (step instanceof Awaiting awaiting) {
			await(awaiting);
		}
		else if (step instanceof Step.Elsewhere elsewhere) {
			elsewhere.handOver(() -> run(elsewhere.script()));
		}
	}

	@Override
	public void perform(Node node, Operation operation) {
		Object started = this.events.start(operation, node);
		try {
			node.submit(operation, false);
			operation.await();
		}
		catch (Throwable ex) {
			operation.desert(ex);
			throw ex;
		}
		this.events.stop(operation, node, started);
	}

	/**
	 * What the future holds, or that it holds nothing yet, is the script's to see. The
	 * thread sleeps: one that waited by the future's own means might do another's work
	 * meanwhile, which waits for this script.
	 */
	private void await(Awaiting awaiting) {
		Thread thread = Thread.currentThread();
		CompletableFuture<?> unused = awaiting.future().whenComplete((value, ex) -> LockSupport.unpark(thread));
		boolean interrupted = false;
		long start = System.nanoTime();
		long left = awaiting.nanos();
		this.waiting.add(thread);
		try {
			while (!awaiting.future().isDone() && left > 0 && !awaiting.isInterrupted() && !this.closed) {
				LockSupport.parkNanos(awaiting, left);
				left = awaiting.nanos() - (System.nanoTime() - start);
				if (Thread.interrupted()) {
					interrupted = true;
					if (awaiting.isBounded()) {
						awaiting.interrupt();
					}
				}
			}
		}
		finally {
			this.waiting.remove(thread);
		}
		if (interrupted) {
			thread.interrupt();
		}
		if (this.closed && !awaiting.future().isDone()) {
			throw Servers.closed();
		}
	}

	/** Ends what waits for something other than a server. */
	void close() {
		this.closed = true;
		this.waiting.forEach(LockSupport::unpark);
	}

	/** Performs operations side by side. */
	private void perform(List<? extends Leg> legs) {
		if (legs.size() == 1) {
			perform(legs.get(0).node(), legs.get(0).operation());
			return;
		}
		try {
			performAll(legs);
		}
		catch (Throwable ex) {
			legs.forEach((leg) -> leg.operation().desert(ex));
			throw ex;
		}
	}

	private void performAll(List<? extends Leg> legs) {
		Map<Node, ServerQueue> byNode = new LinkedHashMap<>();
		legs.forEach((leg) -> byNode.computeIfAbsent(leg.node(), (node) -> new ServerQueue()).waiting.add(leg));
		byNode.values().forEach(ServerQueue::start);
		Deque<ServerQueue> queues = new ArrayDeque<>(byNode.values());
		while (!queues.isEmpty()) {
			ServerQueue queue = queues.remove();
			if (!queue.await(queues)) {
				queues.add(queue);
			}
			else if (!queue.waiting.isEmpty()) {
				queue.start();
				queues.add(queue);
			}
		}
	}

	/**
	 * The operations of one call for one server, a window of them under way. Each server
	 * gets its next window when it has answered the last, and a slow one is left until
	 * the others are done.
	 */
	private final class ServerQueue {

		/** How long to wait for one server before looking at the others. */
		private static final long PATIENCE_NANOS = 2_000_000;

		/**
		 * So many are sent at once: the server begins while further ones are encoded.
		 * Measured: a tenth more of setMulti with 1,000 keys.
		 */
		private static final int PORTION = 128;

		private final Deque<Leg> waiting = new ArrayDeque<>();

		private final Deque<Leg> underWay = new ArrayDeque<>();

		private boolean late;

		void start() {
			if (!this.waiting.element().operation().hasTime()) {
				refuseAll();
				return;
			}
			SendWindow window = new SendWindow();
			while (!this.waiting.isEmpty() && window.takes(this.waiting.element().operation())) {
				Leg leg = this.waiting.remove();
				this.underWay.add(leg);
				leg.begin(BlockingRunner.this.events, this.underWay.size() % PORTION != 0);
			}
			this.underWay.forEach((leg) -> leg.operation().flush());
			this.late = false;
		}

		/** However many there are, there is no time to look at each. */
		private void refuseAll() {
			Failure late = Failure.late();
			this.waiting.forEach((leg) -> leg.operation().refuse(late));
			this.waiting.clear();
		}

		/**
		 * Waits for the window to end; returns whether it has. The last reply is waited
		 * for first: when it is there, so are the others, and the connection need not
		 * look for another reader in between.
		 */
		boolean await(Collection<ServerQueue> others) {
			boolean onlyLook = this.late && !others.stream().allMatch((other) -> other.late);
			long until = System.nanoTime() + (onlyLook ? 0 : PATIENCE_NANOS);
			while (!this.underWay.isEmpty()) {
				Leg leg = this.underWay.getLast();
				if (!leg.operation().await(others.isEmpty() ? leg.operation().deadline() : until)) {
					this.late = true;
					return false;
				}
				this.underWay.removeLast();
				leg.end(BlockingRunner.this.events);
			}
			return true;
		}

	}

}
