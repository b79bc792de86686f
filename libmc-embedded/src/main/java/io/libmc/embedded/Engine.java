package io.libmc.embedded;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One run of a server, from start to stop, but for its sockets: what all its sessions
 * share.
 */
final class Engine {

	/** Process numbers of Linux are less. */
	private static final long FIRST_BEYOND_PIDS = 1L << 22;

	/** Two of the longest. */
	private static final long LEAST_FOR_LINES = 2L * Session.LONGEST_KEY_LIST;

	private static final AtomicInteger RUNS = new AtomicInteger();

	final Settings settings;

	final Clock clock;

	final Stats stats = new Stats();

	final Prefixes prefixes = new Prefixes();

	final Store store;

	/** For lines that list many keys. */
	final Allowance lines;

	private final int run = RUNS.getAndIncrement();

	private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

	volatile int verbosity;

	Engine(Settings settings, Clock clock) {
		this.settings = settings;
		this.clock = clock;
		this.verbosity = settings.verbosity();
		this.store = new Store(clock, this.stats, settings.maxBytes(), settings.evicting());
		this.lines = new Allowance(Math.max(settings.maxBytes(), LEAST_FOR_LINES));
	}

	/** The real one for the first run in a JVM. Clients tell runs apart by it. */
	long pid() {
		return ProcessHandle.current().pid() + FIRST_BEYOND_PIDS * this.run;
	}

	boolean isOld() {
		return this.settings.version().isOld();
	}

	Set<Connection> connections() {
		return this.connections;
	}

	/**
	 * Says what happens, if it was told to when it was started. What clients say of
	 * verbosity changes how much, not whether.
	 */
	void log(int level, String text) {
		if (this.settings.verbosity() > 0 && this.verbosity >= level) {
			System.err.println(text);
		}
	}

	/**
	 * Tells of what is wrong with the server itself. Only then is there a logger: logging
	 * takes longer to start than the server.
	 */
	void warn(String text, Throwable cause) {
		try {
			System.getLogger("io.libmc.embedded").log(Level.WARNING, text, cause);
		}
		catch (Throwable ex) {
			// what is wrong with the server may be wrong with logging, too
		}
	}

}
