package io.libmc.faults;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MemcachedServerException;
import io.libmc.MemcachedTimeoutException;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Too many callers, too many connections, too much data.
 */
@Timeout(120)
@Memcached
@ExtendWith(Leaks.class)
class BoundsTest {

	private static final Duration POLL = Duration.ofMillis(500);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@AfterEach
	void close() {
		this.threads.shutdownNow();
	}

	@ParameterizedTest(name = "unanswered {0}")
	@ValueSource(booleans = { false, true })
	void ofFiveHundredCallersOfADeadServerNoneWaitsBeyondItsBudgetAndOneProbes(boolean unanswered,
			MemcachedServer server) throws Exception {
		try (FaultProxy proxy = FaultProxy.to(server);
				MemcachedClient client = MemcachedClient.builder()
					.servers(proxy.address())
					.pollTimeout(POLL)
					.connectTimeout(Duration.ofMillis(200))
					.retryTimeout(Duration.ofMillis(200))
					.build()) {
			if (unanswered) {
				proxy.ignore();
			}
			else {
				proxy.refuse();
			}
			assertThat(callAtOnce(500, client, POLL.plus(Patience.TOLERANCE))).isZero();
			proxy.heal();
			int before = proxy.accepted();
			Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> answers(client));
			assertThat(callAtOnce(500, client, POLL.plus(Patience.TOLERANCE))).isEqualTo(500);
			assertThat(proxy.accepted() - before).as("connects").isEqualTo(1);
		}
	}

	@Test
	void serverThatComesBackIsProbedByOneOfFiveHundredCallers(MemcachedServer server) throws Exception {
		try (FaultProxy proxy = FaultProxy.to(server);
				MemcachedClient client = MemcachedClient.builder()
					.servers(proxy.address())
					.pollTimeout(POLL)
					.retryTimeout(Duration.ofMillis(100))
					.build()) {
			proxy.refuse();
			Awaitility.await().until(() -> !answers(client));
			proxy.heal();
			AtomicBoolean over = new AtomicBoolean();
			AtomicInteger answered = new AtomicInteger();
			List<Future<?>> callers = new ArrayList<>();
			for (int i = 0; i < 500; i++) {
				callers.add(this.threads.submit(() -> {
					while (!over.get()) {
						if (answers(client)) {
							answered.incrementAndGet();
							return;
						}
						Thread.onSpinWait();
					}
				}));
			}
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> answered.get() == 500);
			over.set(true);
			for (Future<?> caller : callers) {
				caller.get(10, TimeUnit.SECONDS);
			}
			assertThat(proxy.accepted()).as("connects").isEqualTo(1);
		}
	}

	@RepeatedTest(10)
	void whoWaitsForRoomGetsItBeforeWhoComesLater() throws Exception {
		List<String> served = new CopyOnWriteArrayList<>();
		CountDownLatch queued = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			for (int i = 0; i < 4; i++) {
				String[] words = connection.readLine().split(" ", 5);
				connection.read(Integer.parseInt(words[4]) + 2);
				served.add(words[1]);
				queued.await();
				connection.reply("STORED\r\n");
			}
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.maxInFlightOperations(1)
					.pollTimeout(Duration.ofSeconds(10))
					.build()) {
			Future<Boolean> first = this.threads.submit(() -> client.set("a", "v") && client.set("d", "v"));
			Awaitility.await().until(() -> served.contains("a"));
			for (String key : List.of("b", "c")) {
				Thread waiter = new Thread(() -> client.set(key, "v"));
				waiter.start();
				Awaitility.await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
			}
			queued.countDown();
			assertThat(first.get(10, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(served).containsExactly("a", "b", "c", "d");
	}

	@Test
	void tenThousandAsynchronousCallersOfAStoppedServerCostLittleMemoryAndAllEnd(MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder().servers(server.address()).pollTimeout(POLL).build()) {
			client.set("k", "v");
			callAsync(client, 10_000).forEach(CompletableFuture::join);
			long before = memory();
			server.pause();
			for (int wave = 0; wave < 4; wave++) {
				List<CompletableFuture<Boolean>> calls = callAsync(client, 10_000);
				assertThat(memory() - before).as("for 10,000 calls under way").isLessThan(40L << 20);
				assertThat(calls).allSatisfy((call) -> assertThat(call.join()).isFalse());
				calls.clear();
				Awaitility.await()
					.untilAsserted(() -> assertThat(memory() - before).as("once they have ended").isLessThan(2L << 20));
			}
		}
		finally {
			server.resume();
		}
	}

	@Test
	void valuesThatAStoppedServerNeverTookAreLetGoOf(MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder().servers(server.address()).pollTimeout(POLL).build()) {
			client.set("k", "v");
			long before = memory();
			server.pause();
			List<CompletableFuture<Boolean>> calls = new ArrayList<>();
			for (int i = 0; i < 300; i++) {
				calls.add(client.async().set("k" + i, new byte[100_000]));
			}
			assertThat(calls).allSatisfy((call) -> assertThat(call).failsWithin(POLL.plus(Patience.TOLERANCE)));
			calls.clear();
			Awaitility.await()
				.untilAsserted(() -> assertThat(memory() - before).as("once they have failed").isLessThan(4L << 20));
		}
		finally {
			server.resume();
		}
	}

	@Test
	void callersBeyondTheBoundWaitWithinTheirTimeAndAreToldOfTheBound(MemcachedServer server) throws Exception {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(POLL)
			.maxInFlightOperations(10)
			.build()) {
			client.set("k", "v");
			server.pause();
			List<Future<MemcachedException>> callers = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				callers.add(this.threads.submit(() -> {
					long start = System.nanoTime();
					MemcachedException failure = failure(client);
					assertThat(Duration.ofNanos(System.nanoTime() - start))
						.isLessThanOrEqualTo(POLL.plus(Patience.TOLERANCE));
					return failure;
				}));
			}
			List<MemcachedException> failures = new ArrayList<>();
			for (Future<MemcachedException> caller : callers) {
				failures.add(caller.get(10, TimeUnit.SECONDS));
			}
			assertThat(failures).doesNotContainNull()
				.anySatisfy((failure) -> assertThat(failure).isInstanceOf(MemcachedTimeoutException.class)
					.hasMessageContaining("maxInFlightOperations"));
		}
		finally {
			server.resume();
		}
	}

	@Test
	void thirtyTwoThreadsMixLargeReadsAndWritesOnOneConnectionWithTheSmallestBuffers(MemcachedServer server)
			throws Exception {
		try (FaultProxy proxy = FaultProxy.withSmallBuffers(server);
				MemcachedClient client = MemcachedClient.builder()
					.servers(proxy.address())
					.pollTimeout(Duration.ofSeconds(30))
					.build()) {
			List<Future<?>> callers = new ArrayList<>();
			for (int t = 0; t < 32; t++) {
				String key = "key" + t;
				byte[] value = SealedValue.of(key, 900_000, new Random(t));
				callers.add(this.threads.submit(() -> {
					for (int i = 0; i < 2; i++) {
						assertThat(client.set(key, value)).isTrue();
						assertThat(SealedValue.isOf(key, client.get(key))).isTrue();
					}
				}));
			}
			for (Future<?> caller : callers) {
				caller.get(100, TimeUnit.SECONDS);
			}
			assertThat(proxy.accepted()).isEqualTo(1);
		}
	}

	@Test
	void closeUnderLoadEndsEveryCallAtOnce(MemcachedServer server) throws Exception {
		for (int round = 0; round < 10; round++) {
			MemcachedClient client = MemcachedClient.builder()
				.servers(server.address())
				.pollTimeout(Duration.ofSeconds(20))
				.build();
			CountDownLatch busy = new CountDownLatch(200);
			List<Future<?>> callers = new ArrayList<>();
			for (Way way : Way.values()) {
				for (int i = 0; i < 8; i++) {
					callers.add(this.threads.submit(() -> {
						try {
							while (true) {
								way.store(client, Map.of("k", new byte[100]));
								way.read(client, List.of("k", "l"));
								busy.countDown();
							}
						}
						catch (IllegalStateException ex) {
							assertThat(ex).hasMessageContaining("closed");
						}
					}));
				}
			}
			assertThat(busy.await(20, TimeUnit.SECONDS)).isTrue();
			client.close();
			for (Future<?> caller : callers) {
				caller.get(POLL.plus(Patience.TOLERANCE).toMillis(), TimeUnit.MILLISECONDS);
			}
		}
	}

	@Test
	@Memcached(args = { "-c", "20", "-t", "1" })
	void serverOutOfConnectionsIsToldAndServesAgainOnceItHasSome(MemcachedServer server) {
		List<RawConnection> others = new ArrayList<>();
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(POLL)
			.retryTimeout(Duration.ofMillis(50))
			.build()) {
			do {
				others.add(RawConnection.to(server));
			}
			while (isServed(others.get(others.size() - 1)) && others.size() < 40);
			assertThat(others).as("connections until there is none left").hasSizeBetween(1, 39);
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"));
			others.forEach(RawConnection::close);
			Awaitility.await().until(() -> answers(client));
		}
	}

	@Test
	@Memcached(args = { "-m", "1", "-M", "-I", "512k" })
	void serverOutOfMemorySaysSoAndGoesOnServing(MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.build()) {
			client.set("k", "v");
			Map<String, byte[]> entries = new HashMap<>();
			for (int i = 0; i < 200; i++) {
				entries.put("key" + i, new byte[100_000]);
			}
			Map<String, MemcachedException> failures = client.setMulti(entries).failures();
			assertThat(failures.values()).isNotEmpty()
				.allSatisfy((failure) -> assertThat(failure).isInstanceOf(MemcachedServerException.class)
					.hasMessageContaining("out of memory"));
			assertThat(client.<String>get("k")).isEqualTo("v");
			entries.keySet().forEach((key) -> {
				if (failures.containsKey(key)) {
					assertThat(client.<Object>get(key)).isNull();
				}
			});
		}
	}

	private static boolean isServed(RawConnection connection) {
		try {
			return connection.ask("version\r\n").startsWith("VERSION");
		}
		catch (RuntimeException ex) { // it was closed
			return false;
		}
	}

	/** Returns how many got an answer. */
	private int callAtOnce(int count, MemcachedClient client, Duration longest) throws Exception {
		CountDownLatch start = new CountDownLatch(1);
		AtomicInteger answered = new AtomicInteger();
		List<Future<Duration>> calls = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			calls.add(this.threads.submit(() -> {
				start.await();
				long began = System.nanoTime();
				answered.addAndGet(answers(client) ? 1 : 0);
				return Duration.ofNanos(System.nanoTime() - began);
			}));
		}
		start.countDown();
		for (Future<Duration> call : calls) {
			assertThat(call.get(20, TimeUnit.SECONDS)).isLessThanOrEqualTo(longest);
		}
		return answered.get();
	}

	private static List<CompletableFuture<Boolean>> callAsync(MemcachedClient client, int count) {
		List<CompletableFuture<Boolean>> calls = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			calls.add(client.async().<String>get("k").handle((value, ex) -> value != null));
		}
		return calls;
	}

	private static boolean answers(MemcachedClient client) {
		return failure(client) == null;
	}

	private static MemcachedException failure(MemcachedClient client) {
		try {
			client.get("k");
			return null;
		}
		catch (MemcachedException ex) {
			return ex;
		}
	}

	private static long memory() {
		System.gc();
		MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
		return heap.getUsed();
	}

}
