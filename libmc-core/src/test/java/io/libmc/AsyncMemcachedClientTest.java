package io.libmc;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is special about calls that nobody waits for. What they return
 * {@link ConformanceTest} shows.
 */
@Timeout(60)
@Memcached(servers = 2)
class AsyncMemcachedClientTest {

	private static final Duration POLL = Duration.ofSeconds(5);

	/** Far less than a call would take if it waited for anything. */
	private static final Duration AT_ONCE = Duration.ofSeconds(1);

	@Test
	void tenThousandCallsAtOnceGetTheirOwnValues(List<MemcachedServer> servers) {
		try (MemcachedClient client = client(servers)) {
			IntStream.range(0, 1000).forEach((i) -> client.set("k" + i, "v" + i));
			List<CompletableFuture<String>> calls = new ArrayList<>();
			for (int i = 0; i < 10_000; i++) {
				calls.add(client.async().get("k" + i % 1000, String.class));
			}
			for (int i = 0; i < calls.size(); i++) {
				assertThat(calls.get(i)).succeedsWithin(POLL).isEqualTo("v" + i % 1000);
			}
		}
	}

	@Test
	void silentServerCostsThePollTimeout() {
		Duration poll = Duration.ofMillis(300);
		try (ScriptedServer server = silent();
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(poll)
					.build()) {
			long start = System.nanoTime();
			List<CompletableFuture<?>> calls = List.of(client.async().get("k"), client.async().set("k", "v"),
					client.async().getList(List.of("a", "b")), client.async().incr("n", 1));
			for (CompletableFuture<?> call : calls) {
				assertThat(call).failsWithin(POLL)
					.withThrowableOfType(ExecutionException.class)
					.havingCause()
					.as("the first times out, and those behind it may lose their connection by that")
					.isInstanceOfAny(MemcachedTimeoutException.class, MemcachedConnectionException.class)
					.withMessageContaining("on " + server.address());
			}
			assertThat(calls.get(0)).failsWithin(Duration.ZERO)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(MemcachedTimeoutException.class);
			MultiGetResult<Object> many = client.async().getMulti(List.of("a", "b")).join();
			assertThat(many.failures()).containsOnlyKeys("a", "b");
			assertThat(elapsedSince(start)).isBetween(poll, poll.multipliedBy(2).plus(AT_ONCE));
		}
	}

