package io.libmc.spring.cache;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

import io.libmc.CasResult;
import io.libmc.CasValue;
import io.libmc.ErrorCode;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MultiGetResult;

/**
 * One cache's entries on the servers, each stamped with the generation of its server. It
 * knows nothing of values, and every failure of memcached comes out of it as the
 * {@link MemcachedException} it is.
 */
final class EntryStore {

	private final MemcachedClient client;

	private final WireKeys keys;

	private final Generations generations;

	private final Duration timeToLive;

	private final double jitter;

	private final PendingEvictions pending;

	private final Background background;

	EntryStore(MemcachedClient client, WireKeys keys, Duration clearVisibility, Duration timeToLive, double jitter,
			PendingEvictions pending, Background background) {
		this.client = client;
		this.keys = keys;
		this.pending = pending;
		this.background = background;
		this.generations = new Generations(client, keys, clearVisibility);
		this.timeToLive = timeToLive;
		this.jitter = jitter;
	}

	MemcachedClient client() {
		return this.client;
	}

	/**
	 * What a key's entry is called, in every method here.
	 * @throws IllegalArgumentException if the key cannot be written
	 */
	String name(Object key) {
		return this.keys.entry(key);
	}

	/** The generation that the last {@link #read} of an entry found it in, at least. */
	long knownGeneration(String name) {
		return this.generations.of(name).known();
	}

	/** The generation that is current now, for writing. */
	long freshGeneration(String name) {
		Generation generation = this.generations.of(name);
		settle(name, generation);
		return generation.fresh();
	}

	/**
	 * Reads an entry. Where the copy of the generation is too old, both are asked for at
	 * once, which costs no round trip of its own.
	 * @return what lies there, which is an entry of ours or none at all, or {@code null}
	 */
	@Nullable Object read(String name) {
		Generation generation = this.generations.of(name);
		boolean unsettled = settle(name, generation);
		long recent = generation.recent();
		if (recent == Generation.NONE || unsettled) {
			return readFresh(name);
		}
		return live(generation, Foreign.get(this.client, name), recent);
	}

	/** Reads an entry as it is now, even if the cache was cleared a moment ago. */
	@Nullable Object readFresh(String name) {
		Generation generation = this.generations.of(name);
		boolean unsettled = settle(name, generation);
		long known = generation.known();
		long askedAt = System.nanoTime();
		MultiGetResult<Object> both = this.client.getMulti(List.of(generation.key(), name));
		Object stored = result(both, name);
		Object live = live(generation, stored, generation.accept(result(both, generation.key()), known, askedAt));
		boolean isBack = unsettled && !this.pending.isDead(name);
		return isBack ? null : live;
	}

	/** Sends what is pending; returns whether it must wait for a dead server. */
	private boolean settle(String name, Generation generation) {
		if (!this.pending.concerns(name, generation)) {
			return false;
		}
		this.pending.settle(name, generation);
		return this.pending.concerns(name, generation);
	}

