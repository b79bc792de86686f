package io.libmc.spring.cache;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.libmc.MemcachedException;
import io.libmc.MemcachedListener;

/**
 * Knows which servers fail the caches, and logs when a server begins to and when it ends:
 * once each, however many operations fail in between. The caches tell it of their
 * failures, the client, as its listener, of every answer. Where it is not the client's
 * listener, a quiet minute counts as the end.
 */
public final class ServerStates implements MemcachedListener {

	private static final Log logger = LogFactory.getLog(ServerStates.class);

	private static final long QUIET = Duration.ofMinutes(1).toNanos();

	/** The failing servers by name, each with the time of its last failure. */
	private final Map<String, Long> failing = new ConcurrentHashMap<>();

	/**
	 * Notes that an operation failed and a cache went on without memcached.
	 * @param cache the cache's name
	 * @param ex the failure
	 */
	void bypassed(String cache, MemcachedException ex) {
		String server = (ex.server() != null) ? ex.server() : "the cluster";
		long now = System.nanoTime();
		Long before = this.failing.put(server, now);
		if (before == null || now - before > QUIET) {
			logger.warn("memcached fails the cache \"" + cache + "\", which goes on without it until " + server
					+ " answers again: " + ex.getMessage());
			logger.debug("The failure", ex);
		}
	}

	@Override
	public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
			@Nullable Object started) {
		boolean answered = outcome != Outcome.TIMEOUT && outcome != Outcome.ERROR;
		if (answered && !this.failing.isEmpty() && this.failing.remove(server) != null) {
			logger.info("memcached at " + server + " answers again and serves the caches");
		}
	}

}
