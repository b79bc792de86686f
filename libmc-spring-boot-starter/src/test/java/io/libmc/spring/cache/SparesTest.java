package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A server is out of reach, keeps what it has, and is back, while a spare stands in: what
 * was changed meanwhile is not undone, and what a second outage serves is bounded.
 */
@Memcached(servers = 2)
@Timeout(60)
class SparesTest {

	private static final Duration SPARE_TIME = Duration.ofSeconds(4);

	/** memcached looks at its clock once a second. */
	private static final Duration TICK = Duration.ofSeconds(1);

	private static final String ENTRY = new WireKeys("", "books").entry("k");

	private final List<MemcachedClient> clients = new ArrayList<>();

	private final List<LibmcCacheManager> managers = new ArrayList<>();

	private MemcachedServer spare;

	private FaultProxy home;

	private MemcachedClient directly;

	@BeforeEach
	void createHome(List<MemcachedServer> servers) {
		this.home = FaultProxy.to(servers.get(0));
		this.spare = servers.get(1);
		this.directly = MemcachedClient.builder().servers(servers.get(0).address()).build();
		this.clients.add(this.directly);
	}

	@AfterEach
	void close() {
		this.managers.forEach(LibmcCacheManager::destroy);
		this.clients.forEach(MemcachedClient::close);
		this.home.close();
	}

	/** What takes an entry back. */
	enum Change {

		EVICT {

			@Override
			void make(LibmcCache cache) {
				cache.evict("k");
			}

		},

		EVICT_IF_PRESENT {

			@Override
			void make(LibmcCache cache) {
				assertThat(cache.evictIfPresent("k")).isTrue();
			}

		},

		EVICT_ALL {

			@Override
			void make(LibmcCache cache) {
				cache.evictAll(List.of("k", "another"));
			}

		},

		EVICT_ON_A_THREAD_OF_REACTORS {

			@Override
			void make(LibmcCache cache) {
				Mono.fromRunnable(() -> cache.evict("k")).subscribeOn(Schedulers.parallel()).block();
			}

		},

		PUT {

			@Override
			void make(LibmcCache cache) {
				cache.put("k", "new");
			}

		},

		PUT_ALL {

			@Override
			void make(LibmcCache cache) {
				cache.putAll(Map.of("k", "new", "another", "new"));
			}

		},

		PUT_IF_ABSENT {

			@Override
			void make(LibmcCache cache) {
				cache.evict("k");
				assertThat(cache.putIfAbsent("k", "new")).isNull();
			}

		},

		PUT_OF_WHAT_CANNOT_BE_CACHED {

			@Override
			void make(LibmcCache cache) {
				cache.put("k", new Object());
			}

		},

		CLEAR {

			@Override
			void make(LibmcCache cache) {
				cache.clear();
			}

		},

		INVALIDATE {

			@Override
			void make(LibmcCache cache) {
				cache.invalidate();
			}

		},

		EVICT_GROUP {

			@Override
			void make(LibmcCache cache) {
				cache.evictGroup("group");
			}

		};

		abstract void make(LibmcCache cache);

		boolean putsAnother() {
			return name().startsWith("PUT") && this != PUT_OF_WHAT_CANNOT_BE_CACHED;
		}

	}

	@ParameterizedTest
	@EnumSource
	void whatIsTakenBackWhileTheHomeIsDownIsGoneOnTheSpareAndThenAtHome(Change change) {
		LibmcCache one = instance(grouped());
		LibmcCache other = instance(grouped());
		one.put("k", "old");
		assertThat(other.get("k", String.class)).isEqualTo("old");
		takeDown();
		assertThat(other.get("k")).as("nothing is there yet").isNull();
		loadOnSpare(one, other, "loaded");

		change.make(one);
		String now = change.putsAnother() ? "new" : null;
		await().until(() -> this.managers.get(0).getPendingEvictions() > 0);
		for (LibmcCache each : List.of(one, other)) {
			assertThat(each.get("k", String.class)).isEqualTo(now);
		}

		this.home.heal();
		awaitHome();
		for (LibmcCache each : List.of(one, other)) {
			assertThat(each.get("k", String.class)).as("the home has the old one").isIn(null, now);
		}
		await().until(() -> this.managers.get(0).getPendingEvictions() == 0);
		assertThat(instance(grouped()).get("k", String.class)).as("who knows of nothing").isIn(null, now);
	}

