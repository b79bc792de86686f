package io.libmc.spring.cache;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.libmc.MemcachedClient;
import io.libmc.MetaGet;
import io.libmc.RawValue;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * How long an entry lives where each has a time of its own.
 */
@Memcached
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class TimeToLiveTest {

	/** A value is the number of minutes that it lives. */
	private static final TimeToLive MINUTES = (key, value) -> Duration
		.ofMinutes((Integer) Objects.requireNonNull(value));

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private MemcachedClient client;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = LibmcCacheTest.client(List.of(server));
	}

	@AfterEach
	void close() {
		this.client.close();
		this.threads.shutdownNow();
	}

	@Test
	void itIsSaidByKeyAndValueHoweverAnEntryIsPut() throws Exception {
		List<List<@Nullable Object>> asked = new CopyOnWriteArrayList<>();
		LibmcCache cache = cache((settings) -> settings.timeToLive((key, value) -> {
			asked.add(Arrays.asList(key, value));
			return (value == null) ? Duration.ofMinutes(9) : MINUTES.timeToLive(key, value);
		}));
		cache.put(1L, 1);
		cache.putIfAbsent(2L, 2);
		cache.get(3L, () -> 3);
		cache.retrieve(4L, () -> CompletableFuture.supplyAsync(() -> 4, this.threads)).get(10, TimeUnit.SECONDS);
		cache.put(5L, null);
		cache.get(6L, () -> null);
		for (long minutes = 1; minutes <= 4; minutes++) {
			assertThat(secondsLeft(minutes)).isBetween(minutes * 60 - 10, minutes * 60);
			assertThat(cache.get(minutes, Integer.class)).isEqualTo((int) minutes);
		}
		assertThat(secondsLeft(5L)).isBetween(530L, 540L);
		assertThat(secondsLeft(6L)).isBetween(530L, 540L);
		assertThat(asked).containsExactly(Arrays.asList(1L, 1), Arrays.asList(2L, 2), Arrays.asList(3L, 3),
				Arrays.asList(4L, 4), Arrays.asList(5L, null), Arrays.asList(6L, null));
		assertThat(cache.getStatistics().puts()).isEqualTo(6);
	}

	@Test
	void zeroIsForEver() {
		LibmcCache cache = cache((settings) -> settings.timeToLive(MINUTES).refreshAhead(Duration.ofMinutes(1)));
		cache.put("k", 0);
		cache.get("l", () -> 0);
		assertThat(List.of(secondsLeft("k"), secondsLeft("l"))).containsOnly(-1L);
		assertThat(cache.get("k", () -> 5)).isZero();
	}

	@Test
	void theJitterShortensIt() {
		LibmcCache cache = cache((settings) -> settings.timeToLiveJitter(0.5).timeToLive(MINUTES));
		List<Long> lives = IntStream.range(0, 50).mapToObj((i) -> {
			cache.put("k", 600);
			return secondsLeft("k");
		}).toList();
		assertThat(lives).allSatisfy((left) -> assertThat(left).isBetween(17_990L, 36_000L));
		assertThat(lives.stream().distinct().count()).isGreaterThan(10);
	}

	@Test
	void whatIsSetLastCounts() {
		LibmcCache fixed = cache((settings) -> settings.timeToLive(MINUTES).timeToLive(Duration.ofMinutes(2)));
		fixed.put("k", 5);
		assertThat(secondsLeft("k")).isBetween(110L, 120L);
		LibmcCache own = cache((settings) -> settings.timeToLive(Duration.ofMinutes(2)).timeToLive(MINUTES));
		own.put("k", 5);
		assertThat(secondsLeft("k")).isBetween(290L, 300L);
	}

	@ParameterizedTest
	@EnumSource
	void anEntryThatIsDueIsRefreshed(LoadingCall call) throws Exception {
		LibmcCache cache = cache((settings) -> settings.refreshAhead(Duration.ofSeconds(45)).timeToLive(MINUTES));
		assertThat(load(call, cache, 5)).isEqualTo(5);
		assertThat(load(call, cache, 6)).isEqualTo(5);
		this.client.touch(name("k"), Duration.ofSeconds(30));
		assertThat(load(call, cache, 7)).isEqualTo(7);
		assertThat(secondsLeft("k")).isBetween(410L, 420L);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void anEntryThatLivesNoLongerThanItIsRefreshedAheadIsNotRefreshed(boolean inBackground) throws Exception {
		LibmcCache cache = cache((settings) -> settings.timeToLive((key, value) -> Duration.ofSeconds(40))
			.timeToLiveJitter(0.1)
			.lease(Duration.ofSeconds(1))
			.refreshAhead(Duration.ofSeconds(45))
			.refreshInBackground(inBackground));
		AtomicInteger loads = new AtomicInteger();
		for (String key : List.of("put", "added", "loaded")) {
			switch (key) {
				case "put" -> cache.put(key, "v");
				case "added" -> cache.putIfAbsent(key, "v");
				default -> cache.get(key, () -> "v");
			}
		}
		await("longer than a lease").during(Duration.ofMillis(2500)).pollInterval(Duration.ofMillis(50)).until(() -> {
			for (String key : List.of("put", "added", "loaded")) {
				assertThat(cache.get(key, String.class)).isEqualTo("v");
				assertThat(cache.retrieve(key).join()).isNotNull();
				assertThat(cache.<Object>get(key, () -> "again " + loads.incrementAndGet())).isEqualTo("v");
				assertThat(cache
					.<Object>retrieve(key, () -> CompletableFuture.completedFuture("again " + loads.incrementAndGet()))
					.join()).isEqualTo("v");
			}
			return true;
		});
		assertThat(loads).hasValue(0);
		assertThat(cache.getStatistics().misses()).as("the first load's").isEqualTo(1);
	}

	@Test
	void suchAnEntryIsAMissToWhoDoesNotKnowOfThemAndOthersAreAsEver() {
		LibmcCache cache = cache((settings) -> settings.timeToLive((key, value) -> Duration.ofSeconds(40))
			.refreshAhead(Duration.ofSeconds(45)));
		cache.put("k", "v");
		RawValue brief = raw();
		assertThat(brief.flags()).isEqualTo(1 << 11);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> LibmcTranscoder.create().decode(brief.flags(), brief.bytes()));
		cache((settings) -> settings.refreshAhead(Duration.ofSeconds(45)).timeToLive(MINUTES)).put("k", 5);
		assertThat(raw().flags()).isZero();
	}

	private RawValue raw() {
		return Objects.requireNonNull(this.client.getRaw(name("k")));
	}

	@Test
	void underBypassAValueWithABadTimeIsReturnedWithoutBeingCached(CapturedOutput output) {
		for (TimeToLive bad : bad()) {
			LibmcCache cache = cache((settings) -> settings.timeToLive((key, value) -> {
				return "old".equals(value) ? Duration.ZERO : bad.timeToLive(key, value);
			}));
			cache.put("k", "old");
			cache.put("k", "new");
			assertThat(cache.get("k")).isNull();
			assertThat(cache.putIfAbsent("k", "new")).isNull();
			assertThat(cache.<Object>get("k", () -> "loaded")).isEqualTo("loaded");
			assertThat(cache.<Object>retrieve("k", () -> CompletableFuture.completedFuture("loaded too")).join())
				.isEqualTo("loaded too");
			assertThat(cache.get("k")).isNull();
			assertThat(cache.getStatistics().uncacheable()).isEqualTo(4);
			assertThat(cache.getStatistics().failures()).isZero();
		}
		assertThat(output.getAll().split("A value is returned without being cached in \"books\"", -1))
			.hasSize(1 + bad().size());
		assertThat(output.getAll()).contains("the application's TimeToLive gave null",
				"the application's TimeToLive gave PT-1S", "PT0.6S is shorter than a second",
				"the application's TimeToLive failed with java.lang.IllegalStateException: no");
	}

	@Test
	void underThrowABadTimeIsToldOfWhereAValueIsPut() {
		for (TimeToLive bad : bad()) {
			LibmcCache cache = cache((settings) -> settings.onError(OnError.THROW).timeToLive(bad));
			assertThatIllegalArgumentException().isThrownBy(() -> cache.put("k", "v"))
				.withMessageContainingAll("\"books\"", "timeToLive");
			assertThatIllegalArgumentException().isThrownBy(() -> cache.putIfAbsent("k", "v"));
			assertThat(cache.<Object>get("k", () -> "loaded")).isEqualTo("loaded");
			assertThat(cache.get("k")).isNull();
		}
	}

	private static List<TimeToLive> bad() {
		return List.of((key, value) -> null, (key, value) -> Duration.ofSeconds(-1),
				(key, value) -> Duration.ofMillis(600), (key, value) -> {
					throw new IllegalStateException("no");
				});
	}

	private Object load(LoadingCall call, LibmcCache cache, Object value) throws Exception {
		return call.begin(cache, this.threads, () -> value).get(10, TimeUnit.SECONDS);
	}

	/** Asks memcached itself. */
	private long secondsLeft(Object key) {
		return this.client.meta().get(name(key), MetaGet.NO_VALUE.ttl()).ttl().orElseThrow();
	}

	private static String name(Object key) {
		return new WireKeys("", "books").entry(key);
	}

	private LibmcCache cache(UnaryOperator<LibmcCacheSettings> change) {
		LibmcCacheManager manager = new LibmcCacheManager(this.client, new LibmcCacheSettings());
		manager.configureCache("books", change);
		manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

}
