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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

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
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.cache.Cache.ValueRetrievalException;
import org.springframework.cache.Cache.ValueWrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
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
		use((settings) -> {
		});
	}

	private void use(Consumer<LibmcCacheSettings> change) {
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
			boolean async = i % 4 < 2;
			calls.add(this.threads.submit(() -> {
				start.await();
				return async ? cache.<Object>retrieve("k", () -> CompletableFuture.supplyAsync(this::slowly)).get()
						: cache.<Object>get("k", this::slowly);
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

	@Test
	void withoutALeaseEachInstanceLoads() throws Exception {
		use((settings) -> settings.lease(Duration.ZERO));
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<Object> first = this.threads.submit(() -> this.one.get("k", () -> {
			loading.countDown();
			finish.await();
			return "one's";
		}));
		loading.await();
		assertThat(this.other.get("k", () -> "other's")).isEqualTo("other's");
		CompletableFuture<Object> follower = this.one.retrieve("l", CompletableFuture::new);
		this.one.evict("k");
		finish.countDown();
		assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo("one's");
		assertThat(this.other.get("k")).as("overtaken by the eviction").isNull();
		assertThat(follower).isNotDone();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aLoaderThatReadOldDataDoesNotUndoWhatAnotherInstanceDid(boolean async) throws Exception {
		List<Consumer<LibmcCache>> changes = List.of((cache) -> cache.evict("k"), (cache) -> cache.put("k", "new"),
				LibmcCache::clear, (cache) -> cache.evictIfPresent("k"), (cache) -> cache.putIfAbsent("k", "new"));
		for (Consumer<LibmcCache> change : changes) {
			this.one.evict("k");
			CountDownLatch loading = new CountDownLatch(1);
			CompletableFuture<Object> source = new CompletableFuture<>();
			Future<Object> slow = async ? this.one.retrieve("k", () -> {
				loading.countDown();
				return source;
			}) : this.threads.submit(() -> this.one.get("k", () -> {
				loading.countDown();
				return source.get();
			}));
			loading.await();
			change.accept(this.other);
			source.complete("old");
			assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
			assertThat(this.other.get("k", () -> "new")).isEqualTo("new");
		}
	}

	@Test
	void anEntryThatWasClearedHidesNothing() throws Exception {
		this.one.put("k", "old");
		this.one.clear();
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<Object> first = this.threads.submit(() -> this.one.get("k", () -> {
			loading.countDown();
			finish.await();
			return "new";
		}));
		loading.await();
		CompletableFuture<Object> second = this.other.retrieve("k", () -> CompletableFuture.completedFuture("never"));
		assertThat(second).isNotDone();
		finish.countDown();
		assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo("new");
		assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo("new");
	}

	@Test
	void aClearingWhileLoadingIsNotUndoneAndWhoComesLaterLoadsAnew() throws Exception {
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<Object> slow = this.threads.submit(() -> this.one.get("k", () -> {
			loading.countDown();
			finish.await();
			return "old";
		}));
		loading.await();
		this.one.clear();
		Future<Object> later = this.threads.submit(() -> this.one.get("k", () -> "new"));
		finish.countDown();
		assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
		assertThat(later.get(5, TimeUnit.SECONDS)).isEqualTo("new");
		assertThat(this.other.get("k", () -> "newer")).isEqualTo("new");
	}

	@Test
	void theOthersWaitNoLongerThanTheySay() {
		use((settings) -> settings.leaseWait(Duration.ofMillis(200)));
		CompletableFuture<Object> never = this.one.retrieve("k", CompletableFuture::new);
		await().until(() -> this.one.getStatistics().misses() == 1);
		assertThat(this.other.get("k", () -> "other's own")).isEqualTo("other's own");
		assertThat(this.one.get("k", () -> "own")).isIn("own", "other's own");
		assertThat(never.cancel(true)).isTrue();
	}

	@Test
	void aLoaderThatFailsLetsTheNextOneLoadAtOnce() {
		IllegalStateException failure = new IllegalStateException("no");
		assertThatExceptionOfType(ValueRetrievalException.class).isThrownBy(() -> this.one.get("k", () -> {
			throw failure;
		})).withCause(failure);
		assertThat(this.other.get("k", () -> "better")).isEqualTo("better");
	}

	@Test
	void aNullThatIsNotCachedLetsTheNextOneLoadAtOnce() {
		use((settings) -> settings.cacheNullValues(false));
		assertThat(this.one.<Object>get("k", () -> null)).isNull();
		assertThat(this.other.get("k", () -> "there now")).isEqualTo("there now");
	}

	@Test
	void anEvictedEntryIsServedToTheOthersWhileOneReloadsIt() throws Exception {
		use((settings) -> settings.serveStale(Duration.ofSeconds(30)));
		this.one.put("k", "old");
		this.one.evict("k");
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<Object> elected = this.threads.submit(() -> this.one.get("k", () -> {
			loading.countDown();
			finish.await();
			return "new";
		}));
		loading.await();
		for (int i = 0; i < 10; i++) {
			assertThat(this.other.get("k", () -> "never")).isEqualTo("old");
			assertThat(this.other.get("k", String.class)).isEqualTo("old");
		}
		finish.countDown();
		assertThat(elected.get(5, TimeUnit.SECONDS)).isEqualTo("new");
		assertThat(this.other.get("k", () -> "never")).isEqualTo("new");
	}

	@Test
	void onlyEvictLeavesAnythingBehind() {
		use((settings) -> settings.serveStale(Duration.ofSeconds(30)).timeToLive(Duration.ofSeconds(20)));
		List<Consumer<LibmcCache>> changes = List.of((cache) -> cache.evictIfPresent("k"), LibmcCache::clear,
				LibmcCache::invalidate);
		for (Consumer<LibmcCache> change : changes) {
			this.one.put("k", "old");
			change.accept(this.one);
			assertThat(this.one.get("k")).isNull();
			assertThat(this.one.get("k", () -> "new")).isEqualTo("new");
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

	@Test
	void aDueEntryIsReloadedByOneAndTheOthersGetIt() throws Exception {
		use((settings) -> settings.timeToLive(Duration.ofSeconds(60)).refreshAhead(Duration.ofSeconds(45)));
		this.one.put("k", "old");
		this.oneClient.touch(entry(), Duration.ofSeconds(30));
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<Object> elected = this.threads.submit(() -> this.one.get("k", () -> {
			loading.countDown();
			finish.await();
			return "new";
		}));
		loading.await();
		assertThat(this.other.get("k", () -> "never")).isEqualTo("old");
		assertThat(this.other.get("k", String.class)).isEqualTo("old");
		finish.countDown();
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
	@CsvSource({ "false, false", "false, true", "true, false", "true, true" })
	void aRefreshThatReadOldDataDoesNotUndoWhatAnotherInstanceDid(boolean async, boolean inBackground)
			throws Exception {
		use((settings) -> settings.timeToLive(Duration.ofSeconds(60))
			.refreshAhead(Duration.ofSeconds(45))
			.refreshInBackground(inBackground));
		List<Consumer<LibmcCache>> changes = List.of((cache) -> cache.evict("k"), (cache) -> cache.put("k", "new"),
				LibmcCache::clear, (cache) -> cache.evictIfPresent("k"));
		for (Consumer<LibmcCache> change : changes) {
			this.one.put("k", "old");
			this.oneClient.touch(entry(), Duration.ofSeconds(30));
			CountDownLatch loading = new CountDownLatch(1);
			CompletableFuture<Object> source = new CompletableFuture<>();
			Future<Object> slow = async ? this.one.retrieve("k", () -> {
				loading.countDown();
				return source;
			}) : this.threads.submit(() -> this.one.get("k", () -> {
				loading.countDown();
				return source.get();
			}));
			loading.await();
			int before = this.outcomes.size();
			change.accept(this.other);
			source.complete("read before");
			assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo(inBackground ? "old" : "read before");
			await().until(() -> this.outcomes.size() > before);
			assertThat(this.other.get("k", () -> "new")).isEqualTo("new");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void inTheBackgroundNobodyWaitsForARefreshAndAnEvictionOvertakesIt(boolean async) throws Exception {
		use((settings) -> settings.timeToLive(Duration.ofSeconds(60))
			.refreshAhead(Duration.ofSeconds(45))
			.refreshInBackground(true));
		for (boolean evicted : List.of(false, true)) {
			this.one.put("k", "old");
			this.oneClient.touch(entry(), Duration.ofSeconds(30));
			CountDownLatch loading = new CountDownLatch(1);
			CountDownLatch finish = new CountDownLatch(1);
			Callable<Object> loader = () -> {
				loading.countDown();
				finish.await();
				return "new";
			};
			Object value = async
					? this.one.<Object>retrieve("k", () -> CompletableFuture.completedFuture(call(loader))).get()
					: this.one.get("k", loader);
			assertThat(value).isEqualTo("old");
			loading.await();
			if (evicted) {
				this.other.evict("k");
			}
			finish.countDown();
			if (evicted) {
				assertThat(this.other.get("k", () -> "newest")).isEqualTo("newest");
				await().during(Duration.ofMillis(100)).until(() -> "newest".equals(this.other.get("k", String.class)));
			}
			else {
				await().until(() -> "new".equals(this.other.get("k", String.class)));
			}
		}
	}

	private static Object call(Callable<Object> loader) {
		try {
			return loader.call();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void aServerThatIsRestartedWhileLoadingTakesTheValue() throws Exception {
		this.one.get("first");
		assertThat(this.one.get("k", () -> {
			this.server.restart();
			return "loaded";
		})).isEqualTo("loaded");
		await().ignoreExceptions().untilAsserted(() -> {
			String value = this.other.get("k", () -> "again");
			assertThat(value).isIn("loaded", "again");
			assertThat(this.other.get("k", String.class)).isEqualTo(value);
		});
	}

	@Test
	void aLargeValueThatIsLoadedIsCached() {
		byte[] large = new byte[2_500_000];
		large[2_000_000] = 7;
		assertThat(this.one.get("k", () -> large)).isSameAs(large);
		assertThat(this.other.get("k", byte[].class)).isEqualTo(large);
	}

	@Test
	void settingsThatCannotWorkAreRefused() {
		LibmcCacheSettings settings = new LibmcCacheSettings();
		assertThatIllegalArgumentException().isThrownBy(() -> settings.lease(Duration.ofMillis(999)))
			.withMessageContaining("shorter than a second");
		assertThatIllegalArgumentException().isThrownBy(() -> settings.leaseWait(Duration.ofSeconds(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> settings.serveStale(Duration.ofSeconds(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> settings.refreshAhead(Duration.ofMillis(1)));
		settings.refreshAhead(Duration.ofSeconds(10));
		assertThatIllegalArgumentException().isThrownBy(() -> new LibmcCacheManager(this.oneClient, settings))
			.withMessageContaining("time to live");
	}

	/** How the loads of the one instance end. */
	private final class Outcomes implements MemcachedListener {

		@Override
		public void loadEnded(LoadOutcome outcome) {
			LeaseTest.this.outcomes.add(outcome);
		}

	}

	private static String entry() {
		return new WireKeys("", "books").entry("k");
	}

	private LibmcCache cache(MemcachedClient client, Consumer<LibmcCacheSettings> change) {
		LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings());
		manager.configureCache("books", change);
		manager.setClearVisibility(Duration.ZERO);
		manager.afterPropertiesSet();
		this.managers.add(manager);
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

}
