package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.libmc.MemcachedClient;
import io.libmc.MetaGet;
import io.libmc.RawValue;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.cache.Cache.ValueWrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Entries that live for so long after they were last found.
 */
@Memcached
@Timeout(60)
class TimeToIdleTest {

	private static final Duration MINUTE = Duration.ofMinutes(1);

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

	/** How an entry is found. */
	enum Look {

		GET(true) {

			@Override
			Object find(LibmcCache cache) {
				ValueWrapper found = cache.get("k");
				return (found != null) ? found.get() : null;
			}

		},

		RETRIEVE(true) {

			@Override
			Object find(LibmcCache cache) {
				ValueWrapper found = (ValueWrapper) cache.retrieve("k").join();
				return (found != null) ? found.get() : null;
			}

		},

		GET_OR_LOAD(false) {

			@Override
			Object find(LibmcCache cache) {
				return cache.<Object>get("k", () -> "loaded");
			}

		},

		RETRIEVE_OR_LOAD(false) {

			@Override
			Object find(LibmcCache cache) {
				return cache.<Object>retrieve("k", () -> CompletableFuture.completedFuture("loaded")).join();
			}

		};

		private final boolean misses;

		Look(boolean misses) {
			this.misses = misses;
		}

		abstract Object find(LibmcCache cache);

		Object absent() {
			return this.misses ? null : "loaded";
		}

	}

	@ParameterizedTest
	@EnumSource
	void whoFindsAnEntryProlongsItsLife(Look look) {
		for (UnaryOperator<LibmcCacheSettings> longest : List.<UnaryOperator<LibmcCacheSettings>>of(
				UnaryOperator.identity(), (settings) -> settings.timeToLive(Duration.ofHours(1)),
				(settings) -> settings.timeToLive((key, value) -> Duration.ofHours(1)),
				(settings) -> settings.timeToLive((key, value) -> Duration.ZERO))) {
			LibmcCache cache = cache((settings) -> longest.apply(settings).timeToIdle(MINUTE));
			cache.put("k", "v");
			assertThat(secondsLeft()).isBetween(55L, 60L);
			this.client.touch(name(), Duration.ofSeconds(20));
			assertThat(look.find(cache)).isEqualTo("v");
			await().untilAsserted(() -> assertThat(secondsLeft()).isBetween(55L, 60L));
		}
	}

	@ParameterizedTest
	@EnumSource
	void noLongerThanItsTimeToLive(Look look) {
		LibmcCache cache = cache((settings) -> settings.timeToIdle(MINUTE).timeToLive(Duration.ofSeconds(90)));
		cache.put("k", "v");
		assertThat(secondsLeft()).isBetween(55L, 60L);
		backdate(Duration.ofSeconds(70));
		this.client.touch(name(), Duration.ofSeconds(10));
		assertThat(look.find(cache)).isEqualTo("v");
		await().untilAsserted(() -> assertThat(secondsLeft()).isBetween(15L, 20L));
		assertThat(look.find(cache)).isEqualTo("v");
		assertThat(secondsLeft()).isLessThanOrEqualTo(20L);
	}

	/** Whatever memcached says, as somebody else may have prolonged its life. */
	@ParameterizedTest
	@EnumSource
	void anEntryPastItsTimeToLiveIsAMissAndReplaced(Look look) {
		LibmcCache cache = cache((settings) -> settings.timeToIdle(MINUTE).timeToLive(Duration.ofSeconds(90)));
		cache.put("k", "v");
		backdate(Duration.ofSeconds(91));
		this.client.touch(name(), Duration.ofHours(1));
		assertThat(look.find(cache)).isEqualTo(look.absent());
		assertThat(cache.getStatistics().undecodable()).isZero();
		assertThat(cache.getStatistics().misses()).isEqualTo(1);
		cache.evict("k");
		cache.put("k", "v");
		backdate(Duration.ofSeconds(91));
		assertThat(cache.putIfAbsent("k", "w")).isNull();
		assertThat(look.find(cache)).isEqualTo("w");
		backdate(Duration.ofSeconds(91));
		assertThat(cache.evictIfPresent("k")).isFalse();
	}

