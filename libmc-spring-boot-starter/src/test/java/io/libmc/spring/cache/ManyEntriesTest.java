package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MetaGet;
import io.libmc.testing.Fault;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.cache.Cache.ValueRetrievalException;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Many entries at once, which are what single ones are, in fewer round trips.
 */
@Memcached(servers = 3)
@Timeout(60)
class ManyEntriesTest {

	private static final List<Long> KEYS = LongStream.range(0, 100).boxed().toList();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<AutoCloseable> open = new ArrayList<>();

	private final List<Collection<Long>> loads = new CopyOnWriteArrayList<>();

	private List<MemcachedServer> servers;

	@BeforeEach
	void use(List<MemcachedServer> memcacheds) {
		this.servers = memcacheds;
	}

	@AfterEach
	void close() throws Exception {
		this.servers.forEach(MemcachedServer::resume);
		for (AutoCloseable each : this.open) {
			each.close();
		}
		this.threads.shutdownNow();
	}

	@Test
	void whatIsThereIsFoundInTheOrderOfTheKeysAndNullToo() {
		LibmcCache cache = cache(UnaryOperator.identity());
		Map<Long, String> books = new HashMap<>(Map.of(1L, "one", 2L, "two"));
		books.put(3L, null);
		cache.putAll(books);
		Map<Long, String> found = cache.getAll(List.of(3L, 9L, 2L, 1L, 2L));
		assertThat(found).hasSize(3).containsEntry(3L, null).containsEntry(2L, "two").containsEntry(1L, "one");
		assertThat(found.keySet()).containsExactly(3L, 2L, 1L);
		assertThat(cache.getStatistics()).isEqualTo(new LibmcCacheStatistics(3, 1, 3, 0, 0, 0));
		cache.evictAll(List.of(1L, 3L));
		assertThat(cache.<Long, String>getAll(List.of(1L, 2L, 3L))).containsOnlyKeys(2L);
		assertThat(cache.getStatistics().evictions()).isEqualTo(2);
		assertThat(cache.getAll(List.of())).isEmpty();
	}

	@Test
	void whatIsMissingIsLoadedByOneCallOnTheCallersThread() {
		LibmcCache cache = cache(UnaryOperator.identity());
		cache.put(1L, "cached");
		Thread caller = Thread.currentThread();
		Function<Collection<Long>, Map<Long, String>> loader = (missing) -> {
			assertThat(Thread.currentThread()).isSameAs(caller);
			this.loads.add(missing);
			return Map.of(2L, "loaded", 77L, "nobody wants it");
		};
		Map<Long, String> values = cache.getAll(List.of(3L, 2L, 1L), loader);
		assertThat(values.keySet()).containsExactly(3L, 2L, 1L);
		assertThat(values).containsEntry(1L, "cached").containsEntry(2L, "loaded").containsEntry(3L, null);
		assertThat(this.loads).containsExactly(List.of(3L, 2L));
		assertThat(cache.get(2L, String.class)).isEqualTo("loaded");
		assertThat(Objects.requireNonNull(cache.get(3L)).get()).isNull();
		assertThat(cache.get(77L)).isNull();
		assertThat(cache.getAll(List.of(3L, 2L, 1L), loader)).isEqualTo(values);
		assertThat(this.loads).hasSize(1);
		assertThat(cache.getStatistics()).isEqualTo(new LibmcCacheStatistics(1 + 2 + 3, 2 + 1, 3, 0, 0, 0));
	}

	@Test
	void aNullThatIsNotCachedIsLoadedAgain() {
		LibmcCache cache = cache((settings) -> settings.cacheNullValues(false));
		for (int i = 0; i < 2; i++) {
			assertThat(cache.getAll(List.of(1L), loading(Map.of()))).containsOnlyKeys(1L).containsValue(null);
		}
		assertThat(this.loads).hasSize(2);
	}

