package io.libmc.spring.cache;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.libmc.MemcachedException;
import io.libmc.MemcachedListener;

/**
 * Knows which servers fail the caches, and logs when a server begins to and when it ends:
 * once each, however many operations fail in between, and whatever it answers between
 * them. It has ended when the server answers and no operation has failed for 30 seconds;
 * how many did is told then. The caches tell it of their failures, the client, as its
 * listener, of every answer. Where it is not the client's listener, a quiet minute counts
 * as the end.
 *
 * @since 0.1.0
 */
public final class ServerStates implements MemcachedListener {

	/** How long a server has to be well for that to be a state and not a pause. */
	static final Duration LASTING = Duration.ofSeconds(30);

	private static final Log logger = LogFactory.getLog(ServerStates.class);

	private static final long QUIET = Duration.ofMinutes(1).toNanos();

	/** The failing servers by name. */
	private final ConcurrentMap<String, Trouble> failing = new ConcurrentHashMap<>();

	private final Collection<Runnable> whenServersChange = new CopyOnWriteArrayList<>();

	private final LongSupplier nanoTime;

	/**
	 * Creates an object that knows of no failure yet.
	 */
	public ServerStates() {
		this(System::nanoTime);
	}

	ServerStates(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * Notes that an operation failed and a cache went on without memcached.
	 * @param cache the cache's name
	 * @param ex the failure
	 */
	void bypassed(String cache, MemcachedException ex) {
		String server = (ex.server() != null) ? ex.server() : "the cluster";
		long now = this.nanoTime.getAsLong();
		Trouble trouble = this.failing.merge(server, new Trouble(now, now, 1),
				(before, one) -> (now - before.last() > QUIET) ? one : before.and(one));
		if (trouble.failures() == 1) {
			logger.warn("memcached fails the cache \"" + cache + "\", which goes on without it: " + ex.getMessage()
					+ " (said once until " + server + " has served the caches for " + LASTING.toSeconds() + " s)");
		}
		if (logger.isDebugEnabled()) {
			logger.debug("memcached fails the cache \"" + cache + "\"", ex);
		}
	}

	@Override
	public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
			@Nullable Object started) {
		boolean answered = outcome != Outcome.TIMEOUT && outcome != Outcome.ERROR;
		if (answered && !this.failing.isEmpty()) {
			answered(server);
		}
	}

	/** Has something done each time when there is another list of servers. */
	void whenServersChange(Runnable action) {
		this.whenServersChange.add(action);
	}

	@Override
	public void serversChanged(List<String> servers) {
		this.whenServersChange.forEach(Runnable::run);
	}

	private void answered(String server) {
		Trouble trouble = this.failing.get(server);
		if (trouble != null && this.nanoTime.getAsLong() - trouble.last() >= LASTING.toNanos()
				&& this.failing.remove(server, trouble)) {
			logger.info("memcached at " + server + " answers again and serves the caches: it failed "
					+ trouble.failures() + " of their operations within "
					+ Duration.ofNanos(trouble.last() - trouble.first()).toSeconds() + " s, and none for "
					+ LASTING.toSeconds() + " s");
		}
	}

	/**
	 * Failures without a lasting end between them.
	 *
	 * @param first when the first one was
	 * @param last when the last one was
	 * @param failures how many there were
	 */
	private record Trouble(long first, long last, long failures) {

		Trouble and(Trouble later) {
			return new Trouble(this.first, later.last, this.failures + later.failures);
		}

	}

}
