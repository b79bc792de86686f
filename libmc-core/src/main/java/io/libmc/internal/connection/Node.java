package io.libmc.internal.connection;

import java.lang.System.Logger.Level;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.connection.Operation.Progress;
import org.jspecify.annotations.Nullable;

/**
 * A server: its connections, made when they are needed, and whether it is dead. Dead
 * means that a connect attempt failed; until {@code retryTimeout} has passed its
 * operations fail at once, then a single attempt is made for all. A connection that is
 * lost or silent does not make a server dead: the next operation connects anew.
 */
public final class Node {

	private static final System.Logger LOGGER = System.getLogger("io.libmc");

	private final Endpoint endpoint;

	private final Settings settings;

	private final Watchdog watchdog;

	private final ReentrantLock lock = new ReentrantLock();

	private final AtomicReferenceArray<@Nullable Connection> connections;

	private final Traffic traffic = new Traffic();

	private volatile @Nullable Outage outage;

	/** When the outage under way began, or 0; guarded by the lock. */
	private long downSince;

	/** It is on no list any more: connections end once their line is empty. */
	private volatile boolean retired;

	private volatile MetaSupport metaSupport = MetaSupport.UNKNOWN;

	private final Sharing sharing;

	private volatile boolean closed;

	/**
	 * The time from the first failed attempt to the next successful one.
	 *
	 * @param since when the first attempt failed
	 * @param retryAt when the next one may be made
	 * @param reason why the last one failed
	 */
	private record Outage(long since, long retryAt, String reason) {

	}

	/** Whether the server speaks the meta commands. */
	public enum MetaSupport {

		UNKNOWN, YES, NO

	}

	public Node(Endpoint endpoint, Settings settings, Watchdog watchdog) {
		this.endpoint = endpoint;
		this.settings = settings;
		this.watchdog = watchdog;
		this.sharing = new Sharing(settings.pollNanos());
		this.connections = new AtomicReferenceArray<>(settings.connectionsPerServer());
	}

	public Endpoint endpoint() {
		return this.endpoint;
	}

	/** Whether the server speaks the meta commands, as far as is known. */
	public MetaSupport metaSupport() {
		return this.metaSupport;
	}

	/** Tells what was found out; it holds until the next connect. */
	public void metaSupport(MetaSupport support) {
		this.metaSupport = support;
	}

	Sharing sharing() {
		return this.sharing;
	}

	/** What users know the server by. */
	public String name() {
		return this.endpoint.name();
	}

	/** Whether its operations fail at once for now. */
	public boolean isDead() {
		Outage current = this.outage;
		return current != null && current.retryAt() - System.nanoTime() > 0;
	}

	/** Why the last attempt to connect failed, or null unless it did. */
	public @Nullable String outageReason() {
		Outage current = this.outage;
		return (current != null) ? current.reason() : null;
	}

	public Traffic traffic() {
		return this.traffic;
	}

	public int openConnections() {
		AtomicInteger open = new AtomicInteger();
		forEachConnection((connection) -> open.addAndGet(connection.isOpen() ? 1 : 0));
		return open.get();
	}

	/** How many operations wait for their reply. */
	public long operationsInFlight() {
		AtomicLong inFlight = new AtomicLong();
		forEachConnection((connection) -> inFlight.addAndGet(connection.operationsInFlight()));
		return inFlight.get();
	}

	/**
	 * Puts an operation in line on the connection that its key belongs to, connecting if
	 * need be. It is on its way, or has failed.
	 * @param more whether further ones follow at once and then {@link Operation#flush()}
	 */
	public void submit(Operation operation, boolean more) {
		int slot = slotOf(operation);
		while (true) {
			Connection connection = connection(slot, operation);
			if (connection == null) {
				return;
			}
			operation.connection = connection;
			if (connection.submit(operation, more)) {
				return;
			}
			operation.connection = null;
			if (operation.deadline - System.nanoTime() <= 0) {
				operation.fail(new Failure(Kind.TIMEOUT, "its time was up while the connection was lost", null),
						Progress.UNSENT);
				return;
			}
		}
	}

	private int slotOf(Operation operation) {
		int count = this.connections.length();
		if (count == 1 || operation.key().length == 0) {
			return 0;
		}
		return Math.floorMod(slotHash(operation.key()), count);
	}

	/** Which of the connections a key belongs to, before reduction to their number. */
	public static int slotHash(byte[] key) {
		int hash = Arrays.hashCode(key) * 0x9e3779b9;
		return hash ^ (hash >>> 16);
	}

	private @Nullable Connection connection(int slot, Operation operation) {
		Connection connection = this.connections.get(slot);
		if (connection != null && connection.isUsable()) {
			return connection;
		}
		if (isDead()) {
			failAsDead(operation);
			return null;
		}
		return connect(slot, operation);
	}