	/** One for each key would take 10 s. */
	@Test
	void aHundredKeysCostAboutOneRoundTripForEachServer() {
		List<FaultProxy> proxies = this.servers.stream().map(FaultProxy::to).toList();
		this.open.addAll(proxies);
		MemcachedClient client = client(proxies.stream().map(FaultProxy::address).toList());
		LibmcCache cache = LibmcCacheTest.cache(client, "books");
		cache.putAll(entries());
		proxies.forEach((proxy) -> proxy.replies(Fault.delay(Duration.ofMillis(100))));
		assertThat(inMillis(() -> assertThat(cache.getAll(KEYS)).isEqualTo(entries()))).isBetween(90L, 1500L);
		assertThat(inMillis(() -> cache.evictAll(KEYS))).isBetween(90L, 1500L);
		assertThat(inMillis(() -> cache.putAll(entries()))).isBetween(90L, 1500L);
		cache.evictAll(KEYS);
		assertThat(inMillis(() -> assertThat(cache.getAll(KEYS, loading(entries()))).isEqualTo(entries())))
			.isBetween(180L, 2000L);
		assertThat(this.loads).containsExactly(KEYS);
		proxies.forEach(FaultProxy::heal);
		assertThat(cache.getAll(KEYS)).isEqualTo(entries());
	}

	private static long inMillis(Runnable task) {
		long start = System.nanoTime();
		task.run();
		return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
	}

	@Test
	void moreThanMayBeUnderWayAtOnce() {
		LibmcCache cache = cache(UnaryOperator.identity());
		List<Long> keys = LongStream.range(0, 2 * ManyEntries.AT_ONCE + 3).boxed().toList();
		Map<Long, String> all = new LinkedHashMap<>();
		keys.forEach((key) -> all.put(key, "book " + key));
		assertThat(cache.getAll(keys, loading(all))).isEqualTo(all);
		assertThat(this.loads).containsExactly(keys);
		assertThat(cache.getAll(keys)).isEqualTo(all);
		cache.evictAll(keys);
		assertThat(cache.getAll(keys)).isEmpty();
		cache.putAll(all);
		assertThat(cache.getAll(keys)).isEqualTo(all);
	}

	@Test
	void whatAnotherInstanceLoadsIsWaitedForAndNeitherWaitsForTheOther() throws Exception {
		LibmcCache one = cache(UnaryOperator.identity());
		LibmcCache other = cache(UnaryOperator.identity());
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<Map<Long, String>> first = this.threads.submit(() -> one.getAll(List.of(1L, 2L), (keys) -> {
			loading.countDown();
			waitFor(finish);
			return Map.of(1L, "one's", 2L, "one's");
		}));
		loading.await();
		Future<Map<Long, String>> second = this.threads
			.submit(() -> other.getAll(List.of(1L, 2L, 3L, 4L), loading(Map.of(3L, "other's", 4L, "other's"))));
		await().until(() -> !this.loads.isEmpty());
		assertThat(one.get(3L, () -> "not loaded")).isEqualTo("other's");
		finish.countDown();
		assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(Map.of(1L, "one's", 2L, "one's"));
		assertThat(second.get(10, TimeUnit.SECONDS))
			.isEqualTo(Map.of(1L, "one's", 2L, "one's", 3L, "other's", 4L, "other's"));
		assertThat(this.loads).containsExactly(List.of(3L, 4L));
	}

