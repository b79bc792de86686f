package io.libmc.internal.connection;

import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.protocol.ServerText;
import org.jspecify.annotations.Nullable;

/**
 * A server: its connections, made when they are needed, and whether it is dead. Dead
 * means that a connect attempt failed; until {@code retryTimeout} has passed its
 * operations fail at once, then a single attempt is made for all. A connection that is
 * lost or silent does not make a server dead: the next operation connects anew.
 */
public final class Node {

	private final Endpoint endpoint;

	private final Settings settings;

	private final Watchdog watchdog;

	private final AtomicReferenceArray<@Nullable Connection> connections;

	private final Traffic traffic = new Traffic();

	private final Standing standing;

	/** It is on no list any more: connections end once their line is empty. */
	private volatile boolean retired;

	private volatile boolean answersMeta;

	private volatile boolean hangsUpOnMeta;

	/** Whether the server sends values although they have not changed. */
	private volatile boolean ignoresComparison;

	private final Sharing sharing;

	private volatile boolean closed;

	/** Whether the server speaks the meta commands. */
	public enum MetaSupport {

		UNKNOWN, NO, YES,

		/** And counts the numbers of items itself. */
		COUNTING,

		/** And lets the client choose the numbers of items. */
		NUMBERED

	}

	public Node(Endpoint endpoint, Settings settings, Watchdog watchdog) {
		this.endpoint = endpoint;
		this.settings = settings;
		this.watchdog = watchdog;
		this.standing = new Standing(endpoint, settings, watchdog);
		this.sharing = new Sharing(settings.pollNanos());
		this.connections = new AtomicReferenceArray<>(settings.connectionsPerServer());
	}

	public Endpoint endpoint() {
		return this.endpoint;
	}

	/**
	 * Whether the server speaks the meta commands, as far as is known of the connection
	 * that an operation would go by. The next one may lead to another release of it,
	 * which would take the data of a command that it does not know for commands: what
	 * carries data goes by this connection then, or not at all.
	 */
	public MetaSupport metaSupport(Operation operation) {
		if (this.hangsUpOnMeta) {
			return MetaSupport.NO;
		}
		if (operation.bound) {
			return operation.metaSupport();
		}
		Connection connection = this.connections.get(slotOf(operation));
		if (connection == null || !connection.isUsable() || !connection.isOpen()) {
			return MetaSupport.UNKNOWN;
		}
		MetaSupport support = connection.metaSupport;
		if (support != MetaSupport.UNKNOWN && operation.command().carriesData()) {
			operation.bind(connection);
		}
		return support;
	}

	/** Tells that the server answers when it is asked for meta commands. */
	public void answersMeta() {
		this.answersMeta = true;
		this.hangsUpOnMeta = false;
	}

	/**
	 * Tells that the server hangs up when it is asked for meta commands, which is not
	 * asked for again then: it costs a connection. One that ever answered was killed.
	 */
	public void hangsUpOnMeta() {
		this.hangsUpOnMeta = !this.answersMeta;
	}

	/** Tells that the server sends values although they have not changed. */
	public void setIgnoresComparison() {
		this.ignoresComparison = true;
	}

	public boolean ignoresComparison() {
		return this.ignoresComparison;
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
		return this.standing.isDead();
	}

	/** Why the last attempt to connect failed, or null unless it did. */
	public @Nullable String outageReason() {
		return this.standing.reason();
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
		if (operation.bound) {
			submitBound(operation, more);
			return;
		}
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

	private static void submitBound(Operation operation, boolean more) {
		Connection connection = operation.connection;
		if (connection == null || !connection.submit(operation, more)) {
			operation.connection = null;
			operation.fail(new Failure(Kind.LOST, "the connection that it belongs to was lost", null), Progress.UNSENT);
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
		while (true) {
			Connection connection = this.connections.get(slot);
			if (connection != null && connection.isUsable()) {
				return connection;
			}
			if (this.closed) {
				operation.fail(closing(), Progress.UNSENT);
				return null;
			}
			if (isDead() || (this.standing.isDown() && isProbed())) {
				operation.fail(new Failure(Kind.UNREACHABLE, this.standing.explanation(), null), Progress.UNSENT);
				return null;
			}
			connect(slot, connection);
		}
	}

	/**
	 * Makes a connection in place of one that takes no more, unless another thread does.
	 */
	private void connect(int slot, @Nullable Connection before) {
		Connection connection = new Connection(this, this.settings, this.watchdog,
				"libmc-" + name() + ((slot > 0) ? "-" + slot : ""));
		if (!this.connections.compareAndSet(slot, before, connection)) {
			return;
		}
		try {
			connection.start(this.watchdog);
			if (this.retired) {
				connection.endWhenDrained();
			}
			if (this.closed) {
				connection.close(closing());
			}
		}
		catch (OutOfMemoryError ex) {
			// of memory or of threads
			connection.broken = ex;
			connectFailed(connection, ex);
		}
		catch (Throwable ex) {
			connection.broken = ex;
			connection.endIfBroken();
			throw ex;
		}
	}

	/** Whether an attempt is under way; one is enough for a server that is dead. */
	private boolean isProbed() {
		for (int i = 0; i < this.connections.length(); i++) {
			Connection connection = this.connections.get(i);
			if (connection != null && connection.isConnecting() && connection.isUsable()) {
				return true;
			}
		}
		return false;
	}

	void connected() {
		this.standing.up();
	}

	/** The server is dead, unless the attempt was given up on purpose. */
	void connectFailed(Connection connection, Throwable cause) {
		if (this.closed || connection.isClosed()) {
			connection.close(closing());
			return;
		}
		String reason = "connecting failed: " + describe(cause);
		Failure failure = new Failure(Kind.UNREACHABLE, reason, ServerText.escaped(cause));
		this.standing.down(reason);
		connection.close(failure);
	}

	private static String describe(Throwable cause) {
		if (cause instanceof UnknownHostException) {
			return "the name does not resolve";
		}
		String message = cause.getMessage();
		return (message != null) ? ServerText.escaped(message) : cause.getClass().getSimpleName();
	}

	private static Failure closing() {
		return new Failure(Kind.CLOSED, "the client was closed", null);
	}

	/** Ends all connections in good order; the next operation connects anew. */
	public void quit() {
		this.hangsUpOnMeta = false;
		forEachConnection(Connection::quit);
	}

	/** Serves callers that still come, but keeps no connection that is not in use. */
	public void retire() {
		this.retired = true;
		forEachConnection(Connection::endWhenDrained);
	}

	/** Ends all connections, at once and for good. */
	public void close() {
		this.closed = true;
		forEachConnection((connection) -> connection.close(closing()));
		this.standing.close();
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
