package io.libmc.internal.call;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.libmc.ServerSnapshot;
import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.routing.Ring;
import org.jspecify.annotations.Nullable;

/**
 * The servers and which key is whose: where it belongs, which substitute it goes to if
 * the owner is dead and there is failover or a spare, and whether what failed may be sent
 * again. Another list of servers is another cluster.
 */
public final class Cluster {

	private final Ring ring;

	private final List<Node> nodes;

	private final boolean failover;

	/** Where the keys of dead servers go, or null. */
	private final @Nullable Spares spares;

	private final int maxRetries;

	private final int maxValueBytes;

	/** Where every key belongs, or null if that is as the ring says. */
	private final @Nullable Node only;

	public Cluster(Ring ring, List<Node> nodes, boolean failover, @Nullable Spares spares, int maxRetries,
			int maxValueBytes) {
		this(ring, List.copyOf(nodes), failover, spares, maxRetries, maxValueBytes, null);
	}

	private Cluster(Ring ring, List<Node> nodes, boolean failover, @Nullable Spares spares, int maxRetries,
			int maxValueBytes, @Nullable Node only) {
		this.ring = ring;
		this.nodes = nodes;
		this.failover = failover;
		this.spares = spares;
		this.maxRetries = maxRetries;
		this.maxValueBytes = maxValueBytes;
		this.only = only;
	}

	/** The same, but every key belongs to one server, which need not be on the list. */
	public Cluster at(Node node) {
		return new Cluster(this.ring, this.nodes, this.failover, this.spares, this.maxRetries, this.maxValueBytes,
				node);
	}

	public List<Node> nodes() {
		return this.nodes;
	}

	/** The servers, and those that stand in for dead ones. */
	public List<Node> allNodes() {
		return (this.spares == null) ? this.nodes
				: Stream.concat(this.nodes.stream(), this.spares.nodes().stream()).toList();
	}

	/** The longest value that is read, its chunks joined. */
	int maxValueBytes() {
		return this.maxValueBytes;
	}

	public List<ServerSnapshot> snapshots() {
		return snapshots(this.ring, this.nodes);
	}

	/** The names of those to which the last attempt to connect failed. */
	public Set<String> downServers() {
		Set<String> down = null;
		for (Node node : this.nodes) {
			if (node.outageReason() != null) {
				down = (down != null) ? down : new HashSet<>();
				down.add(node.name());
			}
		}
		return (down != null) ? down : Set.of();
	}

	/** Those of the servers that stand in for dead ones. */
	public List<ServerSnapshot> spareSnapshots() {
		return (this.spares != null) ? snapshots(this.spares.ring(), this.spares.nodes()) : List.of();
	}

	private static List<ServerSnapshot> snapshots(Ring ring, List<Node> nodes) {
		double[] shares = ring.shares();
		List<ServerSnapshot> snapshots = new ArrayList<>(shares.length);
		for (int i = 0; i < shares.length; i++) {
			Node node = nodes.get(i);
			snapshots.add(new ServerSnapshot(node.name(), node.outageReason(), shares[i], node.openConnections(),
					node.operationsInFlight(), node.traffic().written(), node.traffic().read()));
		}
		return List.copyOf(snapshots);
	}

	/** The server a key belongs to. */
	Node homeOf(byte[] key) {
		return (this.only != null) ? this.only : this.nodes.get(this.ring.find(key));
	}

	/**
	 * The server a key is sent to: its home or, if that is dead and there is one for it,
	 * another.
	 */
	public Node nodeFor(byte[] key) {
		Node home = homeOf(key);
		if (!hasSubstitutes() || !home.isDead()) {
			return home;
		}
		Node substitute = substituteFor(key, Set.of());
		return (substitute != null) ? substitute : home;
	}

	private boolean hasSubstitutes() {
		return this.failover || this.spares != null;
	}

	private @Nullable Node substituteFor(byte[] key, Set<Node> unreachable) {
		if (this.spares != null) {
			Node spare = this.spares.of(key);
			return (unreachable.contains(spare) || spare.isDead()) ? null : spare;
		}
		int substitute = this.ring.find(key,
				(i) -> !unreachable.contains(this.nodes.get(i)) && !this.nodes.get(i).isDead());
		return (substitute >= 0) ? this.nodes.get(substitute) : null;
	}

	/**
	 * Where a key of a failed operation may be sent next.
	 * @param attempts all that was tried, this operation included
	 * @return null if nowhere
	 */
	@Nullable Node next(byte[] key, Leg failed, Attempts attempts) {
		Failure failure = failed.operation.failure();
		if (failure == null || !failed.operation.hasTime()) {
			return null;
		}
		if (failure.kind() == Failure.Kind.UNREACHABLE && hasSubstitutes()) {
			return substituteFor(key, attempts.unreachable());
		}
		boolean safe = failed.operation.command().isRead() || failed.operation.progress() == Progress.UNSENT;
		return (failure.kind() == Failure.Kind.LOST && safe && attempts.losses() <= this.maxRetries) ? failed.node
				: null;
	}

}
