package io.libmc.internal.client;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import io.libmc.internal.call.Cluster;
import io.libmc.internal.call.OperationEvents;
import io.libmc.internal.call.Spares;
import io.libmc.internal.connection.Endpoint;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Settings;
import io.libmc.internal.connection.StackRoom;
import io.libmc.internal.connection.Watchdog;
import io.libmc.internal.protocol.SpareRules;
import io.libmc.internal.routing.KeyHash;
import io.libmc.internal.routing.Ring;
import io.libmc.internal.routing.ServerAddress;
import org.jspecify.annotations.Nullable;

/**
 * The current cluster, which another list of servers replaces, and the end of it all.
 */
final class Servers {

	/** How many servers that left the list are remembered. */
	private static final int MOST_DEPARTED = 1000;

	private final KeyHash keyHash;

	private final boolean failover;

	private final List<ServerAddress> spareAddresses;

	/** Those that keys of dead servers go to, whatever the list is; null for none. */
	private final @Nullable Spares spares;

	private final int maxRetries;

	private final int maxValueBytes;

	private final OperationEvents events;

	private final Settings settings;

	private final Watchdog watchdog = new Watchdog();

	private final ReentrantLock lock = new ReentrantLock();

	/** The nodes of the current list; written under the lock. */
	private volatile Map<ServerAddress, Node> nodes = Map.of();

	/** Nodes of earlier lists that still have something to finish. */
	private final List<Node> retired = new CopyOnWriteArrayList<>();

	/** The last servers that left the list. Written under the lock. */
	private volatile Map<ServerAddress, Departed> departed = Map.of();

	/**
	 * Since when there is a list, and a server was on it or not unless it came or left.
	 */
	private Instant began = Instant.now();

	/** When servers came onto the list that were not on the first one. */
	private final Map<ServerAddress, Instant> came = new HashMap<>();

	/** Written before the cluster is, under the lock. */
	private volatile Map<String, Instant> absences = Map.of();

	/** Written before the cluster is, under the lock. */
	private volatile Map<String, Instant> departures = Map.of();

	/** The rings of two servers, which are compared again and again. */
	private final Map<List<ServerAddress>, Ring> pairs = new ConcurrentHashMap<>();

	private volatile Cluster cluster;

	private volatile boolean closed;

	/** A server that left the list, when it had come onto it, and when it left. */
	private record Departed(Node node, Instant came, Instant left) {

	}

	Servers(ClientOptions options) {
		this.keyHash = KeyHash.of(options.hashFunction);
		this.failover = options.failover;
		this.maxRetries = options.maxRetries;
		this.maxValueBytes = options.maxValueBytes;
		this.events = new OperationEvents(options.listener);
		this.settings = options.settings(this.events);
		this.spareAddresses = options.spares;
		this.spares = spares(new SpareRules((int) options.spareTimeToLive.toSeconds()));
		this.cluster = build(options.firstServers());
	}

	/**
	 * The cluster of now.
	 * @throws IllegalStateException if the client is closed
	 */
	Cluster cluster() {
		if (this.closed) {
			throw closed();
		}
		return this.cluster;
	}

	static IllegalStateException closed() {
		return new IllegalStateException("the client is closed");
	}

	/** The cluster of now, with all keys on one server, which may have left it. */
	Cluster clusterOf(String server) {
		Cluster current = cluster();
		Optional<Node> found = Stream
			.concat(current.allNodes().stream(), this.departed.values().stream().map(Departed::node))
			.filter((node) -> node.name().equals(server))
			.findFirst();
		return found.map(current::at).orElse(current);
	}

	Map<String, Instant> absences() {
		return this.absences;
	}

	Map<String, Instant> departures() {
		return this.departures;
	}

	/** Whether any is down, as far as is known. */
	boolean isTroubled() {
		return this.nodes.values().stream().anyMatch((node) -> node.outageReason() != null);
	}

	Settings settings() {
		return this.settings;
	}

	Watchdog watchdog() {
		return this.watchdog;
	}

	OperationEvents events() {
		return this.events;
	}

