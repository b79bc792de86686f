package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.libmc.MemcachedClient;
import io.libmc.RawValue;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.cache.Cache;
import org.springframework.cache.Cache.ValueRetrievalException;
import org.springframework.cache.Cache.ValueWrapper;
import org.springframework.cache.interceptor.SimpleKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * The contract of {@link Cache}, on real servers.
 */
@Memcached(servers = 3)
@Timeout(60)
class LibmcCacheTest {

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private MemcachedClient client;

	private LibmcCache cache;

	@BeforeEach
	void createCache(List<MemcachedServer> servers) {
		this.client = client(servers);
		this.cache = cache("books", UnaryOperator.identity());
	}

	@AfterEach
	void close() {
		this.threads.shutdownNow();
		this.client.close();
	}

	@Test
	void anAbsentEntryIsAMiss() {
		assertThat(this.cache.get("k")).isNull();
		assertThat(this.cache.get("k", String.class)).isNull();
		assertThat(this.cache.getStatistics()).isEqualTo(new LibmcCacheStatistics(0, 2, 0, 0, 0, 0));
	}

	@Test
	void whatWasPutIsFound() {
		this.cache.put("k", "v");
		assertThat(this.cache.get("k")).extracting(ValueWrapper::get).isEqualTo("v");
		assertThat(this.cache.get("k", String.class)).isEqualTo("v");
		assertThat(this.cache.<Object>get("k", (Class<Object>) null)).isEqualTo("v");
		this.cache.put("k", "w");
		assertThat(this.cache.get("k", String.class)).isEqualTo("w");
		assertThat(this.cache.getStatistics()).isEqualTo(new LibmcCacheStatistics(4, 0, 2, 0, 0, 0));
	}

	@Test
	void aValueOfAnotherTypeIsAnError() {
		this.cache.put("k", 1);
		assertThatIllegalStateException().isThrownBy(() -> this.cache.get("k", String.class));
	}

	@Test
	void cachesAndKeysOfAllKindsAreTheirOwn() {
		LibmcCache other = cache("books:", UnaryOperator.identity());
		List<Object> keys = List.of("1", 1, 1L, "a b", "ab", new SimpleKey("a, b", "c"), new SimpleKey("a", "b, c"),
				"x".repeat(300), "x".repeat(301), "三体", List.of("a", "b"), "");
		keys.forEach((key) -> this.cache.put(key, "of " + key));
		keys.forEach((key) -> assertThat(this.cache.get(key, String.class)).isEqualTo("of " + key));
		keys.forEach((key) -> assertThat(other.get(key)).isNull());
	}

	@Test
	void nullIsAValue() {
		this.cache.put("k", null);
		assertThat(this.cache.get("k")).isNotNull().extracting(ValueWrapper::get).isNull();
		assertThat(this.cache.<Object>get("k", () -> "loaded")).isNull();
		assertThat(this.cache.putIfAbsent("k", "v")).isNotNull().extracting(ValueWrapper::get).isNull();
	}

	@Test
	void nullIsRefusedWhereItIsNotCached() {
		LibmcCache strict = cache("strict", (settings) -> settings.cacheNullValues(false).onError(OnError.THROW));
		assertThatIllegalArgumentException().isThrownBy(() -> strict.put("k", null)).withMessageContaining("strict");
		assertThatIllegalArgumentException().isThrownBy(() -> strict.putIfAbsent("k", null));
		assertThat(strict.<Object>get("k", () -> null)).isNull();
		assertThat(strict.get("k")).isNull();
	}

	@Test
	void putIfAbsentSaysWhatWasThere() {
		assertThat(this.cache.putIfAbsent("k", "v")).isNull();
		assertThat(this.cache.putIfAbsent("k", "w")).isNotNull().extracting(ValueWrapper::get).isEqualTo("v");
		assertThat(this.cache.get("k", String.class)).isEqualTo("v");
	}

	@Test
	void ofManyWhoPutIfAbsentOneWins() throws Exception {
		for (int round = 0; round < 20; round++) {
			String key = "k" + round;
			List<Object> present = inParallel(8, (thread) -> {
				ValueWrapper found = this.cache.putIfAbsent(key, thread);
				return (found != null) ? found.get() : "absent";
			});
			Object winner = Objects.requireNonNull(this.cache.get(key)).get();
			assertThat(present).filteredOn("absent"::equals).hasSize(1);
			assertThat(present).filteredOn((found) -> !found.equals("absent")).containsOnly(winner);
		}
	}