	@Test
	void anEntryLivesAsLongAsItIsFoundAndNoLonger() {
		UnaryOperator<LibmcCacheSettings> idle = (settings) -> settings.timeToIdle(Duration.ofSeconds(4));
		LibmcCache cache = cache(idle);
		LibmcCache limited = cache((settings) -> idle.apply(settings).timeToLive(Duration.ofSeconds(8)));
		cache.put("found", "v");
		cache.put("idle", "v");
		limited.put("limited", "v");
		long begin = System.nanoTime();
		await().atMost(Duration.ofSeconds(20)).until(() -> {
			assertThat(cache.get("found")).isNotNull();
			return limited.get("limited") == null;
		});
		assertThat(System.nanoTime() - begin).isBetween(TimeUnit.SECONDS.toNanos(6), TimeUnit.SECONDS.toNanos(12));
		assertThat(cache.get("idle")).isNull();
	}

	@Test
	void howeverAnEntryIsPutItHasBothTimes() {
		LibmcCache cache = cache((settings) -> settings.timeToIdle(MINUTE)
			.timeToLive((key, value) -> Duration.ofSeconds((Integer) Objects.requireNonNull(value))));
		List<Consumer<Integer>> puts = List.of((value) -> cache.put("k", value),
				(value) -> cache.putIfAbsent("k", value), (value) -> cache.get("k", () -> value),
				(value) -> cache.retrieve("k", () -> CompletableFuture.completedFuture(value)).join());
		for (Consumer<Integer> put : puts) {
			cache.evict("k");
			put.accept(600);
			assertThat(secondsLeft()).isBetween(55L, 60L);
			assertThat(deadline() - System.currentTimeMillis()).isBetween(580_000L, 600_000L);
			cache.evict("k");
			put.accept(20);
			assertThat(secondsLeft()).isBetween(15L, 20L);
			assertThat(deadline() - System.currentTimeMillis()).isBetween(15_000L, 20_000L);
		}
	}

