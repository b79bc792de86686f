package io.libmc;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.libmc.Election.Verdict;
import io.libmc.Flights.Flight;
import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.MetaReply.Status;
import io.libmc.codec.EncodedValue;
import org.jspecify.annotations.Nullable;

/**
 * Loads missing values once in the whole cluster. Callers of one key in this process
 * share one {@linkplain Flights flight}; its leader takes part in memcached's
 * {@link Election} among the processes. Whatever happens to memcached or to another
 * process, a caller gets a value: at the latest after the policy's waiting time it runs
 * its own loader.
 */
final class Loads {

	private final LoadCalls calls;

	private final Flights flights;

	private final Supplier<Cluster> cluster;

	Loads(LoadCalls calls, Flights flights, Supplier<Cluster> cluster) {
		this.calls = calls;
		this.flights = flights;
		this.cluster = cluster;
	}

	/** One call: its arguments, and until when it waits for others. */
	private record Request(String key, LoadPolicy policy, Callable<?> loader, long waitUntil) {

		@Nullable Object load() {
			try {
				return this.loader.call();
			}
			catch (RuntimeException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new LoadException(this.key, ex);
			}
		}

	}

	private <T extends @Nullable Object> T perform(Call<T> call) {
		return call.perform(this.cluster.get());
	}

	@Nullable Object getOrLoad(String key, LoadPolicy policy, Callable<?> loader) {
		Objects.requireNonNull(key, "key");
		Objects.requireNonNull(policy, "policy");
		Objects.requireNonNull(loader, "loader");
		Request request = new Request(key, policy, loader, System.nanoTime() + policy.waiting().toNanos());
		for (int attempt = 0; attempt < LoadCalls.ATTEMPTS; attempt++) {
			Flight mine = Flight.own();
			Flight running = this.flights.join(key, mine);
			if (running == null) {
				return lead(request, mine);
			}
			if (running.isOwn()) {
				return request.load();
			}
			running.tell(policy.listener());
			try {
				Object value = follow(request, running);
				if (value == null || policy.accepts(value)) {
					this.calls.ended(LoadOutcome.WAITED);
					return value;
				}
			}
			catch (TimeoutException ex) {
				this.calls.ended(LoadOutcome.TIMED_OUT);
				this.flights.leave(key, running);
				return request.load();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return request.load();
			}
			this.flights.leave(key, running);
		}
		return request.load();
	}

	private @Nullable Object lead(Request request, Flight flight) {
		try {
			Object value = find(request, flight);
			this.flights.leave(request.key(), flight);
			flight.result.complete(value);
			return value;
		}
		catch (RuntimeException | Error ex) {
			this.flights.leave(request.key(), flight);
			flight.result.completeExceptionally(ex);
			throw ex;
		}
	}

