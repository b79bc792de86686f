package io.libmc;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
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
 * What {@link Loads} does, for callers who do not wait. Both share their flights.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what is done beside a load may fail
												// without harm
final class AsyncLoads {

	private final LoadCalls calls;

	private final Flights flights;

	private final Starter starter;

	private final Executor executor;

	/** Starts calls, without waiting. */
	interface Starter {

		<T extends @Nullable Object> CompletableFuture<T> start(Call<T> call);

	}

	AsyncLoads(LoadCalls calls, Flights flights, Starter starter, Executor executor) {
		this.calls = calls;
		this.flights = flights;
		this.starter = starter;
		this.executor = executor;
	}

	/** One call: its arguments, until when it waits for others, and its flight. */
	private record Request(String key, LoadPolicy policy, Supplier<? extends CompletionStage<?>> loader, long waitUntil,
			Flight flight) {

		LoadListener listener() {
			return this.policy.listener();
		}

		boolean hasTime() {
			return this.waitUntil - System.nanoTime() > 0;
		}

		/** The loader may throw, too, or return nothing. */
		CompletableFuture<@Nullable Object> load() {
			this.flight.leadHere();
			try {
				CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
				CompletionStage<?> loading = this.loader.get();
				if (loading == null) {
					throw new IllegalStateException("the loader of \"" + this.key + "\" returned no future");
				}
				loading.whenComplete((value, ex) -> complete(result, value, ex));
				return result;
			}
			catch (Throwable ex) {
				return CompletableFuture.failedFuture(ex);
			}
			finally {
				this.flight.disown();
			}
		}

	}

	/** How often something was tried, and for how long to pause before it is again. */
	private record Progress(int rejected, boolean waited, long pause) {

		static final Progress NONE = new Progress(0, false, LoadCalls.FIRST_PAUSE_MILLIS);

		Progress afterRejection() {
			return new Progress(this.rejected + 1, this.waited, this.pause);
		}

		Progress afterPause() {
			return new Progress(this.rejected, true, LoadCalls.longer(this.pause));
		}

	}

	CompletableFuture<@Nullable Object> getOrLoad(String key, LoadPolicy policy,
			Supplier<? extends CompletionStage<?>> loader) {
		Objects.requireNonNull(key, "key");
		Objects.requireNonNull(policy, "policy");
		Objects.requireNonNull(loader, "loader");
		long waitUntil = System.nanoTime() + policy.waiting().toNanos();
		return join(new Request(key, policy, loader, waitUntil, new Flight()), 0);
	}

	private CompletableFuture<@Nullable Object> join(Request request, int attempt) {
		if (attempt == LoadCalls.ATTEMPTS) {
			return request.load();
		}
		Flight running = this.flights.join(request.key(), request.flight());
		if (running == null) {
			return lead(request);
		}
		return running.isOwn() ? request.load() : follow(request, running, attempt);
	}

	private CompletableFuture<@Nullable Object> lead(Request request) {
		Flight flight = request.flight();
		try {
			begin(request).whenComplete((value, ex) -> {
				this.flights.leave(request.key(), flight);
				complete(flight.result, value, ex);
			});
		}
		catch (RuntimeException | Error ex) {
			this.flights.leave(request.key(), flight);
			flight.result.completeExceptionally(ex);
			throw ex;
		}
		return own(flight.result);
	}

	private CompletableFuture<@Nullable Object> follow(Request request, Flight flight, int attempt) {
		flight.tell(request.listener());
		long patience = Math.max(0, request.waitUntil() - System.nanoTime());
		return own(flight.result).orTimeout(patience, TimeUnit.NANOSECONDS).handle((value, ex) -> {
			Throwable cause = (ex != null) ? unwrapped(ex) : null;
			if (cause == null) {
				return accepted(request, value).thenCompose((good) -> {
					if (good) {
						this.calls.ended(LoadOutcome.WAITED);
						return CompletableFuture.completedFuture(value);
					}
					this.flights.leave(request.key(), flight);
					return join(request, attempt + 1);
				});
			}
			if (cause instanceof TimeoutException && !flight.result.isDone()) {
				this.calls.ended(LoadOutcome.TIMED_OUT);
				this.flights.leave(request.key(), flight);
				return request.load();
			}
			return CompletableFuture.<@Nullable Object>failedFuture(cause);
		}).thenCompose((next) -> next);
	}

