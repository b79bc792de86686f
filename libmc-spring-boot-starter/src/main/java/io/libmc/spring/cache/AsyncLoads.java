package io.libmc.spring.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.libmc.MemcachedException;
import io.libmc.spring.cache.RunningLoads.Load;

/**
 * Loading what is missed, without a thread that waits. It takes part in the same loads as
 * {@link LibmcCache#get(Object, java.util.concurrent.Callable)}: of all who miss an entry
 * one loads. Every caller gets a future of its own, which it may cancel or complete
 * without anybody noticing.
 */
final class AsyncLoads {

	private final Values values;

	private final EntryStore store;

	private final RunningLoads loads;

	AsyncLoads(Values values, EntryStore store, RunningLoads loads) {
		this.values = values;
		this.store = store;
		this.loads = loads;
	}

	<T> CompletableFuture<T> retrieve(String name, Supplier<CompletableFuture<T>> loader) {
		CompletableFuture<T> own = new CompletableFuture<>();
		long endedBefore = this.loads.ended();
		boolean nested = this.loads.isMine(name);
		Background.then(this.values.findAsync(name), (found, ex) -> {
			if (found != null) {
				complete(own, Values.userValue(found));
				return;
			}
			boolean reachable = ex == null;
			if (ex != null) {
				try {
					this.values.failed(Values.failure(ex));
				}
				catch (MemcachedException failure) {
					own.completeExceptionally(failure);
					return;
				}
			}
			if (nested) {
				Background.then(load(loader), (value, failed) -> end(own, value, failed));
			}
			else {
				join(name, loader, own, reachable, endedBefore);
			}
		});
		return own;
	}

	private <T> void join(String name, Supplier<CompletableFuture<T>> loader, CompletableFuture<T> own,
			boolean reachable, long endedBefore) {
		Load mine = new Load();
		Load running = this.loads.start(name, mine);
		if (running != null) {
			running.whenEnded((value, ex) -> end(own, value, ex));
		}
		else if (reachable && this.loads.ended() != endedBefore) {
			Background.then(this.values.findAgainAsync(name), (found, ex) -> {
				if (found != null) {
					mine.complete(Values.userValue(found));
					this.loads.end(name, mine);
					complete(own, Values.userValue(found));
				}
				else {
					lead(name, loader, own, mine, reachable);
				}
			});
		}
		else {
			lead(name, loader, own, mine, reachable);
		}
	}

	/** Loads for everybody. Who comes before the value is cached joins the load. */
	private <T> void lead(String name, Supplier<CompletableFuture<T>> loader, CompletableFuture<T> own, Load mine,
			boolean reachable) {
		long generation = reachable ? knownGeneration(name) : Generation.NONE;
		mine.own();
		CompletableFuture<T> loaded = load(loader);
		mine.disown();
		Background.then(loaded, (value, ex) -> {
			if (ex != null) {
				mine.fail(cause(ex));
				this.loads.end(name, mine);
			}
			else {
				CompletableFuture<?> kept = (generation != Generation.NONE)
						? this.values.keepAsync(generation, name, value, mine)
						: CompletableFuture.completedFuture(null);
				mine.complete(value);
				Background.then(kept, (done, failed) -> this.loads.end(name, mine));
			}
			end(own, value, ex);
		});
	}

	private long knownGeneration(String name) {
		try {
			return this.store.knownGeneration(name);
		}
		catch (RuntimeException ex) {
			return Generation.NONE;
		}
	}

	/** A loader may throw, too, or return nothing. */
	private static <T> CompletableFuture<T> load(Supplier<CompletableFuture<T>> loader) {
		try {
			CompletableFuture<T> loaded = loader.get();
			return (loaded != null) ? loaded
					: CompletableFuture.failedFuture(new IllegalStateException("The loader returned no future"));
		}
		catch (Throwable ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private static <T> void end(CompletableFuture<T> own, @Nullable Object value, @Nullable Throwable ex) {
		if (ex != null) {
			own.completeExceptionally(cause(ex));
		}
		else {
			complete(own, value);
		}
	}

	@SuppressWarnings({ "unchecked", "NullAway" }) // the caller says what the values are
	private static <T> void complete(CompletableFuture<T> own, @Nullable Object value) {
		own.complete((T) value);
	}

	private static Throwable cause(Throwable ex) {
		return (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
	}

}
