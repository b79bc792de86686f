package io.libmc.faults;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.libmc.AsyncMemcachedClient;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.MemcachedTimeoutException;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Callbacks of asynchronous calls that take their time, and executors that lose them.
 */
@Timeout(60)
@Memcached
class CallbacksTest {

	private static final Duration POLL = Duration.ofMillis(800);

	@ParameterizedTest
	@ValueSource(ints = { 64, 500 })
	void callbacksMayWaitForOtherCalls(int callbacks, MemcachedServer server) throws Exception {
		try (MemcachedClient client = builder(server).build()) {
			assertThat(client.set("k", "v")).isTrue();
			AsyncMemcachedClient async = client.async();
			List<CompletableFuture<String>> all = new ArrayList<>();
			for (int i = 0; i < callbacks; i++) {
				all.add(async.<String>get("k").thenApply((value) -> value + async.<String>get("k").join()));
			}
			for (CompletableFuture<String> each : all) {
				assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo("vv");
			}
		}
		assertNoThreadIsLeft();
	}

	@Test
	void callbacksThatNeverEndKeepNoOtherCallFromEnding(MemcachedServer server) throws Exception {
		CountDownLatch released = new CountDownLatch(1);
		MemcachedClient client = builder(server).build();
		try {
			assertThat(client.set("k", "v")).isTrue();
			AsyncMemcachedClient async = client.async();
			// or a callback might run here
			server.pause();
			for (int i = 0; i < 100; i++) {
				CompletableFuture<?> unused = async.get("k").thenAccept((value) -> await(released));
			}
			server.resume();
			for (int i = 0; i < 10; i++) {
				long start = System.nanoTime();
				assertThat(async.<String>get("k").get(10, TimeUnit.SECONDS)).isEqualTo("v");
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(POLL.plus(Patience.TOLERANCE));
			}
			server.pause();
			CompletableFuture<Object> late = async.get("k");
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> late.get(10, TimeUnit.SECONDS))
				.withCauseInstanceOf(MemcachedTimeoutException.class);
			CompletableFuture<Object> closed = async.get("k");
			client.close();
			assertThat(closed).failsWithin(Duration.ofSeconds(10));
		}
		finally {
			server.resume();
			client.close();
			released.countDown();
		}
		assertNoThreadIsLeft();
	}

	@Test
	void nothingIsHeldOnToAfterACall(MemcachedServer server) throws Exception {
		try (MemcachedClient client = builder(server).pollTimeout(Duration.ofMinutes(5)).build()) {
			assertThat(client.set("large", new byte[900_000])).isTrue();
			List<WeakReference<byte[]>> values = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				values.add(new WeakReference<>(client.async().<byte[]>get("large").get(10, TimeUnit.SECONDS)));
			}
			System.gc();
			assertThat(values.subList(0, 15)).allMatch((value) -> value.get() == null);
		}
	}

	static Stream<Arguments> executors() {
		return Stream.of(Arguments.of("throws an exception", (Executor) (task) -> {
			throw new IllegalStateException("no");
		}), Arguments.of("throws an error", (Executor) (task) -> {
			throw new OutOfMemoryError("no");
		}), Arguments.of("drops the task", (Executor) (task) -> {
		}), Arguments.of("runs the task twice", (Executor) (task) -> {
			task.run();
			task.run();
		}));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("executors")
	void anExecutorThatFailsCostsNoCallAndNoRoom(String what, Executor executor, MemcachedServer server)
			throws Exception {
		try (MemcachedClient client = builder(server).executor(executor).maxInFlightOperations(1).build()) {
			assertThat(client.set("k", "v")).as(what).isTrue();
			for (int i = 0; i < 5; i++) {
				long start = System.nanoTime();
				assertThat(client.async().<String>get("k").get(10, TimeUnit.SECONDS)).isEqualTo("v");
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(POLL.plus(Patience.TOLERANCE));
			}
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void assertNoThreadIsLeft() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.noneMatch((name) -> name.startsWith("libmc-async") || name.equals("libmc-watchdog")));
	}

	private static MemcachedClientBuilder builder(MemcachedServer server) {
		return MemcachedClient.builder().servers(server.address()).pollTimeout(POLL);
	}

}
