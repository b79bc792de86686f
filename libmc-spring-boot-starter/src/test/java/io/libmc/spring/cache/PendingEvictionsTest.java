package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.MemcachedException;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * memcached fails and comes back with what it had. Nobody may be served an old value.
 */
@Memcached(servers = 2)
@Timeout(60)
class PendingEvictionsTest {

	private List<MemcachedServer> servers;

	private MemcachedClient client;

	private LibmcCacheManager manager;

	@BeforeEach
	void createClient(List<MemcachedServer> servers) {
		this.servers = servers;
		this.client = builder().build();
	}

	@AfterEach
	void close() {
		this.servers.forEach(MemcachedServer::resume);
		this.client.close();
		this.manager.destroy();
	}

	@ParameterizedTest
	@EnumSource
	void anEvictionThatFailedIsDoneBeforeTheNextRead(OnError onError) {
		LibmcCache cache = cache(onError);
		whileCutOff(cache, onError, () -> cache.evict("k"));
		assertThat(cache.get("k")).isNull();
		cache.put("k", "new");
		assertThat(cache.get("k", String.class)).isEqualTo("new");
		assertThat(this.manager.getPendingEvictions()).isZero();
	}

	/** As {@code @CacheEvict(beforeInvocation = true)} evicts. */
	@ParameterizedTest
	@EnumSource
	void anImmediateEvictionThatFailedIsDoneBeforeTheNextRead(OnError onError) {
		LibmcCache cache = cache(onError);
		whileCutOff(cache, onError, () -> cache.evictIfPresent("k"));
		assertThat(cache.get("k")).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void aPutThatFailedLeavesNothingOld(OnError onError) {
		LibmcCache cache = cache(onError);
		whileCutOff(cache, onError, () -> cache.put("k", "new"));
		assertThat(cache.get("k")).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void aClearingThatFailedIsDoneBeforeTheNextRead(OnError onError) {
		LibmcCache cache = cache(onError);
		whileCutOff(cache, onError, cache::clear);
		assertThat(cache.get("k")).isNull();
		await().until(() -> this.manager.getPendingEvictions() == 0);
	}

	@Test
	void noReadOfAnyKindGetsTheOldValue() {
		List<Consumer<LibmcCache>> reads = List.of((cache) -> assertThat(cache.get("k")).isNull(),
				(cache) -> assertThat(cache.get("k", () -> "loaded")).isEqualTo("loaded"),
				(cache) -> assertThat(cache.retrieve("k").join()).isNull(),
				(cache) -> assertThat(
						cache.<Object>retrieve("k", () -> CompletableFuture.completedFuture("loaded")).join())
					.isEqualTo("loaded"),
				(cache) -> assertThat(cache.putIfAbsent("k", "put")).isNull(),
				(cache) -> assertThat(cache.evictIfPresent("k")).isFalse());
		for (Consumer<LibmcCache> read : reads) {
			for (Consumer<LibmcCache> change : List.<Consumer<LibmcCache>>of((cache) -> cache.evict("k"),
					LibmcCache::clear)) {
				LibmcCache cache = cache(OnError.BYPASS);
				whileCutOff(cache, OnError.BYPASS, () -> change.accept(cache));
				read.accept(cache);
				this.manager.destroy();
			}
		}
	}

	@Test
	void whileTheServerHangsReadsAreMissesAndAfterwardsNothingIsOld() {
		LibmcCache cache = cache(OnError.BYPASS);
		cache.put("k", "old");
		this.servers.forEach(MemcachedServer::pause);
		cache.evict("k");
		assertThat(cache.get("k")).isNull();
		assertThat(cache.get("k", () -> "loaded")).isEqualTo("loaded");
		this.servers.forEach(MemcachedServer::resume);
		await().during(Duration.ofMillis(200))
			.untilAsserted(() -> assertThat(cache.get("k", String.class)).isIn(null, "loaded"));
	}

	@Test
	void theyAreSentAgainWithoutAnybodyAsking() {
		LibmcCache cache = cache(OnError.BYPASS);
		cache.put("l", "kept");
		whileCutOff(cache, OnError.BYPASS, () -> cache.evict("k"));
		await().until(() -> this.manager.getPendingEvictions() == 0);
		try (MemcachedClient other = builder().build()) {
			assertThat(LibmcCacheTest.cache(other, "books").get("k")).isNull();
			assertThat(LibmcCacheTest.cache(other, "books").get("l", String.class)).isEqualTo("kept");
		}
	}

	@Test
	void aPutMakesUpForAnEviction() {
		LibmcCache cache = cache(OnError.BYPASS);
		whileCutOff(cache, OnError.BYPASS, () -> cache.evict("k"));
		cache.put("k", "new");
		assertThat(this.manager.getPendingEvictions()).isZero();
		assertThat(cache.get("k", String.class)).isEqualTo("new");
	}

	@Test
	void oneTooManyIsAClearing() {
		LibmcCache cache = cache(OnError.BYPASS, 5);
		List<String> keys = keysOf("one").limit(20).toList();
		String elsewhere = keysOf("two").findFirst().orElseThrow();
		keys.forEach((key) -> cache.put(key, "old"));
		cache.put(elsewhere, "kept");
		cutOff("one");
		keys.forEach(cache::evict);
		assertThat(this.manager.getPendingEvictions()).isEqualTo(6);
		heal();
		keys.forEach((key) -> assertThat(cache.get(key)).isNull());
		assertThat(cache.get(elsewhere, String.class)).isEqualTo("kept");
		await().until(() -> this.manager.getPendingEvictions() == 0);
	}

	/** The substitute did what it was told; the home knows nothing of it. */
	@Test
	void anEvictionOnASubstituteIsRepeatedAtHome() {
		this.client.close();
		this.client = builder().failover(true).build();
		for (int round = 0; round < 3; round++) {
			LibmcCache cache = cache(OnError.BYPASS);
			cache.put("k", "old");
			cutOff(this.client.serverFor(entry("k")));
			await().until(() -> this.client.get("x") == null && this.client.get(entry("k")) == null);
			cache.evict("k");
			assertThat(cache.getStatistics().evictions()).isEqualTo(1);
			assertThat(this.manager.getPendingEvictions()).isEqualTo(1);
			heal();
			assertThat(this.client.<Object>get(entry("k"))).isNotNull();
			assertThat(cache.get("k")).isNull();
			await().until(() -> this.manager.getPendingEvictions() == 0);
			assertThat(this.client.<Object>get(entry("k"))).isNull();
		}
	}

	/** Though the instance that made it does not look for anything any more. */
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aClearingOnASubstituteIsRepeatedAtHome(boolean group) {
		this.client.close();
		this.client = builder().failover(true).build();
		LibmcCache cache = cache(OnError.BYPASS);
		cache.put("k", "old");
		cutOff(this.client.serverFor(entry("k")));
		await().until(() -> this.client.get("x") == null && this.client.get(entry("k")) == null);
		if (group) {
			cache.evictGroup("group");
		}
		else {
			cache.clear();
		}
		assertThat(this.manager.getPendingEvictions()).isEqualTo(1);
		heal();
		await().until(() -> this.manager.getPendingEvictions() == 0);
		try (MemcachedClient another = builder().build()) {
			LibmcCache other = LibmcCacheTest.cache(another, new LibmcCacheSettings());
			assertThat(this.client.<Object>get(entry("k"))).isNotNull();
			assertThat(other.get("k")).isNull();
		}
	}

	@Test
	void whatIsPutOnASubstituteIsServedUntilTheHomeIsBack() {
		this.client.close();
		this.client = builder().failover(true).build();
		LibmcCache cache = cache(OnError.BYPASS);
		for (int round = 0; round < 3; round++) {
			cache.put("k", "old");
			cutOff(this.client.serverFor(entry("k")));
			await().until(() -> this.client.get(entry("k")) == null || cache.get("k") == null);
			cache.evict("k");
			cache.put("k", "new");
			assertThat(cache.get("k", String.class)).isEqualTo("new");
			heal();
			assertThat(cache.get("k")).isNull();
			await().until(() -> this.manager.getPendingEvictions() == 0);
		}
	}

	/** Nor is it taken from the substitute while the home is away. */
	@Test
	void whatIsPutOnASubstituteDoesNotLeaveTheOldOneAtHome() {
		this.client.close();
		this.client = builder().failover(true).build();
		LibmcCache cache = cache(OnError.BYPASS);
		cache.put("k", "old");
		cutOff(this.client.serverFor(entry("k")));
		await().until(() -> this.client.get("x") == null && this.client.get(entry("k")) == null);
		cache.put("k", "new");
		assertThat(this.manager.getPendingEvictions()).isEqualTo(1);
		await().during(Duration.ofMillis(1500)).until(() -> "new".equals(cache.get("k", String.class)));
		heal();
		await().until(() -> this.manager.getPendingEvictions() == 0);
		assertThat(this.client.<Object>get(entry("k"))).isNull();
	}

	@Test
	void onReactorsThreadsTheyAreRememberedToo() {
		LibmcCache cache = cache(OnError.THROW);
		cache.put("k", "old");
		cutOff(this.client.serverFor(entry("k")));
		Mono.fromRunnable(() -> cache.evict("k")).subscribeOn(Schedulers.parallel()).block();
		await().until(() -> this.manager.getPendingEvictions() == 1);
		heal();
		assertThat(cache.get("k")).isNull();
	}

	/** Puts an old value, and does something while its server is out of reach. */
	private void whileCutOff(LibmcCache cache, OnError onError, Runnable change) {
		cache.put("k", "old");
		cutOff(this.client.serverFor(entry("k")));
		if (onError == OnError.THROW) {
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(change::run);
		}
		else {
			change.run();
		}
		assertThat(cache.getStatistics().failures()).isEqualTo(1);
		assertThat(this.manager.getPendingEvictions()).isEqualTo(1);
		heal();
		assertThat(this.client.<Object>get(entry("k"))).isNotNull();
	}

	/**
	 * The server keeps what it has, but nothing listens where the client looks for it.
	 */
	private void cutOff(String server) {
		List<String> cut = new ArrayList<>(names());
		cut.replaceAll((name) -> name.endsWith(" " + server) ? "127.0.0.1:1 " + server : name);
		this.client.updateServers(cut);
	}

	private void heal() {
		this.client.updateServers(names());
	}

	private List<String> names() {
		return List.of(this.servers.get(0).address() + " one", this.servers.get(1).address() + " two");
	}

	private Stream<String> keysOf(String server) {
		return IntStream.range(0, 200)
			.mapToObj((i) -> "key" + i)
			.filter((key) -> this.client.serverFor(entry(key)).equals(server));
	}

	private static String entry(String key) {
		return new WireKeys("", "books").entry(key);
	}

	private LibmcCache cache(OnError onError) {
		return cache(onError, 10_000);
	}

	private LibmcCache cache(OnError onError, int maxPendingEvictions) {
		this.manager = new LibmcCacheManager(this.client, new LibmcCacheSettings().onError(onError));
		this.manager.setMaxPendingEvictions(maxPendingEvictions);
		this.manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(this.manager.getCache("books"));
	}

	private MemcachedClientBuilder builder() {
		return MemcachedClient.builder()
			.servers(names())
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofMillis(200))
			.retryTimeout(Duration.ofMillis(20));
	}

}