	/**
	 * Takes another list; servers that are on both keep their connections.
	 * @param wanted whether it is still to be taken, once no other one can come before
	 */
	void update(List<String> servers, BooleanSupplier wanted) {
		List<ServerAddress> addresses = ClientOptions.parse(servers);
		ClientOptions.checkNotEmpty(addresses);
		ClientOptions.checkSpares(this.spareAddresses, addresses);
		Cluster current;
		StackRoom.ensure();
		this.lock.lock();
		try {
			cluster();
			if (!wanted.getAsBoolean()) {
				return;
			}
			Map<ServerAddress, Node> before = this.nodes;
			current = build(addresses);
			noteChanges(before);
			this.pairs.clear();
			this.cluster = current;
			before.forEach((address, node) -> {
				if (!this.nodes.containsKey(address)) {
					node.retire();
					this.retired.add(node);
				}
			});
			this.retired.removeIf(Node::isUnconnected);
			if (this.closed) {
				close();
			}
		}
		finally {
			this.lock.unlock();
		}
		this.events.serversChanged(current.nodes());
	}

	/** Notes who comes and who goes, before anybody is sent there. */
	private void noteChanges(Map<ServerAddress, Node> before) {
		Instant now = Instant.now();
		if (before.keySet().stream().anyMatch(ServerAddress::isUnknown)) {
			this.began = now;
			return;
		}
		Map<ServerAddress, Departed> gone = new LinkedHashMap<>(this.departed);
		Map<String, Instant> since = new HashMap<>();
		this.nodes.keySet().forEach((address) -> {
			Departed returning = gone.remove(address);
			Instant known = this.absences.get(address.name());
			if (!before.containsKey(address)) {
				since.put(address.name(), (returning != null) ? returning.left() : this.began);
				this.came.put(address, now);
			}
			else if (known != null) {
				since.put(address.name(), known);
			}
		});
		before.forEach((address, node) -> {
			if (!this.nodes.containsKey(address)) {
				Instant began = this.came.remove(address);
				gone.put(address, new Departed(node, (began != null) ? began : this.began, now));
			}
		});
		for (Iterator<Departed> eldest = gone.values().iterator(); gone.size() > MOST_DEPARTED;) {
			this.began = eldest.next().left();
			eldest.remove();
		}
		this.departed = gone;
		this.absences = Map.copyOf(since);
		Map<String, Instant> left = new HashMap<>();
		gone.forEach((address, server) -> left.put(address.name(), server.came()));
		this.nodes.keySet().forEach((address) -> left.remove(address.name()));
		this.departures = Map.copyOf(left);
	}

	/** Of two servers, that which a key would belong to if there were no others. */
	String nearer(byte[] key, String one, String other) {
		List<ServerAddress> two = List.of(address(one), address(other));
		return two.get(this.pairs.computeIfAbsent(two, (pair) -> new Ring(pair, this.keyHash)).find(key)).name();
	}

	private ServerAddress address(String name) {
		return Stream.concat(this.nodes.keySet().stream(), this.departed.keySet().stream())
			.filter((address) -> address.name().equals(name))
			.findFirst()
			.orElseGet(() -> ServerAddress.named(name));
	}

	private Cluster build(List<ServerAddress> addresses) {
		Map<ServerAddress, Node> kept = this.nodes;
		Map<ServerAddress, Node> current = new HashMap<>();
		List<Node> inOrder = new ArrayList<>();
		for (ServerAddress address : addresses) {
			Node node = kept.get(address);
			if (node == null) {
				node = node(address, null);
			}
			current.put(address, node);
			inOrder.add(node);
		}
		this.nodes = current;
		return new Cluster(new Ring(addresses, this.keyHash), inOrder, this.failover, this.spares, this.maxRetries,
				this.maxValueBytes);
	}

	private @Nullable Spares spares(SpareRules rules) {
		return this.spareAddresses.isEmpty() ? null : new Spares(new Ring(this.spareAddresses, this.keyHash),
				this.spareAddresses.stream().map((address) -> node(address, rules)).toList());
	}

	private Node node(ServerAddress address, @Nullable SpareRules rules) {
		Endpoint endpoint = new Endpoint(address.name(), address.host(), address.port(), address.path(), rules);
		return new Node(endpoint, this.settings, this.watchdog);
	}

	/** Drops all connections; the next call connects anew. */
	void quit() {
		cluster().allNodes().forEach(Node::quit);
	}

	/** Closes all it can; what is left over the watchdog does. */
	void close() {
		this.closed = true;
		try {
			this.nodes.values().forEach(Node::close);
			if (this.spares != null) {
				this.spares.nodes().forEach(Node::close);
			}
			this.retired.forEach(Node::close);
			this.departed.values().forEach((gone) -> gone.node().close());
		}
		finally {
			this.watchdog.close();
		}
	}

	/** The servers' names, which hold no secrets. */
	@Override
	public String toString() {
		return this.cluster.nodes().stream().map(Node::name).toList().toString();
	}

}