	@Test
	void evictedEntriesAreGone() {
		this.cache.put("k", "v");
		this.cache.put("l", "w");
		this.cache.evict("k");
		assertThat(this.cache.get("k")).isNull();
		assertThat(this.cache.evictIfPresent("l")).isTrue();
		assertThat(this.cache.evictIfPresent("l")).isFalse();
		assertThat(this.cache.getStatistics().evictions()).isEqualTo(3);
	}

	@Test
	void clearingLeavesOtherCachesAndTheServersAlone() {
		LibmcCache other = cache("other", UnaryOperator.identity());
		other.put("k", "kept");
		this.client.set("mine", "kept");
		this.cache.put("k", "v");
		this.cache.clear();
		assertThat(this.cache.get("k")).isNull();
		this.cache.put("k", "w");
		assertThat(this.cache.get("k", String.class)).isEqualTo("w");
		this.cache.invalidate();
		assertThat(this.cache.get("k")).isNull();
		assertThat(other.get("k", String.class)).isEqualTo("kept");
		assertThat(this.client.<Object>get("mine")).isEqualTo("kept");
	}

	@Test
	void entriesLiveAsLongAsTheirCacheSays() {
		LibmcCache brief = cache("brief", (settings) -> settings.timeToLive(Duration.ofSeconds(2)));
		brief.put("k", "v");
		this.cache.put("k", "v");
		brief.putIfAbsent("added", "v");
		brief.get("loaded", () -> "v");
		assertThat(brief.get("k", String.class)).isEqualTo("v");
		await().until(() -> brief.get("k") == null && brief.get("added") == null && brief.get("loaded") == null);
		assertThat(this.cache.get("k", String.class)).isEqualTo("v");
	}

	@Test
	void jitterLetsEntriesLiveShorterButNotLonger(List<MemcachedServer> servers) {
		LibmcCache jittered = cache("jittered",
				(settings) -> settings.timeToLive(Duration.ofHours(10)).timeToLiveJitter(0.5));
		LibmcCache exact = cache("exact", (settings) -> settings.timeToLive(Duration.ofHours(10)));
		List<Long> seconds = IntStream.range(0, 100).mapToObj((i) -> {
			jittered.put("k" + i, "v");
			exact.put("k" + i, "v");
			assertThat(secondsLeft(servers, "exact:k" + i)).isBetween(35_990L, 36_000L);
			return secondsLeft(servers, "jittered:k" + i);
		}).toList();
		assertThat(seconds).allSatisfy((left) -> assertThat(left).isBetween(17_990L, 36_000L));
		assertThat(seconds.stream().mapToLong(Long::longValue).max().orElseThrow()
				- seconds.stream().mapToLong(Long::longValue).min().orElseThrow())
			.isGreaterThan(5_000);
	}

	@Test
	void aLoadedValueIsCached() {
		assertThat(this.cache.get("k", () -> "loaded")).isEqualTo("loaded");
		assertThat(this.cache.get("k", () -> "again")).isEqualTo("loaded");
		assertThat(this.cache.get("k", String.class)).isEqualTo("loaded");
		assertThat(this.cache.getStatistics()).isEqualTo(new LibmcCacheStatistics(2, 1, 1, 0, 0, 0));
	}

	@Test
	void ofManyWhoMissOneLoads() throws Exception {
		for (int round = 0; round < 50; round++) {
			String key = "k" + round;
			AtomicInteger loads = new AtomicInteger();
			List<Object> values = inParallel(8,
					(thread) -> this.cache.get(key, () -> "value " + loads.incrementAndGet()));
			assertThat(values).containsOnly("value 1");
			assertThat(loads).hasValue(1);
		}
	}

	@Test
	void aLoadersFailureIsEverybodysAndNotCached() throws Exception {
		IllegalStateException failure = new IllegalStateException("no");
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch waiting = new CountDownLatch(1);
		Future<?> leader = this.threads.submit(() -> this.cache.get("k", () -> {
			loading.countDown();
			waiting.await();
			throw failure;
		}));
		loading.await();
		Future<?> follower = this.threads.submit(() -> {
			Callable<Object> never = () -> "never";
			return this.cache.get("k", never);
		});
		awaitMisses(2);
		waiting.countDown();
		for (Future<?> future : List.of(leader, follower)) {
			assertThat(future).failsWithin(Duration.ofSeconds(10))
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(ValueRetrievalException.class)
				.withCause(failure);
		}
		assertThat(this.cache.get("k", () -> "better")).isEqualTo("better");
	}