	/** Nobody who used the spare has to wait for who made the change. */
	@Test
	void whoFindsTheHomeBackAsItWasLeavesBehindWhatItHas() {
		LibmcCache one = instance(new LibmcCacheSettings());
		LibmcCache other = instance(new LibmcCacheSettings());
		one.put("k", "old");
		takeDown();
		assertThat(other.get("k")).isNull();
		one.evict("k");
		this.managers.get(0).destroy();
		this.home.heal();
		awaitHome();
		assertThat(this.directly.<Object>get(ENTRY)).as("whoever evicted it has ended").isNotNull();
		assertThat(other.get("k")).isNull();
	}

	@Test
	void whatIsPutOnASpareStaysThereAlthoughTheHomeIsToldOfItLater() {
		LibmcCache cache = instance(new LibmcCacheSettings());
		cache.put("k", "old");
		takeDown();
		cache.put("k", "new");
		await().pollInterval(Duration.ofMillis(20))
			.during(Duration.ofMillis(1500))
			.atMost(Duration.ofSeconds(3))
			.until(() -> "new".equals(cache.get("k", String.class)));
		assertThat(this.managers.get(0).getPendingEvictions()).isEqualTo(1);
	}

	/** The home is back before the spare has answered that the entry is gone there. */
	@ParameterizedTest
	@EnumSource(names = { "EVICT", "EVICT_ALL", "PUT", "PUT_ALL", "CLEAR", "EVICT_GROUP" })
	void whatIsTakenBackInAnOutageThatIsOverByThenIsGoneAtHome(Change change) throws Exception {
		LibmcCache one = instance(grouped());
		LibmcCache other = instance(grouped());
		one.put("k", "old");
		assertThat(other.get("k", String.class)).isEqualTo("old");
		MemcachedClient client = this.clients.get(1);
		this.home.refuse();
		await().until(() -> client.servers().get(0).connections() == 0);
		this.spare.pause();
		ExecutorService threads = Executors.newCachedThreadPool();
		try {
			Future<?> changing = threads.submit(() -> change.make(one));
			await().until(() -> client.spares().get(0).inFlight() > 0);
			this.home.heal();
			awaitHome();
			this.spare.resume();
			changing.get(10, TimeUnit.SECONDS);
		}
		finally {
			this.spare.resume();
			threads.shutdownNow();
		}
		String now = change.putsAnother() ? "new" : null;
		assertThat(one.get("k", String.class)).isIn(null, now);
		await().until(() -> this.managers.get(0).getPendingEvictions() == 0);
		assertThat(other.get("k", String.class)).isIn(null, now);
	}

	/** The spare was out of reach when the entry was evicted, and is back first. */
	@Test
	void anEvictionThatTheSpareDidNotGetIsMadeThereBeforeTheNextRead() {
		try (FaultProxy proxy = FaultProxy.to(this.spare)) {
			LibmcCache cache = instance(new LibmcCacheSettings(),
					(builder) -> builder.servers(this.home.address()).spares(proxy.address()), 10_000);
			takeDown();
			cache.put("k", "old");
			proxy.refuse();
			cache.evict("k");
			assertThat(cache.get("k")).isNull();
			proxy.heal();
			await().until(() -> proxy.address().equals(this.clients.get(1).liveServerFor(ENTRY)));
			assertThat(cache.get("k")).isNull();
			cache.put("k", "new");
			assertThat(cache.get("k", String.class)).isEqualTo("new");
		}
	}

