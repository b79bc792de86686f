package io.libmc;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;

import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Loading, for blocking and asynchronous callers alike. Two clients stand for two
 * processes: they share nothing but the server.
 */
@Timeout(60)
@Memcached
class GetOrLoadTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private static final LoadPolicy SHORT_LEASE = POLICY.lease(Duration.ofSeconds(1));

	private static final LoadPolicy REFRESHED = LoadPolicy.timeToLive(Duration.ofSeconds(60))
		.refreshAhead(Duration.ofSeconds(45));

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

	@ParameterizedTest
	@EnumSource
	void ofManyCallersInSeveralProcessesOneLoadsAndAllGetItsValue(Caller caller, MemcachedServer server)
			throws Exception {
		AtomicInteger loads = new AtomicInteger();
		CyclicBarrier start = new CyclicBarrier(200);
		List<MemcachedClient> clients = List.of(this.mine, this.other, client(server, new Outcomes()),
				client(server, new Outcomes()));
		List<Future<String>> calls = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			MemcachedClient client = clients.get(i % 4);
			calls.add(this.threads.submit(() -> {
				start.await();
				return caller.<String>getOrLoad(client, "k", POLICY, this.threads, () -> {
					TimeUnit.MILLISECONDS.sleep(300);
					return "value " + loads.incrementAndGet();
				});
			}));
		}
		for (Future<String> call : calls) {
			assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("value 1");
		}
		assertThat(loads).hasValue(1);
		assertThat(caller.<String>getOrLoad(this.other, "k", POLICY, GetOrLoadTest::unexpected)).isEqualTo("value 1");
		clients.subList(2, 4).forEach(MemcachedClient::close);
	}

	@Test
	void manyAsynchronousCallersNeedOneThreadAndOneOfThemLoads() throws Exception {
		AtomicInteger loads = new AtomicInteger();
		CompletableFuture<String> loader = new CompletableFuture<>();
		List<CompletableFuture<String>> calls = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			MemcachedClient client = (i % 2 == 0) ? this.mine : this.other;
			calls.add(client.async().getOrLoad("k", POLICY, () -> {
				loads.incrementAndGet();
				return loader;
			}));
		}
		loader.complete("value");
		for (CompletableFuture<String> call : calls) {
			assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("value");
		}
		assertThat(loads).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource
	void hitNeedsNoLoader(Caller caller) throws Exception {
		assertThat(caller.<Long>getOrLoad(this.mine, "k", POLICY, () -> 5L)).isEqualTo(5);
		assertThat(caller.<Long>getOrLoad(this.other, "k", POLICY, GetOrLoadTest::unexpected)).isEqualTo(5);
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.WON);
	}

	@ParameterizedTest
	@EnumSource
	void nullIsNotStoredAndTheNextCallerLoadsAtOnce(Caller caller) throws Exception {
		assertThat(caller.<String>getOrLoad(this.mine, "k", POLICY, () -> null)).isNull();
		assertThat(caller.<String>getOrLoad(this.other, "k", POLICY, () -> "there now")).isEqualTo("there now");
	}

	@ParameterizedTest
	@EnumSource
	void loaderThatThrowsDoesSoAtOnceAndTheNextCallerLoads(Caller caller) throws Exception {
		assertThatIllegalArgumentException().isThrownBy(() -> caller.getOrLoad(this.mine, "k", POLICY, () -> {
			throw new IllegalArgumentException("mine");
		})).withMessage("mine");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> caller.getOrLoad(this.mine, "k", POLICY, () -> {
				throw new AssertionError("even an error");
			}))
			.withMessage("even an error");
		Throwable checked = catchThrowable(() -> caller.getOrLoad(this.mine, "k", POLICY, () -> {
			throw new IOException("disk");
		}));
		if (caller == Caller.BLOCKING) {
			assertThat(checked).isInstanceOf(LoadException.class)
				.hasMessageContaining("disk")
				.hasCauseInstanceOf(IOException.class);
		}
		else {
			assertThat(checked).isInstanceOf(IOException.class).hasMessage("disk");
		}
		assertThat(caller.<String>getOrLoad(this.other, "k", POLICY, () -> "loaded")).isEqualTo("loaded");
	}

	@Test
	void asynchronousLoaderThatDoesNotEvenStartFailsLikeOneThatDoes() throws Exception {
		assertThatThrownBy(() -> this.mine.async().getOrLoad("k", POLICY, () -> {
			throw new IllegalStateException("not even started");
		}).join()).hasRootCauseMessage("not even started");
		assertThatThrownBy(() -> this.mine.async().getOrLoad("k", POLICY, () -> null).join())
			.hasRootCauseInstanceOf(IllegalStateException.class)
			.hasMessageContaining("returned no future");
		assertThat(Caller.ASYNC.<String>getOrLoad(this.other, "k", POLICY, () -> "loaded")).isEqualTo("loaded");
	}

	@ParameterizedTest
	@EnumSource
	void loadThatAnInvalidationOvertookIsReturnedButNotStored(Caller caller) throws Exception {
		CountDownLatch reading = new CountDownLatch(1);
		CountDownLatch invalidated = new CountDownLatch(1);
		Future<String> slow = this.threads
			.submit(() -> caller.<String>getOrLoad(this.mine, "k", POLICY, this.threads, () -> {
				reading.countDown();
				invalidated.await();
				return "old";
			}));
		reading.await();
		caller.invalidate(this.other, "k", Duration.ZERO);
		assertThat(caller.<String>getOrLoad(this.other, "k", POLICY, () -> "new")).isEqualTo("new");
		invalidated.countDown();
		assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
		assertThat(caller.<String>getOrLoad(this.mine, "k", POLICY, GetOrLoadTest::unexpected)).isEqualTo("new");
		assertThat(this.mine.<String>get("k", String.class)).isEqualTo("new");
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.LOST);
	}

	@ParameterizedTest
	@EnumSource
	void afterAnInvalidationOneReloadsAndTheOthersGetTheOldValueMeanwhile(Caller caller) throws Exception {
		caller.getOrLoad(this.mine, "k", POLICY, () -> "old");
		assertThat(caller.invalidate(this.mine, "k", Duration.ofSeconds(30))).isTrue();
		CountDownLatch reloading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<String> elected = this.threads
			.submit(() -> caller.<String>getOrLoad(this.mine, "k", POLICY, this.threads, () -> {
				reloading.countDown();
				finish.await();
				return "new";
			}));
		reloading.await();
		for (int i = 0; i < 10; i++) {
			assertThat(caller.<String>getOrLoad(this.other, "k", POLICY, GetOrLoadTest::unexpected)).isEqualTo("old");
		}
		finish.countDown();
		assertThat(elected.get(5, TimeUnit.SECONDS)).isEqualTo("new");
		assertThat(caller.<String>getOrLoad(this.other, "k", POLICY, GetOrLoadTest::unexpected)).isEqualTo("new");
	}

	@ParameterizedTest
	@EnumSource
	void anInvalidationTellsWhetherThereWasAValue(Caller caller) throws Exception {
		LoadPolicy stale = POLICY.staleFor(Duration.ofSeconds(30));
		assertThat(caller.invalidate(this.mine, "k", Duration.ZERO)).isFalse();
		assertThat(caller.invalidate(this.mine, "k", Duration.ofSeconds(30))).isFalse();
		assertThat(caller.invalidate(this.mine, "k", POLICY)).isFalse();
		assertThat(caller.invalidate(this.mine, "k", stale)).isFalse();
		this.mine.set("k", "v");
		assertThat(caller.invalidate(this.mine, "k", stale)).isTrue();
		assertThat(caller.invalidate(this.mine, "k", Duration.ofSeconds(30))).isTrue();
		assertThat(caller.invalidate(this.mine, "k", POLICY)).isTrue();
		assertThat(caller.invalidate(this.mine, "k", POLICY)).isFalse();
		this.mine.set("k", "v");
		assertThat(caller.invalidate(this.mine, "k", Duration.ZERO)).isTrue();
		assertThat(this.mine.<String>get("k", String.class)).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void failedReloadElectsTheNextCaller(Caller caller) throws Exception {
		caller.getOrLoad(this.mine, "k", POLICY, () -> "old");
		caller.invalidate(this.mine, "k", Duration.ofSeconds(30));
		assertThatIllegalStateException().isThrownBy(() -> caller.getOrLoad(this.mine, "k", POLICY, () -> {
			throw new IllegalStateException("no database");
		})).withMessage("no database");
		assertThat(caller.<String>getOrLoad(this.other, "k", POLICY, () -> "new")).isEqualTo("new");
	}

	@ParameterizedTest
	@EnumSource
	void markingStaleNeverProlongsAValuesLife(Caller caller) throws Exception {
		caller.getOrLoad(this.mine, "k", LoadPolicy.timeToLive(Duration.ofSeconds(20)), () -> "v");
		caller.invalidate(this.mine, "k", Duration.ofHours(1));
		caller.invalidate(this.mine, "k", Duration.ofHours(1));
		assertThat(this.mine.meta().get("k", MetaGet.NO_VALUE.ttl()).ttl().getAsLong()).isBetween(1L, 20L);
	}

	@ParameterizedTest
	@EnumSource
	void aValueIsRefreshedByOneBeforeItExpiresAndAFailedRefreshHarmsNobody(Caller caller) throws Exception {
		caller.getOrLoad(this.mine, "k", REFRESHED, () -> "first");
		this.mine.touch("k", Duration.ofSeconds(30));
		CountDownLatch refreshing = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<String> elected = this.threads
			.submit(() -> caller.<String>getOrLoad(this.mine, "k", REFRESHED, this.threads, () -> {
				refreshing.countDown();
				finish.await();
				return "second";
			}));
		refreshing.await();
		assertThat(caller.<String>getOrLoad(this.other, "k", REFRESHED, GetOrLoadTest::unexpected)).isEqualTo("first");
		finish.countDown();
		assertThat(elected.get(5, TimeUnit.SECONDS)).isEqualTo("second");
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.WON, LoadOutcome.REFRESHED);
		this.mine.touch("k", Duration.ofSeconds(30));
		assertThat(caller.<String>getOrLoad(this.mine, "k", REFRESHED, () -> {
			throw new IllegalStateException("no database");
		})).isEqualTo("second");
		assertThat(this.outcomes.all).last().isEqualTo(LoadOutcome.REFRESH_FAILED);
	}

	@ParameterizedTest
	@EnumSource
	void refreshThatFailsHoweverItDoesLeavesItsCallerThePresentValue(Caller caller) throws Exception {
		for (Throwable thrown : List.of(new IllegalStateException("no database"), new IOException("disk"),
				new AssertionError("a bug"), new StackOverflowError())) {
			this.outcomes.all.clear();
			this.mine.set("k", "present", Duration.ofSeconds(30));
			assertThat(caller.<String>getOrLoad(this.mine, "k", REFRESHED, () -> {
				throw thrown(thrown);
			})).as("refreshing ends with %s", thrown).isEqualTo("present");
			assertThat(this.outcomes.all).containsExactly(LoadOutcome.REFRESH_FAILED);
			assertThat(caller.<String>getOrLoad(this.other, "k", REFRESHED, GetOrLoadTest::unexpected))
				.isEqualTo("present");
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatLoggingThrowsCostsNobodyAValue(Caller caller) throws Exception {
		Logger logger = Logger.getLogger("io.libmc");
		Handler full = new StreamHandler() {

			@Override
			public synchronized void publish(LogRecord line) {
				throw new AssertionError("no room for " + line.getMessage());
			}

		};
		logger.addHandler(full);
		try {
			this.mine.set("k", "present", Duration.ofSeconds(30));
			assertThat(caller.<String>getOrLoad(this.mine, "k", REFRESHED, () -> {
				throw new IllegalStateException("no database");
			})).isEqualTo("present");
		}
		finally {
			logger.removeHandler(full);
		}
	}

	@ParameterizedTest
	@EnumSource
	void refreshInTheBackgroundThatFailsHoweverItDoesIsCounted(Caller caller) throws Exception {
		Deque<Runnable> tasks = new ArrayDeque<>();
		LoadPolicy policy = REFRESHED.refreshOn(tasks::add);
		for (Throwable thrown : List.of(new IllegalStateException("no database"), new IOException("disk"),
				new AssertionError("a bug"), new StackOverflowError())) {
			this.outcomes.all.clear();
			this.mine.set("k", "present", Duration.ofSeconds(30));
			assertThat(caller.<String>getOrLoad(this.mine, "k", policy, () -> {
				throw thrown(thrown);
			})).isEqualTo("present");
			assertThatNoException().as("refreshing ends with %s", thrown).isThrownBy(tasks.remove()::run);
			assertThat(this.outcomes.all).containsExactly(LoadOutcome.REFRESH_FAILED);
		}
	}

	@Test
	void winnerThatDiedIsReplacedAfterItsLease() throws Exception {
		Caller.both((caller) -> {
			String key = caller.name();
			assertThat(this.other.meta().get(key, MetaGet.VALUE.vivify(Duration.ofSeconds(1))).won()).isTrue();
			assertThat(caller.<String>getOrLoad(this.mine, key, SHORT_LEASE, () -> "loaded")).isEqualTo("loaded");
		});
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.WON, LoadOutcome.WON);
	}

	/** Whenever it begins between two ticks of memcached's clock. */
	@Test
	void leaseOfASecondLastsAsLongAsALoadOfHalfASecond() throws Exception {
		List<Future<String>> calls = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			for (Caller caller : Caller.values()) {
				String key = caller.name() + i;
				calls.add(this.threads
					.submit(() -> caller.<String>getOrLoad(this.mine, key, SHORT_LEASE, this.threads, () -> {
						TimeUnit.MILLISECONDS.sleep(500);
						return "loaded";
					})));
			}
			TimeUnit.MILLISECONDS.sleep(100);
		}
		for (Future<String> call : calls) {
			assertThat(call.get(5, TimeUnit.SECONDS)).isEqualTo("loaded");
		}
		assertThat(this.outcomes.all).hasSize(20).containsOnly(LoadOutcome.WON);
	}

	@Test
	void reloaderThatDiedIsReplacedAfterItsLease() throws Exception {
		Caller.both((caller) -> {
			String key = caller.name();
			caller.getOrLoad(this.mine, key, SHORT_LEASE, () -> "old");
			caller.invalidate(this.mine, key, Duration.ofMinutes(1));
			assertThat(this.other.meta().get(key, MetaGet.VALUE.cas()).won()).as("and then it dies").isTrue();
			AtomicInteger loads = new AtomicInteger();
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.until(() -> caller
					.<String>getOrLoad(this.mine, key, SHORT_LEASE, () -> "new " + loads.incrementAndGet())
					.equals("new 1"));
			assertThat(loads).hasValue(1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void waitersWaitNoLongerThanTheirPolicySaysAndThenLoadThemselves(Caller caller) throws Exception {
		this.other.meta().get("k", MetaGet.VALUE.vivify(Duration.ofSeconds(30)));
		long start = System.nanoTime();
		LoadPolicy impatient = POLICY.wait(Duration.ofMillis(200));
		assertThat(caller.<String>getOrLoad(this.mine, "k", impatient, () -> "my own")).isEqualTo("my own");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(200),
				Duration.ofSeconds(2));
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.TIMED_OUT);
	}

	@ParameterizedTest
	@EnumSource
	void loaderMayAskForItsOwnKey(Caller caller) throws Exception {
		assertThat(caller.<String>getOrLoad(this.mine, "k", POLICY,
				() -> "outer " + caller.<String>getOrLoad(this.mine, "k", POLICY, () -> "inner")))
			.isEqualTo("outer inner");
	}

	@Test
	void blockedWaiterThatIsInterruptedLoadsForItselfAndStaysInterrupted() throws Exception {
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
	void cancellingOneCallersFutureCancelsNobodyElses() throws Exception {
		CompletableFuture<String> loader = new CompletableFuture<>();
		CountDownLatch loading = new CountDownLatch(1);
		CompletableFuture<String> first = this.mine.async().getOrLoad("k", POLICY, () -> {
			loading.countDown();
			return loader;
		});
		CompletableFuture<String> second = this.mine.async().getOrLoad("k", POLICY, GetOrLoadTest::unexpected);
		loading.await();
		CompletableFuture<String> third = this.other.async().getOrLoad("k", POLICY, GetOrLoadTest::unexpected);
		assertThat(first.cancel(true)).isTrue();
		loader.complete("value");
		assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo("value");
		assertThat(third.get(20, TimeUnit.SECONDS)).isEqualTo("value");
	}

	@ParameterizedTest
	@EnumSource
	void withoutMemcachedEveryCallerLoads(Caller caller, MemcachedServer server) throws Exception {
		server.kill();
		assertThat(caller.<String>getOrLoad(this.mine, "k", POLICY, () -> "loaded")).isEqualTo("loaded");
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.BYPASSED);
	}

	@ParameterizedTest
	@EnumSource
	void withoutMemcachedAnInvalidationFails(Caller caller, MemcachedServer server) {
		server.kill();
		assertThatExceptionOfType(MemcachedException.class)
			.isThrownBy(() -> caller.invalidate(this.mine, "k", Duration.ZERO));
		assertThatExceptionOfType(MemcachedException.class)
			.isThrownBy(() -> caller.invalidate(this.mine, "k", Duration.ofSeconds(30)));
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> caller.invalidate(this.mine, "k", POLICY));
	}

	@ParameterizedTest
	@EnumSource
	void emptyAndTooLargeValuesAreReturnedButNotStored(Caller caller) throws Exception {
		assertThat(caller.<byte[]>getOrLoad(this.mine, "k", POLICY, () -> new byte[0])).isEmpty();
		assertThat(caller.<byte[]>getOrLoad(this.mine, "large", POLICY, () -> new byte[10_000_001]))
			.hasSize(10_000_001);
		assertThat(this.outcomes.all).containsExactly(LoadOutcome.LOST, LoadOutcome.LOST);
	}

	@ParameterizedTest
	@EnumSource
	void withoutMetaCommandsALongKeyIsLoadedThoughItsLockHasNoRoom(Caller caller) throws Exception {
		String key = "k".repeat(250);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("ERROR\r\n");
			connection.expect("get " + key + "\r\n");
			connection.reply("END\r\n");
			connection.expect("set " + key + " 4 300 1\r\n7\r\n");
			connection.reply("STORED\r\n");
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(Duration.ofSeconds(5))
					.build()) {
			LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofMinutes(5));
			assertThat(caller.<Long>getOrLoad(client, key, policy, () -> 7L)).isEqualTo(7);
			server.awaitScripts();
		}
	}

	@ParameterizedTest
	@EnumSource
	void withoutMetaCommandsALockElects(Caller caller) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("ERROR\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
			connection.expect("add k/lock 4 10 1\r\n1\r\n");
			connection.reply("STORED\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
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
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
			connection.expect("add k/lock 4 10 1\r\n1\r\n");
			connection.reply("NOT_STORED\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
			connection.expect("add k/lock 4 10 1\r\n1\r\n");
			connection.reply("STORED\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
			connection.expect("set k 4 300 1\r\n9\r\n");
			connection.reply("STORED\r\n");
			connection.expect("delete k/lock\r\n");
			connection.reply("DELETED\r\n");
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(Duration.ofSeconds(5))
					.build()) {
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 7L)).isEqualTo(7);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, GetOrLoadTest::unexpected)).isEqualTo(8);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 9L)).isEqualTo(9);
			server.awaitScripts();
		}
	}

	/**
	 * Who had the lock may have stored and given it back after the caller found no value.
	 */
	@ParameterizedTest
	@EnumSource
	void whoGetsTheLockAfterAnotherStoredTakesItsValue(Caller caller) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("ERROR\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
			connection.expect("add k/lock 4 10 1\r\n1\r\n");
			connection.reply("STORED\r\n");
			connection.expect("get k\r\n");
			connection.reply("VALUE k 4 1\r\n7\r\nEND\r\n");
			connection.expect("delete k/lock\r\n");
			connection.reply("DELETED\r\n");
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(Duration.ofSeconds(5))
					.build()) {
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, GetOrLoadTest::unexpected)).isEqualTo(7);
			server.awaitScripts();
		}
	}

	@ParameterizedTest
	@EnumSource
	void keysThatCannotBeAndNegativeTimesAreRefused(Caller caller) {
		assertThatIllegalArgumentException().isThrownBy(() -> caller.getOrLoad(this.mine, "a b", POLICY, () -> "v"));
		assertThatIllegalArgumentException().isThrownBy(() -> caller.get(this.mine, "a b", POLICY));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> caller.invalidate(this.mine, "k", Duration.ofSeconds(-1)));
	}

	@Test
	void asynchronousCallersLearnOfBadArgumentsAtOnce() {
		AsyncMemcachedClient async = this.mine.async();
		assertThatIllegalArgumentException().isThrownBy(() -> async.invalidate("k", Duration.ofSeconds(-1)))
			.withMessageContaining("staleFor");
		assertThatIllegalArgumentException().isThrownBy(() -> async.invalidate("a b", Duration.ZERO));
		assertThatIllegalArgumentException().isThrownBy(() -> async.invalidate("a b", Duration.ofSeconds(30)));
		assertThatIllegalArgumentException().isThrownBy(() -> async.invalidate("a b", POLICY));
		assertThatIllegalArgumentException().isThrownBy(() -> async.get("a b", POLICY));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> async.getOrLoad("a b", POLICY, GetOrLoadTest::unexpected));
		this.mine.close();
		assertThatIllegalStateException().isThrownBy(() -> async.invalidate("k", Duration.ZERO));
		assertThatIllegalStateException().isThrownBy(() -> async.invalidate("k", Duration.ofSeconds(30)));
		assertThatIllegalStateException().isThrownBy(() -> async.get("k", POLICY));
		assertThatIllegalStateException().isThrownBy(() -> async.getOrLoad("k", POLICY, GetOrLoadTest::unexpected));
	}

	@Test
	void policiesThatCannotWorkAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.lease(Duration.ofMillis(999)))
			.withMessageContaining("shorter than a second");
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.refreshAhead(Duration.ofMinutes(5)))
			.withMessageContaining("time to live");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> LoadPolicy.timeToLive(Duration.ZERO).refreshAhead(Duration.ofSeconds(1)));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> POLICY.refreshAhead(Duration.ofMinutes(2)).withTimeToLive(Duration.ofMinutes(1)))
			.withMessageContaining("time to live of PT1M");
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.jitter(1.1));
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.jitter(Double.NaN));
		assertThatIllegalArgumentException().isThrownBy(() -> POLICY.wait(Duration.ofSeconds(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> LoadPolicy.timeToLive(Duration.ofSeconds(-1)));
	}

	/** What is to be thrown, unless it is an error, which is thrown here. */
	private static Exception thrown(Throwable thrown) {
		if (thrown instanceof Error error) {
			throw error;
		}
		return (Exception) thrown;
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
