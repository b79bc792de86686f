package io.libmc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.routing.Ring;
import org.jspecify.annotations.Nullable;

/**
 * The servers and which key is whose: sends operations to where they belong, to a
 * substitute if the owner is dead and failover is on, and again if that is safe and
 * wanted.
 */
final class Cluster {

	/** So many bytes of requests may be under way to one server within one call. */
	private static final long WINDOW_BYTES = 128 * 1024;

	/** So many operations may be under way to one server within one call. */
	private static final int WINDOW_OPERATIONS = 512;

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

	/**
	 * Performs an operation on the server of its first key.
	 * @return the operation that was answered; its answer is no error
	 * @throws MemcachedException if it failed
	 */
	Operation perform(Operation operation) {
		byte[] key = operation.keys()[0];
		Node node = nodeFor(key);
		Object started = this.events.start(operation, node);
		node.submit(operation, false);
		operation.await();
		this.events.stop(operation, node, started);
		if (operation.failure() != null) {
			return retry(operation, node);
		}
		return checked(operation, node);
	}

	private static Operation checked(Operation operation, Node node) {
		MemcachedException failed = Failures.of(operation, node.name());
		if (failed != null) {
			throw failed;
		}
		return operation;
	}

	private Operation retry(Operation failed, Node first) {
		Operation operation = failed;
		Node node = first;
		Attempts attempts = Attempts.NONE;
		while (operation.failure() != null) {
			attempts = attempts.and(operation, node);
			Node next = next(operation.keys()[0], operation, node, attempts);
			if (next == null) {
				break;
			}
			node = next;
			operation = operation.again();
			Object started = this.events.start(operation, node);
			node.submit(operation, false);
			operation.await();
			this.events.stop(operation, node, started);
		}
		return checked(operation, node);
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
		if (failure.kind() == Failure.Kind.LOST && safe && attempts.losses() <= this.maxRetries) {
			return node;
		}
		return null;
	}

	/**
	 * The server a key is sent to: its home or, if that is dead and failover is on,
	 * another.
	 */
	Node nodeFor(byte[] key) {
		Node home = homeOf(key);
		if (this.failover && home.isDead()) {
			int substitute = this.ring.find(key, (i) -> !this.nodes.get(i).isDead());
			return (substitute >= 0) ? this.nodes.get(substitute) : home;
		}
		return home;
	}

	/** The server a key belongs to. */
	Node homeOf(byte[] key) {
		return this.nodes.get(this.ring.find(key));
	}

	/**
	 * Performs legs side by side: pipelined to each server, in parallel over the servers.
	 * None throws; each operation tells how it went.
	 */
	void performAll(List<Leg> legs) {
		List<Leg> waiting = new ArrayList<>(legs);
		while (!waiting.isEmpty()) {
			waiting = performWindow(waiting);
		}
	}

	/** Performs what fits into one window of each server; returns the rest. */
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

	void close() {
		this.nodes.forEach(Node::close);
	}

	/** How much of a call is under way to one server. */
	private static final class Window {

		private int operations;

		private long bytes;

		private boolean full;

		/** Whether it goes with this window; once one does not, none behind it does. */
		boolean takes(Operation operation) {
			long cost = operation.maxEncodedLength();
			this.full |= this.operations >= WINDOW_OPERATIONS
					|| (this.operations > 0 && this.bytes + cost > WINDOW_BYTES);
			if (!this.full) {
				this.operations++;
				this.bytes += cost;
			}
			return !this.full;
		}

	}

	/** One operation of many that run side by side. */
	static final class Leg {

		final Node node;

		final Operation operation;

		/** Which of the call's keys the operation's are. */
		final int[] indices;

		/** What was tried for these keys before. */
		final Attempts attempts;

		private @Nullable Object started;

		Leg(Node node, Operation operation, int[] indices, Attempts attempts) {
			this.node = node;
			this.operation = operation;
			this.indices = indices;
			this.attempts = attempts;
		}

	}

	/**
	 * What was tried for one operation.
	 *
	 * @param unreachable the servers that could not be reached
	 * @param losses how often a connection was lost
	 */
	record Attempts(Set<Node> unreachable, int losses) {

		static final Attempts NONE = new Attempts(Set.of(), 0);

		/** These, and one more that failed. */
		Attempts and(Operation failed, Node node) {
			Failure failure = failed.failure();
			if (failure == null || failure.kind() != Failure.Kind.UNREACHABLE) {
				return new Attempts(this.unreachable, this.losses + 1);
			}
			Set<Node> nodes = new HashSet<>(this.unreachable);
			nodes.add(node);
			return new Attempts(nodes, this.losses);
		}

	}

}
