package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MultiResult;

/**
 * What memcached could not be told, and what would let it serve an old value when it is
 * back: the entries of a failed put or eviction, and the generations of a failed
 * clearing. They are sent again every second, and in any case before this client's next
 * read of such an entry. A change or a clearing that went to a substitute of a dead
 * server, with failover or a spare, is remembered for that server, which is told once it
 * is back, and the substitute not again.
 * <p>
 * Their number is bounded: one eviction too many is remembered as a clearing of its cache
 * on its server, of which there are as many as caches and servers. What is lost when the
 * process ends, and what other instances read until then, cannot be helped from here.
 */
final class PendingEvictions implements AutoCloseable {

	private static final int AT_ONCE = 500;

	private final MemcachedClient client;

	private final int limit;

	/** By the names of the entries. */
	private final Map<String, Owed> entries = new ConcurrentHashMap<>();

	private final Set<Generation> clearings = ConcurrentHashMap.newKeySet();

	/** Those that were cleared on a substitute, and not yet where they belong. */
	private final Set<Generation> awayFromHome = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean scheduled = new AtomicBoolean();

	private final ScheduledExecutorService timer;

	/** One eviction that is to be made up for, and not an earlier or later one. */
	private static final class Owed {

		/** Whether a substitute has made it, so that it is left to the entry's server. */
		private final boolean atHome;

		Owed(boolean atHome) {
			this.atHome = atHome;
		}

	}