	/** One too many is a clearing at home, and costs the spare nothing but once. */
	@Test
	void moreChangesThanAreRememberedAreAClearingAtHome() {
		LibmcCache small = instance(new LibmcCacheSettings(), this::sparing, 5);
		List<String> keys = IntStream.range(0, 20).mapToObj((i) -> "key" + i).toList();
		keys.forEach((key) -> small.put(key, "old"));
		takeDown();
		keys.forEach((key) -> small.put(key, "new"));
		small.get("key0");
		keys.forEach((key) -> small.put(key, "newer"));
		keys.forEach((key) -> assertThat(small.get(key, String.class)).isEqualTo("newer"));
		this.home.heal();
		awaitHome();
		keys.forEach((key) -> assertThat(small.get(key, String.class)).isNull());
		await().until(() -> this.managers.get(0).getPendingEvictions() == 0);
		LibmcCache fresh = instance(new LibmcCacheSettings());
		keys.forEach((key) -> assertThat(fresh.get(key, String.class)).isNull());
	}

	/** Where nothing lives for long the number would take all entries along. */
	@Test
	void theGenerationLastsOnASpareForAsLongAsItIsAskedFor() {
		LibmcCache cache = instance(new LibmcCacheSettings());
		String generation = new WireKeys("", "books").generation(this.home.address());
		takeDown();
		cache.put("k", "v");
		try (RawConnection raw = RawConnection.to(this.spare)) {
			int most = secondsLeft(raw, generation);
			assertThat(most).isBetween(1, (int) SPARE_TIME.toSeconds());
			await().until(() -> secondsLeft(raw, generation) < most - 1);
			await().until(() -> {
				cache.get("k");
				return secondsLeft(raw, generation) >= most - 1;
			});
			assertThat(secondsLeft(raw, generation)).isLessThanOrEqualTo((int) SPARE_TIME.toSeconds());
		}
	}

	private static int secondsLeft(RawConnection raw, String key) {
		String answer = raw.ask("mg " + key + " t\r\n").strip();
		return answer.startsWith("HD t") ? Integer.parseInt(answer.substring(4)) : -1;
	}

	/** Who was at the home in between knows that the spare is behind. */
	@Test
	void inASecondOutageWhoSawTheHomeInBetweenIsServedNothingOld() {
		LibmcCache one = instance(new LibmcCacheSettings());
		LibmcCache other = instance(new LibmcCacheSettings());
		changeBetweenOutages(one, other);
		assertThat(this.clients.get(1).<Object>get(ENTRY)).as("the spare has it still").isNotNull();
		assertThat(one.get("k")).isNull();
		assertThat(other.get("k")).as("it is left behind for all").isNull();
	}

	/** Who did not is served what the spare has, and that does not last. */
	@Test
	void inASecondOutageNothingIsServedThatIsOlderThanItsTimeOnTheSpare() {
		LibmcCache one = instance(new LibmcCacheSettings());
		LibmcCache other = instance(new LibmcCacheSettings().timeToIdle(Duration.ofMinutes(30)));
		long storedAt = changeBetweenOutages(one, other);
		Duration bound = SPARE_TIME.plus(TICK);
		assertThat(other.get("k", String.class)).isEqualTo("old");
		await().pollInterval(Duration.ofMillis(10)).atMost(bound.plusSeconds(1)).until(() -> {
			long askedAt = System.nanoTime();
			String found = other.get("k", String.class);
			assertThat(found).isIn(null, "old");
			assertThat(found == null || askedAt - storedAt < bound.toNanos()).isTrue();
			return found == null;
		});
	}

	/**
	 * Without a change, which would be remembered. Whoever looks for the home meanwhile
	 * keeps nothing.
	 */
	private static void loadOnSpare(LibmcCache loading, LibmcCache reading, String value) {
		await().until(() -> {
			assertThat(loading.get("k", () -> value)).isEqualTo(value);
			return value.equals(reading.get("k", String.class));
		});
	}

