package io.libmc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

import io.libmc.Cluster.Attempts;
import io.libmc.Cluster.Leg;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.internal.connection.Endpoint;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.connection.Settings;
import io.libmc.internal.connection.Watchdog;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Exchange.Answer;
import io.libmc.internal.routing.Ring;
import org.jspecify.annotations.Nullable;

/**
 * The client. Each method is one straight way down and back: key to bytes, operation to
 * its server, answer to value.
 */
final class ClusterClient implements MemcachedClient {

	private final Keys keys;

	private final Transcoder transcoder;

	private final long pollNanos;

	private final int maxValueBytes;

	private final Watchdog watchdog = new Watchdog();

	private final Cluster cluster;

	private volatile boolean closed;

	ClusterClient(MemcachedClientBuilder options) {
		this.keys = new Keys(options.prefix);
		this.transcoder = options.transcoder;
		this.pollNanos = options.pollTimeout.toNanos();
		this.maxValueBytes = options.maxValueBytes;
		OperationEvents events = new OperationEvents(options.listener);
		Settings settings = new Settings(options.connectTimeout.toNanos(), this.pollNanos,
				options.retryTimeout.toNanos(), options.connectionsPerServer, options.maxInFlightOperations,
				options.maxInFlightBytes, options.maxValueBytes, events);
		List<Node> nodes = options.servers.stream()
			.map((server) -> new Node(new Endpoint(server.name(), server.host(), server.port(), server.path()),
					settings, this.watchdog))
			.toList();
		this.cluster = new Cluster(new Ring(options.servers, options.hashFunction.keyHash), nodes, options.failover,
				options.maxRetries, events);
	}

	@Override
	@SuppressWarnings("unchecked") // the caller says what the value is
	public <T> @Nullable T get(String key) {
		return (T) read(key);
	}

	@Override
	public <T> @Nullable T get(String key, Class<T> type) {
		Objects.requireNonNull(type, "type");
		Object value = read(key);
		if (value == null) {
			return null;
		}
		T converted = Conversions.convert(value, type);
		if (converted == null) {
			throw Failures.wrongType(key, value, type);
		}
		return converted;
	}

	private @Nullable Object read(String key) {
		Operation operation = this.cluster.perform(operation(Command.GET, this.keys.encode(key)));
		byte[] bytes = operation.takeValue(0);
		return (bytes != null) ? decode(key, operation.flags(0), bytes) : null;
	}

	private @Nullable Object decode(String key, int flags, byte[] bytes) {
		try {
			return this.transcoder.decode(flags, bytes);
		}
		catch (RuntimeException ex) {
			throw Failures.undecodable(key, flags, ex);
		}
	}

	@Override
	@SuppressWarnings("unchecked") // the caller says what the values are
	public <T> MultiGetResult<T> getMulti(Collection<String> keys) {
		checkOpen();
		return (MultiGetResult<T>) new MultiGet(this.cluster, this.keys, this::decode, deadline()).perform(keys);
	}

	@Override
	public boolean set(String key, Object value, Duration ttl) {
		return store(Command.SET, key, value, ttl);
	}

	@Override
	public boolean add(String key, Object value, Duration ttl) {
		return store(Command.ADD, key, value, ttl);
	}

	private boolean store(Command command, String key, Object value, Duration ttl) {
		byte[] encodedKey = this.keys.encode(key);
		Objects.requireNonNull(value, "value");
		long exptime = Ttl.toExptime(ttl);
		EncodedValue encoded = this.transcoder.encode(value);
		if (encoded.bytes().length > this.maxValueBytes) {
			throw new IllegalArgumentException("the value of \"" + key + "\" has " + encoded.bytes().length
					+ " bytes, more than maxValueBytes (" + this.maxValueBytes + ")");
		}
		checkOpen();
		long now = System.nanoTime();
		Operation operation = Operation.store(command, now, now + this.pollNanos, encodedKey, encoded.bytes(),
				encoded.flags(), exptime, 0);
		return this.cluster.perform(operation).answer() == Answer.STORED;
	}

	@Override
	public boolean delete(String key) {
		Operation operation = operation(Command.DELETE, this.keys.encode(key));
		return this.cluster.perform(operation).answer() == Answer.DELETED;
	}

	@Override
	public boolean touch(String key, Duration ttl) {
		byte[] encodedKey = this.keys.encode(key);
		long exptime = Ttl.toExptime(ttl);
		checkOpen();
		long now = System.nanoTime();
		Operation operation = Operation.touch(Command.TOUCH, now, now + this.pollNanos, encodedKey, exptime);
		return this.cluster.perform(operation).answer() == Answer.TOUCHED;
	}

	@Override
	public OptionalLong incr(String key, long delta) {
		return count(Command.INCR, key, delta);
	}

	@Override
	public OptionalLong decr(String key, long delta) {
		return count(Command.DECR, key, delta);
	}

	private OptionalLong count(Command command, String key, long delta) {
		byte[] encodedKey = this.keys.encode(key);
		if (delta < 0) {
			throw new IllegalArgumentException("delta: " + delta + " is negative; use "
					+ ((command == Command.INCR) ? "decr" : "incr") + " with " + -delta + " instead");
		}
		checkOpen();
		long now = System.nanoTime();
		Operation operation = this.cluster
			.perform(Operation.count(command, now, now + this.pollNanos, encodedKey, delta));
		return (operation.answer() == Answer.NUMBER) ? OptionalLong.of(operation.counter()) : OptionalLong.empty();
	}

	@Override
	public Map<String, String> version() {
		Map<String, String> versions = new LinkedHashMap<>();
		for (Leg leg : performOnAll(Command.VERSION, "")) {
			String text = leg.operation.text();
			if (leg.operation.failure() == null && leg.operation.answer() == Answer.VERSION && text != null) {
				versions.put(leg.node.name(), text);
			}
		}
		return versions;
	}

	private List<Leg> performOnAll(Command command, String arguments) {
		checkOpen();
		long now = System.nanoTime();
		List<Leg> legs = new ArrayList<>();
		for (Node node : this.cluster.nodes()) {
			legs.add(new Leg(node, Operation.admin(command, now, now + this.pollNanos, arguments), new int[0],
					Attempts.NONE));
		}
		this.cluster.performAll(legs);
		return legs;
	}

	private Operation operation(Command command, byte[] key) {
		checkOpen();
		long now = System.nanoTime();
		return Operation.of(command, now, now + this.pollNanos, key);
	}

	private long deadline() {
		return System.nanoTime() + this.pollNanos;
	}

	private void checkOpen() {
		if (this.closed) {
			throw new IllegalStateException("the client is closed");
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.cluster.close();
		this.watchdog.close();
	}

}
