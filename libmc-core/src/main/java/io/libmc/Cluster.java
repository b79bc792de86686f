package io.libmc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Node.MetaSupport;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.routing.Ring;
import org.jspecify.annotations.Nullable;

/**
 * The servers and which key is whose: sends operations to where they belong, to a
 * substitute if the owner is dead and failover is on, and again if that is safe and
 * wanted. Another list of servers is another cluster.
 */
final class Cluster {

	private final Ring ring;

	private final List<Node> nodes;

	private final boolean failover;

	private final int maxRetries;

	private final OperationEvents events;

	/** Those who hang up when they are asked for meta commands. */
	private final Set<Node> hangingUp = ConcurrentHashMap.newKeySet();

	Cluster(Ring ring, List<Node> nodes, boolean failover, int maxRetries, OperationEvents events) {
		this.ring = ring;
		this.nodes = List.copyOf(nodes);
		this.failover = failover;
		this.maxRetries = maxRetries;
		this.events = events;
	}

	List<Node> nodes() {
		return this.nodes;
	}

	List<ServerSnapshot> snapshots() {
		double[] shares = this.ring.shares();
		List<ServerSnapshot> snapshots = new ArrayList<>(shares.length);
		for (int i = 0; i < shares.length; i++) {
			Node node = this.nodes.get(i);
			snapshots.add(new ServerSnapshot(node.name(), node.outageReason(), shares[i], node.openConnections(),
					node.operationsInFlight(), node.traffic().written(), node.traffic().read()));
		}
		return List.copyOf(snapshots);
	}

	/** The server a key belongs to. */
	Node homeOf(byte[] key) {
		return this.nodes.get(this.ring.find(key));
	}

	/**
	 * The server a key is sent to: its home or, if that is dead and failover is on,
	 * another.
	 */
	Node nodeFor(byte[] key) {
		Node home = homeOf(key);
		return (this.failover && home.isDead()) ? substituteFor(key, home) : home;
	}

	private Node substituteFor(byte[] key, Node home) {
		int substitute = this.ring.find(key, (i) -> !this.nodes.get(i).isDead());
		return (substitute >= 0) ? this.nodes.get(substitute) : home;
	}

	/**
	 * Where a key of a failed operation may be sent next.
	 * @param attempts all that was tried, this operation included
	 * @return null if nowhere
	 */
	@Nullable Node next(byte[] key, Operation operation, Node node, Attempts attempts) {
		Failure failure = operation.failure();
		if (failure == null || !operation.hasTime()) {
			return null;
		}
		if (failure.kind() == Failure.Kind.UNREACHABLE && this.failover) {
			int substitute = this.ring.find(key,
					(i) -> !attempts.unreachable().contains(this.nodes.get(i)) && !this.nodes.get(i).isDead());
			return (substitute >= 0) ? this.nodes.get(substitute) : null;
		}
		boolean safe = operation.command().isRead() || operation.progress() == Progress.UNSENT;
		return (failure.kind() == Failure.Kind.LOST && safe && attempts.losses() <= this.maxRetries) ? node : null;
	}

	/** Notes that a server hangs up when it is asked for meta commands. */
	void hangsUp(Node node) {
		this.hangingUp.add(node);
	}

	/** Whether the server speaks meta commands, as far as is known. */
	MetaSupport metaSupport(Node node) {
		return this.hangingUp.contains(node) ? MetaSupport.NO : node.metaSupport();
	}

	/** Performs an operation on the caller's thread; it tells how it went. */
	void perform(Node node, Operation operation) {
		Object started = this.events.start(operation, node);
		node.submit(operation, false);
		operation.await();
		this.events.stop(operation, node, started);
	}

	/**
	 * Performs operations side by side on the caller's thread; each tells how it went.
	 */
	void perform(List<Leg> legs) {
		if (legs.size() == 1) {
			perform(legs.get(0).node, legs.get(0).operation);
			return;
		}
		Map<Node, Lane> byNode = new LinkedHashMap<>();
		legs.forEach((leg) -> byNode.computeIfAbsent(leg.node, (node) -> new Lane()).waiting.add(leg));
		byNode.values().forEach(Lane::start);
		Deque<Lane> lanes = inHalves(new ArrayList<>(byNode.values()));
		while (!lanes.isEmpty()) {
			Lane lane = lanes.remove();
			if (!lane.await(lanes)) {
				lanes.add(lane);
			}
			else if (!lane.waiting.isEmpty()) {
				lane.start();
				lanes.add(lane);
			}
		}
	}

	/**
	 * In which order to wait: for one half way down the list, then for those before it,
	 * and so on with the rest. Servers answer about in the order they were asked, so most
	 * replies are there when their turn comes: few waits put the thread to sleep, and it
	 * reads while servers are still at work.
	 */
	private static Deque<Lane> inHalves(List<Lane> started) {
		Deque<Lane> order = new ArrayDeque<>(started.size());
		int from = 0;
		while (from < started.size()) {
			int middle = (from + started.size()) / 2;
			order.add(started.get(middle));
			order.addAll(started.subList(from, middle));
			from = middle + 1;
		}
		return order;
	}

	/**
	 * The operations of one call for one server, a window of them under way. Each server
	 * gets its next window when it has answered the last, and a slow one is left until
	 * the others are done.
	 */
	private final class Lane {

		/** How long to wait for one server before looking at the others. */
		private static final long PATIENCE_NANOS = 2_000_000;

		/** So many are sent at once: the server begins while further ones are encoded. */
		private static final int PORTION = 128;

		private final Deque<Leg> waiting = new ArrayDeque<>();

		private final Deque<Leg> underWay = new ArrayDeque<>();

		private boolean late;

		void start() {
			Window window = new Window();
			while (!this.waiting.isEmpty() && window.takes(this.waiting.element().operation)) {
				Leg leg = this.waiting.remove();
				leg.started = Cluster.this.events.start(leg.operation, leg.node);
				this.underWay.add(leg);
				leg.node.submit(leg.operation, this.underWay.size() % PORTION != 0);
			}
			this.underWay.forEach((leg) -> leg.operation.flush());
			this.late = false;
		}

		/**
		 * Waits for the window to end; returns whether it has. The last reply is waited
		 * for first: when it is there, so are the others, and the connection need not
		 * look for another reader in between.
		 */
		boolean await(Collection<Lane> others) {
			boolean onlyLook = this.late && !others.stream().allMatch((other) -> other.late);
			long until = System.nanoTime() + (onlyLook ? 0 : PATIENCE_NANOS);
			while (!this.underWay.isEmpty()) {
				Leg leg = this.underWay.getLast();
				if (!leg.operation.await(others.isEmpty() ? leg.operation.deadline() : until)) {
					this.late = true;
					return false;
				}
				this.underWay.removeLast();
				Cluster.this.events.stop(leg.operation, leg.node, leg.started);
			}
			return true;
		}

	}

	/**
	 * Starts an operation that nobody waits for.
	 * @param ended runs once it has ended; may run inside the engine, so it must only
	 * pass on
	 */
	void start(Leg leg, Runnable ended) {
		leg.started = this.events.start(leg.operation, leg.node);
		leg.operation.whenEnded(ended);
		leg.node.submit(leg.operation, false);
	}

	/** Tells the listener that a started operation has ended. */
	void stopped(Leg leg) {
		this.events.stop(leg.operation, leg.node, leg.started);
	}

}