	private static void waitFor(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whatAnotherCallerOfThisInstanceLoadsIsWaitedForToo() throws Exception {
		LibmcCache cache = cache(UnaryOperator.identity());
		CompletableFuture<String> source = new CompletableFuture<>();
		CountDownLatch loading = new CountDownLatch(1);
		CompletableFuture<String> single = cache.retrieve(1L, () -> {
			loading.countDown();
			return source;
		});
		loading.await();
		Future<Map<Long, String>> many = this.threads
			.submit(() -> cache.getAll(List.of(1L, 2L), loading(Map.of(2L, "many's"))));
		await().until(() -> !this.loads.isEmpty());
		source.complete("single's");
		assertThat(many.get(10, TimeUnit.SECONDS)).isEqualTo(Map.of(1L, "single's", 2L, "many's"));
		assertThat(single.get(10, TimeUnit.SECONDS)).isEqualTo("single's");
		assertThat(this.loads).containsExactly(List.of(2L));
	}

	@Test
	void whereNoServerAnswersTwoWhoWantTheSameDoNotHoldEachOtherUp() throws Exception {
		LibmcCache cache = LibmcCacheTest.cache(client(List.of("127.0.0.1:1")), "books");
		List<Long> reversed = new ArrayList<>(KEYS);
		Collections.reverse(reversed);
		long start = System.nanoTime();
		for (int round = 0; round < 10; round++) {
			CyclicBarrier barrier = new CyclicBarrier(2);
			List<Future<Map<Long, String>>> both = new ArrayList<>();
			for (List<Long> keys : List.of(KEYS, reversed)) {
				both.add(this.threads.submit(() -> {
					barrier.await();
					return cache.getAll(keys, loading(entries()));
				}));
			}
			for (Future<Map<Long, String>> each : both) {
				assertThat(each.get(9, TimeUnit.SECONDS)).isEqualTo(entries());
			}
		}
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
	}

	@Test
	void whoIsWaitedForInVainIsNotWaitedForAnyLonger() throws Exception {
		LibmcCache one = cache((settings) -> settings.leaseWait(Duration.ofMillis(300)));
		LibmcCache other = cache((settings) -> settings.leaseWait(Duration.ofMillis(300)));
		CountDownLatch loading = new CountDownLatch(1);
		CompletableFuture<String> never = one.retrieve(1L, () -> {
			loading.countDown();
			return new CompletableFuture<>();
		});
		loading.await();
		Map<Long, String> both = Map.of(1L, "own", 2L, "own");
		assertThat(other.getAll(List.of(1L, 2L), loading(both))).isEqualTo(both);
		assertThat(this.loads.stream().flatMap(Collection::stream)).containsExactlyInAnyOrder(1L, 2L);
		assertThat(never).isNotDone();
	}

	@Test
	void aLoaderThatThrowsLetsTheNextOneLoadAtOnce() {
		LibmcCache cache = cache(UnaryOperator.identity());
		IllegalStateException failure = new IllegalStateException("the database is down");
		assertThatExceptionOfType(ValueRetrievalException.class)
			.isThrownBy(() -> cache.getAll(List.of(1L, 2L), (keys) -> {
				throw failure;
			}))
			.withCause(failure);
		assertThatExceptionOfType(ValueRetrievalException.class)
			.isThrownBy(() -> cache.getAll(List.of(1L, 2L), (keys) -> null));
		assertThat(inMillis(() -> assertThat(cache.getAll(List.of(1L, 2L), loading(Map.of(1L, "a")))).hasSize(2)))
			.isLessThan(5_000);
		assertThat(this.loads).containsExactly(List.of(1L, 2L));
	}

	@Test
	void aKeyThatCannotBeWrittenFailsTheCallAndHoldsNobodyUp() {
		LibmcCache cache = cache(UnaryOperator.identity());
		Object bad = new Object();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> cache.getAll(List.of(1L, bad), (Collection<Object> keys) -> Map.of()));
		assertThat(cache.get(1L, () -> "loaded")).isEqualTo("loaded");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aServerThatHangsCostsItsOwnKeysAlone(boolean loads) {
		LibmcCache cache = cache(UnaryOperator.identity());
		cache.putAll(entries());
		this.servers.get(0).pause();
		List<Long> there = keysOf(cache, this.servers.get(0), false);
		if (loads) {
			Map<Long, String> fresh = new HashMap<>();
			KEYS.forEach((key) -> fresh.put(key, "fresh"));
			Map<Long, String> values = cache.getAll(KEYS, loading(fresh));
			KEYS.forEach((key) -> assertThat(values).containsEntry(key, there.contains(key) ? "book " + key : "fresh"));
			assertThat(this.loads).hasSize(1);
		}
		else {
			assertThat(cache.getAll(KEYS).keySet()).containsExactlyElementsOf(there);
		}
		assertThat(cache.getStatistics().failures()).isGreaterThanOrEqualTo(KEYS.size() - there.size());
	}

	@Test
	void changesThatFailedAreMadeUpFor() {
		LibmcCache cache = cache(UnaryOperator.identity());
		cache.putAll(entries());
		this.servers.get(0).pause();
		List<Long> lost = keysOf(cache, this.servers.get(0), true);
		Map<Long, String> changed = new HashMap<>();
		KEYS.forEach((key) -> changed.put(key, "changed"));
		cache.putAll(changed);
		this.servers.get(0).resume();
		cache.getAll(KEYS).forEach((key, value) -> assertThat(value).isEqualTo("changed"));
		assertThat(cache.getAll(lost)).isEmpty();
		cache.putAll(entries());
		assertThat(cache.getAll(KEYS)).isEqualTo(entries());
		this.servers.get(0).pause();
		cache.evictAll(KEYS);
		this.servers.get(0).resume();
		assertThat(cache.getAll(KEYS)).isEmpty();
	}

	@Test
	void whereFailuresAreThrownTheOthersAreChangedAllTheSame() {
		LibmcCache cache = cache((settings) -> settings.onError(OnError.THROW));
		cache.putAll(entries());
		this.servers.get(0).pause();
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> cache.getAll(KEYS));
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> cache.getAll(KEYS, loading(Map.of())));
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> cache.evictAll(KEYS));
		this.servers.get(0).resume();
		assertThat(cache.getAll(KEYS)).isEmpty();
		assertThat(this.loads).isEmpty();
	}

	@Test
	void aValueThatCannotBeCachedIsNoneAndTheOthersAre() {
		LibmcCache cache = cache(UnaryOperator.identity());
		cache.putAll(Map.of(1L, "old", 2L, "old"));
		cache.putAll(Map.of(1L, new Object(), 2L, "new", 3L, new byte[11_000_000]));
		assertThat(cache.<Long, Object>getAll(List.of(1L, 2L, 3L))).isEqualTo(Map.of(2L, "new"));
		assertThat(cache.getStatistics().uncacheable()).isEqualTo(2);
		Object uncacheable = new Object();
		assertThat(cache.getAll(List.of(1L, 4L), (keys) -> Map.of(1L, uncacheable, 4L, "loaded")))
			.isEqualTo(Map.of(1L, uncacheable, 4L, "loaded"));
		assertThat(cache.getAll(List.of(1L, 4L))).isEqualTo(Map.of(4L, "loaded"));
		LibmcCache strict = cache((settings) -> settings.onError(OnError.THROW));
		assertThatIllegalArgumentException().isThrownBy(() -> strict.putAll(Map.of(1L, new Object(), 5L, "kept")));
		assertThat(strict.get(5L, String.class)).isEqualTo("kept");
	}

	@Test
	void whatWasClearedIsLoaded() {
		LibmcCache cache = cache(UnaryOperator.identity());
		cache.putAll(entries());
		cache.clear();
		assertThat(cache.getAll(KEYS)).isEmpty();
		assertThat(cache.getAll(KEYS, loading(entries()))).isEqualTo(entries());
		assertThat(this.loads).containsExactly(KEYS);
	}

	@Test
	void eachEntryHasItsOwnTimeToLive() {
		LibmcCache cache = cache(
				(settings) -> settings.timeToLive((key, value) -> Duration.ofSeconds(((Long) key == 1L) ? 1 : 60)));
		cache.putAll(Map.of(1L, "short", 2L, "long"));
		await().until(() -> cache.getAll(List.of(1L, 2L)).equals(Map.of(2L, "long")));
	}

	@Test
	void readingProlongsALife() {
		LibmcCache cache = cache((settings) -> settings.timeToIdle(Duration.ofSeconds(3)));
		cache.putAll(Map.of(1L, "read", 2L, "unread"));
		await().pollInterval(Duration.ofMillis(500))
			.during(Duration.ofSeconds(5))
			.atMost(Duration.ofSeconds(20))
			.until(() -> cache.getAll(List.of(1L), loading(Map.of(1L, "again"))).get(1L).equals("read"));
		assertThat(cache.get(2L)).isNull();
	}

	@Test
	void whatIsRefreshedInTheBackgroundIsServedMeanwhile() {
		LibmcCache cache = cache((settings) -> settings.timeToLive(Duration.ofSeconds(60))
			.refreshAhead(Duration.ofSeconds(59))
			.refreshInBackground(true));
		List<Long> keys = KEYS.subList(0, 20);
		keys.forEach((key) -> cache.put(key, "old"));
		MemcachedClient client = (MemcachedClient) cache.getNativeCache();
		MetaGet timeLeft = MetaGet.NO_VALUE.ttl();
		await().until(() -> keys.stream()
			.allMatch((key) -> client.meta().get(cache.entryName(key), timeLeft).ttl().orElseThrow() <= 58));
		CountDownLatch finish = new CountDownLatch(1);
		Map<Long, String> values = cache.getAll(keys, (missing) -> {
			this.loads.add(missing);
			waitFor(finish);
			return missing.stream().collect(Collectors.toMap(Function.identity(), (key) -> "fresh"));
		});
		assertThat(values.values()).hasSize(20).containsOnly("old");
		await().during(Duration.ofMillis(300)).until(() -> this.loads.size() == 1);
		finish.countDown();
		await().until(() -> cache.getAll(keys).values().stream().allMatch("fresh"::equals));
		assertThat(this.loads).hasSizeLessThanOrEqualTo(3);
		assertThat(this.loads.stream().flatMap(Collection::stream)).containsExactlyInAnyOrderElementsOf(keys);
	}

	@Test
	void aRefreshThatFailsCostsNobodyAValue() {
		LibmcCache cache = cache(
				(settings) -> settings.timeToLive(Duration.ofSeconds(60)).refreshAhead(Duration.ofSeconds(59)));
		cache.putAll(Map.of(1L, "old", 2L, "old"));
		await().until(() -> {
			assertThat(cache.getAll(List.of(1L, 2L), (keys) -> {
				this.loads.add(keys);
				throw new IllegalStateException("the database is down");
			})).isEqualTo(Map.of(1L, "old", 2L, "old"));
			return !this.loads.isEmpty();
		});
	}

	@Test
	void entriesInTheProcessAreServedWithoutAQuestionAndGoWithAChange() {
		LibmcCache cache = cache((settings) -> settings.near(NearSettings.timeToLive(Duration.ofMinutes(1))));
		cache.putAll(entries());
		assertThat(cache.getAll(KEYS)).isEqualTo(entries());
		assertThat(cache.getAll(KEYS)).isEqualTo(entries());
		assertThat(cache.getAll(KEYS, loading(Map.of()))).isEqualTo(entries());
		assertThat(cache.getStatistics().nearHits()).isEqualTo(2L * KEYS.size());
		assertThat(this.loads).isEmpty();
		cache.putAll(Map.of(1L, "changed"));
		cache.evictAll(List.of(2L));
		assertThat(cache.getAll(List.of(1L, 2L, 3L))).isEqualTo(Map.of(1L, "changed", 3L, "book 3"));
	}

	@Test
	void onReactorsThreadsChangesAreBegun() {
		LibmcCache cache = cache(UnaryOperator.identity());
		Mono.fromRunnable(() -> cache.putAll(entries())).subscribeOn(Schedulers.parallel()).block();
		assertThat(cache.getAll(KEYS)).isEqualTo(entries());
		Mono.fromRunnable(() -> cache.evictAll(KEYS)).subscribeOn(Schedulers.parallel()).block();
		assertThat(cache.getAll(KEYS)).isEmpty();
	}

	@Test
	void inATransactionChangesAreMadeAtItsCommit() {
		EmbeddedDatabase database = new EmbeddedDatabaseBuilder().generateUniqueName(true)
			.setType(EmbeddedDatabaseType.H2)
			.build();
		this.open.add(database::shutdown);
		TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(database));
		LibmcCacheManager manager = new LibmcCacheManager(client(addresses()), new LibmcCacheSettings());
		manager.setTransactionAware(true);
		manager.afterPropertiesSet();
		this.open.add(manager::destroy);
		BulkCache cache = (BulkCache) Objects.requireNonNull(manager.getCache("books"));
		LibmcCache outside = cache(UnaryOperator.identity());
		cache.putAll(Map.of(1L, "old", 2L, "old"));
		transaction.executeWithoutResult((status) -> {
			assertThat(cache.getAll(List.of(1L, 3L), loading(Map.of(3L, "loaded"))))
				.isEqualTo(Map.of(1L, "old", 3L, "loaded"));
			cache.putAll(Map.of(1L, "new"));
			cache.evictAll(List.of(2L));
			assertThat(cache.getAll(List.of(1L, 2L, 3L))).isEqualTo(Map.of(3L, "loaded"));
			assertThat(cache.getAll(List.of(2L, 3L, 4L), loading(Map.of(2L, "own", 4L, "own"))))
				.isEqualTo(Map.of(2L, "own", 3L, "loaded", 4L, "own"));
			assertThat(outside.getAll(List.of(1L, 2L, 4L))).isEqualTo(Map.of(1L, "old", 2L, "old"));
		});
		assertThat(outside.getAll(List.of(1L, 2L, 4L))).isEqualTo(Map.of(1L, "new"));
		transaction.executeWithoutResult((status) -> {
			cache.putAll(Map.of(1L, "never"));
			cache.evictAll(List.of(3L));
			status.setRollbackOnly();
		});
		assertThat(outside.getAll(List.of(1L, 3L))).isEqualTo(Map.of(1L, "new", 3L, "loaded"));
	}

	private List<Long> keysOf(LibmcCache cache, MemcachedServer server, boolean there) {
		MemcachedClient client = (MemcachedClient) cache.getNativeCache();
		return KEYS.stream()
			.filter((key) -> client.serverFor(cache.entryName(key)).equals(server.address()) == there)
			.toList();
	}

	private <V> Function<Collection<Long>, Map<Long, V>> loading(Map<Long, V> values) {
		return (keys) -> {
			this.loads.add(keys);
			return values;
		};
	}

	private static Map<Long, String> entries() {
		Map<Long, String> entries = new LinkedHashMap<>();
		KEYS.forEach((key) -> entries.put(key, "book " + key));
		return entries;
	}

	private LibmcCache cache(UnaryOperator<LibmcCacheSettings> change) {
		LibmcCacheManager manager = new LibmcCacheManager(client(addresses()), change.apply(new LibmcCacheSettings()));
		manager.afterPropertiesSet();
		this.open.add(0, manager::destroy);
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

	private MemcachedClient client(List<String> addresses) {
		MemcachedClient client = MemcachedClient.builder()
			.servers(addresses)
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofSeconds(2))
			.retryTimeout(Duration.ofMillis(20))
			.build();
		this.open.add(client);
		return client;
	}

	private List<String> addresses() {
		return this.servers.stream().map(MemcachedServer::address).toList();
	}

}
