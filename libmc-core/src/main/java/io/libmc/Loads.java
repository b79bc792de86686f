package io.libmc;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.MetaReply.Status;
import io.libmc.codec.EncodedValue;
import org.jspecify.annotations.Nullable;

/**
 * Loads missing values once in the whole cluster. Callers of one key in this process
 * share one flight; its leader takes part in memcached's {@link Election} among the
 * processes. Whatever happens to memcached or to another process, a caller gets a value:
 * at the latest after the policy's waiting time it runs its own loader.
 */
final class Loads {

	private static final System.Logger LOGGER = System.getLogger("io.libmc");

	static final long FIRST_PAUSE_MILLIS = 2;

	static final long LONGEST_PAUSE_MILLIS = 50;

	private static final String LOCK_SUFFIX = "/lock";

	private final MemcachedClient client;

	private final Values values;

	private final OperationEvents events;

	private final Election election = new Election();

	private final ConcurrentMap<String, Flight> flights = new ConcurrentHashMap<>();

	/** The callers of one key in this process, of whom one leads. */
	static final class Flight {

		/** The thread that leads, or null if none waits. */
		private final @Nullable Thread leader;

		final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

		Flight(@Nullable Thread leader) {
			this.leader = leader;
		}

	}

	Loads(MemcachedClient client, Values values, OperationEvents events) {
		this.client = client;
		this.values = values;
		this.events = events;
	}

	@Nullable Object getOrLoad(String key, LoadPolicy policy, Callable<?> loader) {
		Objects.requireNonNull(key, "key");
		Objects.requireNonNull(policy, "policy");
		Objects.requireNonNull(loader, "loader");
		Flight mine = new Flight(Thread.currentThread());
		Flight running = join(key, mine);
		if (running == null) {
			return lead(key, policy, loader, mine);
		}
		return (running.leader == mine.leader) ? call(key, loader) : follow(key, policy, loader, running);
	}

	/** Makes it the key's flight, or returns the one that there is. */
	@Nullable Flight join(String key, Flight flight) {
		return this.flights.putIfAbsent(key, flight);
	}

	void leave(String key, Flight flight) {
		this.flights.remove(key, flight);
	}

	Election election() {
		return this.election;
	}

	void ended(LoadOutcome outcome) {
		this.events.loaded(outcome);
	}

	private @Nullable Object lead(String key, LoadPolicy policy, Callable<?> loader, Flight flight) {
		try {
			Object value = find(key, policy, loader);
			flight.result.complete(value);
			return value;
		}
		catch (RuntimeException | Error ex) {
			flight.result.completeExceptionally(ex);
			throw ex;
		}
		finally {
			leave(key, flight);
		}
	}

	private @Nullable Object follow(String key, LoadPolicy policy, Callable<?> loader, Flight flight) {
		try {
			Object value = flight.result.get(policy.waiting().toNanos(), TimeUnit.NANOSECONDS);
			ended(LoadOutcome.WAITED);
			return value;
		}
		catch (TimeoutException ex) {
			ended(LoadOutcome.TIMED_OUT);
			return call(key, loader);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return call(key, loader);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			throw (RuntimeException) ex.getCause();
		}
	}

	/** Takes part in the election until there is a value. */
	private @Nullable Object find(String key, LoadPolicy policy, Callable<?> loader) {
		MetaGet request = policy.request();
		long waitUntil = System.nanoTime() + policy.waiting().toNanos();
		long pause = FIRST_PAUSE_MILLIS;
		while (true) {
			MetaReply reply;
			try {
				reply = this.client.meta().get(key, request);
			}
			catch (MemcachedException ex) {
				return loadWithoutMemcached(key, loader, ex);
			}
			switch (this.election.verdict(reply)) {
				case HAS_VALUE -> {
					Object value = valueOf(key, reply);
					if (value == null) {
						return load(key, policy, loader, reply, LoadOutcome.WON);
					}
					MetaDelete mark = markIfAbandoned(key, policy, reply);
					if (mark != null) {
						quietly(() -> this.client.meta().delete(key, mark));
					}
					return value;
				}
				case LOADS, RELOADS -> {
					return load(key, policy, loader, reply, LoadOutcome.WON);
				}
				case REFRESHES -> {
					return refresh(key, policy, loader, reply);
				}
				case UNSUPPORTED -> {
					return findByLock(key, policy, loader, waitUntil);
				}
				case WAITS -> {
					if (System.nanoTime() - waitUntil >= 0 || !pause(pause)) {
						return load(key, policy, loader, reply, LoadOutcome.TIMED_OUT);
					}
					pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
				}
			}
		}
	}

	/** The value of a reply; null if it cannot be decoded, so that it is loaded anew. */
	@Nullable Object valueOf(String key, MetaReply reply) {
		RawValue raw = reply.value();
		try {
			return (raw != null) ? this.values.decode(key, new Item(raw.flags(), raw.bytes(), 0)) : null;
		}
		catch (MemcachedException ex) {
			LOGGER.log(Level.DEBUG, "a value that cannot be decoded is loaded anew", ex);
			return null;
		}
	}

	/** How to elect another caller, if the one elected seems to be gone; else null. */
	@Nullable MetaDelete markIfAbandoned(String key, LoadPolicy policy, MetaReply reply) {
		return reply.winTaken() ? this.election.noteTaken(key, reply, policy.lease()) : null;
	}

