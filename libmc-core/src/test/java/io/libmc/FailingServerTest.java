package io.libmc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Real servers that die, hang and come back.
 */
@Timeout(60)
@Memcached(servers = 3)
@Tag("alone")
class FailingServerTest {

	private static final byte[] VALUE = { 1, 2, 3 };

	private static final Duration POLL = Duration.ofMillis(300);

	private static final Duration RETRY = Duration.ofMillis(500);

	/** A stack trace for each key would take longer than the call may. */
	@Test
	void keysThatOneCommandFailsForShareItsException(MemcachedServer server) {
		List<String> keys = IntStream.range(0, 2_000).mapToObj((i) -> "k" + i).toList();
		server.kill();
		try (MemcachedClient client = MemcachedClient.builder().servers(server.address()).build()) {
			Map<String, MemcachedException> failures = client.getMulti(keys).failures();
			assertThat(failures).hasSize(2_000);
			assertThat(failures.values().stream().map(System::identityHashCode).distinct()).hasSizeLessThanOrEqualTo(4);
		}
	}

	@Test
	void callsOnADeadServerFailAtOnceUntilItIsBack(MemcachedServer server) {
		Recorder events = new Recorder();
		try (MemcachedClient client = builder(List.of(server)).listener(events).build()) {
			assertThat(client.set("k", VALUE)).isTrue();
			server.kill();
			Awaitility.await().ignoreExceptionsInstanceOf(MemcachedConnectionException.class).untilAsserted(() -> {
				assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"))
					.withMessageContaining("has been dead for")
					.withMessageContaining("nothing of it was sent")
					.satisfies((ex) -> assertThat(ex.code()).isEqualTo(ErrorCode.CONNECTION_POLL_ERROR));
			});
			assertThat(timed(() -> attempt(client))).isLessThan(Duration.ofMillis(50));
			server.restart();
			Awaitility.await().atMost(RETRY.plusSeconds(1)).until(() -> attempt(client));
			assertThat(client.<Object>get("k")).isNull();
			Awaitility.await().untilAsserted(() -> assertThat(events.states).hasSize(2));
			assertThat(events.states.get(0)).startsWith("down " + server.address() + " connecting failed");
			assertThat(events.states.get(1)).isEqualTo("up " + server.address());
		}
	}

	@Test
	void withFailoverTheKeysOfADeadServerGoToTheNextLiveOneAndComeHome(List<MemcachedServer> servers) {
		try (MemcachedClient client = builder(servers).failover(true).build()) {
			List<String> keys = IntStream.range(0, 100).mapToObj((i) -> "key" + i).toList();
			keys.forEach((key) -> assertThat(client.set(key, key.getBytes(StandardCharsets.UTF_8))).isTrue());
			servers.get(1).kill();
			Awaitility.await().until(() -> keys.stream().noneMatch((key) -> failing(client, key)));
			keys.forEach((key) -> assertThat(client.set(key, VALUE)).isTrue());
			MultiGetResult<byte[]> found = client.getMulti(keys);
			assertThat(found.values()).hasSize(100);
			assertThat(found.failures()).isEmpty();
			servers.get(1).restart();
			Awaitility.await().until(() -> client.version().size() == 3);
			assertThat(client.<byte[]>getMulti(keys).values()).as("those at home there are gone with it")
				.hasSizeLessThan(100);
		}
	}

	@Test
	void withoutFailoverOneDeadServerNeverHidesTheValuesOfTheOthers(List<MemcachedServer> servers) {
		try (MemcachedClient client = builder(servers).build()) {
			List<String> keys = IntStream.range(0, 300).mapToObj((i) -> "key" + i).toList();
			keys.subList(0, 200).forEach((key) -> client.set(key, VALUE));
			servers.get(2).kill();
			MultiGetResult<byte[]> found = client.getMulti(keys);
			assertThat(found.failures()).isNotEmpty()
				.allSatisfy((key, ex) -> assertThat(ex.server()).isEqualTo(servers.get(2).address()));
			assertThat(found.values()).isNotEmpty();
			assertThat(found.missing()).isNotEmpty().isSubsetOf(keys.subList(200, 300));
			assertThat(found.values().size() + found.missing().size() + found.failures().size()).isEqualTo(300);
		}
	}