	@Test
	void theJitterShortensTheTimeToLive() {
		LibmcCache cache = cache(
				(settings) -> settings.timeToIdle(MINUTE).timeToLive(Duration.ofHours(10)).timeToLiveJitter(0.5));
		List<Long> lives = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			cache.put("k", "v");
			assertThat(secondsLeft()).isBetween(55L, 60L);
			lives.add((deadline() - System.currentTimeMillis()) / 1000);
		}
		assertThat(lives).allSatisfy((life) -> assertThat(life).isBetween(17_990L, 36_000L));
		assertThat(lives.stream().distinct().count()).isGreaterThan(10);
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 950_000 })
	void whoDoesNotKnowOfADeadlineTakesTheEntryForNoneAndOthersAreAsEver(int length) {
		String text = "x".repeat(length);
		for (EntryFormat format : List.of(EntryFormat.libmc(), EntryFormat.json(getClass().getClassLoader(), List.of()),
				EntryFormat.jdk(getClass().getClassLoader(), List.of()))) {
			for (Object value : new Object[] { text, null }) {
				UnaryOperator<LibmcCacheSettings> formatted = (settings) -> settings.format(format);
				cache(formatted).put("k", value);
				Object usual = this.client.get(name());
				cache((settings) -> formatted.apply(settings).timeToIdle(MINUTE)).put("k", value);
				assertThat(this.client.<Object>get(name())).isEqualTo(usual);
				LibmcCache cache = cache(
						(settings) -> formatted.apply(settings).timeToIdle(MINUTE).timeToLive(Duration.ofHours(1)));
				cache.put("k", value);
				Object dated = this.client.get(name());
				assertThat(dated).isNotEqualTo(usual);
				assertThat(format.wrote(dated)).isFalse();
				assertThat(Stamp.undated(dated)).isEqualTo(usual);
				assertThat(cache(formatted).get("k")).isNotNull().extracting(ValueWrapper::get).isEqualTo(value);
				if (dated instanceof List<?> list) {
					assertThat(list.get(1)).as("what Python reads").isEqualTo(value);
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void aCacheWithATimeToLiveDoesNotProlongWhatHasNoDeadline(Look look) {
		cache((settings) -> settings.timeToLive(Duration.ofSeconds(20))).put("k", "v");
		LibmcCache cache = cache((settings) -> settings.timeToIdle(MINUTE).timeToLive(Duration.ofHours(1)));
		assertThat(look.find(cache)).isEqualTo("v");
		assertThat(secondsLeft()).isLessThanOrEqualTo(20);
	}

	@ParameterizedTest
	@EnumSource
	void oneCallerOfAnInstanceLoads(LoadingCall call) throws Exception {
		LibmcCache cache = cache((settings) -> settings.timeToIdle(MINUTE));
		AtomicInteger loads = new AtomicInteger();
		CompletableFuture<Object> source = new CompletableFuture<>();
		List<Future<Object>> calls = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			calls.add(call.begin(cache, this.threads, () -> {
				loads.incrementAndGet();
				return source.get();
			}));
		}
		await().until(() -> cache.getStatistics().misses() == 5);
		source.complete("v");
		for (Future<Object> each : calls) {
			assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo("v");
		}
		assertThat(loads).hasValue(1);
		assertThat(cache.getStatistics()).isEqualTo(new LibmcCacheStatistics(0, 5, 1, 0, 0, 0));
		assertThat(call.begin(cache, this.threads, () -> "never").get(10, TimeUnit.SECONDS)).isEqualTo("v");
		assertThat(cache.getStatistics()).isEqualTo(new LibmcCacheStatistics(1, 5, 1, 0, 0, 0));
	}

	@ParameterizedTest
	@EnumSource
	void whatWasClearedIsNotFound(Look look) {
		LibmcCache cache = cache((settings) -> settings.timeToIdle(MINUTE).timeToLive(Duration.ofHours(1)));
		cache.put("k", "v");
		cache.clear();
		assertThat(look.find(cache)).isEqualTo(look.absent());
	}

	@Test
	void whatCountsTheTimeThatAnEntryWasGivenIsRefusedBesideIt() {
		List<UnaryOperator<LibmcCacheSettings>> refused = List.of((settings) -> settings.lease(Duration.ofSeconds(10)),
				(settings) -> settings.refreshAhead(Duration.ofSeconds(10)),
				(settings) -> settings.serveStale(Duration.ofSeconds(10)));
		List<String> options = List.of("lease", "refreshAhead", "serveStale");
		LibmcCacheSettings idle = new LibmcCacheSettings().timeToLive(Duration.ofHours(1)).timeToIdle(MINUTE);
		for (int i = 0; i < options.size(); i++) {
			LibmcCacheSettings settings = refused.get(i).apply(idle);
			assertThatIllegalArgumentException().isThrownBy(settings::check)
				.withMessageStartingWith("timeToIdle: PT1M is set beside " + options.get(i));
			settings.timeToIdle(Duration.ZERO).check();
		}
		idle.lease(Duration.ofSeconds(10)).lease(Duration.ZERO).refreshAhead(Duration.ZERO).check();
		assertThatIllegalArgumentException().isThrownBy(() -> idle.timeToIdle(Duration.ofMillis(600)))
			.withMessageStartingWith("timeToIdle: PT0.6S is shorter than a second");
		assertThatIllegalArgumentException().isThrownBy(() -> idle.timeToIdle(Duration.ofSeconds(-1)))
			.withMessageStartingWith("timeToIdle: PT-1S is negative");
	}

	/** Lets so much of the entry's time to live pass. */
	private void backdate(Duration passed) {
		RawValue raw = raw();
		Object entry = Objects.requireNonNull(this.client.get(name()));
		Object older = Stamp.dated(Stamp.undated(entry), Stamp.deadline(entry) - passed.toMillis());
		this.client.setRaw(name(), new RawValue(raw.flags(), (byte[]) older), MINUTE);
	}

	private long deadline() {
		return Stamp.deadline(Objects.requireNonNull(this.client.get(name())));
	}

	private RawValue raw() {
		return Objects.requireNonNull(this.client.getRaw(name()));
	}

	/** Asks memcached itself. */
	private long secondsLeft() {
		return this.client.meta().get(name(), MetaGet.NO_VALUE.ttl()).ttl().orElseThrow();
	}

	private static String name() {
		return new WireKeys("", "books").entry("k");
	}

	private LibmcCache cache(UnaryOperator<LibmcCacheSettings> change) {
		LibmcCacheManager manager = new LibmcCacheManager(this.client, new LibmcCacheSettings());
		manager.configureCache("books", change);
		manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

}
