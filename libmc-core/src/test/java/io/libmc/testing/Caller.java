package io.libmc.testing;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MultiResult;
import org.jspecify.annotations.Nullable;

/**
 * The two who load and store values: what one may rely on so may the other, and a test
 * that is given either is written once. Each method awaits the result, and throws what
 * the call failed with.
 */
public enum Caller {

	/** Waits on its own thread, where its loader runs, too. */
	BLOCKING {

		@Override
		public boolean set(MemcachedClient client, String key, Object value) {
			return client.set(key, value);
		}

		@Override
		public MultiResult setMulti(MemcachedClient client, Map<String, ?> entries) {
			return client.setMulti(entries);
		}

		@Override
		public <T> @Nullable T getOrLoad(MemcachedClient client, String key, LoadPolicy policy, Executor threads,
				Callable<T> loader) {
			return client.getOrLoad(key, policy, loader);
		}

		@Override
		public <T> @Nullable T get(MemcachedClient client, String key, LoadPolicy policy) {
			return client.get(key, policy);
		}

		@Override
		public boolean invalidate(MemcachedClient client, String key, Duration staleFor) {
			return client.invalidate(key, staleFor);
		}

		@Override
		public boolean invalidate(MemcachedClient client, String key, LoadPolicy policy) {
			return client.invalidate(key, policy);
		}

	},

	/** Is given a future. */
	ASYNC {

		@Override
		public boolean set(MemcachedClient client, String key, Object value) throws Exception {
			return await(client.async().set(key, value));
		}

		@Override
		public MultiResult setMulti(MemcachedClient client, Map<String, ?> entries) throws Exception {
			return await(client.async().setMulti(entries));
		}

		@Override
		public <T> @Nullable T getOrLoad(MemcachedClient client, String key, LoadPolicy policy, Executor threads,
				Callable<T> loader) throws Exception {
			return await(client.async()
				.<T>getOrLoad(key, policy, () -> CompletableFuture.supplyAsync(() -> start(loader), threads)
					.thenCompose((loading) -> loading)));
		}

		@Override
		public <T> @Nullable T get(MemcachedClient client, String key, LoadPolicy policy) throws Exception {
			return await(client.async().<T>get(key, policy));
		}

		@Override
		public boolean invalidate(MemcachedClient client, String key, Duration staleFor) throws Exception {
			return await(client.async().invalidate(key, staleFor));
		}

		@Override
		public boolean invalidate(MemcachedClient client, String key, LoadPolicy policy) throws Exception {
			return await(client.async().invalidate(key, policy));
		}

	};

	private static final long PATIENCE_SECONDS = 30;

	/**
	 * Stores a value.
	 * @param client who does
	 * @param key the key
	 * @param value the value
	 * @return whether it was stored
	 * @throws Exception what the call failed with
	 */
	public abstract boolean set(MemcachedClient client, String key, Object value) throws Exception;

	/**
	 * Stores many values.
	 * @param client who does
	 * @param entries the values by key
	 * @return which were not stored
	 * @throws Exception what the call failed with
	 */
	public abstract MultiResult setMulti(MemcachedClient client, Map<String, ?> entries) throws Exception;

	/**
	 * Reads or loads a value.
	 * @param <T> what the loader returns
	 * @param client whose loads they are
	 * @param key the key
	 * @param policy how to load
	 * @param loader does not wait: it runs on the thread that starts it
	 * @return the value
	 * @throws Exception what the call failed with; what is checked comes in a
	 * {@link io.libmc.LoadException} to who blocks, and as it is to who does not
	 */
	public <T> @Nullable T getOrLoad(MemcachedClient client, String key, LoadPolicy policy, Callable<T> loader)
			throws Exception {
		return getOrLoad(client, key, policy, Runnable::run, loader);
	}

	/**
	 * Reads or loads a value, with a loader that may wait.
	 * @param <T> what the loader returns
	 * @param client whose loads they are
	 * @param key the key
	 * @param policy how to load
	 * @param threads run the loader of a caller that must not wait
	 * @param loader may wait
	 * @return the value
	 * @throws Exception as above
	 */
	public abstract <T> @Nullable T getOrLoad(MemcachedClient client, String key, LoadPolicy policy, Executor threads,
			Callable<T> loader) throws Exception;

	/**
	 * Reads a value without loading it.
	 * @param <T> what the value is
	 * @param client who reads
	 * @param key the key
	 * @param policy how the value is kept
	 * @return the value, or null
	 * @throws Exception what the call failed with
	 */
	public abstract <T> @Nullable T get(MemcachedClient client, String key, LoadPolicy policy) throws Exception;

	/**
	 * Takes a value back.
	 * @param client who does
	 * @param key the key
	 * @param staleFor how long the others may still get it
	 * @return whether there was one
	 * @throws Exception what the call failed with
	 */
	public abstract boolean invalidate(MemcachedClient client, String key, Duration staleFor) throws Exception;

	/**
	 * Takes a value back, as a policy says.
	 * @param client who does
	 * @param key the key
	 * @param policy how long the others may still get it
	 * @return whether there was one
	 * @throws Exception what the call failed with
	 */
	public abstract boolean invalidate(MemcachedClient client, String key, LoadPolicy policy) throws Exception;

	/**
	 * Runs a case that takes its time with each at once.
	 * @param test must not use anything that the other one uses, too
	 * @throws Exception if it was interrupted
	 * @throws AssertionError if the case failed for one of them
	 */
	public static void both(Case test) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(values().length);
		try {
			Stream<Callable<Void>> cases = Stream.of(values()).map((caller) -> () -> run(test, caller));
			for (Future<Void> each : threads.invokeAll(cases.toList())) {
				each.get();
			}
		}
		catch (ExecutionException ex) {
			throw new AssertionError(ex.getCause().getMessage(), ex.getCause());
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static @Nullable Void run(Case test, Caller caller) {
		try {
			test.run(caller);
			return null;
		}
		catch (Throwable ex) {
			throw new AssertionError(caller + ": " + ex.getMessage(), ex);
		}
	}

	private static <T> CompletionStage<T> start(Callable<T> loader) {
		try {
			return CompletableFuture.completedFuture(loader.call());
		}
		catch (Throwable ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private static <T extends @Nullable Object> T await(CompletableFuture<T> result) throws Exception {
		try {
			return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			throw (Exception) ex.getCause();
		}
	}

	/** A test of one of them. */
	@FunctionalInterface
	public interface Case {

		/**
		 * Runs it.
		 * @param caller with whom
		 * @throws Exception anything, and it fails
		 */
		void run(Caller caller) throws Exception;

	}

}
