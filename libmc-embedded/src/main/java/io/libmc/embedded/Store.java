package io.libmc.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import io.libmc.embedded.Stats.Count;
import org.jspecify.annotations.Nullable;

/**
 * The items, least recently used first to go.
 * <p>
 * Caffeine's own bound weighs a new entry against an old one by how often they are asked
 * for, and may drop what was just stored. memcached never does. So Caffeine's bound is
 * out of reach here, and all entries stay in its window, which is in order of use. What
 * is stored is counted here, and what goes is what Caffeine names as used the longest
 * time ago, which it does for a cache whose entries expire after access, though these do
 * so in a century.
 * <p>
 * Caffeine may miss that an entry was read, and takes another value for no more than a
 * read unless it weighs more or less. So it always does. Whatever was stored last is last
 * to go.
 */
final class Store {

	private static final Duration NEVER = Duration.ofDays(36_500);

	/** This share of the bound is freed at once, so that not each item has to. */
	private static final int SHARE_FREED = 256;

	private final Clock clock;

	private final Stats stats;

	private final long maxBytes;

	private final boolean evicting;

	private final AtomicLong lastCas = new AtomicLong();

	private final ReentrantLock evictionLock = new ReentrantLock();

	/** What was promised to values that are on their way, and to items that grow. */
	private final Allowance promised;

	/** When items that are over were looked for. */
	private final AtomicInteger reclaimedAt = new AtomicInteger();

	/**
	 * The first one is made meanwhile: Caffeine takes longer to load than all the rest.
	 */
	private volatile CompletableFuture<Shelf> shelf = CompletableFuture.supplyAsync(Shelf::new,
			(making) -> Threads.startDaemon("memcached-store", making));

	/** Makes an item of another. */
	interface Change {

		/**
		 * What is to be there.
		 * @param old what is there
		 */
		@Nullable Item of(@Nullable Item old);

	}

	/** All that is stored. Flushing puts an empty one in its place. */
	private static final class Shelf {

		final Cache<String, Item> items = Caffeine.newBuilder()
			.executor(Runnable::run)
			.expireAfterAccess(NEVER)
			.maximumWeight(Long.MAX_VALUE >> 1)
			.weigher((String key, Item item) -> item.odd() ? 2 : 1)
			.build();

		final Map<String, Item> map = this.items.asMap();

		final Policy<String, Item> policy = this.items.policy();

		final AtomicLong bytes = new AtomicLong();

		/** What was used no later is gone from then on; 0 for nothing. */
		volatile int flushedUpTo;

	}

	Store(Clock clock, Stats stats, long maxBytes, boolean evicting) {
		this.clock = clock;
		this.stats = stats;
		this.maxBytes = maxBytes;
		this.evicting = evicting;
		this.promised = new Allowance(maxBytes);
	}

	private Shelf shelf() {
		return this.shelf.join();
	}

	/** A number that no item has borne. */
	long nextCas() {
		return this.lastCas.incrementAndGet();
	}

	/** For tests: the next one is larger by one. */
	void lastCas(long cas) {
		this.lastCas.set(cas);
	}

	/** Reads an item, which becomes the one most recently used. */
	@Nullable Item get(String key) {
		Shelf current = shelf();
		Item item = current.items.getIfPresent(key);
		if (item == null || isAlive(item, current)) {
			return item;
		}
		remove(current, Map.entry(key, item));
		return null;
	}

	/** Reads an item without using it. */
	@Nullable Item peek(String key) {
		Shelf current = shelf();
		Item item = current.policy.getIfPresentQuietly(key);
		return (item != null && isAlive(item, current)) ? item : null;
	}

	/**
	 * Puts another item in the place of one. Where items may not go for others, one that
	 * finds no room is as if it had not been there.
	 * @param change is given what is there, or null, and returns what is to be; nobody
	 * else changes the key meanwhile
	 * @return whether there was room
	 */
	boolean change(String key, Change change) {
		return change(key, 0, change);
	}

