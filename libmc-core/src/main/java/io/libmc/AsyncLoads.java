package io.libmc;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.libmc.Loads.Flight;
import io.libmc.MemcachedListener.LoadOutcome;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Loads} does, for callers who do not wait. Both share their flights.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what is done beside a load may fail
												// without harm
final class AsyncLoads {

	private final Loads loads;

	private final AsyncMemcachedClient client;

	private final Executor executor;

	AsyncLoads(Loads loads, AsyncMemcachedClient client, Executor executor) {
		this.loads = loads;
		this.client = client;
		this.executor = executor;
	}

	/** One call: its arguments, and until when it waits for others. */
	private record Request(String key, LoadPolicy policy, Supplier<? extends CompletionStage<?>> loader,
			long waitUntil) {

	}

	CompletableFuture<@Nullable Object> getOrLoad(String key, LoadPolicy policy,
			Supplier<? extends CompletionStage<?>> loader) {
		Objects.requireNonNull(key, "key");
		Objects.requireNonNull(policy, "policy");
		Objects.requireNonNull(loader, "loader");
		Request request = new Request(key, policy, loader, System.nanoTime() + policy.waiting().toNanos());
		Flight mine = new Flight(null);
		Flight running = this.loads.join(key, mine);
		return (running == null) ? lead(request, mine) : follow(request, running);
	}

	private CompletableFuture<@Nullable Object> lead(Request request, Flight flight) {
		try {
			find(request, Loads.FIRST_PAUSE_MILLIS).whenComplete((value, ex) -> {
				this.loads.leave(request.key(), flight);
				if (ex == null) {
					flight.result.complete(value);
				}
				else {
					flight.result.completeExceptionally(unwrapped(ex));
				}
			});
		}
		catch (RuntimeException | Error ex) {
			this.loads.leave(request.key(), flight);
			flight.result.completeExceptionally(ex);
			throw ex;
		}
		return own(flight.result);
	}

	private CompletableFuture<@Nullable Object> follow(Request request, Flight flight) {
		return own(flight.result).orTimeout(request.policy().waiting().toNanos(), TimeUnit.NANOSECONDS)
			.handle((value, ex) -> {
				Throwable cause = (ex != null) ? unwrapped(ex) : null;
				if (cause == null) {
					this.loads.ended(LoadOutcome.WAITED);
					return CompletableFuture.completedFuture(value);
				}
				if (cause instanceof TimeoutException && !flight.result.isDone()) {
					this.loads.ended(LoadOutcome.TIMED_OUT);
					return call(request);
				}
				return CompletableFuture.<@Nullable Object>failedFuture(cause);
			})
			.thenCompose((next) -> next);
	}

	/** A future of the caller's own: to cancel it cancels nobody else's. */
	private static CompletableFuture<@Nullable Object> own(CompletableFuture<@Nullable Object> shared) {
		CompletableFuture<@Nullable Object> own = new CompletableFuture<>();
		shared.whenComplete((value, ex) -> {
			if (ex == null) {
				own.complete(value);
			}
			else {
				own.completeExceptionally(unwrapped(ex));
			}
		});
		return own;
	}

	/** Takes part in the election until there is a value. */
	private CompletableFuture<@Nullable Object> find(Request request, long pause) {
		return this.client.meta()
			.get(request.key(), request.policy().request())
			.handle((reply, ex) -> (ex != null) ? withoutMemcached(request, unwrapped(ex)) : act(request, reply, pause))
			.thenCompose((next) -> next);
	}

	private CompletableFuture<@Nullable Object> act(Request request, MetaReply reply, long pause) {
		return switch (this.loads.election().verdict(reply)) {
			case HAS_VALUE -> {
				Object value = this.loads.valueOf(request.key(), reply);
				if (value == null) {
					yield load(request, reply, LoadOutcome.WON);
				}
				MetaDelete mark = this.loads.markIfAbandoned(request.key(), request.policy(), reply);
				if (mark != null) {
					this.client.meta().delete(request.key(), mark);
				}
				yield CompletableFuture.completedFuture(value);
			}
			case LOADS, RELOADS -> load(request, reply, LoadOutcome.WON);
			case REFRESHES -> refresh(request, reply);
			case UNSUPPORTED -> findByLock(request, pause);
			case WAITS -> hasTime(request) ? later(() -> find(request, longer(pause)), pause)
					: load(request, reply, LoadOutcome.TIMED_OUT);
		};
	}

