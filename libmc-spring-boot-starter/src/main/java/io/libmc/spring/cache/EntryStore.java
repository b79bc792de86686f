package io.libmc.spring.cache;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.libmc.ErrorCode;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MultiGetResult;

/**
 * One cache's entries as bytes on the servers, under the current generation. It knows
 * nothing of values, and every failure of memcached comes out of it as the
 * {@link MemcachedException} it is.
 */
final class EntryStore {

	private final MemcachedClient client;

	private final WireKeys keys;

	private final Generation generation;

	private final Duration timeToLive;

	private volatile Head head = new Head(Generation.NONE, "");

	EntryStore(MemcachedClient client, WireKeys keys, Duration clearVisibility, Duration timeToLive) {
		this.client = client;
		this.keys = keys;
		this.generation = new Generation(client, keys.generation(), clearVisibility);
		this.timeToLive = timeToLive;
	}

	MemcachedClient client() {
		return this.client;
	}

	/**
	 * What stands for a key, in every method here.
	 * @throws IllegalArgumentException if it cannot be written
	 */
	String tail(Object key) {
		return this.keys.tail(key);
	}

	/** The generation that the last {@link #read} looked into, at least. */
	long knownGeneration() {
		return this.generation.known();
	}

	/** The generation that is current now, for writing. */
	long freshGeneration() {
		return this.generation.fresh();
	}

	/**
	 * Reads an entry. Where the copy of the generation is too old, both are asked for at
	 * once, which costs no round trip of its own.
	 * @return what lies there, which is a {@code byte[]} if we wrote it, or {@code null}
	 */
	@Nullable Object read(String tail) {
		long recent = this.generation.recent();
		if (recent != Generation.NONE) {
			return readFrom(recent, tail);
		}
		long known = this.generation.known();
		if (known == Generation.NONE) {
			return readFrom(this.generation.fresh(), tail);
		}
		String wireKey = wireKey(known, tail);
		long askedAt = System.nanoTime();
		MultiGetResult<Object> both = this.client.getMulti(List.of(this.generation.key(), wireKey));
		Object entry = result(both, wireKey);
		long current = this.generation.accept(result(both, this.generation.key()), known, askedAt);
		return (current == known) ? entry : readFrom(current, tail);
	}

	private static @Nullable Object result(MultiGetResult<Object> results, String key) {
		MemcachedException failure = results.failures().get(key);
		return (failure != null) ? Foreign.of(failure) : results.values().get(key);
	}

	/** Reads an entry of a generation. */
	@Nullable Object readFrom(long generation, String tail) {
		return Foreign.get(this.client, wireKey(generation, tail));
	}

	/** Writes an entry. One that is refused as too large leaves no older one behind. */
	void write(long generation, String tail, byte[] entry) {
		try {
			this.client.set(wireKey(generation, tail), entry, this.timeToLive);
		}
		catch (IllegalArgumentException ex) {
			delete(generation, tail);
			throw tooLarge(entry, ex);
		}
	}

	/** Writes an entry unless there is one. */
	boolean add(long generation, String tail, byte[] entry) {
		try {
			return this.client.add(wireKey(generation, tail), entry, this.timeToLive);
		}
		catch (IllegalArgumentException ex) {
			throw tooLarge(entry, ex);
		}
	}

	/** Removes an entry, if there is one. */
	boolean delete(long generation, String tail) {
		return this.client.delete(wireKey(generation, tail));
	}

	/** Leaves all entries behind. */
	void clear() {
		this.generation.advance();
	}

	private String wireKey(long generation, String tail) {
		Head last = this.head;
		if (last.generation != generation) {
			last = new Head(generation, this.keys.head(generation));
			this.head = last;
		}
		return last.text.concat(tail);
	}

	/**
	 * The names are always good, so it is the size: what the client refuses is no
	 * different from what the server would, and not the application's mistake.
	 */
	private static MemcachedException tooLarge(byte[] entry, IllegalArgumentException ex) {
		return new MemcachedException(ErrorCode.SERVER_ERROR, null,
				"an entry of " + entry.length + " bytes was not sent: " + ex.getMessage(), ex);
	}

	private record Head(long generation, String text) {

	}

}
