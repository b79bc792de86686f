package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.libmc.ErrorCode;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
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
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.cache.Cache;
import org.springframework.cache.Cache.ValueWrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Entries that are kept in the process, and for how long.
 */
@Memcached
@Timeout(60)
class NearCacheTest {

	private static final Duration LONG = Duration.ofMinutes(1);

	private static final int LOOKS = 4;

	private final List<AutoCloseable> open = new ArrayList<>();

	private MemcachedServer server;

	private MemcachedClient client;

	@BeforeEach
	void connect(MemcachedServer memcached) {
		this.server = memcached;
		this.client = client();
	}

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable each : this.open) {
			each.close();
		}
	}

	@Test
	void aHitAsksNothingAndEachCallerGetsAnObjectOfItsOwn() {
		LibmcCache cache = near(LONG);
		cache.put(1L, new ArrayList<>(List.of("a")));
		// the first reader takes it from the server
		List<?> first = cache.get(1L, List.class);
		long asked = asked();
		for (int i = 0; i < 100; i++) {
			assertThat((Object) cache.get(1L, List.class)).isEqualTo(first).isNotSameAs(first);
			assertThat(cache.<Object>get(1L, () -> "loaded")).isEqualTo(first).isNotSameAs(first);
			assertThat(((ValueWrapper) cache.retrieve(1L).join()).get()).isEqualTo(first);
			assertThat(cache.<Object>retrieve(1L, () -> CompletableFuture.completedFuture("loaded")).join())
				.isEqualTo(first);
		}
		assertThat(asked()).isEqualTo(asked);
		assertThat(cache.getStatistics().nearHits()).isEqualTo(400);
		assertThat(cache.getStatistics().hits()).isEqualTo(401);
		assertThat(cache.getStatistics().misses()).isZero();
		assertThat(cache.getNearSize()).isEqualTo(1);
	}

	@Test
	void byReferenceEveryCallerGetsTheSame() {
		LibmcCache cache = cache(NearSettings.timeToLive(LONG).withByReference(true));
		cache.put("k", new ArrayList<>(List.of("a")));
		Object first = cache.get("k", List.class);
		assertThat((Object) cache.get("k", List.class)).isSameAs(first);
		assertThat(cache.<Object>get("k", () -> "loaded")).isSameAs(first);
	}

	@Test
	void nullIsAValue() {
		LibmcCache cache = near(LONG);
		cache.put("k", null);
		cache.get("k");
		long asked = asked();
		assertThat(cache.get("k")).isNotNull().extracting(ValueWrapper::get).isNull();
		assertThat(cache.<Object>get("k", () -> "loaded")).isNull();
		assertThat(cache.retrieve("k", () -> CompletableFuture.completedFuture("loaded")).join()).isNull();
		assertThat(asked()).isEqualTo(asked);
	}

	/** Their texts differ, and so do they. */
	@Test
	void keysOfDifferentTypesAreDifferent() {
		LibmcCache cache = near(LONG);
		List<Object> keys = List.of(1, 1L, "1", (short) 1, List.of(1), "@L1");
		keys.forEach((key) -> cache.put(key, key.getClass().getSimpleName() + key));
		for (int i = 0; i < 2; i++) {
			keys.forEach(
					(key) -> assertThat(cache.get(key, String.class)).isEqualTo(key.getClass().getSimpleName() + key));
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatThisInstanceDoesItsNextReadSees(Change change) {
		LibmcCache cache = near(LONG);
		cache.put("k", "old");
		assertThat(cache.get("k", String.class)).isEqualTo("old");
		change.make(cache, "k");
		assertThat(cache.get("k", String.class)).isEqualTo(change.leaves);
	}

	@ParameterizedTest
	@EnumSource
	void soItDoesWhenAThreadOfReactorBeganIt(Change change) {
		LibmcCache cache = near(LONG);
		cache.put("k", "old");
		assertThat(cache.get("k", String.class)).isEqualTo("old");
		Mono.fromRunnable(() -> change.make(cache, "k")).subscribeOn(Schedulers.parallel()).block();
		assertThat(cache.get("k", String.class)).isEqualTo(change.leaves);
	}

	@ParameterizedTest
	@EnumSource
	void whatAnotherInstanceDoesIsSeenWithinTheTimeToLive(Change change) throws Exception {
		Duration timeToLive = Duration.ofMillis(300);
		LibmcCache cache = near(timeToLive);
		LibmcCache other = near(timeToLive);
		for (String key : List.of("k", "asked before")) {
			cache.put(key, "old");
			assertThat(cache.get(key, String.class)).isEqualTo("old");
		}
		change.make(other, "k");
		Thread.sleep(timeToLive.toMillis() + 1);
		assertThat(cache.get("k", String.class)).isEqualTo(change.leaves);
		assertThat(cache.get("k", String.class)).isEqualTo(change.leaves);
	}

	@Test
	void whatHasNotChangedIsConfirmedAndServedOn() throws Exception {
		LibmcCache cache = near(Duration.ofMillis(100));
		cache.put("k", "value");
		cache.get("k");
		for (int i = 0; i < 5; i++) {
			Thread.sleep(110);
			long asked = asked();
			assertThat(cache.get("k", String.class)).isEqualTo("value");
			assertThat(asked()).isGreaterThan(asked);
			assertThat(cache.<Object>get("k", () -> "loaded")).isEqualTo("value");
		}
		assertThat(cache.getStatistics().misses()).isZero();
	}

	@Test
	void nothingIsServedForLongerThanItLivesOnTheServer() throws Exception {
		LibmcCache cache = cache(NearSettings.timeToLive(LONG),
				(settings) -> settings.timeToLive(Duration.ofSeconds(3)));
		LibmcCache plain = cache(null);
		cache.put("k", "value");
		cache.get("k");
		long asked = asked();
		assertThat(cache.get("k", String.class)).isEqualTo("value");
		assertThat(asked()).isEqualTo(asked);
		await().atMost(Duration.ofSeconds(6)).until(() -> plain.get("k") == null);
		assertThat(cache.get("k")).isNull();
	}

	@Test
	void oneOfManyCallersConfirms() throws Exception {
		LibmcCache cache = near(Duration.ofMillis(200));
		cache.put("k", "value");
		cache.get("k");
		ExecutorService threads = Executors.newFixedThreadPool(32);
		this.open.add(threads::shutdownNow);
		Thread.sleep(210);
		// each confirmation asks for the entry and its generation
		long asked = asked();
		CyclicBarrier together = new CyclicBarrier(32);
		List<Future<Object>> all = new ArrayList<>();
		for (int i = 0; i < 32; i++) {
			boolean async = i % 2 == 0;
			all.add(threads.submit(() -> {
				together.await();
				return async ? ((ValueWrapper) cache.retrieve("k").join()).get() : cache.get("k", String.class);
			}));
		}
		for (Future<Object> each : all) {
			assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo("value");
		}
		assertThat(asked() - asked).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whileMemcachedFailsEntriesAreServedForAsLongAsIsSet(boolean served) {
		Duration whenDown = served ? Duration.ofMinutes(1) : Duration.ZERO;
		LibmcCache cache = cache(NearSettings.timeToLive(Duration.ofMillis(50)).withTimeToLiveWhenDown(whenDown));
		cache.put("k", "value");
		cache.put("evicted", "value");
		cache.get("k");
		cache.get("evicted");
		this.server.kill();
		await().pollDelay(Duration.ofMillis(60)).until(() -> true);
		cache.evict("evicted");
		for (int i = 0; i < 3; i++) {
			Object expected = served ? "value" : "loaded";
			assertThat(cache.get("k", String.class)).isEqualTo(served ? "value" : null);
			assertThat(cache.<Object>get("k", () -> "loaded")).isEqualTo(expected);
			ValueWrapper retrieved = (ValueWrapper) cache.retrieve("k").join();
			assertThat((retrieved != null) ? retrieved.get() : null).isEqualTo(served ? "value" : null);
			assertThat(cache.retrieve("k", () -> CompletableFuture.completedFuture("loaded")).join())
				.isEqualTo(expected);
			assertThat(cache.get("evicted")).isNull();
			assertThat(cache.<Object>get("evicted", () -> "loaded")).isEqualTo("loaded");
		}
		this.server.restart();
	}

	/** However it was found that it has changed. */
	@Test
	void whileMemcachedFailsNothingIsServedThatIsKnownToHaveChanged() throws Exception {
		NearSettings near = NearSettings.timeToLive(Duration.ofMillis(20))
			.withTimeToLiveWhenDown(Duration.ofMinutes(1));
		List<Cache> caches = new ArrayList<>();
		for (Duration serveStale : List.of(Duration.ZERO, Duration.ofSeconds(30))) {
			UnaryOperator<LibmcCacheSettings> settings = (each) -> each.serveStale(serveStale)
				.groups((key, value) -> List.of("group"));
			LibmcCache cache = cache(near, settings);
			LibmcCache other = cache(near, settings);
			caches.add(cache);
			for (Consumer<String> change : List.<Consumer<String>>of(other::evict, (key) -> other.clear(),
					(key) -> other.evictGroup("group"), (key) -> this.client.set(other.entryName(key), "foreign"))) {
				for (int look = 0; look < LOOKS; look++) {
					String key = String.valueOf(look);
					cache.put(key, "old");
					assertThat(look(cache, look, key)).isEqualTo("old");
				}
				for (int look = 0; look < LOOKS; look++) {
					change.accept(String.valueOf(look));
				}
				Thread.sleep(30);
				for (int look = 0; look < LOOKS; look++) {
					Object unused = look(cache, look, String.valueOf(look));
				}
			}
		}
		this.server.kill();
		for (Cache cache : caches) {
			for (int look = 0; look < LOOKS; look++) {
				assertThat(cache.get(String.valueOf(look))).as("seen by look " + look).isNull();
			}
		}
		this.server.restart();
	}

	private static Object look(LibmcCache cache, int how, String key) {
		return switch (how) {
			case 0 -> cache.get(key, String.class);
			case 1 -> (cache.retrieve(key).join() instanceof ValueWrapper found) ? found.get() : null;
			case 2 -> loaded(() -> cache.get(key, () -> {
				throw new IllegalStateException("nothing to load");
			}));
			default -> loaded(() -> cache
				.retrieve(key, () -> CompletableFuture.failedFuture(new IllegalStateException("nothing to load")))
				.join());
		};
	}

	private static Object loaded(Supplier<Object> loading) {
		try {
			return loading.get();
		}
		catch (Cache.ValueRetrievalException | CompletionException ex) {
			return null;
		}
	}

	@Test
	void whileMemcachedFailsNothingIsServedWhereFailuresAreThrown() {
		LibmcCache cache = cache(
				NearSettings.timeToLive(Duration.ofMillis(1)).withTimeToLiveWhenDown(Duration.ofMinutes(1)),
				(settings) -> settings.onError(OnError.THROW));
		cache.put("k", "value");
		cache.get("k");
		this.server.kill();
		await().pollDelay(Duration.ofMillis(10)).until(() -> true);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> cache.get("k"));
		this.server.restart();
	}

	/** Such as one that asks memcached itself. */
	@Test
	void aLoaderThatFailsAsMemcachedDoesRunsOnce() {
		LibmcCache cache = near(LONG);
		List<String> runs = new ArrayList<>();
		MemcachedException failure = new MemcachedException(ErrorCode.SERVER_ERROR, null, "the loader's", null);
		CompletableFuture<String> loaded = cache.retrieve("k", () -> {
			runs.add("run");
			return CompletableFuture.failedFuture(failure);
		});
		assertThat(loaded).failsWithin(Duration.ofSeconds(5));
		assertThat(runs).hasSize(1);
	}

	@Test
	void thereAreNoMoreThanIsSet() {
		LibmcCache cache = cache(NearSettings.timeToLive(LONG).withMaximumSize(50));
		LibmcCache bytes = cache(NearSettings.timeToLive(LONG).withMaximumSize(1000).withMaximumBytes(100_000));
		for (int i = 0; i < 500; i++) {
			cache.put(i, "x".repeat(1000));
			cache.get(i);
			bytes.get(i);
		}
		assertThat(cache.getNearSize()).isLessThanOrEqualTo(50);
		assertThat(cache.getNearEvictions()).isGreaterThanOrEqualTo(450);
		assertThat(bytes.getNearSize()).isBetween(50L, 100L);
	}

	@ParameterizedTest
	@CsvSource({ "19999, 1000", "5000, 260", "100000, 7", "10, 1000", "1099511627776, 1", "9223372036854775807, 3",
			"1000000, 9223372036854775807" })
	void bothBoundsHold(long maximumBytes, long maximumSize) {
		LibmcCache cache = cache(
				NearSettings.timeToLive(LONG).withMaximumSize(maximumSize).withMaximumBytes(maximumBytes));
		cache.putAll(IntStream.range(0, 1200).boxed().collect(Collectors.toMap(Function.identity(), (key) -> "")));
		for (int i = 0; i < 1200; i++) {
			cache.get(i);
		}
		assertThat(cache.getNearSize()).isLessThanOrEqualTo(maximumSize).isLessThanOrEqualTo(maximumBytes / 9);
	}

	@Test
	void whoEvictsWhileAnotherReadsIsNotOverruled() throws Exception {
		LibmcCache cache = near(LONG);
		ExecutorService threads = Executors.newFixedThreadPool(3);
		this.open.add(threads::shutdownNow);
		int version = 0;
		Future<?> reader = threads.submit(() -> {
			while (!Thread.currentThread().isInterrupted()) {
				cache.get("k");
			}
		});
		for (int i = 0; i < 3000; i++) {
			cache.put("k", ++version);
			assertThat(cache.get("k", Integer.class)).isEqualTo(version);
			if (i % 3 == 0) {
				cache.evict("k");
				assertThat(cache.get("k")).isNull();
			}
			if (i % 100 == 0) {
				cache.put("k", ++version);
				cache.clear();
				assertThat(cache.get("k")).isNull();
			}
		}
		reader.cancel(true);
	}

	@Test
	void badSettingsAreRefused() {
		Stream
			.<Runnable>of(() -> NearSettings.timeToLive(Duration.ZERO),
					() -> NearSettings.timeToLive(Duration.ofHours(2)),
					() -> NearSettings.timeToLive(LONG).withMaximumSize(0),
					() -> NearSettings.timeToLive(LONG).withMaximumBytes(-1),
					() -> NearSettings.timeToLive(LONG).withTimeToLiveWhenDown(Duration.ofDays(2)))
			.forEach((bad) -> assertThatIllegalArgumentException().isThrownBy(bad::run)
				.withMessageStartingWith("near."));
	}

	/** A change of an entry that holds "old", and what it leaves behind. */
	private enum Change {

		PUT("new"), PUT_NULL(null), UNCACHEABLE(null), EVICT(null), EVICT_IF_PRESENT(null), CLEAR(null),
		INVALIDATE(null), EVICT_AND_PUT_IF_ABSENT("new"), EVICT_AND_LOAD("loaded");

		private final String leaves;

		Change(String leaves) {
			this.leaves = leaves;
		}

		private void make(Cache cache, Object key) {
			switch (this) {
				case PUT -> cache.put(key, "new");
				case PUT_NULL -> cache.put(key, null);
				case UNCACHEABLE -> cache.put(key, new Object());
				case EVICT -> cache.evict(key);
				case EVICT_IF_PRESENT -> cache.evictIfPresent(key);
				case CLEAR -> cache.clear();
				case INVALIDATE -> cache.invalidate();
				case EVICT_AND_PUT_IF_ABSENT -> {
					cache.evict(key);
					cache.putIfAbsent(key, "new");
				}
				case EVICT_AND_LOAD -> {
					cache.evict(key);
					cache.get(key, () -> "loaded");
				}
			}
		}

	}

	/** How many questions the server has been asked. */
	private long asked() {
		return this.client.stats().values().stream().mapToLong((each) -> Long.parseLong(each.get("cmd_get"))).sum();
	}

	private LibmcCache near(Duration timeToLive) {
		return cache(NearSettings.timeToLive(timeToLive));
	}

	private LibmcCache cache(NearSettings near) {
		return cache(near, UnaryOperator.identity());
	}

	/** Of an instance of its own. */
	private LibmcCache cache(NearSettings near, UnaryOperator<LibmcCacheSettings> change) {
		LibmcCacheManager manager = new LibmcCacheManager(client(), new LibmcCacheSettings());
		manager.configureCache("books", (settings) -> change.apply(settings.near(near)));
		manager.initializeCaches();
		this.open.add(manager::destroy);
		return (LibmcCache) manager.getCache("books");
	}

	private MemcachedClient client() {
		MemcachedClient opened = MemcachedClient.builder().servers(this.server.address()).build();
		this.open.add(opened);
		return opened;
	}

}