	/**
	 * Loads, as the one elected, and stores unless something has happened to the item.
	 */
	private @Nullable Object load(String key, LoadPolicy policy, Callable<?> loader, MetaReply reply,
			LoadOutcome outcome) {
		Object value;
		try {
			value = call(key, loader);
		}
		catch (RuntimeException | Error ex) {
			quietly(() -> this.client.meta().delete(key, release(reply)));
			throw ex;
		}
		boolean kept = value == null || store(key, policy, value, reply);
		if (!kept || value == null) {
			quietly(() -> this.client.meta().delete(key, release(reply)));
		}
		ended(kept ? outcome : LoadOutcome.LOST);
		return value;
	}

	/** What gives the token back: a placeholder goes, a stale value is marked again. */
	static MetaDelete release(MetaReply reply) {
		RawValue old = reply.value();
		long cas = reply.cas().orElse(0);
		return (old != null && old.bytes().length > 0) ? Election.markAgain(cas, reply)
				: MetaDelete.DELETE.compare(cas);
	}

	/** Loads a value anew that is still good, and goes on with it if that fails. */
	private @Nullable Object refresh(String key, LoadPolicy policy, Callable<?> loader, MetaReply reply) {
		Object current = valueOf(key, reply);
		if (current == null) {
			return load(key, policy, loader, reply, LoadOutcome.WON);
		}
		try {
			return load(key, policy, loader, reply, LoadOutcome.REFRESHED);
		}
		catch (RuntimeException ex) {
			refreshFailed(key, ex);
			return current;
		}
	}

	void refreshFailed(String key, Throwable ex) {
		LOGGER.log(Level.WARNING, "refreshing \"" + key + "\" failed; its present value is used on", ex);
		ended(LoadOutcome.REFRESH_FAILED);
	}

	private boolean store(String key, LoadPolicy policy, Object value, MetaReply reply) {
		RawValue encoded = encode(key, value);
		return encoded.bytes().length > 0
				&& quietly(() -> this.client.meta().set(key, encoded, guarded(policy, reply)));
	}

	RawValue encode(String key, Object value) {
		EncodedValue encoded = this.values.encode(key, value);
		return new RawValue(encoded.flags(), encoded.bytes());
	}

	/** Stores only if nothing has happened to the item since it was read. */
	static MetaSet guarded(LoadPolicy policy, MetaReply reply) {
		return MetaSet.SET.ttl(policy.nextTtl()).compare(reply.cas().orElse(0));
	}

	/** For a server without meta commands: whoever can add a lock loads. */
	private @Nullable Object findByLock(String key, LoadPolicy policy, Callable<?> loader, long waitUntil) {
		long pause = FIRST_PAUSE_MILLIS;
		String lock = lockOf(key);
		try {
			while (true) {
				Object value = this.client.get(key);
				if (value != null) {
					return value;
				}
				if (this.client.add(lock, 1, policy.lease())) {
					return loadUnderLock(key, policy, loader, lock);
				}
				if (System.nanoTime() - waitUntil >= 0 || !pause(pause)) {
					ended(LoadOutcome.TIMED_OUT);
					return call(key, loader);
				}
				pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
			}
		}
		catch (MemcachedException ex) {
			return loadWithoutMemcached(key, loader, ex);
		}
	}

	private @Nullable Object loadUnderLock(String key, LoadPolicy policy, Callable<?> loader, String lock) {
		try {
			Object value = call(key, loader);
			if (value != null) {
				quietly(() -> this.client.set(key, value, policy.nextTtl()));
			}
			ended(LoadOutcome.WON);
			return value;
		}
		finally {
			quietly(() -> this.client.delete(lock));
		}
	}

	static String lockOf(String key) {
		return key + LOCK_SUFFIX;
	}

	private @Nullable Object loadWithoutMemcached(String key, Callable<?> loader, MemcachedException failure) {
		bypassed(key, failure);
		return call(key, loader);
	}

	void bypassed(String key, Throwable failure) {
		LOGGER.log(Level.DEBUG, "memcached fails; \"" + key + "\" is loaded and not kept", failure);
		ended(LoadOutcome.BYPASSED);
	}

	private static @Nullable Object call(String key, Callable<?> loader) {
		try {
			return loader.call();
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new LoadException(key, ex);
		}
	}

	/** Does what may fail without harm; returns whether memcached did it. */
	private static boolean quietly(Callable<?> action) {
		try {
			Object done = action.call();
			return !(done instanceof MetaReply reply) || reply.status() == Status.DONE;
		}
		catch (Exception ex) {
			LOGGER.log(Level.DEBUG, "memcached failed beside a load", ex);
			return false;
		}
	}

	/** Waits a little; returns false if the thread is interrupted, which it stays. */
	private static boolean pause(long millis) {
		try {
			Thread.sleep(millis);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	boolean invalidate(String key, Duration staleFor) {
		Objects.requireNonNull(staleFor, "staleFor");
		if (staleFor.isNegative()) {
			throw new IllegalArgumentException("staleFor: " + staleFor + " is negative; give zero to delete at once");
		}
		this.flights.remove(key);
		try {
			if (!staleFor.isZero()) {
				MetaReply reply = this.client.meta().get(key, MetaGet.NO_VALUE.ttl().size());
				if (reply.status() == Status.NOT_FOUND) {
					return false;
				}
				if (reply.status() == Status.DONE && reply.size().orElse(0) > 0) {
					long left = reply.ttl().orElse(-1);
					Duration stale = (left >= 0 && left < staleFor.toSeconds()) ? Duration.ofSeconds(Math.max(left, 1))
							: staleFor;
					return this.client.meta().delete(key, MetaDelete.DELETE.invalidate(stale)).status() == Status.DONE;
				}
			}
			return this.client.delete(key);
		}
		finally {
			this.flights.remove(key);
		}
	}

}
