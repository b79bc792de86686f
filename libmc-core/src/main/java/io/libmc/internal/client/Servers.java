package io.libmc.internal.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

import io.libmc.internal.call.Cluster;
import io.libmc.internal.call.OperationEvents;
import io.libmc.internal.connection.Endpoint;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Settings;
import io.libmc.internal.connection.StackRoom;
import io.libmc.internal.connection.Watchdog;
import io.libmc.internal.routing.KeyHash;
import io.libmc.internal.routing.Ring;
import io.libmc.internal.routing.ServerAddress;

/**
 * The current cluster, which another list of servers replaces, and the end of it all.
 */
final class Servers {

	private final KeyHash keyHash;

	private final boolean failover;

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

	private volatile Cluster cluster;

	private volatile boolean closed;

	Servers(ClientOptions options) {
		this.keyHash = KeyHash.of(options.hashFunction);
		this.failover = options.failover;
		this.maxRetries = options.maxRetries;
		this.maxValueBytes = options.maxValueBytes;
		this.events = new OperationEvents(options.listener);
		this.settings = options.settings(this.events);
		this.cluster = build(options.servers);
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

	Watchdog watchdog() {
		return this.watchdog;
	}

	OperationEvents events() {
		return this.events;
	}

	/** Takes another list; servers that are on both keep their connections. */
	void update(List<String> servers) {
		List<ServerAddress> addresses = ClientOptions.parse(servers);
		ClientOptions.checkNotEmpty(addresses);
		Cluster current;
		StackRoom.ensure();
		this.lock.lock();
		try {
			cluster();
			Map<ServerAddress, Node> before = this.nodes;
			current = build(addresses);
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

	private Cluster build(List<ServerAddress> addresses) {
		Map<ServerAddress, Node> kept = this.nodes;
		Map<ServerAddress, Node> current = new HashMap<>();
		List<Node> inOrder = new ArrayList<>();
		for (ServerAddress address : addresses) {
			Node node = kept.get(address);
			if (node == null) {
				Endpoint endpoint = new Endpoint(address.name(), address.host(), address.port(), address.path());
				node = new Node(endpoint, this.settings, this.watchdog);
			}
			current.put(address, node);
			inOrder.add(node);
		}
		this.nodes = current;
		return new Cluster(new Ring(addresses, this.keyHash), inOrder, this.failover, this.maxRetries,
				this.maxValueBytes);
	}

	/** Drops all connections; the next call connects anew. */
	void quit() {
		cluster().nodes().forEach(Node::quit);
	}

	/** Closes all it can; what is left over the watchdog does. */
	void close() {
		this.closed = true;
		try {
			this.nodes.values().forEach(Node::close);
			this.retired.forEach(Node::close);
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
