package io.libmc.internal.connection;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One run of a server, from its start to its end, as its statistics tell it. Those of one
 * server never begin in the same second, but for one that ends within a few.
 *
 * @param pid its process
 * @param startedAt the second in which it began, by the server's clock
 * @param distinctFrom from when on it is known to have lasted for longer, in the clock of
 * {@link System#nanoTime()}
 */
public record ServerRun(long pid, long startedAt, long distinctFrom) {

	/** memcached says 2 when it begins, and counts in whole seconds. */
	private static final long DISTINCT_UPTIME = 5;

	/** One that nothing is known of. */
	private static final ServerRun UNTOLD = new ServerRun(-1, -1, 0);

	/**
	 * The run that statistics tell of.
	 * @param askedAt when they were asked for
	 */
	public static ServerRun of(Map<String, String> stats, long askedAt) {
		try {
			long uptime = Long.parseLong(stats.getOrDefault("uptime", ""));
			long time = Long.parseLong(stats.getOrDefault("time", ""));
			long left = TimeUnit.SECONDS.toNanos(Math.max(0, DISTINCT_UPTIME - uptime));
			return new ServerRun(Long.parseLong(stats.getOrDefault("pid", "")), time - uptime, askedAt + left);
		}
		catch (NumberFormatException ex) {
			return UNTOLD;
		}
	}

	/**
	 * Whether it was still going on when another connection was told of its run.
	 * @param seenAt when it was last seen at work, in the clock of
	 * {@link System#nanoTime()}
	 */
	public boolean isStill(long seenAt, ServerRun told) {
		return this.pid > 0 && told.pid == this.pid && told.startedAt == this.startedAt
				&& seenAt - this.distinctFrom >= 0;
	}

}
