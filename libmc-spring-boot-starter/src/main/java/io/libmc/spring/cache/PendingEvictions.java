package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MultiResult;
import io.libmc.ServerSnapshot;

/**
 * What memcached could not be told, and what would let it serve an old value when it is
 * back: the entries of a failed put or eviction, and the generations of a failed
 * clearing. They are sent again every second, and in any case before this client's next
 * read of such an entry. An eviction or a clearing that went to a substitute of a dead
 * server is remembered for that server too.
 * <p>
 * Their number is bounded: one eviction too many is remembered as a clearing of its cache
 * on its server, of which there are as many as caches and servers. What is lost when the
 * process ends, and what other instances read until then, cannot be helped from here.
 */
final class PendingEvictions implements AutoCloseable {

	private static final int AT_ONCE = 500;

	private final MemcachedClient client;

	private final int limit;

	/**
	 * The names of entries, each with an object that stands for this failure, not an
	 * earlier or later one.
	 */
	private final Map<String, Object> entries = new ConcurrentHashMap<>();

	private final Set<Generation> clearings = ConcurrentHashMap.newKeySet();

	/** Those that were cleared on a substitute, and not yet where they belong. */
	private final Set<Generation> awayFromHome = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean scheduled = new AtomicBoolean();

	private final ScheduledExecutorService timer;

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
		if (this.entries.size() >= this.limit && !this.entries.containsKey(name)) {
			clear(generation);
			return;
		}
		this.entries.put(name, new Object());
		schedule();
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

	/** Whether there is anything to {@linkplain #settle} before an entry is read. */
	boolean concerns(String name, Generation generation) {
		return generation.isOwing() || (!this.entries.isEmpty() && this.entries.containsKey(name));
	}

	/**
	 * Sends what concerns an entry before it is read. While its server is dead there is
	 * nothing to send; what a substitute has was evicted there.
	 * @throws MemcachedException if that fails: then the entry must not be read
	 */
	void settle(String name, Generation generation) {
		settle(generation);
		Object failure = this.entries.get(name);
		if (failure != null && !isDead(name)) {
			this.client.delete(name);
			if (!isDead(name)) {
				this.entries.remove(name, failure);
			}
		}
	}

	private void settle(Generation generation) {
		if (!generation.isOwing()) {
			return;
		}
		boolean wasDead = isServerDead(generation.server());
		generation.settle();
		if (wasDead || isServerDead(generation.server())) {
			clearAtHome(generation);
		}
	}

	/** Whether the server of an entry is dead, so that a substitute may answer for it. */
	boolean isDead(String name) {
		return this.client.servers().stream().anyMatch((server) -> !server.isUp())
				&& isServerDead(this.client.serverFor(name));
	}

	boolean isServerDead(String server) {
		return this.client.servers().stream().anyMatch((each) -> !each.isUp() && each.name().equals(server));
	}

	/** The failure that {@link #overwritten} then makes up for. */
	@Nullable Object failureOf(String name) {
		return this.entries.isEmpty() ? null : this.entries.get(name);
	}

	/** An entry was written, on its own server, after a failure. */
	void overwritten(String name, @Nullable Object failure) {
		if (failure != null && !isDead(name)) {
			this.entries.remove(name, failure);
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
			Map<String, Object> batch = new ConcurrentHashMap<>();
			for (Map.Entry<String, Object> entry : this.entries.entrySet()) {
				if (!failing.contains(this.client.serverFor(entry.getKey()))) {
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

	/** Whether a server is back is seen by who asks it for something. */
	private void clearIfBack(Generation generation) {
		if (!isListed(generation)) {
			generation.owe();
			this.awayFromHome.remove(generation);
			return;
		}
		try {
			Object unused = this.client.onServer(generation.server()).get(generation.key());
		}
		catch (MemcachedException ex) {
			// if that was all, the clearing finds out
		}
		if (!isServerDead(generation.server()) && this.awayFromHome.remove(generation)) {
			clear(generation);
		}
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

	private void sendAgain(Map<String, Object> batch, Set<String> failing) {
		if (batch.isEmpty()) {
			return;
		}
		List<String> names = new ArrayList<>(batch.keySet());
		MultiResult result = this.client.deleteMulti(names);
		for (String name : names) {
			if (result.failures().containsKey(name)) {
				failing.add(this.client.serverFor(name));
			}
			else if (!isDead(name)) {
				this.entries.remove(name, batch.get(name));
			}
		}
	}

	@Override
	public void close() {
		this.timer.shutdownNow();
	}

}