	/** A future of the caller's own: to cancel it cancels nobody else's. */
	private static CompletableFuture<@Nullable Object> own(CompletableFuture<@Nullable Object> shared) {
		CompletableFuture<@Nullable Object> own = new CompletableFuture<>();
		shared.whenComplete((value, ex) -> complete(own, value, ex));
		return own;
	}

	private static CompletableFuture<Boolean> accepted(Request request, @Nullable Object value) {
		CompletionStage<Boolean> answer = (value != null) ? request.policy().check(value) : null;
		return (answer != null) ? answer.toCompletableFuture() : CompletableFuture.completedFuture(true);
	}

	private CompletableFuture<@Nullable Object> begin(Request request) {
		try {
			request.listener().asking();
		}
		catch (MemcachedException ex) {
			return withoutMemcached(request, ex);
		}
		return find(request, Progress.NONE);
	}

	/** Takes part in the election until there is a value. */
	private CompletableFuture<@Nullable Object> find(Request request, Progress progress) {
		return ask(request).thenCompose((reply) -> judge(request, reply))
			.handle((judged, ex) -> (ex != null) ? withoutMemcached(request, unwrapped(ex))
					: act(request, judged, progress))
			.thenCompose((next) -> next);
	}

	/**
	 * A reply, its value if that is good, and whether there is one that is not.
	 */
	private record Judged(MetaReply reply, @Nullable Object value, boolean bad) {

	}

	private CompletableFuture<MetaReply> ask(Request request) {
		CompletableFuture<MetaReply> asked = this.starter
			.start(this.calls.get(request.key(), request.policy().request()));
		return asked.exceptionallyCompose((ex) -> {
			if (!(unwrapped(ex) instanceof MemcachedException failure) || !LoadCalls.isUndecodable(failure)) {
				return CompletableFuture.failedFuture(ex);
			}
			return this.starter.start(this.calls.delete(request.key(), MetaDelete.DELETE))
				.thenCompose((done) -> this.starter.start(this.calls.get(request.key(), request.policy().request())));
		});
	}

	private CompletableFuture<Judged> judge(Request request, MetaReply reply) {
		if (!Election.hasValue(reply)) {
			return CompletableFuture.completedFuture(new Judged(reply, null, false));
		}
		Object value = this.calls.valueOf(request.key(), reply);
		if (value == null) {
			return CompletableFuture.completedFuture(new Judged(reply, null, true));
		}
		return accepted(request, value).thenApply((good) -> new Judged(reply, value, !good));
	}

	private CompletableFuture<@Nullable Object> act(Request request, Judged judged, Progress progress) {
		MetaReply reply = judged.reply();
		if (judged.bad()) {
			Progress next = progress.afterRejection();
			return (next.rejected() < LoadCalls.ATTEMPTS)
					? remove(request, reply).handle((done, ex) -> find(request, next)).thenCompose((found) -> found)
					: load(request, reply, LoadOutcome.WON);
		}
		LoadPolicy policy = request.policy();
		Verdict verdict = this.calls.verdict(request.key(), policy, reply);
		return switch (verdict) {
			case HAS_VALUE -> {
				this.calls.found(policy, request.flight());
				if (progress.waited()) {
					this.calls.ended(LoadOutcome.WAITED);
				}
				markIfAbandoned(request.key(), policy, reply);
				yield CompletableFuture.completedFuture(judged.value());
			}
			case LOADS -> load(request, reply, LoadOutcome.WON);
			case LOADS_UNELECTED -> loadUnelected(request);
			case RELOADS, REFRESHES ->
				LoadCalls.isRefresh(policy, verdict) ? refresh(request, reply, Objects.requireNonNull(judged.value()))
						: load(request, reply, LoadOutcome.WON);
			case UNSUPPORTED ->
				plainValue(request).handle((value, ex) -> (ex != null) ? withoutMemcached(request, unwrapped(ex))
						: findPlain(request, value, progress.pause()))
					.thenCompose((next) -> next);
			case WAITS -> {
				this.calls.missed(policy, request.flight());
				yield request.hasTime() ? later(() -> find(request, progress.afterPause()), progress.pause())
						: load(request, reply, LoadOutcome.TIMED_OUT);
			}
		};
	}

	private CompletableFuture<MetaReply> remove(Request request, MetaReply reply) {
		return this.starter.start(this.calls.delete(request.key(), LoadCalls.removal(reply)));
	}

	private void markIfAbandoned(String key, LoadPolicy policy, MetaReply reply) {
		if (reply.winTaken()) {
			whole(key, reply).thenAccept((whole) -> {
				if (this.calls.isAbandoned(key, policy, whole)) {
					markAgain(key, whole);
				}
			});
		}
	}

