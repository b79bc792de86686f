package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
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

	private static final WireKeys KEYS = new WireKeys("", "books");

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
	void whoHasNotSeenItEvictsAndPutsAbsentOnesInTheRightGeneration() {
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
		assertThat(late.putIfAbsent("l", "put")).isNull();
		assertThat(this.one.get("l", String.class)).isEqualTo("put");
	}

	@Test
	void whatIsPutByWhoHasNotSeenItIsAtWorstAMiss() {
		LibmcCache late = cache(this.otherClient, NEVER);
		late.put("k", "old");
		this.one.clear();
		late.put("k", "new");
		assertThat(this.one.get("k")).isNull();
		assertThat(late.get("k", String.class)).isEqualTo("new");
		this.one.put("k", "newest");
		assertThat(late.get("k", String.class)).isEqualTo("newest");
	}

	@Test
	void whatIsPutAfterTheVisibilityTimeIsFound() {
		LibmcCache eager = cache(this.otherClient, Duration.ZERO);
		eager.put("k", "old");
		this.one.clear();
		eager.put("k", "new");
		assertThat(this.one.get("k", String.class)).isEqualTo("new");
	}

	@Test
	void aPutCostsOneOperationMostOfTheTime() {
		LibmcCache late = cache(this.otherClient, NEVER);
		late.put("k", "v");
		this.commands.clear();
		for (int i = 0; i < 100; i++) {
			late.put("k", "v" + i);
		}
		assertThat(this.commands.keySet()).containsExactly("set");
		assertThat(this.commands.get("set").sum()).isEqualTo(100);
		assertThat(this.one.get("k", String.class)).isEqualTo("v99");
	}

	@Test
	void whatALateLoaderCachesAfterItIsNotSeen() {
		LibmcCache late = cache(this.otherClient, NEVER);
		assertThat(late.get("k")).isNull();
		this.one.clear();
		assertThat(late.get("k", () -> "loaded")).isEqualTo("loaded");
		assertThat(this.one.get("k")).isNull();
	}

	@Test
	void lookingForItCostsNoOperationOfItsOwnMostOfTheTime() {
		LibmcCache late = cache(this.otherClient, NEVER);
		late.put("k", "v");
		assertThat(late.get("k")).isNotNull();
		this.commands.clear();
		for (int i = 0; i < 100; i++) {
			assertThat(late.get("k")).isNotNull();
		}
		assertThat(this.commands.get("mg").sum()).isEqualTo(100);
		assertThat(this.commands).hasSize(1);
	}

	@Test
	void theEntryIsAskedForBeforeTheGenerationIsAnswered() {
		CompletableFuture<String> address = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			String generation = KEYS.generation(address.join());
			connection.expect("get " + generation + "\r\nmn\r\n");
			connection.reply("VALUE " + generation + " 4 1\r\n5\r\nEND\r\nMN\r\n");
			connection.expect("mg books:k k v f\r\n");
			connection.reply("EN\r\n");
			for (int i = 0; i < 3; i++) {
				connection.expect("get " + generation + "\r\nmg books:k k v f\r\n");
				connection.reply("VALUE " + generation + " 4 1\r\n5\r\nEND\r\nEN\r\n");
			}
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(Duration.ofSeconds(5))
					.build()) {
			address.complete(server.address());
			LibmcCache eager = cache(client, Duration.ZERO);
			for (int i = 0; i < 4; i++) {
				assertThat(eager.get("k")).isNull();
			}
			server.awaitScripts();
		}
	}

	@Test
	void everyServerHasAGenerationOfItsOwn(List<MemcachedServer> servers) {
		this.one.clear();
		assertThat(servers.stream().map(MemcachedServer::address))
			.allSatisfy((server) -> assertThat(this.oneClient.onServer(server).get(KEYS.generation(server), Long.class))
				.isPositive());
	}

	@Test
	void aServerThatIsDeadCostsItsOwnEntriesAlone(List<MemcachedServer> servers) {
		for (int i = 0; i < 20; i++) {
			this.one.put("k" + i, "v");
		}
		MemcachedServer dead = servers.get(0);
		dead.kill();
		LibmcCache late = cache(this.otherClient, Duration.ZERO);
		for (int i = 0; i < 20; i++) {
			boolean onDead = this.oneClient.serverFor(KEYS.entry("k" + i)).equals(dead.address());
			assertThat(this.one.get("k" + i) == null).isEqualTo(onDead);
			assertThat(late.get("k" + i) == null).isEqualTo(onDead);
		}
		this.one.clear();
		for (int i = 0; i < 20; i++) {
			assertThat(late.get("k" + i)).isNull();
		}
	}

	@Test
	void anEntryPutSinceTheLastLookIsFoundAtOnce() {
		LibmcCache late = cache(this.otherClient, NEVER);
		late.put("k", "old");
		this.one.clear();
		this.one.put("k", "new");
		assertThat(late.get("k", String.class)).isEqualTo("new");
	}

	@Test
	void whatWasClearedIsReplacedByPutIfAbsentAndNotThereToEvict() {
		this.one.put("k", "old");
		this.other.clear();
		assertThat(this.other.evictIfPresent("k")).isFalse();
		this.one.put("k", "old");
		this.other.clear();
		assertThat(this.one.putIfAbsent("k", "new")).isNull();
		assertThat(this.other.get("k", String.class)).isEqualTo("new");
		assertThat(this.other.evictIfPresent("k")).isTrue();
	}

	@Test
	void anotherListOfServersBringsNothingBack(List<MemcachedServer> servers) {
		List<String> both = servers.stream().map(MemcachedServer::address).toList();
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < 20; i++) {
				this.one.put("k" + i, "v");
			}
			this.oneClient.updateServers(both.subList(0, 1));
			for (int i = 0; i < 20; i++) {
				this.one.put("k" + i, "w");
				assertThat(this.one.get("k" + i, String.class)).isEqualTo("w");
			}
			this.one.clear();
			this.oneClient.updateServers(both);
			this.one.clear();
			for (int i = 0; i < 20; i++) {
				assertThat(this.one.get("k" + i)).isNull();
			}
		}
	}

	@Test
	void aLostGenerationIsAClearingAndBringsNothingBack() {
		this.one = cache(this.oneClient, Duration.ZERO);
		this.one.put("k", "v");
		long before = generation("k");
		for (int i = 0; i < 10; i++) {
			serverOf("k").delete(generationKey("k"));
			this.one.put(besides("k"), "v");
			assertThat(generation("k")).isGreaterThan(before);
			before = generation("k");
			assertThat(this.one.get("k")).isNull();
			this.one.put("k", "v");
		}
	}

	@Test
	void restartedServersStartEmptyAndAboveWhatWas(List<MemcachedServer> servers) {
		this.one = cache(this.oneClient, Duration.ZERO);
		this.one.put("k", "v");
		long before = generation("k");
		servers.forEach(MemcachedServer::restart);
		await().ignoreExceptions().untilAsserted(() -> {
			this.one.put("k", "w");
			assertThat(this.one.get("k", String.class)).isEqualTo("w");
		});
		assertThat(generation("k")).isGreaterThan(before);
	}

	@Test
	void aGenerationBelowTheKnownOneIsRaised() {
		this.one = cache(this.oneClient, Duration.ZERO);
		this.one.put("k", "v");
		long known = generation("k");
		String besides = besides("k");
		serverOf("k").set(generationKey("k"), known - 1000);
		this.oneClient.set(KEYS.entry("k"), Stamp.put(Stamp.header(Stamp.NULL), known - 1000));
		this.one.put(besides, "w");
		assertThat(generation("k")).isGreaterThan(known);
		assertThat(this.one.get("k")).isNull();
		assertThat(this.one.get(besides, String.class)).isEqualTo("w");
		serverOf("k").set(generationKey("k"), known - 1000);
		this.one.clear();
		assertThat(generation("k")).isGreaterThan(known);
		assertThat(this.one.get(besides)).isNull();
	}

	@Test
	void whatIsNoGenerationIsReplaced() {
		this.one = cache(this.oneClient, Duration.ZERO);
		for (Object foreign : List.of("text", new byte[] { 1 }, "-5", "")) {
			serverOf("k").set(generationKey("k"), foreign);
			this.one.put("k", "v");
			assertThat(generation("k")).isPositive();
			assertThat(this.one.get("k", String.class)).isEqualTo("v");
		}
	}

	@Test
	void everyClearingCountsHoweverManyComeTogether() throws Exception {
		this.one.put("k", "v");
		long before = generation("k");
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
		assertThat(generation("k")).isGreaterThanOrEqualTo(before + 200);
		assertThat(this.one.get("k")).isNull();
	}

	@Test
	void threadsThatFindNoGenerationAgreeOnOne() throws Exception {
		for (int round = 0; round < 20; round++) {
			this.oneClient.servers()
				.forEach((server) -> this.oneClient.onServer(server.name()).delete(KEYS.generation(server.name())));
			LibmcCache fresh = cache(this.oneClient, NEVER);
			LibmcCache eager = cache(this.otherClient, Duration.ZERO);
			ExecutorService threads = Executors.newFixedThreadPool(8);
			try {
				List<Future<?>> puts = new ArrayList<>();
				for (int i = 0; i < 8; i++) {
					String key = "k" + i;
					LibmcCache cache = (i % 2 == 0) ? fresh : eager;
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

	/** Where the generation is that is in force for an entry. */
	private String generationKey(String key) {
		return KEYS.generation(this.oneClient.serverFor(KEYS.entry(key)));
	}

	private MemcachedClient serverOf(String key) {
		return this.oneClient.onServer(this.oneClient.serverFor(KEYS.entry(key)));
	}

	/** Another key on the same server. */
	private String besides(String key) {
		String server = this.oneClient.serverFor(KEYS.entry(key));
		return IntStream.range(0, 1000)
			.mapToObj((i) -> "l" + i)
			.filter((other) -> this.oneClient.serverFor(KEYS.entry(other)).equals(server))
			.findFirst()
			.orElseThrow();
	}

	private long generation(String key) {
		return serverOf(key).get(generationKey(key), Long.class);
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
