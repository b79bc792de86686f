package io.libmc.spring.cache;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;

import io.libmc.ItemVersion;
import io.libmc.LoadPolicy;
import io.libmc.codec.EncodedValue;

/**
 * One cache's entries in this process. Each was on its server, in its cache's generation,
 * at a known moment: for the time to live from then on it is served without a question.
 * After that, and unless it was dropped meanwhile, its next reader asks whether that is
 * still so, and others who want it wait for the answer.
 * <p>
 * Whatever this process does to an entry drops it, before and after. What was read before
 * is not kept behind that: each reader notes a stamp of the entry before it asks, and
 * every change makes another one. Stamps are shared by many entries, so that a change may
 * keep another entry from being kept once, which costs a question.
 */
final class NearCache {

	/** A power of two. */
	private static final int STAMPS = 4096;

	private final NearSettings settings;

	private final Function<EncodedValue, @Nullable Object> decoder;

	private final Cache<Object, Held> entries;

	private final AtomicIntegerArray stamps = new AtomicIntegerArray(STAMPS);

	private final AtomicInteger clearings = new AtomicInteger();

	private final LongAdder evictions = new LongAdder();

	private final ConcurrentMap<Object, Reading> confirming = new ConcurrentHashMap<>();

	/**
	 * Creates an empty one.
	 * @param decoder makes a value of an entry as it lies on the server, or {@code null}
	 * if it cannot
	 */
	NearCache(NearSettings settings, Function<EncodedValue, @Nullable Object> decoder) {
		this.settings = settings;
		this.decoder = decoder;
		Caffeine<Object, Held> builder = Caffeine.newBuilder()
			.executor(Runnable::run)
			.evictionListener((key, held, cause) -> this.evictions.increment());
		if (settings.maximumBytes() == 0) {
			builder.maximumSize(settings.maximumSize());
		}
		else {
			// none weighs so little that there could be more than the largest number
			long least = (settings.maximumBytes() - 1) / settings.maximumSize() + 1;
			builder
				.maximumWeight((least <= Integer.MAX_VALUE) ? settings.maximumBytes()
						: settings.maximumSize() * Integer.MAX_VALUE)
				.weigher((key, held) -> (int) Math.min(Integer.MAX_VALUE, Math.max(least, held.length)));
		}
		this.entries = builder.build();
	}

	/** An entry, and since when it is known to be good. */
	private static final class Held {

		/** It has its value, or its bytes where each caller gets an object of its own. */
		private final Entry entry;

		private final int length;

		private final ItemVersion version;

		private final int clearing;

		private final long confirmedAt;

		private final long servedUntil;

		/** While memcached fails. */
		private final long servedUntilWhenDown;

		Held(Reading reading, Entry entry, int length, ItemVersion version, NearSettings settings) {
			this.entry = entry;
			this.length = length;
			this.version = version;
			this.clearing = reading.clearing;
			this.confirmedAt = reading.askedAt;
			this.servedUntil = this.confirmedAt + within(settings.timeToLive());
			this.servedUntilWhenDown = this.confirmedAt + within(settings.timeToLiveWhenDown());
		}

		/** A time, or as long as it lives. */
		private long within(Duration time) {
			Duration life = this.version.timeLeft();
			Duration most = (life != null && life.compareTo(time) < 0) ? life : time;
			return this.entry.lifetime().left(most, most).toNanos();
		}

	}

	/** The name of an entry whose key may be anything. */
	private record Named(String name) {

	}

	/**
	 * What an entry is called here: its key, if keys of its type are the same when they
	 * have the same text, or else its name.
	 */
	static Object key(Object key, EntryStore store) {
		return (key instanceof String || key instanceof Long || key instanceof Integer || key instanceof UUID) ? key
				: new Named(store.name(key));
	}

	/** The name of an entry. */
	static String name(Object nearKey, EntryStore store) {
		return (nearKey instanceof Named named) ? named.name() : store.name(nearKey);
	}

	/** The value of an entry that is good without a question, or {@code null}. */
	@Nullable Object get(Object key) {
		Held held = held(key);
		return (held != null && System.nanoTime() - held.servedUntil < 0) ? valueOf(held) : null;
	}

	/** The value of an entry that will do while memcached fails, or {@code null}. */
	@Nullable Object getWhenDown(Object key) {
		Held held = held(key);
		return (held != null && System.nanoTime() - held.servedUntilWhenDown < 0) ? valueOf(held) : null;
	}

	private @Nullable Held held(Object key) {
		Held held = this.entries.getIfPresent(key);
		return (held != null && held.clearing == this.clearings.get()) ? held : null;
	}

