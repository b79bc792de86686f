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

	EntryStore(MemcachedClient client, WireKeys keys, Duration clearVisibility, Duration timeToLive, double jitter) {
		this.client = client;
		this.keys = keys;
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
		return this.generations.of(name).fresh();
	}

	/**
	 * Reads an entry. Where the copy of the generation is too old, both are asked for at
	 * once, which costs no round trip of its own.
	 * @return what lies there, which is an entry of ours or none at all, or {@code null}
	 */
	@Nullable Object read(String name) {
		Generation generation = this.generations.of(name);
		long recent = generation.recent();
		if (recent == Generation.NONE) {
			return readFresh(name);
		}
		return live(generation, Foreign.get(this.client, name), recent);
	}

	/** Reads an entry as it is now, even if the cache was cleared a moment ago. */
	@Nullable Object readFresh(String name) {
		Generation generation = this.generations.of(name);
		long known = generation.known();
		long askedAt = System.nanoTime();
		MultiGetResult<Object> both = this.client.getMulti(List.of(generation.key(), name));
		Object stored = result(both, name);
		return live(generation, stored, generation.accept(result(both, generation.key()), known, askedAt));
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

	/** Writes an entry. One that is refused as too large leaves no older one behind. */
	void write(String name, Object entry, long generation) {
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

	/** Removes an entry, if there is one, dead or alive. */
	boolean delete(String name) {
		return this.client.delete(name);
	}

	/**
	 * Leaves all entries behind, also where another server fails.
	 * @throws MemcachedException if one failed
	 */
	void clear() {
		MemcachedException failed = null;
		for (Generation generation : this.generations.all()) {
			try {
				generation.advance();
			}
			catch (MemcachedException ex) {
				failed = ex;
			}
		}
		if (failed != null) {
			throw failed;
		}
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
