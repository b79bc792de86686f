package io.libmc.spring.cache;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * The two calls that load an entry. They do the same, but for one the caller waits.
 */
enum LoadingCall {

	GET {

		@Override
		Future<Object> begin(LibmcCache cache, ExecutorService threads, Callable<Object> loader) {
			return threads.submit(() -> cache.get("k", loader));
		}

	},

	RETRIEVE {

		@Override
		Future<Object> begin(LibmcCache cache, ExecutorService threads, Callable<Object> loader) {
			return cache.retrieve("k", () -> CompletableFuture.supplyAsync(() -> call(loader), threads));
		}

	};

	/**
	 * Begins to look for the entry of "k".
	 * @param threads where the loader runs, which may wait
	 */
	abstract Future<Object> begin(LibmcCache cache, ExecutorService threads, Callable<Object> loader);

	LoadingCall other() {
		return (this == GET) ? RETRIEVE : GET;
	}

	private static Object call(Callable<Object> loader) {
		try {
			return loader.call();
		}
		catch (Exception ex) {
			throw new CompletionException(ex);
		}
	}

}