	@Test
	void aLoaderMayAskForWhatItLoads() {
		assertThat(this.cache.get("k", () -> this.cache.get("k", () -> "inner") + " and outer"))
			.isEqualTo("inner and outer");
	}

	@Test
	void anErrorOfTheLoaderLeavesNobodyWaiting() {
		AssertionError error = new AssertionError("no");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.cache.get("k", () -> {
			throw error;
		})).isSameAs(error);
		assertThat(this.cache.get("k", () -> "better")).isEqualTo("better");
	}

	@Test
	void whoIsInterruptedWhileOthersLoadLoadsAlone() throws Exception {
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Future<Object> leader = this.threads.submit(() -> this.cache.get("k", () -> {
			loading.countDown();
			release.await();
			return "leader's";
		}));
		loading.await();
		Thread[] thread = new Thread[1];
		CountDownLatch started = new CountDownLatch(1);
		Future<String> follower = this.threads.submit(() -> {
			thread[0] = Thread.currentThread();
			started.countDown();
			Object value = this.cache.get("k", () -> "own");
			return value + " " + Thread.interrupted();
		});
		started.await();
		awaitMisses(2);
		thread[0].interrupt();
		assertThat(follower.get()).isEqualTo("own true");
		release.countDown();
		assertThat(leader.get()).isEqualTo("leader's");
	}

	@Test
	void anEvictionOvertakesALoad() throws Exception {
		overtake(() -> this.cache.evict("k"));
		assertThat(this.cache.get("k")).isNull();
	}

	@Test
	void aClearingOvertakesALoad() throws Exception {
		overtake(this.cache::clear);
		assertThat(this.cache.get("k")).isNull();
	}

	@Test
	void aClearingElsewhereOvertakesALoad(List<MemcachedServer> servers) throws Exception {
		try (MemcachedClient otherClient = client(servers)) {
			LibmcCache elsewhere = cache(otherClient, "books");
			overtake(elsewhere::clear);
			assertThat(elsewhere.get("k")).isNull();
		}
	}

	@Test
	void aPutOvertakesALoad() throws Exception {
		overtake(() -> this.cache.put("k", "new"));
		assertThat(this.cache.get("k")).satisfiesAnyOf((wrapper) -> assertThat(wrapper).isNull(),
				(wrapper) -> assertThat(wrapper.get()).isEqualTo("new"));
	}

	@Test
	void whoComesAfterAnEvictionDoesNotGetWhatWasLoadedBefore() throws Exception {
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Future<Object> old = this.threads.submit(() -> this.cache.get("k", () -> {
			loading.countDown();
			release.await();
			return "old";
		}));
		loading.await();
		this.cache.evict("k");
		assertThat(this.cache.get("k", () -> "new")).isEqualTo("new");
		release.countDown();
		assertThat(old.get()).isEqualTo("old");
		assertThat(this.cache.get("k", () -> "newer")).isNotEqualTo("old");
	}

	@Test
	void anEntryThatIsNoValueIsAMissUntilTheNextPut() {
		List<Consumer<String>> overwrites = List.of((key) -> this.cache.put(key, "v"),
				(key) -> assertThat(this.cache.putIfAbsent(key, "v")).isNull(),
				(key) -> assertThat(this.cache.get(key, () -> "v")).isEqualTo("v"));
		int undecodable = 0;
		for (Object foreign : List.of("text", 42, new byte[] { 1, 2, 3 })) {
			for (int i = 0; i < overwrites.size(); i++) {
				String key = "k" + undecodable;
				this.cache.put(key, "old");
				assertThat(this.client.set(wireKey(key), foreign)).isTrue();
				assertThat(this.cache.get(key)).isNull();
				assertThat(this.cache.getStatistics().undecodable()).isGreaterThan(undecodable);
				undecodable = (int) this.cache.getStatistics().undecodable();
				overwrites.get(i).accept(key);
				assertThat(this.cache.get(key, String.class)).isEqualTo("v");
			}
		}
	}

	@Test
	void anEmptyItemIsAPlaceholderAndNoEntry() {
		LibmcCache hasty = cache("books", (settings) -> settings.leaseWait(Duration.ofMillis(100)));
		this.client.set(wireKey("k"), new byte[0]);
		assertThat(this.cache.get("k")).isNull();
		assertThat(this.cache.getStatistics().undecodable()).isZero();
		assertThat(this.cache.putIfAbsent("k", "v")).isNull();
		assertThat(this.cache.get("k", String.class)).isEqualTo("v");
		this.client.set(wireKey("k"), new byte[0]);
		assertThat(hasty.get("k", () -> "loaded")).isEqualTo("loaded");
		assertThat(this.cache.get("k", String.class)).isEqualTo("loaded");
	}

	@Test
	void aLargeValueIsSplitAndOneOfTwoWritersChunksIsAMiss() {
		byte[] value = new byte[2_500_000];
		this.cache.put("k", value);
		assertThat(this.cache.get("k", byte[].class)).isEqualTo(value);
		String wireKey = wireKey("k");
		String chunk = "~" + wireKey.length() + wireKey + "/1";
		RawValue other = new RawValue(0, Objects.requireNonNull(this.client.getRaw(chunk)).bytes().clone());
		other.bytes()[0]++;
		this.client.setRaw(chunk, other, Duration.ZERO);
		assertThat(this.cache.get("k")).isNull();
		assertThat(this.cache.getStatistics().undecodable()).isEqualTo(1);
	}

	@Test
	void keysWithoutATextAreRefusedBeforeAnythingIsLoaded() {
		Object key = new Object();
		assertThatIllegalArgumentException().isThrownBy(() -> this.cache.get(key));
		assertThatIllegalArgumentException().isThrownBy(() -> this.cache.put(key, "v"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.cache.evict(key));
		assertThatIllegalArgumentException().isThrownBy(() -> this.cache.get(key, () -> {
			throw new AssertionError("loaded");
		}));
	}

	@Test
	void statisticsCanBeSwitchedOff() {
		LibmcCache silent = cache("silent", (settings) -> settings.enableStatistics(false));
		silent.put("k", "v");
		silent.get("k");
		assertThat(silent.isStatisticsEnabled()).isFalse();
		assertThat(silent.getStatistics()).isEqualTo(new LibmcCacheStatistics(0, 0, 0, 0, 0, 0));
	}

	@Test
	void theNativeCacheIsTheClient() {
		assertThat(this.cache.getNativeCache()).isSameAs(this.client);
		assertThat(this.cache.getName()).isEqualTo("books");
	}

	/** Does something while a value is being loaded. */
	private void overtake(Runnable meanwhile) throws Exception {
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Future<Object> load = this.threads.submit(() -> this.cache.get("k", () -> {
			loading.countDown();
			release.await();
			return "old";
		}));
		loading.await();
		meanwhile.run();
		release.countDown();
		assertThat(load.get()).isEqualTo("old");
	}

	private void awaitMisses(int misses) {
		await().until(() -> this.cache.getStatistics().misses() == misses);
	}

	private <T> List<T> inParallel(int count, java.util.function.IntFunction<T> task) throws Exception {
		CyclicBarrier barrier = new CyclicBarrier(count);
		List<Callable<T>> tasks = IntStream.range(0, count).mapToObj((thread) -> (Callable<T>) () -> {
			barrier.await(10, TimeUnit.SECONDS);
			return task.apply(thread);
		}).toList();
		Collection<T> results = new ArrayList<>();
		for (Future<T> future : this.threads.invokeAll(tasks)) {
			results.add(future.get());
		}
		return List.copyOf(results);
	}

	/** Asks memcached itself. */
	private long secondsLeft(List<MemcachedServer> servers, String entry) {
		String home = this.client.serverFor(entry);
		MemcachedServer server = servers.stream()
			.filter((each) -> each.address().equals(home))
			.findFirst()
			.orElseThrow();
		try (RawConnection connection = RawConnection.to(server)) {
			return connection.ttl(entry);
		}
	}

	private String wireKey(Object key) {
		return new WireKeys("", "books").entry(key);
	}

	private LibmcCache cache(String name, UnaryOperator<LibmcCacheSettings> change) {
		LibmcCacheManager manager = new LibmcCacheManager(this.client, new LibmcCacheSettings());
		manager.configureCache(name, change);
		manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(manager.getCache(name));
	}

	static LibmcCache cache(MemcachedClient client, String name) {
		LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings());
		manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(manager.getCache(name));
	}

	static LibmcCache cache(MemcachedClient client, LibmcCacheSettings settings) {
		LibmcCacheManager manager = new LibmcCacheManager(client, settings);
		manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

	static MemcachedClient client(List<MemcachedServer> servers) {
		return MemcachedClient.builder()
			.servers(servers.stream().map(MemcachedServer::address).toList())
			.pollTimeout(Duration.ofSeconds(2))
			.connectTimeout(Duration.ofSeconds(1))
			.build();
	}

}
