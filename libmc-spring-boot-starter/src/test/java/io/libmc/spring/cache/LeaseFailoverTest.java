package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The home server of an entry dies while the one elected loads it, and another server
 * stands in. Everybody gets a value, and when the server is back, an old one to nobody.
 */
@Memcached(servers = 2)
@Timeout(60)
class LeaseFailoverTest {

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<MemcachedClient> clients = new ArrayList<>();

	private final List<LibmcCacheManager> managers = new ArrayList<>();

	private List<MemcachedServer> servers;

	private LibmcCache one;

	private LibmcCache other;

	@BeforeEach
	void createInstances(List<MemcachedServer> servers) {
		this.servers = servers;
		this.one = instance();
		this.other = instance();
	}

	@AfterEach
	void close() {
		this.managers.forEach(LibmcCacheManager::destroy);
		this.clients.forEach(MemcachedClient::close);
		this.threads.shutdownNow();
	}

	@ParameterizedTest
	@EnumSource
	void whileOneLoadsEverybodyGetsAValue(LoadingCall call) throws Exception {
		MemcachedServer home = home();
		CountDownLatch loading = new CountDownLatch(1);
		CompletableFuture<Object> source = new CompletableFuture<>();
		Future<Object> elected = begin(call, this.one, loading, source);
		loading.await();
		Future<Object> follower = begin(call.other(), this.one, new CountDownLatch(1),
				CompletableFuture.completedFuture("its own"));
		CountDownLatch otherLoads = new CountDownLatch(1);
		Future<Object> waiter = begin(call, this.other, otherLoads, CompletableFuture.completedFuture("other's"));

		home.kill();

		otherLoads.await();
		assertThat(waiter.get(10, TimeUnit.SECONDS)).isEqualTo("other's");
		source.complete("one's");
		assertThat(elected.get(10, TimeUnit.SECONDS)).isEqualTo("one's");
		// It asked when the loader had begun, whose value was not stored; the other's
		// was,
		// unless the server was killed while it was asked.
		assertThat(follower.get(10, TimeUnit.SECONDS)).isIn("other's", "its own");
		await().untilAsserted(() -> {
			String now = this.other.get("k", () -> "again");
			assertThat(this.one.get("k", String.class)).as("both at the substitute").isEqualTo(now);
		});
	}

	@ParameterizedTest
	@EnumSource
	void nothingOldComesBackWithTheHomeServer(LoadingCall call) throws Exception {
		MemcachedServer home = home();
		this.one.put("k", "old");
		this.one.evict("k");
		CountDownLatch loading = new CountDownLatch(1);
		CompletableFuture<Object> source = new CompletableFuture<>();
		Future<Object> elected = begin(call, this.one, loading, source);
		loading.await();

		home.kill();
		this.one.evict("k");
		source.complete("old too");
		assertThat(elected.get(10, TimeUnit.SECONDS)).isEqualTo("old too");
		assertThat(this.one.get("k", () -> "new")).isEqualTo("new");
		home.restart();

		await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(10)).until(() -> {
			assertThat(this.one.get("k", () -> "new")).isEqualTo("new");
			assertThat(this.other.get("k", () -> "new")).isEqualTo("new");
			return this.managers.get(0).getPendingEvictions() == 0;
		});
	}

	private Future<Object> begin(LoadingCall call, LibmcCache cache, CountDownLatch loading,
			CompletableFuture<Object> source) {
		return call.begin(cache, this.threads, () -> {
			loading.countDown();
			return source.get();
		});
	}

	private MemcachedServer home() {
		String name = this.clients.get(0).serverFor(new WireKeys("", "books").entry("k"));
		return this.servers.stream().filter((server) -> server.address().equals(name)).findFirst().orElseThrow();
	}

	private LibmcCache instance() {
		MemcachedClient client = MemcachedClient.builder()
			.servers(this.servers.stream().map(MemcachedServer::address).toList())
			.failover(true)
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofSeconds(2))
			.retryTimeout(Duration.ofMillis(20))
			.build();
		this.clients.add(client);
		LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings());
		manager.setClearVisibility(Duration.ZERO);
		manager.afterPropertiesSet();
		this.managers.add(manager);
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

}