	@Test
	void stoppedServerCostsEachCallItsTimeoutAndNoMoreAndOthersNothing(List<MemcachedServer> servers) throws Exception {
		ExecutorService threads = Executors.newCachedThreadPool();
		try (MemcachedClient client = builder(servers).build()) {
			Map<String, String> keys = keyPerServer(client, servers);
			servers.get(0).pause();
			List<Future<Duration>> stuck = new ArrayList<>();
			for (int i = 0; i < 50; i++) {
				stuck.add(threads.submit(() -> timed(() -> failing(client, keys.get(servers.get(0).address())))));
			}
			for (int i = 0; i < 200; i++) {
				assertThat(timed(() -> client.get(keys.get(servers.get(1).address())))).isLessThan(POLL);
			}
			for (Future<Duration> call : stuck) {
				assertThat(call.get(5, TimeUnit.SECONDS)).isLessThan(POLL.plusMillis(100));
			}
			servers.get(0).resume();
			Awaitility.await().until(() -> succeeds(client, keys.get(servers.get(0).address())));
		}
		finally {
			servers.get(0).resume();
			threads.shutdownNow();
		}
	}

	@Test
	void writerStuckOnAStoppedServerIsFreedAtItsDeadline(MemcachedServer server) {
		try (MemcachedClient client = builder(List.of(server)).splitLargeValues(false)
			.maxValueBytes(64 << 20)
			.build()) {
			client.get("connect");
			byte[] large = new byte[32 << 20];
			server.pause();
			Duration took = timed(() -> {
				assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.set("big", large));
				return true;
			});
			assertThat(took).isBetween(POLL.minusMillis(10), POLL.plusMillis(300));
		}
		finally {
			server.resume();
		}
	}

	@Test
	void fiveHundredCallersOfAServerThatNeverAcceptsMakeOneAttempt() throws Exception {
		ExecutorService threads = Executors.newCachedThreadPool();
		// the backlog of one is full, so further connects get no answer
		try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				Socket first = new Socket(listener.getInetAddress(), listener.getLocalPort());
				Socket second = new Socket(listener.getInetAddress(), listener.getLocalPort());
				MemcachedClient client = MemcachedClient.builder()
					.servers("127.0.0.1:" + listener.getLocalPort())
					.pollTimeout(POLL)
					.retryTimeout(Duration.ofMinutes(1))
					.build()) {
			assertThat(first.isConnected() && second.isConnected()).isTrue();
			List<Future<Duration>> calls = new ArrayList<>();
			for (int i = 0; i < 500; i++) {
				calls.add(threads.submit(() -> timed(() -> failing(client, "k"))));
			}
			for (Future<Duration> call : calls) {
				assertThat(call.get(5, TimeUnit.SECONDS)).isLessThan(POLL.plusMillis(100));
			}
			assertThat(timed(() -> failing(client, "k"))).isLessThan(Duration.ofMillis(50));
		}
		finally {
			threads.shutdownNow();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void stoppedServerHidesNoneOfTheOthersValuesHoweverManyThereAre(boolean async, List<MemcachedServer> servers) {
		List<String> keys = IntStream.range(0, 50_000).mapToObj((i) -> "key" + i).toList();
		try (MemcachedClient writer = builder(servers).pollTimeout(Duration.ofSeconds(20)).build();
				MemcachedClient client = builder(servers).pollTimeout(Duration.ofSeconds(3)).build()) {
			assertThat(
					writer.setMulti(keys.stream().collect(Collectors.toMap((key) -> key, (key) -> VALUE))).succeeded())
				.isTrue();
			servers.get(0).pause();
			MultiGetResult<byte[]> found = async ? client.async().<byte[]>getMulti(keys).join() : client.getMulti(keys);
			assertThat(found.failures().values()).isNotEmpty()
				.allMatch((ex) -> servers.get(0).address().equals(ex.server()));
			assertThat(found.missing()).isEmpty();
		}
		finally {
			servers.get(0).resume();
		}
	}

	@Test
	void unknownHostIsToldAndOthersGoOn(MemcachedServer server) {
		try (MemcachedClient client = builder(List.of(server)).servers(server.address(), "no.such.host.invalid:11211")
			.pollTimeout(Duration.ofSeconds(5))
			.build()) {
			assertThat(client.version()).containsOnlyKeys(server.address());
			AtomicInteger unresolved = new AtomicInteger();
			for (int i = 0; i < 100; i++) {
				try {
					client.set("k" + i, VALUE);
				}
				catch (MemcachedConnectionException ex) {
					assertThat(ex).hasMessageContaining("the name does not resolve");
					unresolved.incrementAndGet();
				}
			}
			assertThat(unresolved).hasValueBetween(20, 80);
		}
	}

	@Test
	void connectingClosesWhatItOpened() throws IOException {
		long before = descriptors();
		try (MemcachedClient client = MemcachedClient.builder()
			.servers("127.0.0.1:1")
			.retryTimeout(Duration.ofMillis(1))
			.build()) {
			AtomicInteger attempts = new AtomicInteger();
			Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> {
				failing(client, "k");
				return attempts.incrementAndGet() == 100;
			});
		}
		Awaitility.await().untilAsserted(() -> assertThat(descriptors()).isLessThan(before + 20));
	}

	private static long descriptors() throws IOException {
		try (var files = Files.list(Path.of("/proc/self/fd"))) {
			return files.count();
		}
	}

	/** A key for each server, by the server's name. */
	private static Map<String, String> keyPerServer(MemcachedClient client, List<MemcachedServer> servers) {
		Map<String, String> keys = new HashMap<>();
		Recorder recorder = new Recorder();
		try (MemcachedClient probe = builder(servers).listener(recorder).build()) {
			for (int i = 0; keys.size() < servers.size(); i++) {
				recorder.servers.clear();
				probe.set("key" + i, VALUE);
				keys.putIfAbsent(recorder.servers.get(0), "key" + i);
			}
		}
		keys.values().forEach(client::get);
		return keys;
	}

	private static boolean attempt(MemcachedClient client) {
		return !failing(client, "k");
	}

	private static boolean succeeds(MemcachedClient client, String key) {
		return !failing(client, key);
	}

	private static boolean failing(MemcachedClient client, String key) {
		try {
			client.get(key);
			return false;
		}
		catch (MemcachedException ex) {
			return true;
		}
	}

	private static Duration timed(Callable<?> call) throws RuntimeException {
		long start = System.nanoTime();
		try {
			call.call();
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		return Duration.ofNanos(System.nanoTime() - start);
	}

	private static MemcachedClientBuilder builder(List<MemcachedServer> servers) {
		return MemcachedClient.builder()
			.servers(servers.stream().map(MemcachedServer::address).toList())
			.pollTimeout(POLL)
			.retryTimeout(RETRY);
	}

	/** Keeps what a listener is told. */
	private static final class Recorder implements MemcachedListener {

		private final List<String> states = new CopyOnWriteArrayList<>();

		private final List<String> servers = new CopyOnWriteArrayList<>();

		@Override
		public @Nullable Object operationStarted(String command, String server) {
			this.servers.add(server);
			return null;
		}

		@Override
		public void serverDown(String server, String reason) {
			this.states.add("down " + server + " " + reason);
		}

		@Override
		public void serverUp(String server, Duration downFor) {
			this.states.add("up " + server);
		}

	}

}
