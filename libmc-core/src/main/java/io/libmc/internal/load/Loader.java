package io.libmc.internal.load;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.libmc.LoadException;
import org.jspecify.annotations.Nullable;

/**
 * What a caller loads a value with, on the thread that runs the script.
 */
@FunctionalInterface
public interface Loader {

	/** Starts to load; the value may be there already. Throws nothing. */
	CompletableFuture<@Nullable Object> start();

	/** One that loads at once. */
	static Loader of(String key, Callable<?> callable) {
		return () -> {
			try {
				return CompletableFuture.completedFuture(callable.call());
			}
			catch (RuntimeException | Error ex) {
				return CompletableFuture.failedFuture(ex);
			}
			catch (Exception ex) {
				return CompletableFuture.failedFuture(new LoadException(key, ex));
			}
		};
	}

	/** One that only starts to. */
	static Loader of(String key, Supplier<? extends CompletionStage<?>> starter) {
		return () -> {
			try {
				CompletionStage<?> loading = starter.get();
				if (loading == null) {
					throw new IllegalStateException("the loader of \"" + key + "\" returned no future");
				}
				return settled(loading);
			}
			catch (Throwable ex) {
				// it is the application's
				return CompletableFuture.failedFuture(ex);
			}
		};
	}

	/** A future of its own, which fails with what the stage was failed with. */
	static <T extends @Nullable Object> CompletableFuture<T> settled(CompletionStage<? extends T> stage) {
		CompletableFuture<T> settled = new CompletableFuture<>();
		stage.whenComplete((value, ex) -> {
			if (ex == null) {
				settled.complete(value);
			}
			else {
				settled.completeExceptionally(
						(ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex);
			}
		});
		return settled;
	}

	/** Throws what a loader failed with; that of an asynchronous one may be checked. */
	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	static <X extends Throwable> void rethrow(Throwable thrown) throws X {
		throw (X) thrown;
	}

}