	private @Nullable Connection connect(int slot, Operation operation) {
		Connection connection;
		this.lock.lock();
		try {
			connection = this.connections.get(slot);
			if (connection != null && connection.isUsable()) {
				return connection;
			}
			if (this.closed) {
				operation.fail(closing(), Progress.UNSENT);
				return null;
			}
			if (isDead() || (this.outage != null && isProbing())) {
				failAsDead(operation);
				return null;
			}
			connection = new Connection(this, this.settings, this.watchdog,
					"libmc-" + name() + ((slot > 0) ? "-" + slot : ""));
			this.connections.set(slot, connection);
		}
		finally {
			this.lock.unlock();
		}
		start(connection);
		return connection;
	}

	/** Not under the lock: all callers that come meanwhile would queue for it. */
	private void start(Connection connection) {
		try {
			connection.start();
		}
		catch (OutOfMemoryError ex) {
			// of memory or of threads
			connectFailed(connection, ex);
		}
		if (this.retired) {
			connection.endWhenDrained();
		}
	}

	/**
	 * Whether an attempt is under way; only asked during an outage, when all are probes.
	 */
	private boolean isProbing() {
		for (int i = 0; i < this.connections.length(); i++) {
			Connection connection = this.connections.get(i);
			if (connection != null && connection.isUsable()) {
				return true;
			}
		}
		return false;
	}

	private void failAsDead(Operation operation) {
		Outage current = this.outage;
		long now = System.nanoTime();
		String message = (current != null) ? "the server has been dead for " + millis(now - current.since()) + " ms ("
				+ current.reason() + "); the next attempt to connect is made in "
				+ millis(Math.max(0, current.retryAt() - now)) + " ms at the earliest (retryTimeout)"
				: "the server is being connected to";
		operation.fail(new Failure(Kind.UNREACHABLE, message, null), Progress.UNSENT);
	}

	/** A connection is about to open, perhaps to another release of the server. */
	void connecting() {
		this.metaSupport = MetaSupport.UNKNOWN;
	}

	void connected() {
		long since;
		this.lock.lock();
		try {
			since = this.downSince;
			this.downSince = 0;
			this.outage = null;
		}
		finally {
			this.lock.unlock();
		}
		if (since != 0) {
			long downFor = System.nanoTime() - since;
			LOGGER.log(Level.INFO, "memcached server {0} is up again after {1} ms", name(), millis(downFor));
			this.settings.events().up(name(), downFor);
		}
	}

	/**
	 * The server is dead. That is told before it takes effect: a listener that learns of
	 * an answer from a substitute has been told why.
	 */
	void connectFailed(Connection connection, Throwable cause) {
		String reason = "connecting failed: " + describe(cause);
		if (beginOutage(connection)) {
			LOGGER.log(Level.WARNING, "memcached server {0} is down: {1}; it is retried every {2} ms", name(), reason,
					millis(this.settings.retryNanos()));
			this.settings.events().down(name(), reason);
		}
		this.lock.lock();
		try {
			if (this.downSince != 0) {
				this.outage = new Outage(this.downSince, System.nanoTime() + this.settings.retryNanos(), reason);
			}
		}
		finally {
			this.lock.unlock();
		}
		connection.close(new Failure(Kind.UNREACHABLE, reason, cause));
	}

	/** Returns whether an outage begins that is to be told. */
	private boolean beginOutage(Connection connection) {
		this.lock.lock();
		try {
			if (this.closed || connection.isClosed()) {
				connection.close(closing());
				return false;
			}
			boolean begins = this.downSince == 0;
			if (begins) {
				this.downSince = System.nanoTime() | 1;
			}
			return begins;
		}
		finally {
			this.lock.unlock();
		}
	}

	private static String describe(Throwable cause) {
		if (cause instanceof UnknownHostException) {
			return "the name does not resolve";
		}
		String message = cause.getMessage();
		return (message != null) ? message : cause.getClass().getSimpleName();
	}

	private static String millis(long nanos) {
		return Long.toString(nanos / 1_000_000);
	}

	private static Failure closing() {
		return new Failure(Kind.CLOSED, "the client was closed", null);
	}

	/** Ends all connections in good order; the next operation connects anew. */
	public void quit() {
		forEachConnection(Connection::quit);
	}

	/** Serves callers that still come, but keeps no connection that is not in use. */
	public void retire() {
		this.retired = true;
		forEachConnection(Connection::endWhenDrained);
	}

	/** Ends all connections, at once and for good. */
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
		}
		finally {
			this.lock.unlock();
		}
		forEachConnection((connection) -> connection.close(closing()));
	}

	/** Whether no connection is left. */
	public boolean isUnconnected() {
		boolean[] connected = { false };
		forEachConnection((connection) -> connected[0] |= !connection.isClosed());
		return !connected[0];
	}

	private void forEachConnection(Consumer<Connection> action) {
		for (int i = 0; i < this.connections.length(); i++) {
			Connection connection = this.connections.get(i);
			if (connection != null) {
				action.accept(connection);
			}
		}
	}

}
