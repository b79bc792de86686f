package io.libmc;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
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
 * Two clients stand for two processes: they share nothing but the server.
 */
@Timeout(60)
@Memcached
class GetOrLoadTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private static final LoadPolicy SHORT_LEASE = POLICY.lease(Duration.ofSeconds(1));

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final Outcomes outcomes = new Outcomes();

	private MemcachedClient mine;

	private MemcachedClient other;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.mine = client(server, this.outcomes);
		this.other = client(server, new Outcomes());
	}

	@AfterEach
	void close() {
		this.mine.close();
		this.other.close();
		this.threads.shutdownNow();
	}

	@Test
	void ofManyCallersInSeveralProcessesOneLoadsAndAllGetItsValue(MemcachedServer server) throws Exception {
		AtomicInteger loads = new AtomicInteger();
		CyclicBarrier start = new CyclicBarrier(200);
		List<MemcachedClient> clients = List.of(this.mine, this.other, client(server, new Outcomes()),
				client(server, new Outcomes()));
		List<Future<String>> calls = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			MemcachedClient client = clients.get(i % 4);
			calls.add(this.threads.submit(() -> {
				start.await();
				return client.<String>getOrLoad("k", POLICY, () -> {
					TimeUnit.MILLISECONDS.sleep(300);
					return "value " + loads.incrementAndGet();
				});
			}));
		}
		for (Future<String> call : calls) {
			assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("value 1");
		}
		assertThat(loads).hasValue(1);
		clients.subList(2, 4).forEach(MemcachedClient::close);
	}

	@Test
	void hitNeedsNoLoader() {
		assertThat(this.mine.<Long>getOrLoad("k", POLICY, () -> 5L)).isEqualTo(5);
		assertThat(this.other.<Long>getOrLoad("k", POLICY, GetOrLoadTest::unexpected)).isEqualTo(5);
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.WON);
	}

	@Test
	void nullIsNotStoredAndTheNextCallerLoadsAtOnce() {
		assertThat(this.mine.<String>getOrLoad("k", POLICY, () -> null)).isNull();
		assertThat(this.other.<String>getOrLoad("k", POLICY, () -> "there now")).isEqualTo("there now");
	}

	@Test
	void loaderThatThrowsDoesSoAtOnceAndTheNextCallerLoads() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.mine.getOrLoad("k", POLICY, () -> {
			throw new IllegalArgumentException("mine");
		})).withMessage("mine");
		assertThatExceptionOfType(LoadException.class).isThrownBy(() -> this.mine.getOrLoad("k", POLICY, () -> {
			throw new IOException("disk");
		})).withMessageContaining("disk").withCauseInstanceOf(IOException.class);
		assertThat(this.other.<String>getOrLoad("k", POLICY, () -> "loaded")).isEqualTo("loaded");
	}

	@Test
	void loadThatAnInvalidationOvertookIsReturnedButNotStored() throws Exception {
		CountDownLatch reading = new CountDownLatch(1);
		CountDownLatch invalidated = new CountDownLatch(1);
		Future<String> slow = this.threads.submit(() -> this.mine.<String>getOrLoad("k", POLICY, () -> {
			reading.countDown();
			invalidated.await();
			return "old";
		}));
		reading.await();
		this.other.invalidate("k", Duration.ZERO);
		assertThat(this.other.<String>getOrLoad("k", POLICY, () -> "new")).isEqualTo("new");
		invalidated.countDown();
		assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
		assertThat(this.mine.<String>getOrLoad("k", POLICY, GetOrLoadTest::unexpected)).isEqualTo("new");
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.LOST);
	}

	@Test
	void afterAnInvalidationOneReloadsAndTheOthersGetTheOldValueMeanwhile() throws Exception {
		this.mine.getOrLoad("k", POLICY, () -> "old");
		assertThat(this.mine.invalidate("k", Duration.ofSeconds(30))).isTrue();
		CountDownLatch reloading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<String> elected = this.threads.submit(() -> this.mine.<String>getOrLoad("k", POLICY, () -> {
			reloading.countDown();
			finish.await();
			return "new";
		}));
		reloading.await();
		for (int i = 0; i < 10; i++) {
			assertThat(this.other.<String>getOrLoad("k", POLICY, GetOrLoadTest::unexpected)).isEqualTo("old");
		}
		finish.countDown();
		assertThat(elected.get(5, TimeUnit.SECONDS)).isEqualTo("new");
		assertThat(this.other.<String>getOrLoad("k", POLICY, GetOrLoadTest::unexpected)).isEqualTo("new");
	}

	@Test
	void failedReloadElectsTheNextCaller() {
		this.mine.getOrLoad("k", POLICY, () -> "old");
		this.mine.invalidate("k", Duration.ofSeconds(30));
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.mine.getOrLoad("k", POLICY, () -> {
			throw new IllegalStateException("no database");
		}));
		assertThat(this.other.<String>getOrLoad("k", POLICY, () -> "new")).isEqualTo("new");
	}

	@Test
	void markingStaleNeverProlongsAValuesLife(MemcachedServer server) {
		this.mine.getOrLoad("k", LoadPolicy.timeToLive(Duration.ofSeconds(20)), () -> "v");
		this.mine.invalidate("k", Duration.ofHours(1));
		this.mine.invalidate("k", Duration.ofHours(1));
		assertThat(this.mine.meta().get("k", MetaGet.NO_VALUE.ttl()).ttl().getAsLong()).isBetween(1L, 20L);
	}

	@Test
	void aValueIsRefreshedByOneBeforeItExpiresAndAFailedRefreshHarmsNobody() throws Exception {
		LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofSeconds(60)).refreshAhead(Duration.ofSeconds(45));
		this.mine.getOrLoad("k", policy, () -> "first");
		this.mine.touch("k", Duration.ofSeconds(30));
		CountDownLatch refreshing = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<String> elected = this.threads.submit(() -> this.mine.<String>getOrLoad("k", policy, () -> {
			refreshing.countDown();
			finish.await();
			return "second";
		}));
		refreshing.await();
		assertThat(this.other.<String>getOrLoad("k", policy, GetOrLoadTest::unexpected)).isEqualTo("first");
		finish.countDown();
		assertThat(elected.get(5, TimeUnit.SECONDS)).isEqualTo("second");
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.WON, LoadOutcome.REFRESHED);
		this.mine.touch("k", Duration.ofSeconds(30));
		assertThat(this.mine.<String>getOrLoad("k", policy, () -> {
			throw new IllegalStateException("no database");
		})).isEqualTo("second");
		assertThat(this.outcomes.all).last().isEqualTo(LoadOutcome.REFRESH_FAILED);
	}

	@Test
	void winnerThatDiedIsReplacedAfterItsLease() {
		assertThat(this.other.meta().get("k", MetaGet.VALUE.vivify(Duration.ofSeconds(1))).won()).isTrue();
		assertThat(this.mine.<String>getOrLoad("k", SHORT_LEASE, () -> "loaded")).isEqualTo("loaded");
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.WON);
	}

	/** Whenever it begins between two ticks of memcached's clock. */
	@Test
	void leaseOfASecondLastsAsLongAsALoadOfHalfASecond() throws Exception {
		List<Future<String>> calls = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			String key = "k" + i;
			calls.add(this.threads.submit(() -> this.mine.<String>getOrLoad(key, SHORT_LEASE, () -> {
				TimeUnit.MILLISECONDS.sleep(500);
				return "loaded";
			})));
			TimeUnit.MILLISECONDS.sleep(100);
		}
		for (Future<String> call : calls) {
			assertThat(call.get(5, TimeUnit.SECONDS)).isEqualTo("loaded");
		}
		assertThat(this.outcomes.all).hasSize(10).containsOnly(LoadOutcome.WON);
	}

	@Test
	void reloaderThatDiedIsReplacedAfterItsLease() {
		this.mine.getOrLoad("k", SHORT_LEASE, () -> "old");
		this.mine.invalidate("k", Duration.ofMinutes(1));
		assertThat(this.other.meta().get("k", MetaGet.VALUE.cas()).won()).as("and then it dies").isTrue();
		AtomicInteger loads = new AtomicInteger();
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> this.mine.<String>getOrLoad("k", SHORT_LEASE, () -> "new " + loads.incrementAndGet())
				.equals("new 1"));
		assertThat(loads).hasValue(1);
	}

	@Test
	void waitersWaitNoLongerThanTheirPolicySaysAndThenLoadThemselves() {
		this.other.meta().get("k", MetaGet.VALUE.vivify(Duration.ofSeconds(30)));
		long start = System.nanoTime();
		LoadPolicy impatient = POLICY.wait(Duration.ofMillis(200));
		assertThat(this.mine.<String>getOrLoad("k", impatient, () -> "my own")).isEqualTo("my own");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(200),
				Duration.ofSeconds(2));
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.TIMED_OUT);
	}

	@Test
	void loaderMayAskForItsOwnKey() {
		assertThat(this.mine.<String>getOrLoad("k", POLICY,
				() -> "outer " + this.mine.<String>getOrLoad("k", POLICY, () -> "inner")))
			.isEqualTo("outer inner");
	}

	@Test
	void interruptedWaiterLoadsForItselfAndStaysInterrupted() throws Exception {
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<String> leader = this.threads.submit(() -> this.mine.<String>getOrLoad("k", POLICY, () -> {
			loading.countDown();
			finish.await();
			return "leader's";
		}));
		loading.await();
		Future<String> waiter = this.threads.submit(() -> {
			Thread.currentThread().interrupt();
			String value = this.mine.getOrLoad("k", POLICY, () -> "own");
			return value + " " + Thread.currentThread().isInterrupted();
		});
		assertThat(waiter.get(5, TimeUnit.SECONDS)).isEqualTo("own true");
		finish.countDown();
		assertThat(leader.get(5, TimeUnit.SECONDS)).isEqualTo("leader's");
	}

	@Test
	void withoutMemcachedEveryCallerLoads(MemcachedServer server) {
		server.kill();
		assertThat(this.mine.<String>getOrLoad("k", POLICY, () -> "loaded")).isEqualTo("loaded");
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.BYPASSED);
	}

	@Test
	void emptyAndTooLargeValuesAreReturnedButNotStored() {
		assertThat(this.mine.<byte[]>getOrLoad("k", POLICY, () -> new byte[0])).isEmpty();
		assertThat(this.mine.<byte[]>getOrLoad("large", POLICY, () -> new byte[10_000_001])).hasSize(10_000_001);
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.LOST, LoadOutcome.LOST);
	}

	@Test
	void withoutMetaCommandsALockElects() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("ERROR\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
			connection.expect("add k/lock 4 10 1\r\n1\r\n");
			connection.reply("STORED\r\n");
			connection.expect("set k 4 300 1\r\n7\r\n");
			connection.reply("STORED\r\n");
			connection.expect("delete k/lock\r\n");
			connection.reply("DELETED\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
			connection.expect("add k/lock 4 10 1\r\n1\r\n");
			connection.reply("NOT_STORED\r\n");
			connection.expect("get k\r\n");
			connection.reply("VALUE k 4 1\r\n8\r\nEND\r\n");
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(Duration.ofSeconds(5))
					.build()) {
			assertThat(client.<Long>getOrLoad("k", POLICY, () -> 7L)).isEqualTo(7);
			assertThat(client.<Long>getOrLoad("k", POLICY, GetOrLoadTest::unexpected)).isEqualTo(8);
			server.awaitScripts();
		}
	}

	@Test
	void policiesThatCannotWorkAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.lease(Duration.ofMillis(999)))
			.withMessageContaining("shorter than a second");
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.refreshAhead(Duration.ofMinutes(5)))
			.withMessageContaining("time to live");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> LoadPolicy.timeToLive(Duration.ZERO).refreshAhead(Duration.ofSeconds(1)));
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.jitter(1.1));
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.jitter(Double.NaN));
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.wait(Duration.ofSeconds(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> LoadPolicy.timeToLive(Duration.ofSeconds(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> this.mine.getOrLoad("a b", POLICY, () -> "v"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.mine.invalidate("k", Duration.ofSeconds(-1)));
	}

	private static <T> T unexpected() {
		throw new AssertionError("nobody should load");
	}

	private static MemcachedClient client(MemcachedServer server, MemcachedListener listener) {
		return MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.listener(listener)
			.build();
	}

	/** Keeps how loads ended. */
	private static final class Outcomes implements MemcachedListener {

		private final List<LoadOutcome> all = new CopyOnWriteArrayList<>();

		@Override
		public void loadEnded(LoadOutcome outcome) {
			this.all.add(outcome);
		}

	}

}