	/** The reply, with all that is needed to mark its item. */
	private CompletableFuture<MetaReply> whole(String key, MetaReply reply) {
		return LoadCalls.canBeMarked(reply) ? CompletableFuture.completedFuture(reply)
				: this.starter.start(this.calls.get(key, LoadCalls.STATE));
	}

	private CompletableFuture<?> markAgain(String key, MetaReply whole) {
		OptionalLong cas = whole.cas();
		return cas.isEmpty() ? CompletableFuture.completedFuture(null) : this.starter
			.start(this.calls.delete(key, Election.markAgain(cas.getAsLong(), whole.ttl().orElse(-1))));
	}

	/** Gives the token back: a placeholder goes, a stale value is marked again. */
	private CompletableFuture<?> release(Request request, MetaReply reply) {
		if (!Election.hasValue(reply)) {
			return remove(request, reply);
		}
		return whole(request.key(), reply).thenCompose((whole) -> whole.cas().equals(reply.cas())
				? markAgain(request.key(), whole) : CompletableFuture.completedFuture(null));
	}

	/**
	 * Loads, as the one elected, and stores unless something has happened to the item.
	 */
	private CompletableFuture<@Nullable Object> load(Request request, MetaReply reply, LoadOutcome outcome) {
		this.calls.missed(request.policy(), request.flight());
		return request.load().handle((value, ex) -> {
			if (ex != null) {
				Throwable cause = unwrapped(ex);
				return release(request, reply)
					.handle((done, ignored) -> CompletableFuture.<@Nullable Object>failedFuture(cause))
					.thenCompose((failed) -> failed);
			}
			return keep(request, reply, value, outcome);
		}).thenCompose((next) -> next);
	}

	/** Stores a value, or removes what it would replace if there is none. */
	private CompletableFuture<@Nullable Object> keep(Request request, MetaReply reply, @Nullable Object value,
			LoadOutcome outcome) {
		CompletableFuture<Boolean> kept = (value != null) ? store(request, reply, value)
				: remove(request, reply).handle((done, ex) -> true);
		return kept.thenApply((stored) -> {
			this.calls.ended(stored ? outcome : LoadOutcome.LOST);
			return value;
		});
	}

	/** Stores unless something has happened to the item since it was read. */
	private CompletableFuture<Boolean> store(Request request, MetaReply reply, Object value) {
		CompletableFuture<MetaReply> storing;
		try {
			EncodedValue encoded = this.calls.encode(request.key(), value);
			storing = this.starter.start(this.calls.store(request.key(), encoded, request.policy(), reply));
		}
		catch (RuntimeException ex) {
			storing = CompletableFuture.failedFuture(ex);
		}
		return storing.handle((stored, ex) -> {
			if (ex != null) {
				notStored(request, unwrapped(ex), () -> remove(request, reply));
				return false;
			}
			boolean done = stored.status() == Status.DONE;
			if (done) {
				request.listener().stored();
			}
			return done;
		});
	}

	private static void notStored(Request request, Throwable ex, Runnable removal) {
		RuntimeException cause = (ex instanceof RuntimeException known) ? known : new CompletionException(ex);
		request.listener().notStored(cause);
		if (LoadCalls.isRefused(cause)) {
			removal.run();
		}
	}

	/** Loads a value anew that is still good, and goes on with it if that fails. */
	private CompletableFuture<@Nullable Object> refresh(Request request, MetaReply reply, Object current) {
		this.calls.found(request.policy(), request.flight());
		Executor background = request.policy().refreshOn();
		if (background == null) {
			return refreshNow(request, reply, current);
		}
		try {
			background.execute(() -> refreshNow(request, reply, current));
		}
		catch (RejectedExecutionException ex) {
			this.calls.refreshFailed(request.key(), ex);
		}
		return CompletableFuture.completedFuture(current);
	}

	private CompletableFuture<@Nullable Object> refreshNow(Request request, MetaReply reply, Object current) {
		return request.load()
			.thenCompose((value) -> keep(request, reply, value, LoadOutcome.REFRESHED))
			.exceptionally((ex) -> {
				this.calls.refreshFailed(request.key(), unwrapped(ex));
				return current;
			});
	}

	/** A value that is good, by the classic command. */
	private CompletableFuture<@Nullable Object> plainValue(Request request) {
		return this.starter.start(this.calls.plainGet(request.key())).exceptionallyCompose((ex) -> {
			boolean undecodable = unwrapped(ex) instanceof MemcachedException failure
					&& LoadCalls.isUndecodable(failure);
			return undecodable ? CompletableFuture.completedFuture(null) : CompletableFuture.failedFuture(ex);
		}).thenCompose((value) -> accepted(request, value).thenApply((good) -> good ? value : null));
	}

