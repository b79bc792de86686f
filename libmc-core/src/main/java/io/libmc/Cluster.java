package io.libmc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.routing.Ring;
import org.jspecify.annotations.Nullable;

/**
 * The servers and which key is whose: sends operations to where they belong, to a
 * substitute if the owner is dead and failover is on, and again if that is safe and
 * wanted. Immutable; another list of servers is another cluster.
 */
final class Cluster {

	private final Ring ring;

	private final List<Node> nodes;

	private final boolean failover;

	private final int maxRetries;

	private final OperationEvents events;

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
		List<Leg> waiting = legs;
		while (!waiting.isEmpty()) {
			waiting = performWindow(waiting);
		}
	}

	/**
	 * Performs what fits into one window of each server, pipelined to each and in
	 * parallel over all; returns the rest.
	 */
	private List<Leg> performWindow(List<Leg> legs) {
		Map<Node, Window> windows = new HashMap<>();
		List<Leg> rest = new ArrayList<>();
		List<Leg> underWay = new ArrayList<>(legs.size());
		for (Leg leg : legs) {
			if (windows.computeIfAbsent(leg.node, (node) -> new Window()).takes(leg.operation)) {
				leg.started = this.events.start(leg.operation, leg.node);
				leg.node.submit(leg.operation, true);
				underWay.add(leg);
			}
			else {
				rest.add(leg);
			}
		}
		underWay.forEach((leg) -> leg.operation.flush());
		for (Leg leg : underWay) {
			leg.operation.await();
			this.events.stop(leg.operation, leg.node, leg.started);
		}
		return rest;
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
