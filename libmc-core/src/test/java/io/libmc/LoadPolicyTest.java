package io.libmc;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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

	@Test
	void aReadSeesValuesButNotPlaceholders() {
		assertThat(this.mine.<Object>get("k", POLICY)).isNull();
		assertThat(this.other.meta().get("k", MetaGet.VALUE.vivify(Duration.ofSeconds(30))).won()).isTrue();
		assertThat(this.mine.<Object>get("k", POLICY)).isNull();
		assertThat(this.mine.async().<Object>get("k", POLICY).join()).isNull();
		this.other.set("k", 5);
		assertThat(this.mine.<Long>get("k", POLICY)).isEqualTo(5);
		assertThat(this.mine.async().<Long>get("k", POLICY).join()).isEqualTo(5);
	}

	@Test
	void oneReaderOfAStaleValueIsToLoadItAndTheOthersGetIt() {
		this.mine.set("k", "old");
		assertThat(this.mine.invalidate("k", STALE)).isTrue();
		assertThat(this.mine.<String>get("k", STALE)).isNull();
		assertThat(this.other.<String>get("k", STALE)).isEqualTo("old");
		assertThat(this.other.async().<String>get("k", STALE).join()).isEqualTo("old");
		this.mine.invalidate("k", STALE);
		assertThat(this.other.async().<String>get("k", STALE).join()).isNull();
		assertThat(this.mine.<String>get("k", STALE)).isEqualTo("old");
		assertThat(this.mine.invalidate("k", POLICY)).isTrue();
		assertThat(this.mine.<String>get("k", STALE)).isNull();
	}

	@Test
	void oneReaderOfAValueThatIsDueIsToRefreshItAndTheOthersGetIt() {
		this.mine.set("k", "v", Duration.ofSeconds(30));
		assertThat(this.mine.<String>get("k", REFRESHED)).isNull();
		assertThat(this.mine.<String>get("k", REFRESHED)).isEqualTo("v");
	}

	@Test
	void aReaderThatWasElectedAndDiedIsReplacedAfterALease() throws Exception {
		LoadPolicy brief = POLICY.lease(Duration.ofSeconds(1));
		this.mine.set("k", "old");
		this.mine.invalidate("k", Duration.ofSeconds(30));
		assertThat(this.other.<String>get("k", brief)).isNull();
		Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> this.mine.<String>get("k", brief) == null);
		assertThat(this.mine.meta().get("k", MetaGet.NO_VALUE.ttl()).ttl().getAsLong()).isBetween(1L, 30L);
	}

	@Test
	void aReadAsksForNoMoreThanThePolicyNeeds() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("MN\r\n");
			connection.expect("mg k k v f\r\n");
			connection.reply("VA 1 kk f4\r\n1\r\n");
			connection.expect("mg k k v f c t\r\n");
			connection.reply("VA 1 kk f4 c7 t-1\r\n2\r\n");
			connection.expect("mg k k v f c t R46\r\n");
			connection.reply("VA 1 kk f4 c7 t-1\r\n3\r\n");
			connection.expect("mg k k v f c N10\r\n");
			connection.reply("VA 1 kk f4 c7\r\n4\r\n");
			connection.expect("mg k k v f c\r\n");
			connection.reply("VA 1 kk f4 c7\r\n5\r\n");
		}); MemcachedClient client = client(server.address())) {
			assertThat(client.<Long>get("k", POLICY)).isEqualTo(1);
			assertThat(client.<Long>get("k", STALE)).isEqualTo(2);
			assertThat(client.<Long>get("k", REFRESHED)).isEqualTo(3);
			assertThat(client.<Long>getOrLoad("k", POLICY, LoadPolicyTest::unexpected)).isEqualTo(4);
			assertThat(client.<Long>getOrLoad("k", POLICY.withoutLease(), LoadPolicyTest::unexpected)).isEqualTo(5);
			server.awaitScripts();
		}
	}

	@Test
	void aTokenSeenWithoutItsItemsStateIsAskedForAgain() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("MN\r\n");
			connection.expect("mg k k v f\r\n");
			connection.reply("VA 1 kk f4 X Z\r\n1\r\n");
			connection.expect("mg k k c t\r\n");
			connection.reply("HD kk c7 t20 X Z\r\n");
		}); MemcachedClient client = client(server.address())) {
			assertThat(client.<Long>get("k", POLICY)).isEqualTo(1);
			server.awaitScripts();
		}
	}

	@Test
	void withoutMetaCommandsAReadIsAPlainOne() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("ERROR\r\n");
			connection.expect("get k\r\n");
			connection.reply("VALUE k 4 1\r\n1\r\nEND\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
		}); MemcachedClient client = client(server.address())) {
			assertThat(client.<Long>get("k", STALE)).isEqualTo(1);
			assertThat(client.async().<Long>get("k", STALE).join()).isNull();
			server.awaitScripts();
		}
	}

	// Values that are no good

	@Test
	void aValueThatIsNotGoodEnoughIsReplacedByOneLoader() throws Exception {
		LoadPolicy notOld = POLICY.accepting((value) -> CompletableFuture.completedFuture(!value.equals("old")));
		AtomicInteger loads = new AtomicInteger();
		for (String key : List.of("stale", "fresh")) {
			loads.set(0);
			this.mine.set(key, "old");
			if (key.equals("stale")) {
				this.mine.invalidate(key, Duration.ofSeconds(30));
			}
			CountDownLatch loading = new CountDownLatch(1);
			CountDownLatch finish = new CountDownLatch(1);
			Future<String> first = this.threads.submit(() -> this.mine.<String>getOrLoad(key, notOld, () -> {
				loading.countDown();
				finish.await();
				return "new " + loads.incrementAndGet();
			}));
			loading.await();
			CompletableFuture<String> second = this.other.async().getOrLoad(key, notOld, LoadPolicyTest::unexpected);
			finish.countDown();
			assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo("new 1");
			assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo("new 1");
		}
	}

	@Test
	void aValueThatCannotBeDecodedIsReplacedByOneLoader() {
		List<RawValue> foreign = List.of(new RawValue(1, new byte[] { 1 }), new RawValue(16, new byte[] { 1, 2 }));
		for (RawValue value : foreign) {
			this.mine.setRaw("k", value, Duration.ZERO);
			assertThat(this.mine.<String>getOrLoad("k", POLICY, () -> "new")).isEqualTo("new");
			assertThat(this.other.<String>getOrLoad("k", POLICY, LoadPolicyTest::unexpected)).isEqualTo("new");
			this.mine.setRaw("k", value, Duration.ZERO);
			assertThat(this.mine.async().<String>getOrLoad("k", POLICY, () -> done("newer")).join()).isEqualTo("newer");
			assertThat(this.other.<String>getOrLoad("k", POLICY, LoadPolicyTest::unexpected)).isEqualTo("newer");
		}
	}

	@Test
	void aSplitValueWithoutOneOfItsChunksIsReplacedByOneLoader() {
		for (boolean async : List.of(false, true)) {
			this.mine.set("k", new byte[2_500_000]);
			this.mine.delete("~1k/1");
			assertThat(this.mine.<Object>get("k", POLICY)).isNull();
			assertThat(async ? this.mine.async().<String>getOrLoad("k", POLICY, () -> done("new")).join()
					: this.mine.<String>getOrLoad("k", POLICY, () -> "new"))
				.isEqualTo("new");
			assertThat(this.other.<String>getOrLoad("k", POLICY, LoadPolicyTest::unexpected)).isEqualTo("new");
		}
	}

	@Test
	void whoFollowsALoadWhoseValueIsNotGoodEnoughLoadsAnother() throws Exception {
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<String> leader = this.threads.submit(() -> this.mine.<String>getOrLoad("k", POLICY, () -> {
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
		Future<String> follower = this.threads.submit(() -> this.mine.<String>getOrLoad("k", notOld, () -> "new"));
		joined.await();
		finish.countDown();
		assertThat(leader.get(5, TimeUnit.SECONDS)).isEqualTo("old");
		assertThat(follower.get(5, TimeUnit.SECONDS)).isEqualTo("new");
	}

	@Test
	void aLoadedValueThatCannotBeStoredIsReturnedAndLeavesNothingOld() {
		Object refused = new Object();
		for (boolean async : List.of(false, true)) {
			this.mine.set("k", "old");
			this.mine.invalidate("k", Duration.ofSeconds(30));
			Events events = new Events();
			LoadPolicy policy = STALE.listener(events);
			Object loaded = async ? this.mine.async().getOrLoad("k", policy, () -> done(refused)).join()
					: this.mine.getOrLoad("k", policy, () -> refused);
			assertThat(loaded).isSameAs(refused);
			assertThat(events.all).containsExactly("asking", "missed", "not stored");
			Awaitility.await().until(() -> this.mine.get("k") == null);
		}
	}

	@Test
	void aLargeLoadedValueIsStoredInChunksOfItsOwn() {
		for (boolean async : List.of(false, true)) {
			byte[] large = new byte[2_500_000];
			large[2_400_000] = 1;
			this.mine.set("k", new byte[2_500_000]);
			this.mine.delete("k");
			byte[] loaded = async ? this.mine.async().<byte[]>getOrLoad("k", POLICY, () -> done(large)).join()
					: this.mine.<byte[]>getOrLoad("k", POLICY, () -> large);
			assertThat(loaded).isSameAs(large);
			assertThat(this.other.<byte[]>getOrLoad("k", POLICY, LoadPolicyTest::unexpected)).isEqualTo(large);
			assertThat(this.other.<byte[]>get("k")).isEqualTo(large);
			assertThat(this.other.<byte[]>getMulti(List.of("k")).values().get("k")).isEqualTo(large);
			this.mine.delete("k");
		}
	}

	@Test
	void anOvertakenLoadersChunksAreNeverJoinedWithANewerItem() {
		byte[] old = new byte[2_500_000];
		byte[] fresh = new byte[2_500_000];
		fresh[0] = 1;
		fresh[2_400_000] = 1;
		assertThat(this.mine.<byte[]>getOrLoad("loaded", POLICY, () -> {
			this.other.invalidate("loaded", Duration.ZERO);
			this.other.<byte[]>getOrLoad("loaded", POLICY, () -> fresh);
			return old;
		})).isSameAs(old);
		assertThat(this.mine.<byte[]>get("loaded")).isEqualTo(fresh);
		assertThat(this.mine.<byte[]>getOrLoad("put", POLICY, () -> {
			this.other.set("put", fresh);
			return old;
		})).isSameAs(old);
		assertThat(this.mine.<byte[]>get("put")).isEqualTo(fresh);
	}

	@Test
	void chunksThatAreNotTheirItemsAreAMiss(MemcachedServer server) {
		this.mine.getOrLoad("k", POLICY, () -> new byte[2_500_000]);
		String checksum = item(server, "k").substring(2);
		RawValue chunk = this.mine.getRaw("~1k/1." + checksum);
		chunk.bytes()[5]++;
		this.mine.setRaw("~1k/1." + checksum, chunk, Duration.ZERO);
		assertThat(this.other.<Object>get("k")).isNull();
		assertThat(this.other.<String>getOrLoad("k", POLICY, () -> "new")).isEqualTo("new");
	}

	// Refreshing in the background

	@Test
	void inTheBackgroundTheElectedCallerGetsThePresentValueAtOnce() {
		Deque<Runnable> tasks = new ArrayDeque<>();
		LoadPolicy policy = REFRESHED.refreshOn(tasks::add);
		this.mine.set("k", "first", Duration.ofSeconds(30));
		assertThat(this.mine.<String>getOrLoad("k", policy, () -> "second")).isEqualTo("first");
		assertThat(this.mine.<String>getOrLoad("k", policy, LoadPolicyTest::unexpected)).isEqualTo("first");
		tasks.remove().run();
		assertThat(this.other.<String>getOrLoad("k", policy, LoadPolicyTest::unexpected)).isEqualTo("second");
		this.mine.touch("k", Duration.ofSeconds(30));
		assertThat(this.mine.async().<String>getOrLoad("k", policy, () -> done("third")).join()).isEqualTo("second");
		tasks.remove().run();
		Awaitility.await().until(() -> this.other.<String>getOrLoad("k", policy, () -> "none").equals("third"));
		assertThat(tasks).isEmpty();
	}

	@Test
	void anEvictionDuringARefreshIsNotUndoneByIt() {
		Deque<Runnable> tasks = new ArrayDeque<>();
		LoadPolicy policy = REFRESHED.refreshOn(tasks::add);
		this.mine.set("k", "old", Duration.ofSeconds(30));
		assertThat(this.mine.<String>getOrLoad("k", policy, () -> {
			this.other.delete("k");
			return "read before the eviction";
		})).isEqualTo("old");
		tasks.remove().run();
		assertThat(this.mine.<String>get("k", policy)).isNull();
	}

	@Test
	void aFullBackgroundHarmsNobody() {
		LoadPolicy policy = REFRESHED.refreshOn((task) -> {
			throw new RejectedExecutionException("full");
		});
		this.mine.set("k", "v", Duration.ofSeconds(30));
		assertThat(this.mine.<String>getOrLoad("k", policy, LoadPolicyTest::unexpected)).isEqualTo("v");
		this.mine.set("k", "w", Duration.ofSeconds(30));
		assertThat(this.mine.async().<String>getOrLoad("k", policy, LoadPolicyTest::unexpected).join()).isEqualTo("w");
	}

	@Test
	void whileRefreshingFailsEverybodyGetsThePresentValue() {
		LoadPolicy policy = REFRESHED.lease(Duration.ofSeconds(1));
		this.mine.set("k", "v", Duration.ofSeconds(30));
		AtomicInteger loads = new AtomicInteger();
		long until = System.nanoTime() + policy.lease().plusSeconds(2).toNanos();
		while (loads.get() < 2 && System.nanoTime() < until) {
			assertThat(this.mine.<String>getOrLoad("k", policy, () -> {
				loads.incrementAndGet();
				throw new IllegalStateException("no database");
			})).isEqualTo("v");
		}
		assertThat(loads).as("tried again after a lease").hasValue(2);
	}

	// Listening

	@Test
	void theListenerIsToldWhatBecomesOfEachCall() {
		Events events = new Events();
		LoadPolicy policy = POLICY.listener(events);
		this.mine.getOrLoad("k", policy, () -> "v");
		this.mine.getOrLoad("k", policy, LoadPolicyTest::unexpected);
		this.mine.async().getOrLoad("l", policy, () -> done("v")).join();
		this.mine.async().getOrLoad("l", policy, LoadPolicyTest::unexpected).join();
		assertThat(events.all).containsExactly("asking", "missed", "stored", "asking", "found", "asking", "missed",
				"stored", "asking", "found");
	}

	@Test
	void aFailureOfMemcachedIsTheListenersToThrowBeforeAnythingIsLoaded(MemcachedServer server) {
		server.kill();
		Events events = new Events();
		assertThat(this.mine.<String>getOrLoad("k", POLICY.listener(events), () -> "loaded")).isEqualTo("loaded");
		assertThat(this.mine.async().<String>getOrLoad("k", POLICY.listener(events), () -> done("loaded")).join())
			.isEqualTo("loaded");
		assertThat(events.all).containsExactly("asking", "failed", "asking", "failed");
		LoadPolicy strict = POLICY.listener(new LoadListener() {

			@Override
			public void failed(MemcachedException failure) {
				throw failure;
			}

		});
		assertThatExceptionOfType(MemcachedException.class)
			.isThrownBy(() -> this.mine.getOrLoad("k", strict, LoadPolicyTest::unexpected));
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> this.mine.async().getOrLoad("k", strict, LoadPolicyTest::unexpected).join())
			.withCauseInstanceOf(MemcachedException.class);
	}

	@Test
	void jitterNeverShortensALifeToWhereItIsRefreshedAtOnce() {
		LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofSeconds(60))
			.jitter(1)
			.refreshAhead(Duration.ofSeconds(30));
		for (int i = 0; i < 1000; i++) {
			assertThat(policy.nextTimeToLive()).isBetween(Duration.ofSeconds(31), Duration.ofSeconds(60));
		}
	}

	@Test
	void policiesThatCannotWorkAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.staleFor(Duration.ofSeconds(-1)))
			.withMessageContaining("staleFor");
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.refreshAhead(Duration.ofMillis(10)))
			.withMessageContaining("shorter than a second");
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.lease(Duration.ZERO));
	}

	private static String item(MemcachedServer server, String key) {
		try (RawConnection connection = RawConnection.to(server)) {
			return connection.item(key).text();
		}
	}

	private static <T> CompletableFuture<T> done(T value) {
		return CompletableFuture.completedFuture(value);
	}

	private static <T> T unexpected() {
		throw new AssertionError("nobody should load");
	}

	private static MemcachedClient client(String server) {
		return MemcachedClient.builder().servers(server).pollTimeout(Duration.ofSeconds(5)).build();
	}

	/** Keeps what it is told. */
	private static final class Events implements LoadListener {

		private final List<String> all = new CopyOnWriteArrayList<>();

		@Override
		public void asking() {
			this.all.add("asking");
		}

		@Override
		public void found() {
			this.all.add("found");
		}

		@Override
		public void missed() {
			this.all.add("missed");
		}

		@Override
		public void stored() {
			this.all.add("stored");
		}

		@Override
		public void notStored(RuntimeException cause) {
			this.all.add("not stored");
		}

		@Override
		public void failed(MemcachedException failure) {
			this.all.add("failed");
		}

	}

}