	/**
	 * Likewise.
	 * @param reserved how much larger the item may become for sure
	 */
	boolean change(String key, long reserved, Change change) {
		Shelf current = shelf();
		long[] taken = { 0 };
		boolean[] fits = { true };
		current.map.compute(key, (same, old) -> {
			Item alive = (old != null && isAlive(old, current)) ? old : null;
			Item changed = change.of(alive);
			Item next = (changed != null && old != null) ? changed.unlike(old) : changed;
			long growth = size(key, next) - size(key, old);
			if (!this.evicting && growth > Math.max(0, reserved)) {
				fits[0] = take(growth - reserved);
				if (!fits[0]) {
					return old;
				}
				taken[0] = growth - reserved;
			}
			current.bytes.addAndGet(growth);
			return next;
		});
		release(taken[0]);
		if (this.evicting && current.bytes.get() > this.maxBytes) {
			evict(current);
		}
		return fits[0];
	}

	/**
	 * Reserves room for what is to be stored, to be given back once it is. Where items
	 * may go for others all that is on its way may take as much as all that is there.
	 * Those that are over may always go, and are looked for once a second.
	 * @return whether there is as much
	 */
	boolean reserve(long size) {
		if (take(size)) {
			return true;
		}
		int now = this.clock.now();
		if (this.evicting || this.reclaimedAt.getAndSet(now) == now) {
			return false;
		}
		Shelf current = shelf();
		current.map.entrySet()
			.stream()
			.filter((entry) -> !isAlive(entry.getValue(), current))
			.forEach((entry) -> remove(current, entry));
		return take(size);
	}

	private boolean take(long size) {
		return this.promised.take(size, () -> this.evicting ? 0 : shelf().bytes.get());
	}

	/** Gives back what was reserved. */
	void release(long size) {
		this.promised.giveBack(size);
	}

	/**
	 * Removes everything. Whoever is about to change something has done so before: nobody
	 * finds it.
	 */
	void flush() {
		this.shelf = CompletableFuture.completedFuture(new Shelf());
	}

	/**
	 * Removes everything that is not used later.
	 * @param upTo a time of the clock
	 */
	void flush(int upTo) {
		shelf().flushedUpTo = upTo;
	}

	long count() {
		return shelf().map.size();
	}

	long bytes() {
		return shelf().bytes.get();
	}

	/** What is there, item by item, while it may change. */
	Stream<Map.Entry<String, Item>> items() {
		Shelf current = shelf();
		return current.map.entrySet().stream().filter((entry) -> isAlive(entry.getValue(), current));
	}

	private boolean isAlive(Item item, Shelf on) {
		int now = this.clock.now();
		if (item.isOver(now)) {
			return false;
		}
		int flushed = on.flushedUpTo;
		return flushed == 0 || flushed > now || item.use().lastAt > flushed;
	}

	private void evict(Shelf current) {
		this.evictionLock.lock();
		try {
			long surplus = current.bytes.get() - this.maxBytes;
			if (surplus > 0) {
				oldest(current, surplus + this.maxBytes / SHARE_FREED).forEach((victim) -> remove(current, victim));
			}
		}
		finally {
			this.evictionLock.unlock();
		}
	}

	/** Called under the lock of Caffeine's order: nothing is removed meanwhile. */
	private static List<Map.Entry<String, Item>> oldest(Shelf current, long bytes) {
		return current.policy.expireAfterAccess().orElseThrow().oldest((entries) -> {
			List<Map.Entry<String, Item>> victims = new ArrayList<>();
			long[] found = { 0 };
			entries.takeWhile((entry) -> found[0] < bytes).forEach((entry) -> {
				victims.add(Map.entry(entry.getKey(), entry.getValue()));
				found[0] += size(entry.getKey(), entry.getValue());
			});
			return victims;
		});
	}

	/** Unless it was changed meanwhile. */
	private void remove(Shelf current, Map.Entry<String, Item> victim) {
		if (current.map.remove(victim.getKey(), victim.getValue())) {
			current.bytes.addAndGet(-size(victim.getKey(), victim.getValue()));
			this.stats.count(isAlive(victim.getValue(), current) ? Count.EVICTIONS : Count.RECLAIMED);
		}
	}

	private static long size(String key, @Nullable Item item) {
		return (item != null) ? Item.size(key.length(), item.flags(), item.length()) : 0;
	}

}
