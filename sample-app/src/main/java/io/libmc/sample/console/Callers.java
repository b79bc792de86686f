package io.libmc.sample.console;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.libmc.LoadListener;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import org.jspecify.annotations.Nullable;

/**
 * Many callers who want the same value, and load it from a slow database where they have
 * to.
 */
final class Callers {

	private final MemcachedClient memcached;

	private final Duration slowQuery;

	Callers(MemcachedClient memcached, Duration slowQuery) {
		this.memcached = memcached;
		this.slowQuery = slowQuery;
	}

	/** How a caller came by the value. */
	enum How {

		/** It was there. */
		HIT,

		/** It was there though it is evicted, until it is loaded anew. */
		STALE,

		/** Another caller loaded it, and this one waited. */
		WAITED,

		/** This caller loaded it. */
		LOADED,

		/** memcached could not be reached, and this caller loaded without it. */
		FAILED;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * A call.
	 *
	 * @param process 1 for this application, 2 for the other process
	 * @param start when it began, in microseconds since 1970
	 * @param end when it ended
	 */
	record Call(int process, long start, long end, How how) {

		/** The same with a value that was as good as any. */
		Call found() {
			return new Call(this.process, this.start, this.end, (this.how == How.STALE) ? How.HIT : this.how);
		}

	}

	/** What protects the database, or {@code null} for nothing but a cache. */
	record Query(String key, String fresh, @Nullable LoadPolicy protection, Duration timeToLive) {

	}

	/**
	 * Lets callers ask.
	 * @param begin when the first one is to, in microseconds since 1970
	 * @param pause between one and the next
	 * @param process which one this is
	 */
	List<Call> ask(Query query, int callers, long begin, Duration pause, int process) {
		ExecutorService threads = Executors.newFixedThreadPool(callers);
		try {
			List<CompletableFuture<Call>> calls = new ArrayList<>();
			for (int i = 0; i < callers; i++) {
				long start = begin + i * pause.toNanos() / 1000;
				calls.add(CompletableFuture.supplyAsync(() -> {
					sleepUntil(start);
					return ask(query, process);
				}, threads));
			}
			return calls.stream().map(CompletableFuture::join).toList();
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static void sleepUntil(long start) {
		try {
			TimeUnit.MICROSECONDS.sleep(start - now());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private Call ask(Query query, int process) {
		long start = now();
		How how = (query.protection != null) ? protectedly(query, query.protection) : cached(query);
		return new Call(process, start, now(), how);
	}

	/** As the client tells of it. */
	private How protectedly(Query query, LoadPolicy protection) {
		AtomicReference<@Nullable How> how = new AtomicReference<>();
		LoadListener listener = new LoadListener() {

			@Override
			public void waiting() {
				how.compareAndSet(null, How.WAITED);
			}

			@Override
			public void found() {
				how.compareAndSet(How.WAITED, null);
			}

			@Override
			public void missed() {
				how.compareAndSet(null, How.WAITED);
			}

			@Override
			public void failed(MemcachedException failure) {
				how.set(How.FAILED);
			}

		};
		String value = this.memcached.getOrLoad(query.key, protection.listener(listener), () -> {
			how.updateAndGet((soFar) -> (soFar != How.FAILED) ? How.LOADED : soFar);
			return database(query);
		});
		How known = how.get();
		return (known != null) ? known : query.fresh.equals(value) ? How.HIT : How.STALE;
	}

	/** As a cache does that protects nothing. */
	private How cached(Query query) {
		How how = How.LOADED;
		try {
			if (this.memcached.get(query.key) != null) {
				return How.HIT;
			}
		}
		catch (MemcachedException ex) {
			how = How.FAILED;
		}
		String value = database(query);
		try {
			this.memcached.set(query.key, value, query.timeToLive);
		}
		catch (MemcachedException ex) {
			how = How.FAILED;
		}
		return how;
	}

	private String database(Query query) {
		sleepUntil(now() + TimeUnit.MILLISECONDS.toMicros(this.slowQuery.toMillis()));
		return query.fresh;
	}

	static long now() {
		return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
	}

}