	private @Nullable Object valueOf(Held held) {
		EncodedValue encoded = held.entry.encoded();
		return (encoded != null) ? this.decoder.apply(encoded) : held.entry.value();
	}

	/** An entry is about to be changed, or has been: what was read before is not kept. */
	void drop(Object key) {
		this.stamps.incrementAndGet(stampOf(key));
		this.entries.asMap().remove(key);
	}

	/** As {@link #drop}, for all entries. */
	void clear() {
		this.clearings.incrementAndGet();
		this.entries.invalidateAll();
	}

	private static int stampOf(Object key) {
		int hash = key.hashCode();
		return (hash ^ (hash >>> 16)) & (STAMPS - 1);
	}

	long size() {
		return this.entries.estimatedSize();
	}

	long evictions() {
		return this.evictions.sum();
	}

	/** Begins to read an entry from its server. */
	Reading reading(Object key) {
		return new Reading(key);
	}

	/** One read of an entry, which is kept if it turns out to be good. */
	final class Reading {

		private final Object key;

		private final int stamp;

		private final int clearing = NearCache.this.clearings.get();

		/** What is there, and may have changed. */
		private final @Nullable Held held;

		/** The same as its server's client has it. */
		private final @Nullable Entry known;

		private final CompletableFuture<Boolean> end = new CompletableFuture<>();

		private final long askedAt = System.nanoTime();

		private volatile @Nullable Entry read;

		private volatile @Nullable ItemVersion version;

		private Reading(Object key) {
			this.key = key;
			this.stamp = NearCache.this.stamps.get(stampOf(key));
			this.held = held(key);
			Object value = (this.held != null) ? valueOf(this.held) : null;
			this.known = (this.held != null && value != null) ? this.held.entry.with(value, null) : null;
		}

		/** Reads as a policy says, and asks for what it takes to keep the entry. */
		LoadPolicy along(LoadPolicy policy) {
			return (this.known != null && this.held != null) ? policy.knowing(this.known, this.held.version)
					: policy.versioned();
		}

		/**
		 * Who asks whether the same entry is still good, and is to be waited for.
		 * @return {@code null} if it is this one
		 */
		@Nullable CompletableFuture<Boolean> other() {
			if (this.known == null) {
				return null;
			}
			Reading other = NearCache.this.confirming.putIfAbsent(this.key, this);
			return (other != null && other.stamp == this.stamp && other.clearing == this.clearing) ? other.end : null;
		}

		/** It was read, or not: nobody need wait any more. */
		void end() {
			if (this.known != null) {
				NearCache.this.confirming.remove(this.key, this);
				this.end.complete(true);
			}
		}

		/** This is what lies on the server. */
		void read(Object entry, ItemVersion itemVersion) {
			this.version = itemVersion;
			this.read = (Entry) entry;
		}

		void drop() {
			NearCache.this.drop(this.key);
		}

		/** What was held is no longer good, also where memcached fails from now on. */
		void gone() {
			if (this.held != null) {
				NearCache.this.entries.asMap().remove(this.key, this.held);
			}
		}

		/** As {@link #gone()}, unless this read has found that it is good. */
		void goneUnlessRead() {
			if (this.read == null) {
				gone();
			}
		}

		boolean isHeldWhenDown() {
			return getWhenDown(this.key) != null;
		}

		/** What was read is good: it is kept, unless it was changed since. */
		void keep() {
			Held next = toHold();
			if (next == null) {
				gone();
			}
			else {
				NearCache.this.entries.asMap()
					.compute(this.key, (key,
							present) -> (isUnchanged() && (present == null || present.confirmedAt - this.askedAt <= 0))
									? next : present);
			}
		}

		private @Nullable Held toHold() {
			Entry entry = this.read;
			ItemVersion told = this.version;
			if (entry == null || told == null || entry.value() == null) {
				return null;
			}
			EncodedValue encoded = entry.encoded();
			if (encoded != null) {
				boolean byReference = NearCache.this.settings.byReference();
				Entry kept = entry.with(byReference ? entry.value() : null, byReference ? null : encoded);
				return new Held(this, kept, encoded.bytes().length, told, NearCache.this.settings);
			}
			// it is the known one
			return (this.held != null)
					? new Held(this, this.held.entry, this.held.length, told, NearCache.this.settings) : null;
		}

		private boolean isUnchanged() {
			return NearCache.this.stamps.get(stampOf(this.key)) == this.stamp
					&& NearCache.this.clearings.get() == this.clearing;
		}

	}

}
