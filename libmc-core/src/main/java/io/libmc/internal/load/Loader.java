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
				return settled("the loader of \"" + key + "\"", starter.get());
			}
			catch (Throwable ex) {
				return CompletableFuture.failedFuture(ex);
			}
		};
	}

	/**
	 * A future that ends as a stage of the application's, without what it is wrapped in.
	 */
	static <T extends @Nullable Object> CompletableFuture<T> settled(String what,
			@Nullable CompletionStage<? extends T> stage) {
		CompletableFuture<T> settled = new CompletableFuture<>();
		try {
			if (stage == null) {
				throw new IllegalStateException(what + " returned no future");
			}
			stage.whenComplete((value, ex) -> {
				if (ex == null) {
					settled.complete(value);
				}
				else {
					boolean wrapped = ex instanceof CompletionException && ex.getCause() != null;
					settled.completeExceptionally(wrapped ? ex.getCause() : ex);
				}
			});
		}
		catch (Throwable ex) {
			settled.completeExceptionally(ex);
		}
		return settled;
	}

	/** Throws what a loader failed with; that of an asynchronous one may be checked. */
	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	static <X extends Throwable> void rethrow(Throwable thrown) throws X {
		throw (X) thrown;
	}

}