	@Test
	void cancelledCallDisturbsNobody() throws Exception {
		CountDownLatch cancelled = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("gets a\r\ngets b\r\ngets c\r\n");
			cancelled.await();
			connection.reply("VALUE a 0 1 7\r\nA\r\nEND\r\nVALUE b 0 1 8\r\nB\r\nEND\r\nVALUE c 0 1 9\r\nC\r\nEND\r\n");
		}); MemcachedClient client = MemcachedClient.builder().servers(server.address()).pollTimeout(POLL).build()) {
			CompletableFuture<byte[]> a = client.async().<byte[]>gets("a").thenApply(CasValue::value);
			CompletableFuture<byte[]> b = client.async().<byte[]>gets("b").thenApply(CasValue::value);
			CompletableFuture<byte[]> c = client.async().<byte[]>gets("c").thenApply(CasValue::value);
			assertThat(b.cancel(true)).isTrue();
			cancelled.countDown();
			assertThat(a).succeedsWithin(POLL).isEqualTo(bytes("A"));
			assertThat(c).succeedsWithin(POLL).isEqualTo(bytes("C"));
			assertThat(b).isCancelled();
			assertThat(server.received()).hasSize(1);
		}
	}

	@Test
	void callbacksThatDoNotReturnAreBoundedToo(MemcachedServer server) {
		CountDownLatch over = new CountDownLatch(1);
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.maxInFlightOperations(10)
			.pollTimeout(Duration.ofSeconds(5))
			.build()) {
			AtomicInteger inCallback = new AtomicInteger();
			for (int round = 1; round <= 2; round++) {
				server.pause();
				for (int i = 0; i < 10; i++) {
					CompletableFuture<Void> after = client.async().get("k").thenRun(() -> {
						inCallback.incrementAndGet();
						awaitQuietly(over);
					});
					assertThat(after).isNotDone();
				}
				server.resume();
				int expected = round * 10;
				Awaitility.await().untilAsserted(() -> assertThat(inCallback).hasValue(expected));
			}
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> client.async().get("k").join())
				.withCauseInstanceOf(MemcachedTimeoutException.class)
				.withMessageContaining("20 asynchronous calls under way")
				.withMessageContaining("maxInFlightOperations");
			over.countDown();
			Awaitility.await().until(() -> !client.async().get("k").handle((value, ex) -> ex != null).join());
		}
	}

	/**
	 * However busy the machine is: whoever runs callbacks may lose its turn at the end.
	 */
	@Test
	void aCallerThatWaitsForEachCallNeedsNoMoreRoomThanThat(MemcachedServer server) throws Exception {
		AtomicBoolean over = new AtomicBoolean();
		List<Thread> busy = Stream.generate(() -> new Thread(() -> {
			while (!over.get()) {
				Thread.onSpinWait();
			}
		})).limit(3L * Runtime.getRuntime().availableProcessors()).toList();
		busy.forEach(Thread::start);
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.maxInFlightOperations(1)
			.build()) {
			for (int i = 0; i < 3000; i++) {
				assertThat(client.async().get("k").get()).isNull();
			}
		}
		finally {
			over.set(true);
		}
	}

	@Test
	void withoutRoomACallHasFailedWhenItReturnsAndALoadGoesOnWithoutMemcached(MemcachedServer server) {
		List<Runnable> neverRun = new CopyOnWriteArrayList<>();
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.maxInFlightOperations(10)
			.executor(neverRun::add)
			.build()) {
			client.set("big", "as it was");
			AsyncMemcachedClient async = client.async();
			for (int i = 0; i < 20; i++) {
				CompletableFuture<String> unused = async.get("k");
			}
			List<CompletableFuture<?>> calls = List.of(async.get("k"), async.set("big", new byte[2_500_000]),
					async.setMulti(Map.of("big", new byte[2_500_000])), async.getMulti(List.of("k")), async.version(),
					async.liveServerFor("k"), async.invalidate("big", Duration.ZERO));
			assertThat(calls).allSatisfy((call) -> assertThat(call).isCompletedExceptionally());
			assertThat(async.getOrLoad("k", LoadPolicy.timeToLive(Duration.ofMinutes(1)),
					() -> CompletableFuture.completedFuture("loaded")))
				.isCompletedWithValue("loaded");
			Awaitility.await().until(() -> neverRun.size() == 20);
			assertThat(client.<String>get("big", String.class)).isEqualTo("as it was");
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { IllegalStateException.class, RejectedExecutionException.class, AssertionError.class })
	void whateverAnExecutorThrowsTheFutureCompletes(Class<? extends Throwable> thrown, MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.executor((task) -> sneakyThrow(thrown))
			.build()) {
			client.set("k", 7L);
			for (int i = 0; i < 100; i++) {
				assertThat(client.async().<Long>get("k").orTimeout(5, TimeUnit.SECONDS).join()).isEqualTo(7);
			}
		}
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> void sneakyThrow(Class<? extends Throwable> type) throws X {
		try {
			throw (X) type.getDeclaredConstructor().newInstance();
		}
		catch (ReflectiveOperationException ex) {
			throw new LinkageError(ex.getMessage(), ex);
		}
	}

	/** An error of a listener, such as that of a class which is not there. */
	@Test
	void whateverAListenerThrowsTheOperationIsDone(MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.listener(new MemcachedListener() {

				@Override
				public Object operationStarted(String command, String server) {
					throw new NoClassDefFoundError("started");
				}

				@Override
				public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
						@Nullable Object started) {
					throw new AssertionError("stopped");
				}

			})
			.build()) {
			assertThat(client.set("k", 7L)).isTrue();
			assertThat(client.<Long>get("k")).isEqualTo(7);
			assertThat(client.async().<Long>get("k").orTimeout(5, TimeUnit.SECONDS).join()).isEqualTo(7);
		}
	}

	@Test
	void overTheBoundOfOperationsACallFailsAtOnce() {
		try (ScriptedServer server = silent();
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(POLL)
					.maxInFlightOperations(10)
					.build()) {
			List<CompletableFuture<Object>> within = new ArrayList<>();
			IntStream.range(0, 10).forEach((i) -> within.add(client.async().get("k" + i)));
			assertThat(client.async().get("k")).failsWithin(AT_ONCE)
				.withThrowableOfType(ExecutionException.class)
				.havingCause()
				.isInstanceOf(MemcachedTimeoutException.class)
				.withMessageContaining("maxInFlightOperations")
				.withMessageContaining("10 operations");
			assertThat(within).noneMatch(CompletableFuture::isDone);
		}
	}

	@Test
	void overTheBoundOfBytesACallFailsAtOnce() {
		try (ScriptedServer server = silent();
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(POLL)
					.maxInFlightBytes(10_000)
					.build()) {
			CompletableFuture<Boolean> within = client.async().set("k", new byte[20_000]);
			assertThat(client.async().set("k", new byte[1])).failsWithin(AT_ONCE)
				.withThrowableOfType(ExecutionException.class)
				.havingCause()
				.withMessageContaining("maxInFlightBytes");
			assertThat(within).isNotDone();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void callbackThatBlocksDelaysNobodyElse(boolean direct, MemcachedServer server) throws Exception {
		CountDownLatch blocked = new CountDownLatch(20);
		CountDownLatch release = new CountDownLatch(1);
		MemcachedClientBuilder builder = builder(List.of(server));
		if (direct) {
			builder.executor(Runnable::run);
		}
		try (MemcachedClient client = builder.build()) {
			assertThat(client.set("k", "v")).isTrue();
			server.pause();
			List<CompletableFuture<Void>> blocking = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				blocking.add(client.async().get("k").thenRun(() -> {
					blocked.countDown();
					await(release);
				}));
			}
			server.resume();
			assertThat(blocked.await(5, TimeUnit.SECONDS)).isTrue();
			assertThat(client.async().get("k")).succeedsWithin(AT_ONCE).isEqualTo("v");
			assertThat(client.<String>get("k")).isEqualTo("v");
			assertThat(client.async().set("k", "w")).succeedsWithin(AT_ONCE).isEqualTo(true);
			assertThat(blocking).noneMatch(CompletableFuture::isDone);
			release.countDown();
			assertThat(CompletableFuture.allOf(blocking.toArray(CompletableFuture[]::new))).succeedsWithin(POLL);
		}
		finally {
			release.countDown();
		}
	}

	@Test
	void callbacksThatOccupyEveryThreadDelayNoBlockingCall(MemcachedServer server) throws Exception {
		CountDownLatch blocked = new CountDownLatch(64);
		CountDownLatch release = new CountDownLatch(1);
		try (MemcachedClient client = client(List.of(server))) {
			assertThat(client.set("k", "v")).isTrue();
			server.pause();
			List<CompletableFuture<Void>> blocking = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				blocking.add(client.async().get("k").thenRun(() -> {
					blocked.countDown();
					await(release);
				}));
			}
			server.resume();
			assertThat(blocked.await(5, TimeUnit.SECONDS)).isTrue();
			assertThat(timed(() -> client.get("k"))).isLessThan(AT_ONCE);
			assertThat(blocking).noneMatch(CompletableFuture::isDone);
		}
		finally {
			release.countDown();
		}
	}

	@Test
	void callsFromWithinCallbacksWork(MemcachedServer server) {
		try (MemcachedClient client = builder(List.of(server)).executor(Runnable::run).build()) {
			AsyncMemcachedClient async = client.async();
			CompletableFuture<String> chain = async.set("k", "v")
				.thenCompose((stored) -> async.append("k", bytes("")))
				.thenCompose((appended) -> async.<String>get("k"))
				.thenApply((value) -> value + client.get("k"))
				.thenCombine(async.get("absent"), (value, miss) -> value + miss);
			assertThat(chain).succeedsWithin(POLL).isEqualTo("vvnull");
		}
	}

	@Test
	void callbacksRunOnTheUsersExecutor(MemcachedServer server) {
		ExecutorService own = Executors.newSingleThreadExecutor((work) -> new Thread(work, "the-users-own"));
		try (MemcachedClient client = builder(List.of(server)).executor(own).build()) {
			server.pause();
			CompletableFuture<String> name = client.async()
				.get("k")
				.thenApply((value) -> Thread.currentThread().getName());
			server.resume();
			assertThat(name).succeedsWithin(POLL).isEqualTo("the-users-own");
		}
		finally {
			own.shutdown();
		}
	}

	@Test
	void executorThatRefusesLosesNoResult(MemcachedServer server) {
		try (MemcachedClient client = builder(List.of(server)).executor((work) -> {
			throw new RejectedExecutionException("full");
		}).build()) {
			assertThat(client.async().set("k", "v")).succeedsWithin(POLL).isEqualTo(true);
		}
	}

	@Test
	void serverThatDoesNotAnswerAConnectIsNotWaitedFor() throws Exception {
		// the backlog of one is full, so further connects get no answer
		try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				Socket first = new Socket(listener.getInetAddress(), listener.getLocalPort());
				Socket second = new Socket(listener.getInetAddress(), listener.getLocalPort());
				MemcachedClient client = MemcachedClient.builder()
					.servers("127.0.0.1:" + listener.getLocalPort())
					.connectTimeout(POLL)
					.pollTimeout(POLL)
					.build()) {
			assertThat(first.isConnected() && second.isConnected()).isTrue();
			List<CompletableFuture<?>> calls = new ArrayList<>();
			assertThat(timed(() -> {
				for (int i = 0; i < 100; i++) {
					calls.add(client.async().get("k" + i));
					calls.add(client.async().set("k" + i, new byte[100_000]));
				}
				calls.add(client.async().version());
				return calls.add(client.async().liveServerFor("k"));
			})).isLessThan(AT_ONCE);
			assertThat(calls).noneMatch(CompletableFuture::isDone);
		}
	}

	@Test
	void serverThatDoesNotReadIsNotWaitedFor(MemcachedServer server) {
		try (MemcachedClient client = client(List.of(server))) {
			assertThat(client.set("k", "v")).isTrue();
			server.pause();
			List<CompletableFuture<Boolean>> calls = new ArrayList<>();
			assertThat(timed(() -> {
				for (int i = 0; i < 30; i++) {
					calls.add(client.async().set("k" + i, new byte[900_000]));
				}
				return null;
			})).isLessThan(AT_ONCE);
			server.resume();
			assertThat(calls).allSatisfy((call) -> assertThat(call).succeedsWithin(POLL).isEqualTo(true));
		}
		finally {
			server.resume();
		}
	}

	@Test
	void nameThatDoesNotResolveFailsTheCall() {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers("no.such.host.invalid")
			.pollTimeout(POLL)
			.build()) {
			CompletableFuture<Object> call = client.async().get("k");
			assertThat(call).failsWithin(POLL)
				.withThrowableOfType(ExecutionException.class)
				.havingCause()
				.isInstanceOf(MemcachedConnectionException.class)
				.withMessageContaining("does not resolve");
		}
	}

	@Test
	void closeFailsWhatIsUnderWay() {
		ScriptedServer server = silent();
		MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofMinutes(1))
			.build();
		try (server) {
			List<CompletableFuture<?>> calls = List.of(client.async().get("k"), client.async().set("k", "v"));
			Awaitility.await().until(() -> !server.received().isEmpty());
			client.close();
			assertThat(calls).allSatisfy((call) -> assertThat(call).failsWithin(AT_ONCE)
				.withThrowableOfType(ExecutionException.class)
				.havingCause()
				.isInstanceOf(MemcachedConnectionException.class)
				.withMessageContaining("the client was closed"));
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> client.async().get("k").join());
		}
	}

	@Test
	void closeEndsWhatWaitsForTheApplicationThoughThatNeverComesBack(MemcachedServer server) {
		LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofMinutes(1));
		AtomicBoolean runs = new AtomicBoolean(true);
		MemcachedClient client = MemcachedClient.builder().servers(server.address()).executor((task) -> {
			if (runs.get()) {
				task.run();
			}
		}).pollTimeout(POLL).build();
		client.set("checked", "v");
		CompletableFuture<String> loader = new CompletableFuture<>();
		CompletableFuture<Boolean> check = new CompletableFuture<>();
		CountDownLatch asked = new CountDownLatch(2);
		CompletableFuture<String> loading = client.async().getOrLoad("k", policy, () -> {
			asked.countDown();
			return loader;
		});
		CompletableFuture<String> checking = client.async().getOrLoad("checked", policy.accepting((value) -> {
			asked.countDown();
			return check;
		}), () -> loader);
		awaitQuietly(asked);
		runs.set(false);

		client.close();

		assertThat(List.of(loading, checking)).allSatisfy((each) -> assertThat(each).failsWithin(Duration.ofSeconds(2))
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(IllegalStateException.class));
		loader.complete("late");
		check.complete(true);
	}

	@Test
	void closeFailsALargeMultiCallInTheMiddle() {
		ScriptedServer server = silent();
		MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofMinutes(1))
			.build();
		try (server) {
			List<String> keys = IntStream.range(0, 20_000).mapToObj((i) -> "key" + i).toList();
			CompletableFuture<MultiResult> call = client.async().deleteMulti(keys);
			Awaitility.await().until(() -> !server.received().isEmpty());
			client.close();
			assertThat(call).succeedsWithin(POLL).satisfies((result) -> assertThat(result.failures()).hasSize(20_000));
		}
	}

	@Test
	void deadServerFailsItsCallsAtOnceAndHidesNobodyElses(List<MemcachedServer> servers) {
		try (MemcachedClient client = client(servers)) {
			List<String> keys = IntStream.range(0, 100).mapToObj((i) -> "k" + i).toList();
			keys.forEach((key) -> client.set(key, "v"));
			servers.get(0).kill();
			String dead = keys.stream()
				.filter((key) -> client.serverFor(key).equals(servers.get(0).address()))
				.findFirst()
				.orElseThrow();
			Awaitility.await()
				.untilAsserted(() -> assertThat(client.async().get(dead)).failsWithin(AT_ONCE)
					.withThrowableOfType(ExecutionException.class)
					.havingCause()
					.isInstanceOf(MemcachedConnectionException.class)
					.withMessageContaining("dead"));
			MultiGetResult<String> found = client.async().<String>getMulti(keys).join();
			assertThat(found.failures().keySet()).contains(dead)
				.allMatch((key) -> client.serverFor(key).equals(servers.get(0).address()));
			assertThat(found.values().size() + found.failures().size()).isEqualTo(100);
			assertThat(client.async().version().join()).containsOnlyKeys(servers.get(1).address());
			assertThat(client.async().liveServerFor(dead).join()).isNull();
		}
	}

	@Test
	void withFailoverAnotherServerAnswers(List<MemcachedServer> servers) {
		try (MemcachedClient client = builder(servers).failover(true).retryTimeout(Duration.ofMinutes(1)).build()) {
			List<String> keys = IntStream.range(0, 100).mapToObj((i) -> "k" + i).toList();
			servers.get(0).kill();
			// nobody was connected yet, so that not one call fails
			keys.forEach((key) -> assertThat(client.async().set(key, "v")).succeedsWithin(POLL).isEqualTo(true));
			assertThat(client.async().<String>getMulti(keys).join().values()).hasSize(100);
			assertThat(client.async().liveServerFor("k").join()).isEqualTo(servers.get(1).address());
		}
	}

	@Test
	void readIsRepeatedAfterALossIfWanted() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.readLine();
			connection.reset();
		}, (connection) -> {
			connection.readLine();
			connection.reply("VALUE k 0 1\r\nv\r\nEND\r\n");
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(POLL)
					.maxRetries(1)
					.build()) {
			assertThat(client.async().get("k")).succeedsWithin(POLL)
				.asInstanceOf(InstanceOfAssertFactories.BYTE_ARRAY)
				.containsExactly('v');
			assertThat(server.received()).containsExactly("get k\r\n", "get k\r\n");
		}
	}

	@Test
	void everyOperationIsToldToTheListenerOnceFromStartToStop(List<MemcachedServer> servers) {
		AtomicInteger underWay = new AtomicInteger();
		AtomicInteger stopped = new AtomicInteger();
		MemcachedListener listener = new MemcachedListener() {

			@Override
			public @Nullable Object operationStarted(String command, String server) {
				return underWay.incrementAndGet();
			}

			@Override
			public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
					@Nullable Object started) {
				underWay.decrementAndGet();
				stopped.incrementAndGet();
			}

		};
		try (MemcachedClient client = builder(servers).listener(listener).build()) {
			List<CompletableFuture<?>> calls = List.of(client.async().get("k"), client.async().set("k", "v"),
					client.async().setMulti(Map.of("a", "A", "b", "B")), client.async().version());
			assertThat(CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))).succeedsWithin(POLL);
			assertThat(underWay).hasValue(0);
			assertThat(stopped).hasValue(6);
		}
	}

	private static ScriptedServer silent() {
		return ScriptedServer.of((connection) -> {
		});
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static Duration timed(Callable<?> call) {
		long start = System.nanoTime();
		try {
			call.call();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		return elapsedSince(start);
	}

	private static Duration elapsedSince(long start) {
		return Duration.ofNanos(System.nanoTime() - start);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static MemcachedClient client(List<MemcachedServer> servers) {
		return builder(servers).build();
	}

	private static MemcachedClientBuilder builder(List<MemcachedServer> servers) {
		return MemcachedClient.builder()
			.servers(servers.stream().map(MemcachedServer::address).toList())
			.pollTimeout(POLL);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
