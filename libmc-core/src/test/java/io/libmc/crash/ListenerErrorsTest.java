package io.libmc.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.MemcachedException;
import io.libmc.MemcachedListener;
import io.libmc.ServerSnapshot;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A listener that throws, whatever it throws and in whichever method, and one that does
 * not return: neither costs a call or a server.
 */
@Timeout(60)
@Memcached(servers = 2)
class ListenerErrorsTest {

	private static final Duration POLL = Duration.ofMillis(500);

	private static final Duration RETRY = Duration.ofMillis(100);

	private static final Duration BACK = RETRY.plus(POLL).plusSeconds(2);

	private static Stream<Supplier<Error>> errors() {
		return Stream.of(() -> new AssertionError("of a listener"), () -> new NoClassDefFoundError("of/a/Listener"),
				() -> new StackOverflowError("of a listener"), () -> new OutOfMemoryError("of a listener"));
	}

	@ParameterizedTest
	@MethodSource("errors")
	void errorInAnyMethodOfAListenerCostsNeitherItsCallNorItsServer(Supplier<Error> error, MemcachedServer server)
			throws Exception {
		Throwing listener = new Throwing(error);
		try (MemcachedClient client = builder(server).listener(listener).build()) {
			assertServed(client);
			assertThat(client.<String>getOrLoad("l", LoadPolicy.timeToLive(Duration.ofSeconds(9)), () -> "loaded"))
				.isEqualTo("loaded");
			server.kill();
			Awaitility.await().atMost(BACK).until(() -> failsAtOnce(client));
			assertThat(client.servers()).noneMatch(ServerSnapshot::isUp);
			server.restart();
			Awaitility.await().atMost(BACK).ignoreExceptions().until(() -> client.set("k", "v"));
			assertServed(client);
			assertThat(client.servers()).allMatch(ServerSnapshot::isUp);
			client.updateServers(List.of(server.address(), "127.0.0.1:1"));
			assertThat(client.servers()).hasSize(2);
			assertThat(listener.told).contains("operationStarted", "operationStopped", "loadEnded", "serverDown",
					"serverUp", "serversChanged");
		}
	}

	@Test
	void listenerThatDoesNotReturnFromServerDownKeepsNobodyFromFailingOver(MemcachedServer server,
			MemcachedServer substitute) throws Exception {
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		MemcachedListener listener = new MemcachedListener() {

			@Override
			public void serverDown(String name, String reason) {
				blocked.countDown();
				awaitUninterruptibly(released);
			}

		};
		ExecutorService threads = Executors.newCachedThreadPool();
		try (MemcachedClient client = builder(server, substitute).failover(true).listener(listener).build()) {
			String key = IntStream.range(0, 1000)
				.mapToObj((i) -> "k" + i)
				.filter((each) -> client.serverFor(each).equals(server.address()))
				.findFirst()
				.orElseThrow();
			client.set(key, "v");
			server.kill();
			List<Future<?>> callers = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				boolean async = i % 2 == 0;
				callers.add(threads.submit(() -> {
					Awaitility.await().atMost(BACK).ignoreExceptionsInstanceOf(Exception.class).until(() -> {
						return async ? client.async().set(key, "v").get(5, TimeUnit.SECONDS) : client.set(key, "v");
					});
				}));
			}
			assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
			for (Future<?> caller : callers) {
				caller.get(20, TimeUnit.SECONDS);
			}
			assertThat(client.liveServerFor(key)).isEqualTo(substitute.address());
			server.restart();
			Awaitility.await().atMost(BACK).ignoreExceptions().untilAsserted(() -> {
				client.set(key, "v");
				assertThat(client.liveServerFor(key)).isEqualTo(server.address());
				assertThat(client.servers()).allMatch(ServerSnapshot::isUp);
			});
		}
		finally {
			released.countDown();
			threads.shutdownNow();
		}
	}

	private static MemcachedClientBuilder builder(MemcachedServer... servers) {
		return MemcachedClient.builder()
			.servers(Stream.of(servers).map(MemcachedServer::address).toList())
			.pollTimeout(POLL)
			.connectTimeout(POLL)
			.retryTimeout(RETRY);
	}

	private static void assertServed(MemcachedClient client) throws Exception {
		assertThat(client.set("k", "v")).isTrue();
		assertThat(client.<String>get("k")).isEqualTo("v");
		assertThat(client.getMulti(List.of("k", "absent")).values()).containsOnlyKeys("k");
		assertThat(client.async().set("k", "w").get(5, TimeUnit.SECONDS)).isTrue();
		assertThat(client.async().<String>get("k").get(5, TimeUnit.SECONDS)).isEqualTo("w");
		assertThat(client.async().getMulti(List.of("k")).get(5, TimeUnit.SECONDS).values()).containsOnlyKeys("k");
	}

	/** With an exception of the client's own, never with what the listener threw. */
	private static boolean failsAtOnce(MemcachedClient client) {
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"));
		long start = System.nanoTime();
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"));
		return System.nanoTime() - start < POLL.toNanos() / 2 && !client.servers().get(0).isUp();
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		boolean over = false;
		while (!over) {
			try {
				latch.await();
				over = true;
			}
			catch (InterruptedException ex) {
				over = latch.getCount() == 0;
			}
		}
	}

	/** Throws in each method. */
	private static final class Throwing implements MemcachedListener {

		private final Supplier<Error> error;

		private final List<String> told = new CopyOnWriteArrayList<>();

		Throwing(Supplier<Error> error) {
			this.error = error;
		}

		private Error told(String method) {
			if (!this.told.contains(method)) {
				this.told.add(method);
			}
			return this.error.get();
		}

		@Override
		public void loadEnded(LoadOutcome outcome) {
			throw told("loadEnded");
		}

		@Override
		public Object operationStarted(String command, String server) {
			throw told("operationStarted");
		}

		@Override
		public void operationStopped(String command, String server, Outcome outcome, Duration elapsed, Object started) {
			throw told("operationStopped");
		}

		@Override
		public void serverDown(String server, String reason) {
			throw told("serverDown");
		}

		@Override
		public void serverUp(String server, Duration downFor) {
			throw told("serverUp");
		}

		@Override
		public void serversChanged(List<String> servers) {
			throw told("serversChanged");
		}

	}

}