	/** Returns when what the spare has was not stored there yet. */
	private long changeBetweenOutages(LibmcCache one, LibmcCache other) {
		takeDown();
		long storedAt = System.nanoTime();
		loadOnSpare(one, other, "old");
		this.home.heal();
		awaitHome();
		one.put("k", "new");
		assertThat(one.get("k", String.class)).isEqualTo("new");
		takeDown();
		return storedAt;
	}

	/** The same server of the client's answers under another number, or the same. */
	@Test
	void anEntryInTheProcessIsConfirmedByTheServerThatHasItAndNoOther() {
		Duration near = Duration.ofMillis(50);
		LibmcCache one = instance(new LibmcCacheSettings().near(NearSettings.timeToLive(near)));
		LibmcCache other = instance(new LibmcCacheSettings());
		for (int round = 0; round < 3; round++) {
			String old = "home" + round;
			String now = "spare" + round;
			other.put("k", old);
			await().until(() -> old.equals(one.get("k", String.class)));
			takeDown();
			other.put("k", now);
			await().until(() -> now.equals(one.get("k", String.class)));
			this.home.heal();
			awaitHome();
			await().pollInterval(Duration.ofMillis(10)).until(() -> one.get("k") == null);
			await().until(() -> this.managers.get(1).getPendingEvictions() == 0);
		}
	}

	/** The elected one's value is for the home, and the other one's for the spare. */
	@ParameterizedTest
	@EnumSource
	void whatIsLoadedWhileTheHomeGoesDownIsKeptNowhere(LoadingCall call) throws Exception {
		LibmcCache one = instance(new LibmcCacheSettings());
		LibmcCache other = instance(new LibmcCacheSettings());
		CompletableFuture<Object> source = new CompletableFuture<>();
		CompletableFuture<Boolean> loading = new CompletableFuture<>();
		ExecutorService threads = Executors.newCachedThreadPool();
		try {
			Future<Object> elected = call.begin(one, threads, () -> {
				loading.complete(true);
				return source.get();
			});
			loading.get(10, TimeUnit.SECONDS);
			takeDown();
			other.evict("k");
			source.complete("old");
			assertThat(elected.get(10, TimeUnit.SECONDS)).isEqualTo("old");
			assertThat(other.get("k")).isNull();
			loadOnSpare(other, one, "new");
			this.home.heal();
			awaitHome();
			assertThat(other.get("k")).isNull();
			assertThat(instance(new LibmcCacheSettings()).get("k")).isNull();
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static LibmcCacheSettings grouped() {
		return new LibmcCacheSettings().groups((key, value) -> List.of("group"));
	}

	/** Nothing listens where clients look for the server, which keeps what it has. */
	private void takeDown() {
		this.home.refuse();
		this.clients.forEach((client) -> await().until(() -> client == this.directly || isElsewhere(client)));
	}

	private boolean isElsewhere(MemcachedClient client) {
		return !this.home.address().equals(client.liveServerFor(ENTRY));
	}

	private void awaitHome() {
		this.clients.forEach((client) -> await().until(() -> client == this.directly || !isElsewhere(client)));
	}

	private MemcachedClientBuilder sparing(MemcachedClientBuilder builder) {
		return builder.servers(this.home.address()).spares(this.spare.address());
	}

	private LibmcCache instance(LibmcCacheSettings settings) {
		return instance(settings, this::sparing, 10_000);
	}

	private LibmcCache instance(LibmcCacheSettings settings, UnaryOperator<MemcachedClientBuilder> places,
			int maxPendingEvictions) {
		MemcachedClient client = places.apply(MemcachedClient.builder())
			.spareTimeToLive(SPARE_TIME)
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofSeconds(2))
			.retryTimeout(Duration.ofMillis(50))
			.build();
		this.clients.add(client);
		LibmcCacheManager manager = new LibmcCacheManager(client, settings);
		manager.setClearVisibility(Duration.ZERO);
		manager.setMaxPendingEvictions(maxPendingEvictions);
		manager.afterPropertiesSet();
		this.managers.add(manager);
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

}
