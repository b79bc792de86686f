package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.libmc.MemcachedClient;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server is out of reach again and again, at random, and keeps what it has, while two
 * instances read, load, put, evict and clear at random. Every read is checked against
 * what the values were at what time.
 */
@Memcached(servers = 2)
@Timeout(120)
class SparesModelTest {

	private static final Duration SPARE_TIME = Duration.ofSeconds(2);

	/**
	 * That, a tick of memcached's clock, and the second after which a server that is back
	 * is told of what it missed, with some time to do all this.
	 */
	private static final Duration BOUND = SPARE_TIME.plusSeconds(1).plusSeconds(1).plusMillis(500);

	private static final Duration DURATION = Duration.ofSeconds(25);

	private static final int KEYS = 4;

	private final List<Source> sources = IntStream.range(0, KEYS).mapToObj((key) -> new Source()).toList();

	private final Queue<String> failures = new ConcurrentLinkedQueue<>();

	private final AtomicInteger hits = new AtomicInteger();

	private final AtomicInteger onSpares = new AtomicInteger();

	private volatile boolean over;

	/** What a key's values are, and since when. */
	private static final class Source {

		private final TreeMap<Long, Long> versions = new TreeMap<>(Map.of(System.nanoTime(), 1L));

		synchronized long current() {
			return this.versions.lastEntry().getValue();
		}

		synchronized long next() {
			long next = current() + 1;
			this.versions.put(System.nanoTime(), next);
			return next;
		}

		synchronized long at(long moment) {
			Map.Entry<Long, Long> entry = this.versions.floorEntry(moment);
			return (entry != null) ? entry.getValue() : 0;
		}

	}

	@Test
	void nothingIsServedThatWasOvertakenLongerAgoThanTheBound(List<MemcachedServer> servers) throws Exception {
		ExecutorService threads = Executors.newCachedThreadPool();
		List<MemcachedClient> clients = new ArrayList<>();
		List<LibmcCacheManager> managers = new ArrayList<>();
		try (FaultProxy home = FaultProxy.to(servers.get(0))) {
			List<LibmcCache> caches = new ArrayList<>();
			for (int i = 0; i < 2; i++) {
				MemcachedClient client = MemcachedClient.builder()
					.servers(home.address())
					.spares(servers.get(1).address())
					.spareTimeToLive(SPARE_TIME)
					.connectTimeout(Duration.ofSeconds(1))
					.pollTimeout(Duration.ofSeconds(2))
					.retryTimeout(Duration.ofMillis(20))
					.build();
				clients.add(client);
				LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings());
				manager.setClearVisibility(Duration.ofMillis(100));
				manager.afterPropertiesSet();
				managers.add(manager);
				caches.add((LibmcCache) Objects.requireNonNull(manager.getCache("books")));
			}
			long end = System.nanoTime() + DURATION.toNanos();
			for (int i = 0; i < 4; i++) {
				LibmcCache cache = caches.get(i % 2);
				MemcachedClient client = clients.get(i % 2);
				Random random = new Random(i);
				threads.execute(() -> use(cache, client, random));
			}
			Random random = new Random(42);
			int outages = 0;
			while (System.nanoTime() - end < 0 && this.failures.isEmpty()) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100 + random.nextInt(700)));
				home.refuse();
				outages++;
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100 + random.nextInt(700)));
				home.heal();
			}
			this.over = true;
			threads.shutdown();
			assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
			assertThat(this.failures).isEmpty();
			assertThat(outages).isGreaterThan(5);
			assertThat(this.hits).hasValueGreaterThan(500);
			assertThat(this.onSpares).hasValueGreaterThan(100);
		}
		finally {
			this.over = true;
			threads.shutdownNow();
			managers.forEach(LibmcCacheManager::destroy);
			clients.forEach(MemcachedClient::close);
		}
	}

	private void use(LibmcCache cache, MemcachedClient client, Random random) {
		try {
			while (!this.over) {
				int key = random.nextInt(KEYS);
				int chance = random.nextInt(1000);
				if (chance < 5) {
					change(cache, key, chance);
				}
				else {
					read(cache, client, key, random.nextBoolean());
				}
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
		}
		catch (Throwable ex) {
			this.failures.add(ex.toString());
		}
	}

	/** What changes a key is one at a time, as a database sees to it. */
	private void change(LibmcCache cache, int key, int way) {
		Source source = this.sources.get(key);
		synchronized (this.sources.get(key).versions) {
			long next = source.next();
			switch (way) {
				case 0 -> cache.clear();
				case 1, 2 -> cache.put("k" + key, next);
				default -> cache.evict("k" + key);
			}
		}
	}

	private void read(LibmcCache cache, MemcachedClient client, int key, boolean loads) {
		Source source = this.sources.get(key);
		long least = source.at(System.nanoTime() - BOUND.toNanos());
		boolean[] loaded = { false };
		Long found = loads ? cache.get("k" + key, () -> {
			loaded[0] = true;
			return source.current();
		}) : cache.get("k" + key, Long.class);
		if (found != null && found < least) {
			this.failures.add("k" + key + " is " + found + ", and was " + least + " " + BOUND + " ago already");
		}
		if (found != null && !loaded[0]) {
			this.hits.incrementAndGet();
			if (!client.servers().get(0).isUp()) {
				this.onSpares.incrementAndGet();
			}
		}
	}

}
