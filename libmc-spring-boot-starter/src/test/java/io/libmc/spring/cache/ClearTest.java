package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clearing, seen by two instances of an application.
 */
@Memcached(servers = 2)
@Timeout(60)
class ClearTest {

	private static final String GENERATION = "books:gen";

	/** Longer than a test takes: within it, nothing may be seen by chance. */
	private static final Duration NEVER = Duration.ofHours(1);

	private final Map<String, LongAdder> commands = new ConcurrentHashMap<>();

	private MemcachedClient oneClient;

	private MemcachedClient otherClient;

	private LibmcCache one;

	private LibmcCache other;

	@BeforeEach
	void createInstances(List<MemcachedServer> servers) {
		this.oneClient = client(servers);
		this.otherClient = client(servers);
		this.one = cache(this.oneClient, Duration.ofSeconds(1));
		this.other = cache(this.otherClient, Duration.ofSeconds(1));
	}

	@AfterEach
	void close() {
		this.oneClient.close();
		this.otherClient.close();
	}

	@Test
	void instancesShareTheirEntries() {
		this.one.put("k", "v");
		assertThat(this.other.get("k", String.class)).isEqualTo("v");
	}

	@Test
	void othersSeeItWithinTheVisibilityTime() {
		this.one.put("k", "v");
		assertThat(this.other.get("k")).isNotNull();
		this.one.clear();
		long cleared = System.nanoTime();
		assertThat(this.one.get("k")).isNull();
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> {
			Duration since = Duration.ofNanos(System.nanoTime() - cleared);
			boolean found = this.other.get("k") != null;
			assertThat(found && since.toMillis() > 1000).isFalse();
			return !found;
		});
	}

	@Test
	void withAVisibilityTimeOf0OthersSeeItAtOnce() {
		LibmcCache eager = cache(this.otherClient, Duration.ZERO);
		for (int i = 0; i < 20; i++) {
			this.one.put("k", "v");
			assertThat(eager.get("k")).isNotNull();
			this.one.clear();
			assertThat(eager.get("k")).isNull();
		}
	}

	@Test
	void whoHasNotSeenItPutsAndEvictsInTheRightGeneration() {
		LibmcCache late = cache(this.otherClient, NEVER);
		late.put("k", "old");
		late.put("l", "old");
		this.one.clear();
		assertThat(late.get("k", String.class)).isEqualTo("old");
		this.one.put("k", "new");
		this.one.put("l", "new");
		late.evict("k");
		assertThat(this.one.get("k")).isNull();
		assertThat(late.get("l", String.class)).isEqualTo("new");
		this.one.clear();
		late.put("l", "newest");
		assertThat(this.one.get("l", String.class)).isEqualTo("newest");
		this.one.clear();
		assertThat(late.putIfAbsent("l", "put")).isNull();
		assertThat(this.one.get("l", String.class)).isEqualTo("put");
	}

	@Test
	void whatALateLoaderCachesAfterItIsNotSeen() {
		LibmcCache late = cache(this.otherClient, NEVER);
		assertThat(late.get("l")).isNull();
		this.one.clear();
		assertThat(late.get("k", () -> "loaded")).isEqualTo("loaded");
		assertThat(this.one.get("k")).isNull();
	}

	@Test
	void lookingForItCostsNoOperationOfItsOwnMostOfTheTime() {
		LibmcCache late = cache(this.otherClient, NEVER);
		late.put("k", "v");
		this.commands.clear();
		for (int i = 0; i < 100; i++) {
			assertThat(late.get("k")).isNotNull();
		}
		assertThat(this.commands.get("get").sum()).isEqualTo(100);
		assertThat(this.commands).hasSize(1);
	}

	@Test
	void aLostGenerationIsAClearingAndBringsNothingBack() {
		this.one.put("k", "v");
		long before = generation();
		for (int i = 0; i < 10; i++) {
			this.oneClient.delete(GENERATION);
			this.one.put("other", "v");
			assertThat(generation()).isGreaterThan(before);
			before = generation();
			assertThat(this.one.get("k")).isNull();
			this.one.put("k", "v");
		}
	}

	@Test
	void restartedServersStartEmptyAndAboveWhatWas(List<MemcachedServer> servers) {
		this.one.put("k", "v");
		long before = generation();
		servers.forEach(MemcachedServer::restart);
		await().ignoreExceptions().untilAsserted(() -> {
			this.one.put("k", "w");
			assertThat(this.one.get("k", String.class)).isEqualTo("w");
		});
		assertThat(generation()).isGreaterThan(before);
	}

	@Test
	void aGenerationBelowTheKnownOneIsRaised() {
		this.one.put("k", "v");
		long known = generation();
		this.oneClient.set(GENERATION, known - 1000);
		this.oneClient.set("books:" + (known - 1000) + ":k", new byte[] { EntryFormat.NULL });
		this.one.put("l", "w");
		assertThat(generation()).isGreaterThan(known);
		assertThat(this.one.get("k")).isNull();
		assertThat(this.one.get("l", String.class)).isEqualTo("w");
		this.oneClient.set(GENERATION, known - 1000);
		this.one.clear();
		assertThat(generation()).isGreaterThan(known);
		assertThat(this.one.get("l")).isNull();
	}

	@Test
	void whatIsNoGenerationIsReplaced() {
		for (Object foreign : List.of("text", new byte[] { 1 }, "-5", "")) {
			this.oneClient.set(GENERATION, foreign);
			this.one.put("k", "v");
			assertThat(generation()).isPositive();
			assertThat(this.one.get("k", String.class)).isEqualTo("v");
		}
	}

	@Test
	void everyClearingCountsHoweverManyComeTogether() throws Exception {
		this.one.put("k", "v");
		long before = generation();
		List<Future<?>> clearings = new ArrayList<>();
		ExecutorService threads = Executors.newFixedThreadPool(8);
		try {
			for (int i = 0; i < 200; i++) {
				LibmcCache cache = (i % 2 == 0) ? this.one : this.other;
				clearings.add(threads.submit(cache::clear));
			}
			for (Future<?> clearing : clearings) {
				clearing.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(generation()).isGreaterThanOrEqualTo(before + 200);
		assertThat(this.one.get("k")).isNull();
	}

	@Test
	void threadsThatFindNoGenerationAgreeOnOne() throws Exception {
		for (int round = 0; round < 20; round++) {
			this.oneClient.delete(GENERATION);
			LibmcCache fresh = cache(this.oneClient, NEVER);
			ExecutorService threads = Executors.newFixedThreadPool(8);
			try {
				List<Future<?>> puts = new ArrayList<>();
				for (int i = 0; i < 8; i++) {
					String key = "k" + i;
					LibmcCache cache = (i % 2 == 0) ? fresh : this.other;
					puts.add(threads.submit(() -> cache.put(key, key)));
				}
				for (Future<?> put : puts) {
					put.get();
				}
			}
			finally {
				threads.shutdownNow();
			}
			for (int i = 0; i < 8; i++) {
				assertThat(fresh.get("k" + i, String.class)).isEqualTo("k" + i);
			}
		}
	}

	private long generation() {
		return Long.parseLong(Objects.requireNonNull(this.oneClient.<Object>get(GENERATION)).toString());
	}

	private LibmcCache cache(MemcachedClient client, Duration clearVisibility) {
		LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings());
		manager.setClearVisibility(clearVisibility);
		manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

	private MemcachedClient client(List<MemcachedServer> servers) {
		return MemcachedClient.builder()
			.servers(servers.stream().map(MemcachedServer::address).toList())
			.pollTimeout(Duration.ofSeconds(2))
			.connectTimeout(Duration.ofSeconds(1))
			.retryTimeout(Duration.ofMillis(20))
			.listener(new MemcachedListener() {

				@Override
				public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
						@Nullable Object started) {
					ClearTest.this.commands.computeIfAbsent(command, (key) -> new LongAdder()).increment();
				}

			})
			.build();
	}

}