	/** For a server without meta commands: whoever can add a lock loads. */
	private CompletableFuture<@Nullable Object> findPlain(Request request, @Nullable Object value, long pause) {
		if (value != null) {
			this.calls.found(request.policy(), request.flight());
			return CompletableFuture.completedFuture(value);
		}
		if (!request.policy().elects()) {
			return loadUnelected(request);
		}
		String lock = LoadCalls.lockOf(request.key());
		return this.starter.start(this.calls.lock(lock, request.policy().lease())).handle((locked, ex) -> {
			if (ex != null) {
				return withoutMemcached(request, unwrapped(ex));
			}
			if (locked) {
				return loadUnelected(request)
					.whenComplete((loaded, failed) -> this.starter.start(this.calls.plainDelete(lock)));
			}
			this.calls.missed(request.policy(), request.flight());
			if (request.hasTime()) {
				return later(() -> plainValue(request), pause)
					.thenCompose((found) -> findPlain(request, found, LoadCalls.longer(pause)));
			}
			this.calls.ended(LoadOutcome.TIMED_OUT);
			return request.load();
		}).thenCompose((next) -> next);
	}

	/** Loads and stores what nothing but this process guards. */
	private CompletableFuture<@Nullable Object> loadUnelected(Request request) {
		Flight flight = request.flight();
		this.calls.missed(request.policy(), flight);
		return request.load().thenCompose((value) -> {
			if (value == null || flight.isOvertaken()) {
				this.calls.ended((value == null) ? LoadOutcome.WON : LoadOutcome.LOST);
				return CompletableFuture.completedFuture(value);
			}
			return storeUnelected(request, value).thenApply((stored) -> {
				boolean kept = stored && !flight.isOvertaken();
				if (stored && !kept) {
					this.starter.start(this.calls.plainDelete(request.key()));
				}
				this.calls.ended(kept ? LoadOutcome.WON : LoadOutcome.LOST);
				return value;
			});
		});
	}

	private CompletableFuture<Boolean> storeUnelected(Request request, Object value) {
		CompletableFuture<Boolean> storing;
		try {
			storing = this.starter.start(this.calls.plainSet(request.key(), value, request.policy().nextTtl()));
		}
		catch (RuntimeException ex) {
			storing = CompletableFuture.failedFuture(ex);
		}
		return storing.handle((stored, ex) -> {
			if (ex != null) {
				notStored(request, unwrapped(ex), () -> this.starter.start(this.calls.plainDelete(request.key())));
				return false;
			}
			request.listener().stored();
			return true;
		});
	}

	private CompletableFuture<@Nullable Object> withoutMemcached(Request request, Throwable failure) {
		if (!(failure instanceof MemcachedException known)) {
			return CompletableFuture.failedFuture(failure);
		}
		try {
			this.calls.bypassed(request.key(), request.policy(), known);
		}
		catch (MemcachedException ex) {
			return CompletableFuture.failedFuture(ex);
		}
		return request.load();
	}

	private <T extends @Nullable Object> CompletableFuture<T> later(Supplier<CompletableFuture<T>> next, long millis) {
		Executor delayed = CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, this.executor);
		return CompletableFuture.supplyAsync(next, delayed).thenCompose((started) -> started);
	}

	/** The value if there is one and this caller is not the one to load another. */
	CompletableFuture<@Nullable Object> get(String key, LoadPolicy policy) {
		Objects.requireNonNull(policy, "policy");
		return this.starter.start(this.calls.get(key, policy.readRequest())).thenCompose((reply) -> {
			if (this.calls.isPlain(key, policy, reply)) {
				return this.starter.start(this.calls.plainGet(key));
			}
			if (!Election.hasValue(reply) || reply.won()) {
				return CompletableFuture.completedFuture(null);
			}
			markIfAbandoned(key, policy, reply);
			return CompletableFuture.completedFuture(this.calls.decode(key, reply));
		});
	}

	private static void complete(CompletableFuture<@Nullable Object> future, @Nullable Object value,
			@Nullable Throwable ex) {
		if (ex == null) {
			future.complete(value);
		}
		else {
			future.completeExceptionally(unwrapped(ex));
		}
	}

	private static Throwable unwrapped(Throwable ex) {
		return (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
	}

}
