package io.libmc.stampede;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What becomes of those who wait when the one who loads, or memcached, fails. Each client
 * stands for a process.
 */
@Timeout(60)
@Memcached(servers = 2)
class FailingLoadsTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private static final Duration SOON = Duration.ofSeconds(3);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<MemcachedClient> clients = new ArrayList<>();

	private final List<MemcachedListener.LoadOutcome> outcomes = new CopyOnWriteArrayList<>();

	private final CountDownLatch loading = new CountDownLatch(1);

	private final CountDownLatch finish = new CountDownLatch(1);

	private final AtomicInteger loads = new AtomicInteger();

	private MemcachedClient winner;

	private MemcachedClient waiter;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.winner = client(false, server.address());
		this.waiter = client(false, server.address());
	}

	@AfterEach
	void close() {
		this.finish.countDown();
		this.threads.shutdownNow();
		this.clients.forEach(MemcachedClient::close);
	}

	@ParameterizedTest
	@EnumSource
	void winnerThatOutlivesItsLeaseIsReplacedAndItsValueReturnedButNotStored(Caller caller) throws Exception {
		LoadPolicy brief = POLICY.lease(Duration.ofSeconds(1));
		Future<String> slow = win(caller, this.winner, brief, "late");
		assertThat(caller.<String>getOrLoad(this.waiter, "k", brief, () -> "in time")).isEqualTo("in time");
		this.finish.countDown();
		assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("late");
		assertThat(caller.<String>getOrLoad(this.waiter, "k", brief, FailingLoadsTest::unexpected))
			.isEqualTo("in time");
		assertThat(this.outcomes).contains(MemcachedListener.LoadOutcome.LOST);
	}

	@ParameterizedTest
	@EnumSource
	void whenTheWinnerThrowsOneOfThoseWhoWaitIsElectedAtOnce(Caller caller) throws Exception {
		Future<String> failing = win(caller, this.winner, POLICY, null);
		List<Future<String>> waiting = ask(caller, 10, this.waiter, POLICY);
		long start = System.nanoTime();
		this.finish.countDown();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> failing.get(5, TimeUnit.SECONDS))
			.havingRootCause()
			.withMessage("no database");
		assertAllGet(waiting, "loaded 1");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
	}

	@ParameterizedTest
	@EnumSource
	void nullIsEverybodysWhoSharesItAndTheOthersLoadInTurn(Caller caller) throws Exception {
		Future<String> first = win(caller, this.winner, POLICY, "");
		List<Future<String>> sharing = ask(caller, 10, this.winner, POLICY);
		List<Future<String>> elsewhere = ask(caller, 10, this.waiter, POLICY);
		this.finish.countDown();
		assertThat(first.get(5, TimeUnit.SECONDS)).isNull();
		for (Future<String> each : sharing) {
			assertThat(each.get(5, TimeUnit.SECONDS)).isIn(null, "loaded 1");
		}
		assertAllGet(elsewhere, "loaded 1");
	}

	@ParameterizedTest
	@EnumSource
	void whenMemcachedRestartsMeanwhileAllGetAValueAndOneOfThoseWhoWaitIsElected(Caller caller, MemcachedServer server)
			throws Exception {
		Future<String> first = win(caller, this.winner, POLICY, "first");
		List<Future<String>> waiting = ask(caller, 10, this.waiter, POLICY);
		server.restart();
		this.finish.countDown();
		assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("first");
		assertAllLoad(waiting);
	}

	@ParameterizedTest
	@EnumSource
	void whenTheServerFailsOverThoseWhoWaitLoadAndTheSubstituteElectsFromThenOn(Caller caller, MemcachedServer server,
			MemcachedServer substitute) throws Exception {
		MemcachedClient one = client(true, server.address(), substitute.address());
		MemcachedClient two = client(true, server.address(), substitute.address());
		boolean first = one.serverFor("k").equals(server.address());
		Future<String> slow = win(caller, one, POLICY, "slow");
		List<Future<String>> waiting = ask(caller, 10, two, POLICY);
		(first ? server : substitute).kill();
		assertAllLoad(waiting);
		String stored = caller.getOrLoad(two, "k", POLICY, () -> "loaded at last");
		this.finish.countDown();
		assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo("slow");
		assertThat(caller.<String>getOrLoad(one, "k", POLICY, FailingLoadsTest::unexpected)).isEqualTo(stored);
	}

	@ParameterizedTest
	@EnumSource
	void whenMemcachedIsGoneNobodyWaitsForTheWinner(Caller caller, MemcachedServer server) throws Exception {
		Future<String> slow = win(caller, this.winner, POLICY, "slow");
		List<Future<String>> waiting = ask(caller, 10, this.waiter, POLICY);
		server.kill();
		assertAllLoad(waiting);
		this.finish.countDown();
		assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo("slow");
	}

	@ParameterizedTest
	@EnumSource
	void loaderThatWaitsForItsOwnKeyOnAnotherThreadWaitsNoLongerThanItsPolicySays(Caller caller) throws Exception {
		LoadPolicy impatient = POLICY.wait(Duration.ofMillis(300));
		Future<String> value = this.threads
			.submit(() -> caller.<String>getOrLoad(this.winner, "k", impatient, this.threads,
					() -> "outer " + this.threads
						.submit(() -> caller.<String>getOrLoad(this.winner, "k", impatient, () -> "inner"))
						.get()));
		assertThat(value.get(5, TimeUnit.SECONDS)).isEqualTo("outer inner");
	}

	@ParameterizedTest
	@EnumSource
	void loaderMayLoadAnotherKeyThatLoadsIt(Caller caller) throws Exception {
		LoadPolicy impatient = POLICY.wait(Duration.ofMillis(300));
		Future<String> value = this.threads.submit(() -> caller.<String>getOrLoad(this.winner, "a", impatient,
				this.threads, () -> "a " + caller.<String>getOrLoad(this.winner, "b", impatient, this.threads,
						() -> "b " + caller.<String>getOrLoad(this.winner, "a", impatient, () -> "again"))));
		assertThat(value.get(5, TimeUnit.SECONDS)).isEqualTo("a b again");
	}

	@Test
	void blockedWaiterOfAnotherProcessThatIsInterruptedLoadsForItselfAndStaysInterrupted() throws Exception {
		Future<String> slow = win(Caller.BLOCKING, this.winner, POLICY, "slow");
		Future<String> interrupted = this.threads.submit(() -> {
			Thread.currentThread().interrupt();
			String value = this.waiter.getOrLoad("k", POLICY, () -> "own");
			return value + " " + Thread.currentThread().isInterrupted();
		});
		assertThat(interrupted.get(5, TimeUnit.SECONDS)).isEqualTo("own true");
		this.finish.countDown();
		slow.get(5, TimeUnit.SECONDS);
	}

	@Test
	void waiterOfAnotherProcessWhoseFutureIsCancelledTakesNobodyWithIt() throws Exception {
		Future<String> slow = win(Caller.ASYNC, this.winner, POLICY, "slow");
		CompletableFuture<String> cancelled = this.waiter.async().getOrLoad("k", POLICY, FailingLoadsTest::unexpected);
		CompletableFuture<String> other = this.waiter.async().getOrLoad("k", POLICY, FailingLoadsTest::unexpected);
		assertThat(cancelled.cancel(true)).isTrue();
		this.finish.countDown();
		assertThat(other.get(5, TimeUnit.SECONDS)).isEqualTo("slow");
		assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("slow");
	}

	@ParameterizedTest
	@EnumSource
	void nobodyWaitsForALoaderThatHangsLongerThanThePolicySays(Caller caller) throws Exception {
		LoadPolicy impatient = POLICY.wait(Duration.ofMillis(500));
		Future<String> hanging = win(caller, this.winner, POLICY, "late");
		long start = System.nanoTime();
		List<Future<String>> waiting = ask(caller, 10, this.waiter, impatient);
		waiting.addAll(ask(caller, 10, this.winner, impatient));
		for (Future<String> each : waiting) {
			assertThat(each.get(5, TimeUnit.SECONDS)).startsWith("loaded");
		}
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(500), SOON);
		assertThat(hanging).isNotDone();
	}

	/**
	 * Begins to load until {@link #finish}.
	 * @param value what is loaded then: "" for null, null for a failure
	 */
	private Future<String> win(Caller caller, MemcachedClient client, LoadPolicy policy, String value)
			throws Exception {
		Future<String> result = this.threads
			.submit(() -> caller.<String>getOrLoad(client, "k", policy, this.threads, () -> {
				this.loading.countDown();
				this.finish.await();
				if (value == null) {
					throw new IllegalStateException("no database");
				}
				return value.isEmpty() ? null : value;
			}));
		assertThat(this.loading.await(10, TimeUnit.SECONDS)).isTrue();
		return result;
	}

	private List<Future<String>> ask(Caller caller, int callers, MemcachedClient client, LoadPolicy policy)
			throws Exception {
		CountDownLatch asking = new CountDownLatch(callers);
		List<Future<String>> results = new ArrayList<>();
		for (int i = 0; i < callers; i++) {
			results.add(this.threads.submit(() -> {
				asking.countDown();
				return caller.getOrLoad(client, "k", policy, () -> "loaded " + this.loads.incrementAndGet());
			}));
		}
		assertThat(asking.await(10, TimeUnit.SECONDS)).isTrue();
		return results;
	}

	private static void assertAllGet(List<Future<String>> results, String value) throws Exception {
		for (Future<String> each : results) {
			assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo(value);
		}
	}

	private static void assertAllLoad(List<Future<String>> results) throws Exception {
		for (Future<String> each : results) {
			assertThat(each.get(10, TimeUnit.SECONDS)).startsWith("loaded");
		}
	}

	private static <T> T unexpected() {
		throw new AssertionError("nobody should load");
	}

	private MemcachedClient client(boolean failover, String... servers) {
		MemcachedClient client = MemcachedClient.builder()
			.servers(servers)
			.failover(failover)
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofSeconds(5))
			.listener(new MemcachedListener() {

				@Override
				public void loadEnded(LoadOutcome outcome) {
					FailingLoadsTest.this.outcomes.add(outcome);
				}

			})
			.build();
		this.clients.add(client);
		return client;
	}

}
