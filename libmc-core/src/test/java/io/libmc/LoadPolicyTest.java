package io.libmc;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What a policy changes about loading, for blocking and asynchronous callers. Two clients
 * stand for two processes.
 */
@Timeout(60)
@Memcached
class LoadPolicyTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private static final LoadPolicy REFRESHED = LoadPolicy.timeToLive(Duration.ofSeconds(60))
		.refreshAhead(Duration.ofSeconds(45));

	private static final LoadPolicy STALE = POLICY.staleFor(Duration.ofSeconds(30));

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<LoadOutcome> outcomes = new CopyOnWriteArrayList<>();

	private MemcachedClient mine;

	private MemcachedClient other;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.mine = client(server.address());
		this.other = client(server.address());
	}

	@AfterEach
	void close() {
		this.mine.close();
		this.other.close();
		this.threads.shutdownNow();
	}

	// Reading without loading

	@ParameterizedTest
	@EnumSource
	void timesWithoutEndAreHonouredOrRefusedAtOnce(Caller caller) throws Exception {
		Duration endless = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
		LoadPolicy policy = LoadPolicy.timeToLive(endless).jitter(0.1).lease(endless).wait(endless).staleFor(endless);
		assertThat(caller.<String>getOrLoad(this.mine, "endless", policy, () -> "loaded")).isEqualTo("loaded");
		LoadPolicy centuries = policy.wait(Duration.ofDays(300 * 365));
		assertThat(caller.<String>getOrLoad(this.other, "endless", centuries, () -> "again")).isEqualTo("loaded");
		assertThatIllegalArgumentException().isThrownBy(() -> policy.refreshAhead(Duration.ofSeconds(Long.MAX_VALUE)))
			.withMessageContaining("refreshAhead: PT2562047788015215H30M7S is longer than PT596523H14M6S");
		assertThatIllegalArgumentException().isThrownBy(() -> MetaGet.VALUE.recache(endless))
			.withMessageContaining("remaining: " + endless);
		assertThat(policy.refreshAhead(Duration.ofSeconds(Integer.MAX_VALUE - 1)).nextTimeToLive())
			.isBetween(Duration.ofSeconds(Integer.MAX_VALUE), endless);
	}

	@ParameterizedTest
	@EnumSource
	void aReadSeesValuesButNotPlaceholders(Caller caller) throws Exception {
		assertThat(caller.<Object>get(this.mine, "k", POLICY)).isNull();
		assertThat(this.other.meta().get("k", MetaGet.VALUE.vivify(Duration.ofSeconds(30))).won()).isTrue();
		assertThat(caller.<Object>get(this.mine, "k", POLICY)).isNull();
		this.other.set("k", 5);
		assertThat(caller.<Long>get(this.mine, "k", POLICY)).isEqualTo(5);
	}

	@ParameterizedTest
	@EnumSource
	void oneReaderOfAStaleValueIsToLoadItAndTheOthersGetIt(Caller caller) throws Exception {
		this.mine.set("k", "old");
		assertThat(caller.invalidate(this.mine, "k", STALE)).isTrue();
		assertThat(caller.<String>get(this.mine, "k", STALE)).isNull();
		assertThat(caller.<String>get(this.other, "k", STALE)).isEqualTo("old");
		caller.invalidate(this.mine, "k", STALE);
		assertThat(caller.<String>get(this.other, "k", STALE)).isNull();
		assertThat(caller.<String>get(this.mine, "k", STALE)).isEqualTo("old");
		assertThat(caller.invalidate(this.mine, "k", POLICY)).isTrue();
		assertThat(caller.<String>get(this.mine, "k", STALE)).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void oneReaderOfAValueThatIsDueIsToRefreshItAndTheOthersGetIt(Caller caller) throws Exception {
		this.mine.set("k", "v", Duration.ofSeconds(30));
		assertThat(caller.<String>get(this.mine, "k", REFRESHED)).isNull();
		assertThat(caller.<String>get(this.mine, "k", REFRESHED)).isEqualTo("v");
	}

	@Test
	void aReaderThatWasElectedAndDiedIsReplacedAfterALease() throws Exception {
		LoadPolicy brief = POLICY.lease(Duration.ofSeconds(1));
		Caller.both((caller) -> {
			String key = caller.name();
			this.mine.set(key, "old");
			caller.invalidate(this.mine, key, Duration.ofSeconds(30));
			assertThat(caller.<String>get(this.other, key, brief)).isNull();
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.until(() -> caller.<String>get(this.mine, key, brief) == null);
			assertThat(this.mine.meta().get(key, MetaGet.NO_VALUE.ttl()).ttl().getAsLong()).isBetween(1L, 30L);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aReadAsksForNoMoreThanThePolicyNeeds(Caller caller) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.introduce();
			connection.expect("mg k k v f\r\n");
			connection.reply("VA 1 kk f4\r\n1\r\n");
			connection.expect("mg k k v f c t\r\n");
			connection.reply("VA 1 kk f4 c7 t-1\r\n2\r\n");
			connection.expect("mg k k v f c t R46\r\n");
			connection.reply("VA 1 kk f4 c7 t-1\r\n3\r\n");
			connection.expect("mg k k v f c N10\r\n");
			connection.reply("VA 1 kk f4 c7\r\n4\r\n");
			connection.expect("mg k k v f c N60\r\n");
			connection.reply("VA 1 kk f4 c7\r\n5\r\n");
		}); MemcachedClient client = client(server.address())) {
			client.meta().noop("k");
			assertThat(caller.<Long>get(client, "k", POLICY)).isEqualTo(1);
			assertThat(caller.<Long>get(client, "k", STALE)).isEqualTo(2);
			assertThat(caller.<Long>get(client, "k", REFRESHED)).isEqualTo(3);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, LoadPolicyTest::unexpected)).isEqualTo(4);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY.withoutLease(), LoadPolicyTest::unexpected))
				.isEqualTo(5);
			server.awaitScripts();
		}
	}

	@ParameterizedTest
	@EnumSource
	void aTokenSeenWithoutItsItemsStateIsAskedForAgain(Caller caller) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("MN\r\n");
			connection.expect("mg k k v f\r\n");
			connection.reply("VA 1 kk f4 X Z\r\n1\r\n");
			connection.expect("mg k k c t\r\n");
			connection.reply("HD kk c7 t20 X Z\r\n");
		}); MemcachedClient client = client(server.address())) {
			assertThat(caller.<Long>get(client, "k", POLICY)).isEqualTo(1);
			server.awaitScripts();
		}
	}

	@ParameterizedTest
	@EnumSource
	void withoutMetaCommandsAReadIsAPlainOne(Caller caller) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("ERROR\r\n");
			connection.expect("get k\r\n");
			connection.reply("VALUE k 4 1\r\n1\r\nEND\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
		}); MemcachedClient client = client(server.address())) {
			assertThat(caller.<Long>get(client, "k", STALE)).isEqualTo(1);
			assertThat(caller.<Long>get(client, "k", STALE)).isNull();
			server.awaitScripts();
		}
	}

	// Values that are no good

	@ParameterizedTest
	@EnumSource
	void aValueThatIsNotGoodEnoughIsReplacedByOneLoader(Caller caller) throws Exception {
		LoadPolicy notOld = POLICY.accepting((value) -> CompletableFuture.completedFuture(!value.equals("old")));
		AtomicInteger loads = new AtomicInteger();
		for (String key : List.of("stale", "fresh")) {
			loads.set(0);
			this.mine.set(key, "old");
			if (key.equals("stale")) {
				caller.invalidate(this.mine, key, Duration.ofSeconds(30));
			}
			CountDownLatch loading = new CountDownLatch(1);
			CountDownLatch finish = new CountDownLatch(1);
			Future<String> first = this.threads
				.submit(() -> caller.<String>getOrLoad(this.mine, key, notOld, this.threads, () -> {
					loading.countDown();
					finish.await();
					return "new " + loads.incrementAndGet();
				}));
			loading.await();
			Future<String> second = this.threads
				.submit(() -> caller.<String>getOrLoad(this.other, key, notOld, LoadPolicyTest::unexpected));
			finish.countDown();
			assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo("new 1");
			assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo("new 1");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aCheckThatFailsCountsAsMemcachedsFailure(Caller caller) throws Exception {
		this.mine.set("k", "old");
		List<LoadPolicy> failing = List.of(POLICY.accepting((value) -> {
			throw new IllegalStateException("no database");
		}), POLICY.accepting((value) -> CompletableFuture.failedFuture(new IOException("no database"))),
				POLICY.accepting((value) -> CompletableFuture.completedFuture(null)),
				POLICY.accepting((value) -> null));
		for (LoadPolicy policy : failing) {
			List<String> told = new CopyOnWriteArrayList<>();
			LoadPolicy listened = policy.listener(new LoadListener() {

				@Override
				public void failed(MemcachedException failure) {
					told.add(failure.getMessage());
				}

			});
			assertThat(caller.<String>getOrLoad(this.mine, "k", listened, () -> "loaded")).isEqualTo("loaded");
			assertThat(told).singleElement().asString().contains("\"k\"");
			assertThat(this.mine.get("k", String.class)).isEqualTo("old");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aValueThatCannotBeDecodedIsReplacedByOneLoader(Caller caller) throws Exception {
		List<RawValue> foreign = List.of(new RawValue(1, new byte[] { 1 }), new RawValue(16, new byte[] { 1, 2 }));
		for (RawValue value : foreign) {
			this.mine.setRaw("k", value, Duration.ZERO);
			assertThat(caller.<String>getOrLoad(this.mine, "k", POLICY, () -> "new")).isEqualTo("new");
			assertThat(caller.<String>getOrLoad(this.other, "k", POLICY, LoadPolicyTest::unexpected)).isEqualTo("new");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aSplitValueWithoutOneOfItsChunksIsReplacedByOneLoader(Caller caller) throws Exception {
		this.mine.set("k", new byte[2_500_000]);
		this.mine.delete("~1k/1");
		assertThat(caller.<Object>get(this.mine, "k", POLICY)).isNull();
		assertThat(caller.<String>getOrLoad(this.mine, "k", POLICY, () -> "new")).isEqualTo("new");
		assertThat(caller.<String>getOrLoad(this.other, "k", POLICY, LoadPolicyTest::unexpected)).isEqualTo("new");
	}

	@ParameterizedTest
	@EnumSource
	void whoFollowsALoadWhoseValueIsNotGoodEnoughLoadsAnother(Caller caller) throws Exception {
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<String> leader = this.threads
			.submit(() -> caller.<String>getOrLoad(this.mine, "k", POLICY, this.threads, () -> {
				loading.countDown();
				finish.await();
				return "old";
			}));
		loading.await();
		CountDownLatch joined = new CountDownLatch(1);
		LoadPolicy notOld = POLICY.accepting((value) -> CompletableFuture.completedFuture(!value.equals("old")))
			.listener(new LoadListener() {

				@Override
				public void missed() {
					joined.countDown();
				}

			});
		Future<String> follower = this.threads
			.submit(() -> caller.<String>getOrLoad(this.mine, "k", notOld, () -> "new"));
		joined.await();
		finish.countDown();
		assertThat(leader.get(5, TimeUnit.SECONDS)).isEqualTo("old");
		assertThat(follower.get(5, TimeUnit.SECONDS)).isEqualTo("new");
	}

	@ParameterizedTest
	@EnumSource
	void aLoadedValueThatCannotBeStoredIsReturnedAndLeavesNothingOld(Caller caller) throws Exception {
		Object refused = new Object();
		this.mine.set("k", "old");
		caller.invalidate(this.mine, "k", Duration.ofSeconds(30));
		List<RuntimeException> causes = new CopyOnWriteArrayList<>();
		LoadPolicy policy = STALE.listener(new LoadListener() {

			@Override
			public void notStored(RuntimeException cause) {
				causes.add(cause);
			}

		});
		assertThat(caller.<Object>getOrLoad(this.mine, "k", policy, () -> refused)).isSameAs(refused);
		assertThat(causes).singleElement().isInstanceOf(IllegalArgumentException.class);
		Awaitility.await().until(() -> this.mine.get("k") == null);
	}

	@ParameterizedTest
	@EnumSource
	void aLargeLoadedValueIsStoredInChunksOfItsOwn(Caller caller) throws Exception {
		byte[] large = new byte[2_500_000];
		large[2_400_000] = 1;
		this.mine.set("k", new byte[2_500_000]);
		this.mine.delete("k");
		assertThat(caller.<byte[]>getOrLoad(this.mine, "k", POLICY, () -> large)).isSameAs(large);
		assertThat(caller.<byte[]>getOrLoad(this.other, "k", POLICY, LoadPolicyTest::unexpected)).isEqualTo(large);
		assertThat(this.other.<byte[]>get("k")).isEqualTo(large);
		assertThat(this.other.<byte[]>getMulti(List.of("k")).values().get("k")).isEqualTo(large);
	}

	@ParameterizedTest
	@EnumSource
	void anOvertakenLoadersChunksAreNeverJoinedWithANewerItem(Caller caller) throws Exception {
		byte[] old = new byte[2_500_000];
		byte[] fresh = new byte[2_500_000];
		fresh[0] = 1;
		fresh[2_400_000] = 1;
		assertThat(caller.<byte[]>getOrLoad(this.mine, "loaded", POLICY, this.threads, () -> {
			caller.invalidate(this.other, "loaded", Duration.ZERO);
			caller.<byte[]>getOrLoad(this.other, "loaded", POLICY, () -> fresh);
			return old;
		})).isSameAs(old);
		assertThat(this.mine.<byte[]>get("loaded")).isEqualTo(fresh);
		assertThat(caller.<byte[]>getOrLoad(this.mine, "put", POLICY, this.threads, () -> {
			this.other.set("put", fresh);
			return old;
		})).isSameAs(old);
		assertThat(this.mine.<byte[]>get("put")).isEqualTo(fresh);
	}

	@ParameterizedTest
	@EnumSource
	void chunksThatAreNotTheirItemsAreAMiss(Caller caller, MemcachedServer server) throws Exception {
		caller.getOrLoad(this.mine, "k", POLICY, () -> new byte[2_500_000]);
		String checksum = item(server, "k").substring(2);
		RawValue chunk = this.mine.getRaw("~1k/1." + checksum);
		chunk.bytes()[5]++;
		this.mine.setRaw("~1k/1." + checksum, chunk, Duration.ZERO);
		assertThat(this.other.<Object>get("k")).isNull();
		assertThat(caller.<String>getOrLoad(this.other, "k", POLICY, () -> "new")).isEqualTo("new");
	}

	// Refreshing in the background

	@ParameterizedTest
	@EnumSource
	void inTheBackgroundTheElectedCallerGetsThePresentValueAtOnce(Caller caller) throws Exception {
		Deque<Runnable> tasks = new ArrayDeque<>();
		LoadPolicy policy = REFRESHED.refreshOn(tasks::add);
		this.mine.set("k", "first", Duration.ofSeconds(30));
		assertThat(caller.<String>getOrLoad(this.mine, "k", policy, () -> "second")).isEqualTo("first");
		assertThat(caller.<String>getOrLoad(this.mine, "k", policy, LoadPolicyTest::unexpected)).isEqualTo("first");
		tasks.remove().run();
		Awaitility.await()
			.until(() -> caller.<String>getOrLoad(this.other, "k", policy, LoadPolicyTest::unexpected)
				.equals("second"));
		assertThat(tasks).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void anEvictionDuringARefreshIsNotUndoneByIt(Caller caller) throws Exception {
		Deque<Runnable> tasks = new ArrayDeque<>();
		LoadPolicy policy = REFRESHED.refreshOn(tasks::add);
		this.mine.set("k", "old", Duration.ofSeconds(30));
		assertThat(caller.<String>getOrLoad(this.mine, "k", policy, this.threads, () -> {
			this.other.delete("k");
			return "read before the eviction";
		})).isEqualTo("old");
		tasks.remove().run();
		Awaitility.await().untilAsserted(() -> assertThat(this.outcomes).containsExactly(LoadOutcome.LOST));
		assertThat(caller.<String>get(this.mine, "k", policy)).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void aFullBackgroundHarmsNobody(Caller caller) throws Exception {
		LoadPolicy policy = REFRESHED.refreshOn((task) -> {
			throw new RejectedExecutionException("full");
		});
		this.mine.set("k", "v", Duration.ofSeconds(30));
		assertThat(caller.<String>getOrLoad(this.mine, "k", policy, LoadPolicyTest::unexpected)).isEqualTo("v");
		assertThat(this.outcomes).containsExactly(LoadOutcome.REFRESH_FAILED);
	}

	@Test
	void whileRefreshingFailsEverybodyGetsThePresentValue() throws Exception {
		LoadPolicy policy = REFRESHED.lease(Duration.ofSeconds(2));
		Caller.both((caller) -> {
			String key = caller.name();
			this.mine.set(key, "v", Duration.ofSeconds(30));
			AtomicInteger loads = new AtomicInteger();
			Awaitility.await("another attempt after a lease")
				.atMost(Duration.ofSeconds(4))
				.pollInterval(Duration.ofMillis(10))
				.until(() -> {
					assertThat(caller.<String>getOrLoad(this.mine, key, policy, () -> {
						loads.incrementAndGet();
						throw new IllegalStateException("no database");
					})).isEqualTo("v");
					return loads.get() == 2;
				});
		});
	}

	// Time to live

	@ParameterizedTest
	@EnumSource
	void jitterNeverShortensALifeToWhereItIsRefreshedAtOnce(Caller caller) throws Exception {
		LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofSeconds(60))
			.jitter(1)
			.refreshAhead(Duration.ofSeconds(30));
		List<Integer> lives = new CopyOnWriteArrayList<>();
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.introduce();
			for (int i = 0; i < 500; i++) {
				connection.expect("mg k k v f c t N10 R31\r\n");
				connection.reply("VA 0 kk f0 c7 t10 W\r\n\r\n");
				connection.expect("ms k 1 k T");
				String life = connection.readLine().split(" ", -1)[0];
				lives.add(Integer.parseInt(life));
				connection.expect("1\r\n");
				connection.reply("HD kk\r\n");
			}
		}); MemcachedClient client = client(server.address())) {
			for (int i = 0; i < 500; i++) {
				caller.getOrLoad(client, "k", policy, () -> 1L);
			}
			server.awaitScripts();
		}
		assertThat(lives).hasSize(500).allSatisfy((life) -> assertThat(life).isBetween(31, 60)).contains(31);
		assertThat(Set.copyOf(lives)).hasSizeGreaterThan(10);
	}

	@ParameterizedTest
	@EnumSource
	void eachValueLivesAsLongAsItsOwnTimeSays(Caller caller, MemcachedServer server) throws Exception {
		LoadPolicy own = LoadPolicy.timeToLive(Duration.ZERO)
			.refreshAhead(Duration.ZERO)
			.withTimeToLive((value) -> Duration.ofMinutes((Long) value));
		for (long minutes : new long[] { 0, 5, 60 }) {
			assertThat(caller.<Long>getOrLoad(this.mine, "k" + minutes, own, () -> minutes)).isEqualTo(minutes);
			assertThat(secondsLeft(server, "k" + minutes)).isBetween(minutes * 60 - 10, minutes * 60);
		}
		List<Long> lives = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 50; i++) {
			caller.<Long>getOrLoad(this.mine, "jittered" + i, own.jitter(0.5), () -> 60L);
			lives.add(secondsLeft(server, "jittered" + i));
		}
		assertThat(lives).allSatisfy((life) -> assertThat(life).isBetween(1790L, 3600L));
		assertThat(Set.copyOf(lives)).hasSizeGreaterThan(10);
		caller.<Long>getOrLoad(this.mine, "all", own.withTimeToLive(Duration.ofMinutes(1)), () -> 60L);
		assertThat(secondsLeft(server, "all")).isBetween(50L, 60L);
	}

	@ParameterizedTest
	@EnumSource
	void aValueWhoseOwnTimeIsNoneIsReturnedAndLeavesNothingOld(Caller caller) throws Exception {
		List<RuntimeException> causes = new CopyOnWriteArrayList<>();
		LoadListener listener = new LoadListener() {

			@Override
			public void notStored(RuntimeException cause) {
				causes.add(cause);
			}

		};
		List<Function<Object, Duration>> bad = List.of((value) -> null, (value) -> Duration.ofSeconds(-1), (value) -> {
			throw new IllegalStateException("no");
		});
		for (Function<Object, Duration> own : bad) {
			this.mine.set("k", "old");
			caller.invalidate(this.mine, "k", Duration.ofSeconds(30));
			LoadPolicy policy = STALE.withTimeToLive(own).listener(listener);
			assertThat(caller.<String>getOrLoad(this.mine, "k", policy, () -> "new")).isEqualTo("new");
			Awaitility.await().until(() -> this.other.get("k") == null);
		}
		assertThat(causes).hasSize(3).map(RuntimeException::getMessage).anyMatch("no"::equals);
		assertThatIllegalStateException().isThrownBy(() -> POLICY.withTimeToLive(bad.get(0)).nextTimeToLive());
	}

	@ParameterizedTest
	@EnumSource
	void aValueThatIsNotRefreshedIsServedUntilItExpires(Caller caller) throws Exception {
		LoadPolicy policy = LoadPolicy.timeToLive(Duration.ZERO)
			.withTimeToLive((value) -> value.equals("brief") ? Duration.ofSeconds(20) : Duration.ofMinutes(5))
			.refreshAhead(Duration.ofSeconds(45))
			.lease(Duration.ofSeconds(1))
			.refreshing((value) -> !value.equals("brief"));
		assertThat(caller.<String>getOrLoad(this.mine, "k", policy, () -> "brief")).isEqualTo("brief");
		Awaitility.await("longer than a lease")
			.during(Duration.ofMillis(2500))
			.pollInterval(Duration.ofMillis(50))
			.until(() -> "brief".equals(caller.<String>get(this.other, "k", policy))
					&& "brief".equals(caller.<String>getOrLoad(this.mine, "k", policy, LoadPolicyTest::unexpected)));
		caller.invalidate(this.mine, "k", Duration.ofSeconds(10));
		assertThat(caller.<String>getOrLoad(this.mine, "k", policy, () -> "taken back")).isEqualTo("taken back");
	}

	@ParameterizedTest
	@EnumSource
	void whoReadsAValueProlongsItsLifeAndWhoCanLoadDoesNot(Caller caller, MemcachedServer server) throws Exception {
		List<LoadPolicy> idle = List.of(POLICY.withoutLease().timeToIdle(Duration.ofMinutes(1)),
				POLICY.withoutLease().timeToIdle((value) -> Duration.ofMillis(60_999)));
		for (LoadPolicy policy : idle) {
			this.mine.set("k", "v", Duration.ofSeconds(20));
			assertThat(caller.<String>getOrLoad(this.mine, "k", policy, LoadPolicyTest::unexpected)).isEqualTo("v");
			assertThat(secondsLeft(server, "k")).isLessThanOrEqualTo(20);
			assertThat(caller.<String>get(this.mine, "k", policy)).isEqualTo("v");
			Awaitility.await().untilAsserted(() -> assertThat(secondsLeft(server, "k")).isBetween(55L, 60L));
		}
		assertThat(caller.<String>get(this.mine, "none", idle.get(1))).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void aValueThatHasMoreLeftThanItMayIsLeftAlone(Caller caller, MemcachedServer server) throws Exception {
		for (Duration less : List.of(Duration.ZERO, Duration.ofMillis(999), Duration.ofSeconds(10))) {
			LoadPolicy policy = POLICY.timeToIdle((value) -> less);
			this.mine.set("k", "v", Duration.ofSeconds(40));
			this.mine.set("endless", "v");
			assertThat(caller.<String>get(this.mine, "k", policy)).isEqualTo("v");
			assertThat(caller.<String>get(this.mine, "endless", policy)).isEqualTo("v");
			assertThat(secondsLeft(server, "k")).isBetween(30L, 40L);
			try (RawConnection connection = RawConnection.to(server)) {
				assertThat(connection.ttl("endless")).isEqualTo(-1);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatAPolicysFunctionThrowsIsItsCallersAlone(Caller caller) throws Exception {
		LoadPolicy refreshing = REFRESHED.lease(Duration.ofSeconds(1)).refreshing((value) -> {
			throw new IllegalStateException("no");
		});
		this.mine.set("k", "v", Duration.ofSeconds(30));
		assertThatThrownBy(() -> caller.<String>getOrLoad(this.mine, "k", refreshing, () -> "new"))
			.hasStackTraceContaining("no");
		assertThatThrownBy(() -> caller.<String>get(this.mine, "k", refreshing)).hasStackTraceContaining("no");
		LoadPolicy idle = POLICY.timeToIdle((value) -> {
			throw new IllegalStateException("no");
		});
		assertThatThrownBy(() -> caller.<String>get(this.mine, "k", idle)).hasStackTraceContaining("no");
		assertThat(caller.<String>get(this.mine, "k", POLICY)).isEqualTo("v");
		LoadPolicy good = REFRESHED.lease(Duration.ofSeconds(1));
		Awaitility.await("another one is elected")
			.until(() -> "new".equals(caller.<String>getOrLoad(this.mine, "k", good, () -> "new")));
	}

	@Test
	void policiesThatCannotWorkAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.staleFor(Duration.ofSeconds(-1)))
			.withMessageContaining("staleFor");
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.refreshAhead(Duration.ofMillis(10)))
			.withMessageContaining("shorter than a second");
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.timeToIdle(Duration.ofSeconds(-1)))
			.withMessageContaining("idle: PT-1S");
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.lease(Duration.ZERO));
	}

	private static long secondsLeft(MemcachedServer server, String key) {
		try (RawConnection connection = RawConnection.to(server)) {
			return Math.max(0, connection.ttl(key));
		}
	}

	private static String item(MemcachedServer server, String key) {
		try (RawConnection connection = RawConnection.to(server)) {
			return connection.item(key).text();
		}
	}

	private static <T> T unexpected() {
		throw new AssertionError("nobody should load");
	}

	private MemcachedClient client(String server) {
		return MemcachedClient.builder()
			.servers(server)
			.pollTimeout(Duration.ofSeconds(5))
			.listener(new MemcachedListener() {

				@Override
				public void loadEnded(LoadOutcome outcome) {
					LoadPolicyTest.this.outcomes.add(outcome);
				}

			})
			.build();
	}

}
