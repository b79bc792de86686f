package io.libmc.internal.call;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.libmc.MemcachedListener;
import io.libmc.MemcachedListener.ListOutcome;
import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.MemcachedListener.Outcome;
import io.libmc.internal.connection.Log;
import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.connection.Recurring;
import io.libmc.internal.connection.Settings;
import org.jspecify.annotations.Nullable;

/**
 * Tells the user's listener what goes on, and keeps what it throws away from the
 * operations. Without a listener it does nothing.
 */
public final class OperationEvents implements Settings.ServerEvents {

	/** Null for none. */
	private final @Nullable MemcachedListener listener;

	/** What else is done when a server goes down. */
	private volatile @Nullable Runnable whenDown;

	private final AtomicLong outages = new AtomicLong();

	private volatile boolean hasThrown;

	private final Recurring refreshesThatFail = new Recurring();

	private final Recurring listenersThatThrow = new Recurring();

	private final Set<String> withoutElections = ConcurrentHashMap.newKeySet();

	public OperationEvents(@Nullable MemcachedListener listener) {
		this.listener = listener;
	}

	public @Nullable Object start(Operation operation, Node node) {
		MemcachedListener told = this.listener;
		if (told == null) {
			return null;
		}
		try {
			return told.operationStarted(operation.command().toString(), node.name());
		}
		catch (Throwable ex) {
			log(told, ex);
			return null;
		}
	}

	public void stop(Operation operation, Node node, @Nullable Object started) {
		if (this.listener != null) {
			Duration elapsed = Duration.ofNanos(System.nanoTime() - operation.startedAt());
			tell((told) -> told.operationStopped(operation.command().toString(), node.name(), outcome(operation),
					elapsed, started));
		}
	}

	/** Tells once of a server of which more was wanted than it can do. */
	public void lacksElections(String server) {
		if (this.withoutElections.add(server)) {
			Log.log(Level.WARNING, server + " has no meta commands (it is a proxy, or older than memcached 1.6):"
					+ " its values are loaded under a lock item, stored whatever happens meanwhile, and neither"
					+ " refreshed ahead of their expiry nor served while they are stale, nor prolonged by being read");
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

	public void loaded(LoadOutcome outcome) {
		tell((told) -> told.loadEnded(outcome));
	}

	/** Has something done each time a server goes down. */
	public void whenDown(Runnable action) {
		this.whenDown = action;
	}

	@Override
	public void goesDown() {
		this.outages.incrementAndGet();
	}

	/** How often servers went down. */
	public long outages() {
		return this.outages.get();
	}

	@Override
	public void down(String server, String reason) {
		Runnable action = this.whenDown;
		if (action != null) {
			action.run();
		}
		tell((told) -> told.serverDown(server, reason));
	}

	@Override
	public void up(String server, long downForNanos) {
		tell((told) -> told.serverUp(server, Duration.ofNanos(downForNanos)));
	}

	public void serversAsked(ListOutcome outcome, Duration elapsed) {
		tell((told) -> told.serversAsked(outcome, elapsed));
	}

	public void serversChanged(List<Node> nodes) {
		List<String> names = nodes.stream().map(Node::name).toList();
		tell((told) -> told.serversChanged(names));
	}

	private void tell(Consumer<MemcachedListener> event) {
		MemcachedListener told = this.listener;
		if (told == null) {
			return;
		}
		try {
			event.accept(told);
		}
		catch (Throwable ex) {
			log(told, ex);
		}
	}

	/** The first one is worth a warning; it may throw at every operation. */
	private void log(MemcachedListener told, Throwable thrown) {
		Level level = this.hasThrown ? Level.DEBUG : Level.WARNING;
		this.hasThrown = true;
		Log.log(level, "the listener " + told.getClass().getName()
				+ " threw; what else it throws is logged at the level DEBUG", thrown);
	}

	/** A value was due, and could not be loaded anew. */
	public void refreshFailed(String key, Throwable thrown) {
		this.refreshesThatFail.warn("refreshing \"" + key + "\" failed; its present value is used on", thrown);
	}

	/** What the listener of a load throws is its own. */
	public void loadListenerThrew(Throwable thrown) {
		this.listenersThatThrow.warn("the listener of a load threw", thrown);
	}

	/** What is for nobody but the log, whose own failures cost the line only. */
	public static void log(Level level, String sentence, Throwable thrown) {
		Log.log(level, sentence, thrown);
	}

}