	/**
	 * Loads, as the one elected, and stores unless something has happened to the item.
	 */
	private CompletableFuture<@Nullable Object> load(Request request, MetaReply reply, LoadOutcome outcome) {
		return call(request).handle((value, ex) -> {
			if (ex != null) {
				Throwable cause = unwrapped(ex);
				return this.client.meta()
					.delete(request.key(), Loads.release(reply))
					.handle((done, ignored) -> CompletableFuture.<@Nullable Object>failedFuture(cause))
					.thenCompose((failed) -> failed);
			}
			return keep(request, reply, value, outcome);
		}).thenCompose((next) -> next);
	}

	private CompletableFuture<@Nullable Object> keep(Request request, MetaReply reply, @Nullable Object value,
			LoadOutcome outcome) {
		return store(request, reply, value).handle((stored, ex) -> {
			boolean kept = ex == null && stored;
			this.loads.ended(kept ? outcome : LoadOutcome.LOST);
			if (!kept || value == null) {
				this.client.meta().delete(request.key(), Loads.release(reply));
			}
			return value;
		});
	}

	/** Whether it was stored; null, which is not, counts as such. */
	private CompletableFuture<Boolean> store(Request request, MetaReply reply, @Nullable Object value) {
		if (value == null) {
			return CompletableFuture.completedFuture(true);
		}
		try {
			RawValue encoded = this.loads.encode(request.key(), value);
			if (encoded.bytes().length == 0) {
				return CompletableFuture.completedFuture(false);
			}
			return this.client.meta()
				.set(request.key(), encoded, Loads.guarded(request.policy(), reply))
				.thenApply((stored) -> stored.status() == MetaReply.Status.DONE);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/** Loads a value anew that is still good, and goes on with it if that fails. */
	private CompletableFuture<@Nullable Object> refresh(Request request, MetaReply reply) {
		Object current = this.loads.valueOf(request.key(), reply);
		if (current == null) {
			return load(request, reply, LoadOutcome.WON);
		}
		return load(request, reply, LoadOutcome.REFRESHED).exceptionally((ex) -> {
			this.loads.refreshFailed(request.key(), unwrapped(ex));
			return current;
		});
	}

	/** For a server without meta commands: whoever can add a lock loads. */
	private CompletableFuture<@Nullable Object> findByLock(Request request, long pause) {
		String lock = Loads.lockOf(request.key());
		return this.client.<Object>get(request.key()).thenCompose((value) -> {
			if (value != null) {
				return CompletableFuture.<@Nullable Object>completedFuture(value);
			}
			return this.client.add(lock, 1, request.policy().lease()).thenCompose((locked) -> {
				if (locked) {
					return loadUnderLock(request, lock);
				}
				if (hasTime(request)) {
					return later(() -> findByLock(request, longer(pause)), pause);
				}
				this.loads.ended(LoadOutcome.TIMED_OUT);
				return call(request);
			});
		});
	}

	private CompletableFuture<@Nullable Object> loadUnderLock(Request request, String lock) {
		return call(request).thenCompose((value) -> {
			this.loads.ended(LoadOutcome.WON);
			CompletableFuture<?> stored = (value != null)
					? this.client.set(request.key(), value, request.policy().nextTtl())
					: CompletableFuture.completedFuture(null);
			return stored.handle((done, ex) -> value);
		}).whenComplete((value, ex) -> this.client.delete(lock));
	}

	private CompletableFuture<@Nullable Object> withoutMemcached(Request request, Throwable failure) {
		if (!(failure instanceof MemcachedException)) {
			return CompletableFuture.failedFuture(failure);
		}
		this.loads.bypassed(request.key(), failure);
		return call(request);
	}

	private static boolean hasTime(Request request) {
		return request.waitUntil() - System.nanoTime() > 0;
	}

	private static long longer(long pause) {
		return Math.min(pause * 2, Loads.LONGEST_PAUSE_MILLIS);
	}

	private <T extends @Nullable Object> CompletableFuture<T> later(Supplier<CompletableFuture<T>> next, long millis) {
		Executor delayed = CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, this.executor);
		return CompletableFuture.supplyAsync(next, delayed).thenCompose((started) -> started);
	}

	private CompletableFuture<@Nullable Object> call(Request request) {
		try {
			CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
			request.loader().get().whenComplete((value, ex) -> {
				if (ex == null) {
					result.complete(value);
				}
				else {
					result.completeExceptionally(unwrapped(ex));
				}
			});
			return result;
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private static Throwable unwrapped(Throwable ex) {
		return (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
	}

}