	PendingEvictions(MemcachedClient client, int limit) {
		this.client = client;
		this.limit = limit;
		ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1,
				new ApplicationThreads(() -> "libmc-cache-evictions"));
		executor.setKeepAliveTime(10, TimeUnit.SECONDS);
		executor.allowCoreThreadTimeOut(true);
		executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		this.timer = executor;
	}

	/** How many evictions and clearings are waiting. */
	int size() {
		return this.entries.size() + this.clearings.size() + this.awayFromHome.size();
	}

	/** Remembers to evict an entry. */
	void evict(String name, Generation generation) {
		if (isFull(name)) {
			clear(generation);
			return;
		}
		this.entries.put(name, new Owed(false));
		schedule();
	}

	/**
	 * Remembers to evict an entry on its own server, for which a substitute stood in.
	 * @param failure what was {@linkplain #failureOf remembered} before
	 */
	private void evictAtHome(String name, Generation generation, @Nullable Object failure) {
		if (!isFull(name)) {
			this.entries.compute(name,
					(key, owed) -> (owed == null || owed.atHome || owed == failure) ? new Owed(true) : owed);
			schedule();
		}
		else if (!this.awayFromHome.contains(generation)) {
			clear(generation);
		}
	}

	private boolean isFull(String name) {
		return this.entries.size() >= this.limit && !this.entries.containsKey(name);
	}

	/** Remembers to clear a cache on a server. */
	void clear(Generation generation) {
		generation.owe();
		this.clearings.add(generation);
		schedule();
	}

	/** Remembers to clear a cache on a server, for which a substitute stands in now. */
	void clearAtHome(Generation generation) {
		this.awayFromHome.add(generation);
		schedule();
	}

	/** Whether a cache was to be cleared on a server and is not, where it belongs. */
	boolean owes(Generation generation) {
		return generation.isOwing() || this.awayFromHome.contains(generation);
	}

	/** Whether there is anything to {@linkplain #settle} before an entry is read. */
	boolean concerns(String name, Generation generation) {
		return generation.isOwing() || (!this.entries.isEmpty() && this.entries.containsKey(name));
	}

	/**
	 * Sends what concerns an entry before it is read. While its server is dead there is
	 * nothing to send where a substitute was told already.
	 * @throws MemcachedException if that fails: then the entry must not be read
	 */
	void settle(String name, Generation generation) {
		settle(generation);
		Owed owed = this.entries.get(name);
		if (owed == null) {
			return;
		}
		Server server = serverOf(name);
		if (!(owed.atHome && server.wasDead)) {
			this.client.delete(name);
			sent(name, owed, server);
		}
	}

	/** An eviction was made, perhaps by a substitute. */
	private void sent(String name, Owed owed, Server server) {
		if (server.mayHaveBeenStoodInFor()) {
			this.entries.replace(name, owed, new Owed(true));
		}
		else {
			this.entries.remove(name, owed);
		}
	}

	private void settle(Generation generation) {
		if (!generation.isOwing()) {
			return;
		}
		Server server = server(generation.server());
		generation.settle();
		if (server.mayHaveBeenStoodInFor()) {
			clearAtHome(generation);
		}
	}

	/** Whether the server of an entry is dead, so that a substitute may answer for it. */
	boolean isDead(String name) {
		return serverOf(name).wasDead;
	}

	/** A server that something is about to be told. */
	Server server(String name) {
		return new Server(() -> name);
	}

	private Server serverOf(String entry) {
		return new Server(() -> this.client.serverFor(entry));
	}

	/** A server, from a moment on. */
	final class Server {

		/** Only asked where one is dead. */
		private final Supplier<String> name;

		private final long outages = PendingEvictions.this.client.outages();

		private final boolean wasDead;

		private Server(Supplier<String> name) {
			this.name = name;
			this.wasDead = isDead();
		}

		private boolean isDead() {
			Set<String> down = PendingEvictions.this.client.downServers();
			return !down.isEmpty() && down.contains(this.name.get());
		}

		/** Whether it has been dead at any time since then. */
		private boolean hasBeenDead() {
			return this.wasDead || PendingEvictions.this.client.outages() != this.outages;
		}

		/** Whether a substitute may have been told. */
		boolean mayHaveBeenStoodInFor() {
			return isDead() || hasBeenDead();
		}

	}

	/** The failure that {@link Change#made} then makes up for. */
	private @Nullable Object failureOf(String name) {
		return this.entries.isEmpty() ? null : this.entries.get(name);
	}

	/** An entry is about to be changed. */
	Change change(String name) {
		return new Change(name);
	}

	/** A change of one entry. */
	final class Change {

		private final String name;

		private final @Nullable Object failure;

		private final Server server;

		private Change(String name) {
			this.name = name;
			this.failure = failureOf(name);
			this.server = serverOf(name);
		}

		/**
		 * Whether nobody knows who made it, as the entry's server was dead before, or
		 * meanwhile, and is not now: if made once more it is made there.
		 */
		boolean isInDoubt() {
			return this.server.hasBeenDead() && !this.server.isDead();
		}

		/**
		 * It was made, perhaps by a substitute: then the entry's own server still has
		 * what was there before.
		 * @param written whether there is another entry now, which makes up for an
		 * eviction that failed
		 */
		void made(Generations generations, boolean written) {
			if (this.server.mayHaveBeenStoodInFor()) {
				evictAtHome(this.name, generations.of(this.name), this.failure);
			}
			else if (written && this.failure != null) {
				PendingEvictions.this.entries.remove(this.name, this.failure);
			}
		}

	}

	private void schedule() {
		if (!this.timer.isShutdown() && this.scheduled.compareAndSet(false, true)) {
			Future<?> unused = this.timer.schedule(() -> sendAgain(), 1, TimeUnit.SECONDS);
		}
	}

	private void sendAgain() {
		this.scheduled.set(false);
		try {
			Set<String> failing = new HashSet<>();
			this.awayFromHome.forEach(this::clearIfBack);
			this.clearings.forEach((generation) -> sendAgain(generation, failing));
			Map<String, Owed> batch = new HashMap<>();
			Map<String, Boolean> back = new HashMap<>();
			for (Map.Entry<String, Owed> entry : this.entries.entrySet()) {
				String server = this.client.serverFor(entry.getKey());
				if (!failing.contains(server) && (!entry.getValue().atHome
						|| back.computeIfAbsent(server, (name) -> isBack(name, entry.getKey())))) {
					batch.put(entry.getKey(), entry.getValue());
				}
				if (batch.size() == AT_ONCE) {
					sendAgain(batch, failing);
					batch.clear();
				}
			}
			sendAgain(batch, failing);
		}
		catch (IllegalStateException ex) {
			// the client is closed: nothing will be read by it any more
			this.entries.clear();
			this.clearings.clear();
			this.awayFromHome.clear();
		}
		if (size() > 0) {
			schedule();
		}
	}

	private void clearIfBack(Generation generation) {
		if (!isListed(generation)) {
			generation.owe();
			this.awayFromHome.remove(generation);
		}
		else if (isBack(generation.server(), generation.key()) && this.awayFromHome.remove(generation)) {
			clear(generation);
		}
	}

	/** Whether a server is back, which is seen by who asks it for something. */
	private boolean isBack(String server, String key) {
		try {
			Object unused = this.client.onServer(server).get(key);
		}
		catch (MemcachedException ex) {
			// if that was all, who goes on finds out
		}
		return !server(server).wasDead;
	}

	/** Should a server return that has left, what it is owed is made up for then. */
	private boolean isListed(Generation generation) {
		return this.client.servers().stream().anyMatch((server) -> server.name().equals(generation.server()));
	}

	private void sendAgain(Generation generation, Set<String> failing) {
		String server = generation.server();
		if (!isListed(generation)) {
			this.clearings.remove(generation);
			return;
		}
		try {
			if (!failing.contains(server)) {
				settle(generation);
			}
		}
		catch (MemcachedException ex) {
			failing.add(server);
		}
		if (!generation.isOwing()) {
			this.clearings.remove(generation);
		}
	}

	private void sendAgain(Map<String, Owed> batch, Set<String> failing) {
		if (batch.isEmpty()) {
			return;
		}
		List<String> names = new ArrayList<>(batch.keySet());
		Map<String, Server> servers = new HashMap<>();
		names.forEach((name) -> servers.put(name, serverOf(name)));
		MultiResult result = this.client.deleteMulti(names);
		for (String name : names) {
			if (result.failures().containsKey(name)) {
				failing.add(this.client.serverFor(name));
			}
			else {
				sent(name, Objects.requireNonNull(batch.get(name)), Objects.requireNonNull(servers.get(name)));
			}
		}
	}

	@Override
	public void close() {
		this.timer.shutdownNow();
	}

}
