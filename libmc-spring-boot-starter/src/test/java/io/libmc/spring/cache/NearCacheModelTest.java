package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.cache.Cache.ValueWrapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three instances of an application, several threads of each, that read and change
 * entries at random, beside a clock of versions: what a read returns was not overtaken
 * longer ago than the near cache's time to live, nor by its own instance before the read
 * began.
 */
@Memcached(servers = 2)
@Timeout(120)
class NearCacheModelTest {

	private static final int INSTANCES = 3;

	private static final int THREADS = 3;

	private static final int KEYS = 6;

	private static final Duration TIME_TO_LIVE = Duration.ofMillis(40);

	private static final Duration RUNS = Duration.ofSeconds(Integer.getInteger("libmc.near.seconds", 4));

	private final Map<Integer, Row> database = new ConcurrentHashMap<>();

	private final LongAdder reads = new LongAdder();

	/** What is cached, with every version's end. */
	private static final class Row {

		private final List<Version> versions = new ArrayList<>(List.of(new Version()));

		private synchronized int latest() {
			return this.versions.size() - 1;
		}

		private synchronized int next() {
			this.versions.add(new Version());
			return latest();
		}

		private synchronized void overtaken(int version, int instance, long at) {
			this.versions.get(version).overtakenAt = at;
			this.versions.get(version).overtakenBy = instance;
		}

		/** The first change after a version that was complete when a read began. */
		private synchronized String problem(int version, int instance, long readAt) {
			for (int i = version; i < this.versions.size(); i++) {
				Version each = this.versions.get(i);
				long ago = readAt - each.overtakenAt;
				if (each.overtakenAt != 0 && ago > 0
						&& (each.overtakenBy == instance || ago > TIME_TO_LIVE.toNanos())) {
					return "version " + version + " of " + latest() + " was overtaken " + ago / 1_000 + " us before by "
							+ each.overtakenBy + " and read by " + instance;
				}
			}
			return "";
		}

	}

	private static final class Version {

		private long overtakenAt;

		private int overtakenBy;

	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void nobodyReadsWhatWasOvertakenLongerAgo(boolean byReference, List<MemcachedServer> servers) throws Exception {
		NearSettings near = NearSettings.timeToLive(TIME_TO_LIVE).withByReference(byReference);
		List<MemcachedClient> clients = new ArrayList<>();
		ExecutorService threads = Executors.newFixedThreadPool(INSTANCES * THREADS);
		try {
			List<Future<String>> all = new ArrayList<>();
			long until = System.nanoTime() + RUNS.toNanos();
			for (int instance = 0; instance < INSTANCES; instance++) {
				MemcachedClient client = LibmcCacheTest.client(servers);
				clients.add(client);
				LibmcCache cache = LibmcCacheTest.cache(client, new LibmcCacheSettings().near(near));
				int number = instance;
				IntStream.range(0, THREADS).forEach((i) -> all.add(threads.submit(() -> act(cache, number, until))));
			}
			for (Future<String> each : all) {
				assertThat(each.get(100, TimeUnit.SECONDS)).isEmpty();
			}
		}
		finally {
			threads.shutdownNow();
			clients.forEach(MemcachedClient::close);
		}
		assertThat(this.reads.sum()).isGreaterThan(1000);
	}

	private String act(LibmcCache cache, int instance, long until) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		String problem = "";
		while (problem.isEmpty() && System.nanoTime() < until) {
			int key = random.nextInt(KEYS);
			Row row = this.database.computeIfAbsent(key, (unused) -> new Row());
			if (random.nextInt(100) < 4) {
				change(cache, key, row, instance, random.nextInt(5));
			}
			else {
				problem = read(cache, key, row, instance, random.nextInt(4));
			}
		}
		return problem;
	}

	/** One change at a time, as in a database. */
	private void change(LibmcCache cache, int key, Row row, int instance, int how) {
		synchronized (this.database.get(key).versions) {
			int before = row.latest();
			int next = row.next();
			switch (how) {
				case 0, 1 -> cache.put(key, next);
				case 2 -> cache.evict(key);
				case 3 -> cache.evictIfPresent(key);
				default -> cache.clear();
			}
			row.overtaken(before, instance, System.nanoTime());
		}
	}

	private String read(LibmcCache cache, int key, Row row, int instance, int how) {
		this.reads.increment();
		long readAt = System.nanoTime();
		Object found = switch (how) {
			case 0 -> cache.get(key, Integer.class);
			case 1 -> cache.get(key, row::latest);
			case 2 -> valueOf((ValueWrapper) cache.retrieve(key).join());
			default -> cache.retrieve(key, () -> CompletableFuture.completedFuture(row.latest())).join();
		};
		return (found != null) ? row.problem((int) found, instance, readAt) : "";
	}

	private static Object valueOf(ValueWrapper wrapper) {
		return (wrapper != null) ? wrapper.get() : null;
	}

}