	private static @Nullable Object follow(Request request, Flight flight)
			throws InterruptedException, TimeoutException {
		try {
			return flight.result.get(request.waitUntil() - System.nanoTime(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			throw (RuntimeException) ex.getCause();
		}
	}

	/** Takes part in the election until there is a value. */
	private @Nullable Object find(Request request, Flight flight) {
		LoadPolicy policy = request.policy();
		long pause = LoadCalls.FIRST_PAUSE_MILLIS;
		boolean waited = false;
		int rejected = 0;
		boolean asked = false;
		while (true) {
			MetaReply reply;
			Verdict verdict;
			Object value;
			try {
				if (!asked) {
					policy.listener().asking();
					asked = true;
				}
				reply = ask(request);
				verdict = this.calls.verdict(request.key(), policy, reply);
				value = this.calls.valueOf(request.key(), reply);
				boolean good = !Election.hasValue(reply) || (value != null && policy.accepts(value));
				if (!good && ++rejected < LoadCalls.ATTEMPTS) {
					remove(request.key(), reply);
					continue;
				}
				if (!good) {
					return load(request, flight, reply, LoadOutcome.WON);
				}
			}
			catch (MemcachedException ex) {
				return loadWithoutMemcached(request, ex);
			}
			switch (verdict) {
				case HAS_VALUE -> {
					this.calls.found(policy, flight);
					if (waited) {
						this.calls.ended(LoadOutcome.WAITED);
					}
					markIfAbandoned(request.key(), policy, reply);
					return value;
				}
				case LOADS -> {
					return load(request, flight, reply, LoadOutcome.WON);
				}
				case LOADS_UNELECTED -> {
					return loadUnelected(request, flight);
				}
				case RELOADS, REFRESHES -> {
					return LoadCalls.isRefresh(policy, verdict)
							? refresh(request, flight, reply, Objects.requireNonNull(value))
							: load(request, flight, reply, LoadOutcome.WON);
				}
				case UNSUPPORTED -> {
					return policy.elects() ? findByLock(request, flight) : findUnelected(request, flight);
				}
				case WAITS -> {
					waited = true;
					this.calls.missed(policy, flight);
					if (System.nanoTime() - request.waitUntil() >= 0 || !pause(pause)) {
						return load(request, flight, reply, LoadOutcome.TIMED_OUT);
					}
					pause = LoadCalls.longer(pause);
				}
			}
		}
	}

	private MetaReply ask(Request request) {
		try {
			return perform(this.calls.get(request.key(), request.policy().request()));
		}
		catch (MemcachedException ex) {
			if (!LoadCalls.isUndecodable(ex)) {
				throw ex;
			}
			perform(this.calls.delete(request.key(), MetaDelete.DELETE));
			return perform(this.calls.get(request.key(), request.policy().request()));
		}
	}

	/** Removes what is no good, unless it has changed, so that one is elected to load. */
	private void remove(String key, MetaReply reply) {
		perform(this.calls.delete(key, LoadCalls.removal(reply)));
	}

	private void markIfAbandoned(String key, LoadPolicy policy, MetaReply reply) {
		if (reply.winTaken()) {
			quietly(() -> {
				MetaReply whole = whole(key, reply);
				if (this.calls.isAbandoned(key, policy, whole)) {
					markAgain(key, whole);
				}
				return true;
			});
		}
	}

	/** The reply, with all that is needed to mark its item. */
	private MetaReply whole(String key, MetaReply reply) {
		return LoadCalls.canBeMarked(reply) ? reply : perform(this.calls.get(key, LoadCalls.STATE));
	}

	private void markAgain(String key, MetaReply whole) {
		OptionalLong cas = whole.cas();
		if (cas.isPresent()) {
			perform(this.calls.delete(key, Election.markAgain(cas.getAsLong(), whole.ttl().orElse(-1))));
		}
	}

	/** Gives the token back: a placeholder goes, a stale value is marked again. */
	private void release(String key, MetaReply reply) {
		quietly(() -> {
			if (!Election.hasValue(reply)) {
				remove(key, reply);
			}
			else {
				MetaReply whole = whole(key, reply);
				if (whole.cas().equals(reply.cas())) {
					markAgain(key, whole);
				}
			}
			return true;
		});
	}

	/**
	 * Loads, as the one elected, and stores unless something has happened to the item.
	 */
	private @Nullable Object load(Request request, Flight flight, MetaReply reply, LoadOutcome outcome) {
		this.calls.missed(request.policy(), flight);
		Object value;
		try {
			value = request.load();
		}
		catch (RuntimeException | Error ex) {
			release(request.key(), reply);
			throw ex;
		}
		if (value == null) {
			quietly(() -> perform(this.calls.delete(request.key(), LoadCalls.removal(reply))).status() == Status.DONE);
		}
		boolean kept = value == null || store(request, value, reply);
		this.calls.ended(kept ? outcome : LoadOutcome.LOST);
		return value;
	}

	/** Loads a value anew that is still good, and goes on with it if that fails. */
	private @Nullable Object refresh(Request request, Flight flight, MetaReply reply, Object current) {
		this.calls.found(request.policy(), flight);
		Executor executor = request.policy().refreshOn();
		if (executor == null) {
			return refresh(request, reply, current);
		}
		try {
			executor.execute(() -> refresh(request, reply, current));
		}
		catch (RejectedExecutionException ex) {
			this.calls.refreshFailed(request.key(), ex);
		}
		return current;
	}

	private @Nullable Object refresh(Request request, MetaReply reply, Object current) {
		try {
			Object value = request.load();
			boolean kept = (value != null) ? store(request, value, reply) : quietly(
					() -> perform(this.calls.delete(request.key(), LoadCalls.removal(reply))).status() == Status.DONE);
			this.calls.ended(kept ? LoadOutcome.REFRESHED : LoadOutcome.LOST);
			return value;
		}
		catch (RuntimeException ex) {
			this.calls.refreshFailed(request.key(), ex);
			return current;
		}
	}

	/** Stores unless something has happened to the item since it was read. */
	private boolean store(Request request, Object value, MetaReply reply) {
		LoadListener listener = request.policy().listener();
		try {
			EncodedValue encoded = this.calls.encode(request.key(), value);
			MetaReply stored = perform(this.calls.store(request.key(), encoded, request.policy(), reply));
			if (stored.status() != Status.DONE) {
				return false;
			}
			listener.stored();
			return true;
		}
		catch (RuntimeException ex) {
			listener.notStored(ex);
			if (LoadCalls.isRefused(ex)) {
				quietly(() -> perform(this.calls.delete(request.key(), LoadCalls.removal(reply)))
					.status() == Status.DONE);
			}
			return false;
		}
	}

	/** For a server without meta commands: whoever can add a lock loads. */
	private @Nullable Object findByLock(Request request, Flight flight) {
		long pause = LoadCalls.FIRST_PAUSE_MILLIS;
		String lock = LoadCalls.lockOf(request.key());
		boolean locked = false;
		try {
			while (!locked) {
				Object value = plainValue(request);
				if (value != null) {
					this.calls.found(request.policy(), flight);
					return value;
				}
				locked = perform(this.calls.lock(lock, request.policy().lease()));
				if (!locked && (System.nanoTime() - request.waitUntil() >= 0 || !pause(pause))) {
					this.calls.missed(request.policy(), flight);
					this.calls.ended(LoadOutcome.TIMED_OUT);
					return request.load();
				}
				pause = LoadCalls.longer(pause);
			}
		}
		catch (MemcachedException ex) {
			return loadWithoutMemcached(request, ex);
		}
		try {
			return loadUnelected(request, flight);
		}
		finally {
			quietly(() -> perform(this.calls.plainDelete(lock)));
		}
	}

	private @Nullable Object findUnelected(Request request, Flight flight) {
		try {
			Object value = plainValue(request);
			if (value != null) {
				this.calls.found(request.policy(), flight);
				return value;
			}
		}
		catch (MemcachedException ex) {
			return loadWithoutMemcached(request, ex);
		}
		return loadUnelected(request, flight);
	}

	/** A value that is good, by the classic command. */
	private @Nullable Object plainValue(Request request) {
		try {
			Object value = perform(this.calls.plainGet(request.key()));
			return (value != null && request.policy().accepts(value)) ? value : null;
		}
		catch (MemcachedException ex) {
			if (LoadCalls.isUndecodable(ex)) {
				return null;
			}
			throw ex;
		}
	}

	/** Loads and stores what nothing but this process guards. */
	private @Nullable Object loadUnelected(Request request, Flight flight) {
		this.calls.missed(request.policy(), flight);
		Object value = request.load();
		if (value == null) {
			this.calls.ended(LoadOutcome.WON);
			return null;
		}
		boolean kept = false;
		if (!flight.isOvertaken()) {
			try {
				perform(this.calls.plainSet(request.key(), value, request.policy().nextTtl()));
				request.policy().listener().stored();
				kept = true;
			}
			catch (RuntimeException ex) {
				request.policy().listener().notStored(ex);
				if (LoadCalls.isRefused(ex)) {
					quietly(() -> perform(this.calls.plainDelete(request.key())));
				}
			}
		}
		if (kept && flight.isOvertaken()) {
			quietly(() -> perform(this.calls.plainDelete(request.key())));
			kept = false;
		}
		this.calls.ended(kept ? LoadOutcome.WON : LoadOutcome.LOST);
		return value;
	}

	private @Nullable Object loadWithoutMemcached(Request request, MemcachedException failure) {
		this.calls.bypassed(request.key(), request.policy(), failure);
		return request.load();
	}

	/** Does what may fail without harm. */
	private static boolean quietly(Callable<Boolean> action) {
		try {
			return action.call();
		}
		catch (Exception ex) {
			LoadCalls.LOGGER.log(Level.DEBUG, "memcached failed beside a load", ex);
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

	/** The value if there is one and this caller is not the one to load another. */
	@Nullable Object get(String key, LoadPolicy policy) {
		Objects.requireNonNull(policy, "policy");
		MetaReply reply = perform(this.calls.get(key, policy.readRequest()));
		if (this.calls.isPlain(key, policy, reply)) {
			return perform(this.calls.plainGet(key));
		}
		if (!Election.hasValue(reply) || reply.won()) {
			return null;
		}
		markIfAbandoned(key, policy, reply);
		return this.calls.decode(key, reply);
	}

	boolean invalidate(String key, Duration staleFor) {
		Objects.requireNonNull(staleFor, "staleFor");
		if (staleFor.isNegative()) {
			throw new IllegalArgumentException("staleFor: " + staleFor + " is negative; give zero to delete at once");
		}
		this.flights.overtake(key);
		try {
			if (!staleFor.isZero()) {
				MetaReply reply = perform(this.calls.get(key, LoadCalls.STATE.size()));
				if (reply.status() == Status.NOT_FOUND) {
					return false;
				}
				if (reply.status() == Status.DONE && reply.size().orElse(0) > 0) {
					MetaDelete mark = MetaDelete.DELETE.invalidate(LoadCalls.staleFor(reply, staleFor));
					return perform(this.calls.delete(key, mark)).status() == Status.DONE;
				}
				if (reply.status() == Status.UNSUPPORTED) {
					this.calls.lacksElections(key);
				}
			}
			return perform(this.calls.plainDelete(key));
		}
		finally {
			this.flights.overtake(key);
		}
	}

}
