package io.libmc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.testing.Caller;
import io.libmc.testing.Fault;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Callers of one process who share a load, whether they block or not: who gets its value,
 * and for how long it holds them. Two clients stand for two processes.
 */
@Timeout(60)
@Memcached
class SharedLoadTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

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

	@ParameterizedTest
	@EnumSource
	void whoComesAfterAChangeDoesNotGetWhatWasLoadedBefore(Caller caller) throws Exception {
		List<Runnable> changes = List.of(() -> this.mine.set("k", "x"), () -> this.mine.delete("k"),
				() -> this.mine.async().delete("k").join(), () -> this.mine.async().set("k", "x").join(),
				() -> this.mine.deleteMulti(List.of("k")), () -> this.mine.invalidate("k", Duration.ZERO),
				() -> this.mine.async().invalidate("k", Duration.ZERO).join(),
				() -> this.mine.invalidate("k", Duration.ofSeconds(30)),
				() -> this.mine.async().invalidate("k", Duration.ofSeconds(30)).join(),
				() -> this.mine.meta().delete("k", MetaDelete.DELETE));
		for (Runnable change : changes) {
			this.mine.delete("k");
			CountDownLatch loading = new CountDownLatch(1);
			CountDownLatch finish = new CountDownLatch(1);
			Future<String> slow = this.threads
				.submit(() -> caller.<String>getOrLoad(this.mine, "k", POLICY, this.threads, () -> {
					loading.countDown();
					finish.await();
					return "old";
				}));
			loading.await();
			change.run();
			assertThat(caller.<String>getOrLoad(this.mine, "k", POLICY, () -> "new")).isIn("x", "new");
			finish.countDown();
			assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
			assertThat(caller.<String>getOrLoad(this.mine, "k", POLICY, () -> "newer")).isIn("x", "new");
		}
	}

	@ParameterizedTest
	@EnumSource
	void withoutALeaseOneCallerOfAProcessLoadsAndAChangeOvertakesIt(Caller caller) throws Exception {
		LoadPolicy alone = POLICY.withoutLease();
		for (Caller following : Caller.values()) {
			this.mine.delete("k");
			CountDownLatch loading = new CountDownLatch(1);
			CountDownLatch finish = new CountDownLatch(1);
			Future<String> slow = this.threads
				.submit(() -> caller.<String>getOrLoad(this.mine, "k", alone, this.threads, () -> {
					loading.countDown();
					finish.await();
					return "old";
				}));
			loading.await();
			CountDownLatch joined = new CountDownLatch(1);
			Future<String> follower = this.threads.submit(() -> following.<String>getOrLoad(this.mine, "k",
					alone.listener(onMiss(joined)), () -> "a later one's"));
			joined.await();
			assertThat(caller.<String>getOrLoad(this.other, "k", alone, () -> "another process's"))
				.isEqualTo("another process's");
			this.mine.delete("k");
			finish.countDown();
			assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
			assertThat(follower.get(5, TimeUnit.SECONDS)).as("asked when the loader had begun")
				.isEqualTo("a later one's");
			this.mine.delete("k");
			assertThat(caller.<String>getOrLoad(this.mine, "k", alone, () -> "new")).isEqualTo("new");
			assertThat(this.mine.<String>get("k", String.class)).isEqualTo("new");
		}
	}

	/** Another process takes the value back, of which this one is not told. */
	@ParameterizedTest
	@EnumSource
	void whoAsksAfterTheLoaderBeganSharesOneNewLoadIfItsValueIsNotKept(Caller caller) throws Exception {
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Future<String> slow = this.threads
			.submit(() -> caller.<String>getOrLoad(this.mine, "k", POLICY, this.threads, () -> {
				loading.countDown();
				finish.await();
				return "old";
			}));
		loading.await();
		this.other.invalidate("k", Duration.ZERO);
		AtomicInteger loads = new AtomicInteger();
		CountDownLatch joined = new CountDownLatch(20);
		List<Future<String>> later = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			Caller following = (i % 2 == 0) ? Caller.BLOCKING : Caller.ASYNC;
			later.add(this.threads.submit(() -> following.<String>getOrLoad(this.mine, "k",
					POLICY.listener(onMiss(joined)), this.threads, () -> {
						TimeUnit.MILLISECONDS.sleep(100);
						return "new " + loads.incrementAndGet();
					})));
		}
		joined.await();
		finish.countDown();
		assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
		for (Future<String> each : later) {
			assertThat(each.get(5, TimeUnit.SECONDS)).isEqualTo("new 1");
		}
		assertThat(this.mine.<String>get("k", String.class)).isEqualTo("new 1");
	}

	@ParameterizedTest
	@EnumSource
	void whoAskedBeforeTheLoaderBeganGetsWhatItLoadsThoughItIsNotKept(Caller caller, MemcachedServer server)
			throws Exception {
		try (FaultProxy proxy = FaultProxy.to(server); MemcachedClient client = client(proxy.address())) {
			client.meta().noop("k");
			proxy.replies(Fault.hold());
			Future<String> leader = this.threads.submit(() -> caller.<String>getOrLoad(client, "k", POLICY, () -> {
				this.other.invalidate("k", Duration.ZERO);
				return "loaded once";
			}));
			Awaitility.await().until(() -> isThere("k"));
			List<Future<String>> early = askTenTimes(caller, client);
			proxy.heal();
			assertThat(leader.get(5, TimeUnit.SECONDS)).isEqualTo("loaded once");
			for (Future<String> each : early) {
				assertThat(each.get(5, TimeUnit.SECONDS)).isEqualTo("loaded once");
			}
			assertThat(isThere("k")).isFalse();
		}
	}

	/** What is found is as old as the question. */
	@ParameterizedTest
	@EnumSource
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = ".*proxy",
			disabledReason = "a proxy does not tell how often its server was asked")
	void whoAsksAfterTheLeaderAskedMemcachedDoesNotGetWhatWasTakenBackBetween(Caller caller, MemcachedServer server)
			throws Exception {
		this.other.set("k", "old");
		try (FaultProxy proxy = FaultProxy.to(server); MemcachedClient client = client(proxy.address())) {
			client.meta().noop("k");
			long before = gets();
			proxy.replies(Fault.hold());
			Future<String> leader = this.threads
				.submit(() -> caller.<String>getOrLoad(client, "k", POLICY, SharedLoadTest::unexpected));
			Awaitility.await().until(() -> gets() > before);
			this.other.set("k", "new");
			List<Future<String>> later = askTenTimes(caller, client);
			proxy.heal();
			assertThat(leader.get(5, TimeUnit.SECONDS)).isEqualTo("old");
			for (Future<String> each : later) {
				assertThat(each.get(5, TimeUnit.SECONDS)).isEqualTo("new");
			}
		}
	}

	/** Returns once all have asked. */
	private List<Future<String>> askTenTimes(Caller caller, MemcachedClient client) throws InterruptedException {
		CountDownLatch asking = new CountDownLatch(10);
		List<Future<String>> asked = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			asked.add(this.threads.submit(() -> {
				asking.countDown();
				return caller.<String>getOrLoad(client, "k", POLICY, SharedLoadTest::unexpected);
			}));
		}
		asking.await();
		Awaitility.await().pollDelay(Duration.ofMillis(200)).until(() -> true);
		return asked;
	}

	@ParameterizedTest
	@EnumSource
	void closingTheClientEndsThoseWhoWaitForALoad(Caller caller, MemcachedServer server) throws Exception {
		for (Caller following : Caller.values()) {
			MemcachedClient client = client(server.address());
			String key = "closing-" + following;
			CountDownLatch loading = new CountDownLatch(1);
			CountDownLatch finish = new CountDownLatch(1);
			Future<String> leader = this.threads
				.submit(() -> caller.<String>getOrLoad(client, key, POLICY, this.threads, () -> {
					loading.countDown();
					finish.await();
					return "loaded";
				}));
			loading.await();
			CountDownLatch joined = new CountDownLatch(1);
			Future<String> follower = this.threads.submit(() -> following.<String>getOrLoad(client, key,
					POLICY.wait(Duration.ofSeconds(50)).listener(onMiss(joined)), () -> "its own"));
			joined.await();

			client.close();

			assertThat(follower).failsWithin(Duration.ofSeconds(2))
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(IllegalStateException.class);
			finish.countDown();
			assertThat(leader).satisfiesAnyOf((own) -> assertThat(own).succeedsWithin(Duration.ofSeconds(2)),
					(own) -> assertThat(own).failsWithin(Duration.ofSeconds(2)));
		}
	}

	private boolean isThere(String key) {
		return this.other.meta().get(key, MetaGet.NO_VALUE).status() == MetaReply.Status.DONE;
	}

	private long gets() {
		return this.other.stats().values().stream().mapToLong((stats) -> Long.parseLong(stats.get("cmd_get"))).sum();
	}

	@ParameterizedTest
	@EnumSource
	void anInvalidationOvertakesTheLoadUnderWayBeforeItIsAnswered(Caller caller) throws Exception {
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		CountDownLatch answer = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.introduce();
			connection.expect("mg k k v f c N60\r\n");
			connection.reply("EN\r\n");
			connection.expect("mg k k c t s\r\n");
			finish.countDown();
			answer.await();
			connection.reply("EN\r\n");
			connection.expect("quit\r\n");
		}); MemcachedClient client = client(server.address())) {
			client.meta().noop("k");
			Future<String> load = this.threads
				.submit(() -> caller.<String>getOrLoad(client, "k", POLICY.withoutLease(), this.threads, () -> {
					loading.countDown();
					finish.await();
					return "old";
				}));
			loading.await();
			Future<Boolean> invalidation = this.threads
				.submit(() -> caller.invalidate(client, "k", Duration.ofSeconds(30)));
			assertThat(load.get(5, TimeUnit.SECONDS)).as("not stored").isEqualTo("old");
			answer.countDown();
			assertThat(invalidation.get(5, TimeUnit.SECONDS)).isFalse();
			client.quit();
			server.awaitScripts();
		}
	}

	@ParameterizedTest
	@EnumSource
	void anInvalidationOvertakesTheLoadThatBeganMeanwhile(Caller caller) throws Exception {
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch invalidated = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.introduce();
			connection.expect("mg k k c t s\r\n");
			asked.countDown();
			connection.expect("mg k k v f c N60\r\n");
			connection.reply("EN\r\nEN\r\n");
			connection.expect("quit\r\n");
		}); MemcachedClient client = client(server.address())) {
			client.meta().noop("k");
			Future<Boolean> invalidation = this.threads
				.submit(() -> caller.invalidate(client, "k", Duration.ofSeconds(30)));
			asked.await();
			Future<String> load = this.threads
				.submit(() -> caller.<String>getOrLoad(client, "k", POLICY.withoutLease(), this.threads, () -> {
					invalidated.await();
					return "old";
				}));
			assertThat(invalidation.get(5, TimeUnit.SECONDS)).isFalse();
			invalidated.countDown();
			assertThat(load.get(5, TimeUnit.SECONDS)).as("not stored").isEqualTo("old");
			client.quit();
			server.awaitScripts();
		}
	}

	@ParameterizedTest
	@EnumSource
	void aLoaderThatAsksForItsOwnKeyElsewhereIsBoundedByTheWait(Caller caller) throws Exception {
		LoadPolicy impatient = POLICY.wait(Duration.ofMillis(200));
		for (Caller within : Caller.values()) {
			String key = within.name();
			assertThat(caller.<String>getOrLoad(this.mine, key, impatient, this.threads,
					() -> "outer " + this.threads
						.submit(() -> within.<String>getOrLoad(this.mine, key, impatient, () -> "inner"))
						.get()))
				.isEqualTo("outer inner");
		}
	}

	@Test
	void anAsynchronousLoaderThatAsksForItsOwnKeyAtOnceDoesNotWait() {
		LoadPolicy patient = POLICY.wait(Duration.ofMinutes(5));
		assertThat(this.mine.async()
			.<String>getOrLoad("k", patient,
					() -> this.mine.async()
						.<String>getOrLoad("k", patient, () -> done("inner"))
						.thenApply((inner) -> "outer " + inner))
			.join()).isEqualTo("outer inner");
	}

	@ParameterizedTest
	@EnumSource
	void anAsynchronousLoaderThatNeverEndsDoesNotHoldTheKeyForEver(Caller waiter) throws Exception {
		LoadPolicy impatient = POLICY.wait(Duration.ofMillis(200));
		CompletableFuture<String> never = this.mine.async().getOrLoad("k", impatient, CompletableFuture::new);
		assertThat(waiter.<String>getOrLoad(this.mine, "k", impatient, () -> "own")).isEqualTo("own");
		assertThat(never).isNotDone();
		this.mine.delete("k");
		assertThat(waiter.<String>getOrLoad(this.mine, "k", POLICY, () -> "new")).isEqualTo("new");
	}

	private static LoadListener onMiss(CountDownLatch missed) {
		return new LoadListener() {

			@Override
			public void missed() {
				missed.countDown();
			}

		};
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

}
