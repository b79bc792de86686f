package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;
import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.MetaGet;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.cache.Cache.ValueRetrievalException;
import org.springframework.cache.Cache.ValueWrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * One loader among all instances of an application, of which two are here: they share
 * nothing but the server.
 */
@Memcached
@Timeout(60)
class LeaseTest {

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final AtomicInteger loads = new AtomicInteger();

	private final List<LoadOutcome> outcomes = new CopyOnWriteArrayList<>();

	private final List<LibmcCacheManager> managers = new ArrayList<>();

	private MemcachedServer server;

	private MemcachedClient oneClient;

	private MemcachedClient otherClient;

	private LibmcCache one;

	private LibmcCache other;

	@BeforeEach
	void createInstances(MemcachedServer server) {
		this.server = server;
		this.oneClient = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(2))
			.connectTimeout(Duration.ofSeconds(1))
			.listener(new Outcomes())
			.build();
		this.otherClient = LibmcCacheTest.client(List.of(server));
		use(UnaryOperator.identity());
	}

	private void use(UnaryOperator<LibmcCacheSettings> change) {
		this.one = cache(this.oneClient, change);
		this.other = cache(this.otherClient, change);
	}

	@AfterEach
	void close() {
		this.managers.forEach(LibmcCacheManager::destroy);
		this.oneClient.close();
		this.otherClient.close();
		this.threads.shutdownNow();
	}

	@Test
	void ofManyWhoMissInSeveralInstancesOneLoads() throws Exception {
		CyclicBarrier start = new CyclicBarrier(40);
		List<Future<Object>> calls = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			LibmcCache cache = (i % 2 == 0) ? this.one : this.other;
			LoadingCall call = (i % 4 < 2) ? LoadingCall.RETRIEVE : LoadingCall.GET;
			calls.add(this.threads.submit(() -> {
				start.await();
				return begin(call, cache, this::slowly).get();
			}));
		}
		for (Future<Object> call : calls) {
			assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("value 1");
		}
		assertThat(this.loads).hasValue(1);
		assertThat(this.one.getStatistics().puts() + this.other.getStatistics().puts()).isEqualTo(1);
	}

	private String slowly() {
		CompletableFuture<String> soon = new CompletableFuture<>();
		return soon.completeOnTimeout("value " + this.loads.incrementAndGet(), 300, TimeUnit.MILLISECONDS).join();
	}

	@ParameterizedTest
	@EnumSource
	void withoutALeaseEachInstanceLoads(LoadingCall call) throws Exception {
		use((settings) -> settings.lease(Duration.ZERO));
		SlowLoader loader = new SlowLoader();
		Future<Object> first = begin(call, this.one, loader);
		loader.awaitStart();
		assertThat(load(call, this.other, "other's")).isEqualTo("other's");
		CompletableFuture<Object> follower = this.one.retrieve("l", CompletableFuture::new);
		this.one.evict("k");
		loader.finish("one's");
		assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo("one's");
		assertThat(this.other.get("k")).as("overtaken by the eviction").isNull();
		assertThat(follower).isNotDone();
	}

	@ParameterizedTest
	@EnumSource
	void aLoaderThatReadOldDataDoesNotUndoWhatAnotherInstanceDid(LoadingCall call) throws Exception {
		List<Consumer<LibmcCache>> changes = List.of((cache) -> cache.evict("k"), (cache) -> cache.put("k", "new"),
				LibmcCache::clear, (cache) -> cache.evictIfPresent("k"), (cache) -> cache.putIfAbsent("k", "new"));
		for (Duration lease : List.of(Duration.ofSeconds(10), Duration.ZERO)) {
			use((settings) -> settings.lease(lease));
			for (Consumer<LibmcCache> change : changes) {
				this.one.evict("k");
				SlowLoader loader = new SlowLoader();
				Future<Object> slow = begin(call, this.one, loader);
				loader.awaitStart();
				change.accept(this.other);
				loader.finish("old");
				assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
				assertThat(load(call, this.other, "new")).isEqualTo("new");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void anEntryThatWasClearedHidesNothing(LoadingCall call) throws Exception {
		this.one.put("k", "old");
		this.one.clear();
		SlowLoader loader = new SlowLoader();
		Future<Object> first = begin(call, this.one, loader);
		loader.awaitStart();
		Future<Object> second = begin(call.other(), this.other, () -> "never");
		assertThat(second.isDone()).isFalse();
		loader.finish("new");
		assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo("new");
		assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo("new");
	}

	@ParameterizedTest
	@EnumSource
	void aClearingWhileLoadingIsNotUndoneAndACallerThatComesLaterLoadsAnew(LoadingCall call) throws Exception {
		SlowLoader loader = new SlowLoader();
		Future<Object> slow = begin(call, this.one, loader);
		loader.awaitStart();
		this.one.clear();
		Future<Object> later = begin(call.other(), this.one, () -> "new");
		loader.finish("old");
		assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
		assertThat(later.get(5, TimeUnit.SECONDS)).isEqualTo("new");
		assertThat(load(call, this.other, "newer")).isEqualTo("new");
	}

	@ParameterizedTest
	@EnumSource
	void theOthersWaitNoLongerThanTheySay(LoadingCall call) throws Exception {
		use((settings) -> settings.leaseWait(Duration.ofMillis(200)));
		CompletableFuture<Object> never = this.one.retrieve("k", CompletableFuture::new);
		await().until(() -> this.one.getStatistics().misses() == 1);
		assertThat(load(call, this.other, "other's own")).isEqualTo("other's own");
		assertThat(load(call, this.one, "own")).isIn("own", "other's own");
		assertThat(never.cancel(true)).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void aLoaderThatFailsLetsTheNextOneLoadAtOnce(LoadingCall call) throws Exception {
		IllegalStateException failure = new IllegalStateException("no");
		Future<Object> failing = begin(call, this.one, () -> {
			throw failure;
		});
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> failing.get(5, TimeUnit.SECONDS))
			.havingRootCause()
			.isSameAs(failure);
		assertThat(load(call, this.other, "better")).isEqualTo("better");
	}

	@Test
	void aLoadersFailureIsWrappedForACallerThatWaits() {
		IllegalStateException failure = new IllegalStateException("no");
		assertThatExceptionOfType(ValueRetrievalException.class).isThrownBy(() -> this.one.get("k", () -> {
			throw failure;
		})).withCause(failure);
	}

	@ParameterizedTest
	@EnumSource
	void aNullThatIsNotCachedLetsTheNextOneLoadAtOnce(LoadingCall call) throws Exception {
		use((settings) -> settings.cacheNullValues(false));
		assertThat(load(call, this.one, null)).isNull();
		assertThat(load(call, this.other, "there now")).isEqualTo("there now");
	}

	@ParameterizedTest
	@EnumSource
	void whatIsLoadedWhileTheGenerationIsLostIsCached(LoadingCall call) throws Exception {
		this.one.put("other", "v");
		for (int round = 0; round < 3; round++) {
			this.otherClient.delete(generation());
			this.one.evict("k");
			String value = "value " + round;
			assertThat(load(call, this.one, value)).isEqualTo(value);
			assertThat(load(call, this.one, "never")).isEqualTo(value);
			assertThat(this.other.get("k", String.class)).isEqualTo(value);
			assertThat(this.one.get("other")).as("of an older generation").isNull();
		}
		assertThat(this.one.getStatistics().failures()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void anEntryOfALostGenerationIsLoadedAnew(LoadingCall call) throws Exception {
		for (Object remains : List.of("nothing", 17L, "no number")) {
			this.one.put("k", "old");
			this.otherClient.delete(generation());
			if (!remains.equals("nothing")) {
				this.otherClient.set(generation(), remains);
			}
			assertThat(load(call, this.one, "new")).isEqualTo("new");
			assertThat(load(call, this.other, "never")).isEqualTo("new");
		}
	}

	@ParameterizedTest
	@EnumSource
	void anEvictedEntryIsServedToTheOthersWhileOneReloadsIt(LoadingCall call) throws Exception {
		use((settings) -> settings.serveStale(Duration.ofSeconds(30)));
		this.one.put("k", "old");
		this.one.evict("k");
		SlowLoader loader = new SlowLoader();
		Future<Object> elected = begin(call, this.one, loader);
		loader.awaitStart();
		for (int i = 0; i < 10; i++) {
			assertThat(load(call, this.other, "never")).isEqualTo("old");
			assertThat(this.other.get("k", String.class)).isEqualTo("old");
		}
		loader.finish("new");
		assertThat(elected.get(5, TimeUnit.SECONDS)).isEqualTo("new");
		assertThat(load(call, this.other, "never")).isEqualTo("new");
	}

	@ParameterizedTest
	@EnumSource
	void onlyEvictLeavesAnythingBehind(LoadingCall call) throws Exception {
		use((settings) -> settings.serveStale(Duration.ofSeconds(30)).timeToLive(Duration.ofSeconds(20)));
		List<Consumer<LibmcCache>> changes = List.of((cache) -> cache.evictIfPresent("k"), LibmcCache::clear,
				LibmcCache::invalidate);
		for (Consumer<LibmcCache> change : changes) {
			this.one.put("k", "old");
			change.accept(this.one);
			assertThat(this.one.get("k")).isNull();
			assertThat(load(call, this.one, "new")).isEqualTo("new");
			this.one.evictIfPresent("k");
		}
		this.one.put("k", "old");
		this.one.evict("k");
		this.one.evict("k");
		assertThat(this.oneClient.meta().get(entry(), MetaGet.NO_VALUE.ttl()).ttl().getAsLong()).as("never prolonged")
			.isBetween(1L, 20L);
		assertThat(this.one.putIfAbsent("k", "put")).as("what was evicted is absent").isNull();
		assertThat(this.other.get("k", String.class)).isEqualTo("put");
	}

	@ParameterizedTest
	@EnumSource
	void aDueEntryIsReloadedByOneAndTheOthersGetIt(LoadingCall call) throws Exception {
		use((settings) -> settings.timeToLive(Duration.ofSeconds(60)).refreshAhead(Duration.ofSeconds(45)));
		this.one.put("k", "old");
		this.oneClient.touch(entry(), Duration.ofSeconds(30));
		SlowLoader loader = new SlowLoader();
		Future<Object> elected = begin(call, this.one, loader);
		loader.awaitStart();
		assertThat(load(call, this.other, "never")).isEqualTo("old");
		assertThat(this.other.get("k", String.class)).isEqualTo("old");
		loader.finish("new");
		assertThat(elected.get(5, TimeUnit.SECONDS)).isEqualTo("new");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void withoutALoaderTheElectedCallerMisses(boolean async) {
		use((settings) -> settings.timeToLive(Duration.ofSeconds(60)).refreshAhead(Duration.ofSeconds(45)));
		this.one.put("k", "old");
		this.oneClient.touch(entry(), Duration.ofSeconds(30));
		assertThat(async ? this.one.retrieve("k").join() : this.one.get("k")).isNull();
		for (LibmcCache cache : List.of(this.one, this.other)) {
			assertThat(cache.get("k", String.class)).isEqualTo("old");
			assertThat(((ValueWrapper) cache.retrieve("k").join()).get()).isEqualTo("old");
		}
		this.one.put("k", "new");
		assertThat(this.other.get("k", String.class)).isEqualTo("new");
	}

	@ParameterizedTest
	@CsvSource({ "GET, false", "GET, true", "RETRIEVE, false", "RETRIEVE, true" })
	void aRefreshThatReadOldDataDoesNotUndoWhatAnotherInstanceDid(LoadingCall call, boolean inBackground)
			throws Exception {
		use((settings) -> settings.timeToLive(Duration.ofSeconds(60))
			.refreshAhead(Duration.ofSeconds(45))
			.refreshInBackground(inBackground));
		List<Consumer<LibmcCache>> changes = List.of((cache) -> cache.evict("k"), (cache) -> cache.put("k", "new"),
				LibmcCache::clear, (cache) -> cache.evictIfPresent("k"));
		for (Consumer<LibmcCache> change : changes) {
			this.one.put("k", "old");
			this.oneClient.touch(entry(), Duration.ofSeconds(30));
			SlowLoader loader = new SlowLoader();
			Future<Object> slow = begin(call, this.one, loader);
			loader.awaitStart();
			int before = this.outcomes.size();
			change.accept(this.other);
			loader.finish("read before");
			assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo(inBackground ? "old" : "read before");
			await().until(() -> this.outcomes.size() > before);
			assertThat(load(call, this.other, "new")).isEqualTo("new");
		}
	}

	@ParameterizedTest
	@EnumSource
	void inTheBackgroundNobodyWaitsForARefreshAndAnEvictionOvertakesIt(LoadingCall call) throws Exception {
		use((settings) -> settings.timeToLive(Duration.ofSeconds(60))
			.refreshAhead(Duration.ofSeconds(45))
			.refreshInBackground(true));
		for (boolean evicted : List.of(false, true)) {
			this.one.put("k", "old");
			this.oneClient.touch(entry(), Duration.ofSeconds(30));
			SlowLoader loader = new SlowLoader();
			assertThat(begin(call, this.one, loader).get(5, TimeUnit.SECONDS)).isEqualTo("old");
			loader.awaitStart();
			if (evicted) {
				this.other.evict("k");
			}
			loader.finish("new");
			if (evicted) {
				assertThat(load(call, this.other, "newest")).isEqualTo("newest");
				await().during(Duration.ofMillis(100)).until(() -> "newest".equals(this.other.get("k", String.class)));
			}
			else {
				await().until(() -> "new".equals(this.other.get("k", String.class)));
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void aServerThatIsRestartedWhileLoadingTakesTheValue(LoadingCall call) throws Exception {
		this.one.get("first");
		assertThat(begin(call, this.one, () -> {
			this.server.restart();
			return "loaded";
		}).get(10, TimeUnit.SECONDS)).isEqualTo("loaded");
		await().ignoreExceptions().untilAsserted(() -> {
			Object value = load(call, this.other, "again");
			assertThat(value).isIn("loaded", "again");
			assertThat(this.other.get("k", String.class)).isEqualTo(value);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aLargeValueThatIsLoadedIsCached(LoadingCall call) throws Exception {
		byte[] large = new byte[2_500_000];
		large[2_000_000] = 7;
		assertThat(load(call, this.one, large)).isSameAs(large);
		assertThat(this.other.get("k", byte[].class)).isEqualTo(large);
	}

	private Future<Object> begin(LoadingCall call, LibmcCache cache, Callable<Object> loader) {
		return call.begin(cache, this.threads, loader);
	}

	private Object load(LoadingCall call, LibmcCache cache, Object value) throws Exception {
		return begin(call, cache, () -> value).get(10, TimeUnit.SECONDS);
	}

	/** A loader that takes until it is told its value. */
	private static final class SlowLoader implements Callable<Object> {

		private final CountDownLatch loading = new CountDownLatch(1);

		private final CompletableFuture<Object> source = new CompletableFuture<>();

		@Override
		public Object call() throws Exception {
			this.loading.countDown();
			return this.source.get();
		}

		void awaitStart() throws InterruptedException {
			this.loading.await();
		}

		void finish(Object value) {
			this.source.complete(value);
		}

	}

	/** How the loads of the one instance end. */
	private String generation() {
		return new WireKeys("", "books").generation(this.server.address());
	}

	private final class Outcomes implements MemcachedListener {

		@Override
		public void loadEnded(LoadOutcome outcome) {
			LeaseTest.this.outcomes.add(outcome);
		}

	}

	private static String entry() {
		return new WireKeys("", "books").entry("k");
	}

	private LibmcCache cache(MemcachedClient client, UnaryOperator<LibmcCacheSettings> change) {
		LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings());
		manager.configureCache("books", change);
		manager.setClearVisibility(Duration.ZERO);
		manager.afterPropertiesSet();
		this.managers.add(manager);
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

}
