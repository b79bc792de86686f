package io.libmc;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.MemcachedListener.Outcome;
import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.connection.Settings;
import org.jspecify.annotations.Nullable;

/**
 * Tells the user's listener what goes on, and keeps what it throws away from the
 * operations. Without a listener it does nothing.
 */
final class OperationEvents implements Settings.ServerEvents {

	private static final System.Logger LOGGER = System.getLogger("io.libmc");

	private final MemcachedListener listener;

	private final boolean silent;

	private final Set<String> withoutElections = ConcurrentHashMap.newKeySet();

	OperationEvents(MemcachedListener listener) {
		this.listener = listener;
		this.silent = listener == MemcachedClientBuilder.NO_LISTENER;
	}

	@Nullable Object start(Operation operation, Node node) {
		if (this.silent) {
			return null;
		}
		try {
			return this.listener.operationStarted(operation.command().toString(), node.name());
		}
		catch (RuntimeException ex) {
			log(ex);
			return null;
		}
	}

	void stop(Operation operation, Node node, @Nullable Object started) {
		if (this.silent) {
			return;
		}
		Duration elapsed = Duration.ofNanos(System.nanoTime() - operation.startedAt());
		tell(() -> this.listener.operationStopped(operation.command().toString(), node.name(), outcome(operation),
				elapsed, started));
	}

	/** Tells once of a server of which more was wanted than it can do. */
	void lacksElections(String server) {
		if (this.withoutElections.add(server)) {
			LOGGER.log(Level.WARNING,
					server + " has no meta commands (it is a proxy, or older than memcached 1.6):"
							+ " its values are loaded under a lock item, stored whatever happens meanwhile, and neither"
							+ " refreshed ahead of their expiry nor served while they are stale");
		}
	}

	private static Outcome outcome(Operation operation) {
		Failure failure = operation.failure();
		if (failure != null) {
			return (failure.kind() == Failure.Kind.TIMEOUT || failure.kind() == Failure.Kind.NO_ROOM) ? Outcome.TIMEOUT
					: Outcome.ERROR;
		}
		return switch (operation.answer()) {
			case END -> operation.command().readsValues() ? (operation.hasValues() ? Outcome.HIT : Outcome.MISS)
					: Outcome.SUCCESS;
			case DONE -> operation.command().readsValues() ? Outcome.HIT : Outcome.SUCCESS;
			case NONE, STORED, DELETED, TOUCHED, OK, NUMBER, VERSION -> Outcome.SUCCESS;
			case NOT_FOUND -> operation.command().carriesData() ? Outcome.NOT_STORED : Outcome.MISS;
			case NOT_STORED, EXISTS -> Outcome.NOT_STORED;
			case SERVER_ERROR, CLIENT_ERROR, TOO_LARGE -> Outcome.ERROR;
		};
	}

	void loaded(LoadOutcome outcome) {
		tell(() -> this.listener.loadEnded(outcome));
	}

	@Override
	public void down(String server, String reason) {
		tell(() -> this.listener.serverDown(server, reason));
	}

	@Override
	public void up(String server, long downForNanos) {
		tell(() -> this.listener.serverUp(server, Duration.ofNanos(downForNanos)));
	}

	void serversChanged(List<Node> nodes) {
		List<String> names = nodes.stream().map(Node::name).toList();
		tell(() -> this.listener.serversChanged(names));
	}

	private void tell(Runnable event) {
		try {
			event.run();
		}
		catch (RuntimeException ex) {
			log(ex);
		}
	}

	private void log(RuntimeException thrown) {
		LOGGER.log(Level.WARNING, "the listener " + this.listener.getClass().getName() + " threw", thrown);
	}

}