	/** As {@link #read}, without waiting. What is not plain is done in the background. */
	CompletableFuture<@Nullable Object> readAsync(String name) {
		try {
			Generation generation = this.generations.of(name);
			if (this.pending.concerns(name, generation)) {
				return this.background.call(() -> read(name));
			}
			long recent = generation.recent();
			if (recent != Generation.NONE) {
				return this.client.async().get(name).handle(EntryStore::result).thenCompose((stored) -> {
					boolean plain = stored == null || Stamp.of(stored) <= recent;
					return plain ? CompletableFuture.completedFuture(live(generation, stored, recent))
							: this.background.call(() -> readFresh(name));
				});
			}
			return readBothAsync(name, generation);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private CompletableFuture<@Nullable Object> readBothAsync(String name, Generation generation) {
		long known = generation.known();
		long askedAt = System.nanoTime();
		return this.client.async().getMulti(List.of(generation.key(), name)).thenCompose((both) -> {
			Object stored = result(both, name);
			Object number = result(both, generation.key());
			if (!generation.isGood(number, known)) {
				return this.background.call(() -> readFresh(name));
			}
			long current = generation.accept(number, known, askedAt);
			return CompletableFuture.completedFuture(live(generation, stored, current));
		});
	}

	private static @Nullable Object result(@Nullable Object stored, @Nullable Throwable ex) {
		return (ex != null) ? Foreign.of(Values.failure(ex)) : stored;
	}

	private static @Nullable Object result(MultiGetResult<Object> results, String key) {
		MemcachedException failure = results.failures().get(key);
		return (failure != null) ? Foreign.of(failure) : results.values().get(key);
	}

	/** What was cleared is absent. */
	private static @Nullable Object live(Generation generation, @Nullable Object stored, long number) {
		if (stored == null) {
			return null;
		}
		long stamp = Stamp.of(stored);
		if (stamp > number) {
			// somebody has cleared and then put since our copy was made
			number = generation.fresh();
		}
		return (stamp == number || stamp == Generation.NONE) ? stored : null;
	}

	/**
	 * Reads an entry, with the number by which to {@link #replace} it, dead or alive.
	 * @return {@code null} if there is none
	 */
	@Nullable CasValue<Object> readToReplace(String name) {
		try {
			return this.client.gets(name);
		}
		catch (MemcachedException ex) {
			Foreign.of(ex);
			delete(name);
			return null;
		}
	}

	/** Puts an entry; if that fails, remembers to evict the one before. */
	void put(String name, Object entry) {
		Object failure = this.pending.failureOf(name);
		try {
			write(name, entry, freshGeneration(name));
			this.pending.overwritten(name, failure);
		}
		catch (MemcachedException ex) {
			evictLater(name);
			throw ex;
		}
	}

	/** Writes an entry that was missed, in a generation of before that. */
	void keep(String name, Object entry, long generation) {
		write(name, entry, generation);
	}

	CompletableFuture<Boolean> keepAsync(String name, Object entry, long generation) {
		return this.client.async().set(name, Stamp.put(entry, generation), timeToLive());
	}

	/** One that is refused as too large leaves no older one behind. */
	private void write(String name, Object entry, long generation) {
		try {
			this.client.set(name, Stamp.put(entry, generation), timeToLive());
		}
		catch (IllegalArgumentException ex) {
			delete(name);
			throw tooLarge(name, ex);
		}
	}

	/** Writes an entry unless there is one. */
	boolean add(String name, Object entry, long generation) {
		try {
			return this.client.add(name, Stamp.put(entry, generation), timeToLive());
		}
		catch (IllegalArgumentException ex) {
			throw tooLarge(name, ex);
		}
	}

	/** Writes an entry in place of one that has not changed since it was read. */
	boolean replace(String name, Object entry, long generation, long cas) {
		return this.client.cas(name, Stamp.put(entry, generation), timeToLive(), cas) == CasResult.STORED;
	}

	/**
	 * Removes an entry, if there is one, dead or alive; if that fails, or another server
	 * stood in, remembers to do it later.
	 */
	boolean delete(String name) {
		boolean wasDead = this.pending.isDead(name);
		try {
			boolean deleted = this.client.delete(name);
			if (wasDead || this.pending.isDead(name)) {
				evictLater(name);
			}
			return deleted;
		}
		catch (MemcachedException ex) {
			evictLater(name);
			throw ex;
		}
	}

	/** As {@link #delete}, without waiting. */
	CompletableFuture<Boolean> deleteAsync(String name) {
		boolean wasDead = this.pending.isDead(name);
		return this.client.async().delete(name).whenComplete((deleted, ex) -> {
			if (ex != null || wasDead || this.pending.isDead(name)) {
				evictLater(name);
			}
		});
	}

	/** Remembers to evict an entry. */
	void evictLater(String name) {
		this.pending.evict(name, this.generations.of(name));
	}

	/**
	 * Leaves all entries behind, also where another server fails, and remembers to do so
	 * on the one that does.
	 * @throws MemcachedException if one failed
	 */
	void clear() {
		MemcachedException failed = null;
		for (Generation generation : this.generations.all()) {
			try {
				generation.advance();
			}
			catch (MemcachedException ex) {
				this.pending.clear(generation);
				failed = ex;
			}
		}
		if (failed != null) {
			throw failed;
		}
	}

	/** Remembers to leave all entries behind. */
	void clearLater() {
		this.generations.all().forEach(this.pending::clear);
	}

	private Duration timeToLive() {
		if (this.jitter == 0 || this.timeToLive.isZero()) {
			return this.timeToLive;
		}
		double part = 1 - this.jitter * ThreadLocalRandom.current().nextDouble();
		return Duration.ofMillis(Math.max(1, (long) (this.timeToLive.toMillis() * part)));
	}

	/**
	 * The names are always good, so it is the size: what the client refuses is no
	 * different from what the server would, and not the application's mistake.
	 */
	private static MemcachedException tooLarge(String name, IllegalArgumentException ex) {
		return new MemcachedException(ErrorCode.SERVER_ERROR, null,
				"the entry " + name + " was not sent: " + ex.getMessage(), ex);
	}

}
