package io.libmc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Changes that ask for no reply.
 */
@Timeout(60)
@Memcached
class NoReplyTest {

	private static final byte[] VALUE = bytes("value");

	private static final Duration POLL = Duration.ofSeconds(5);

	@Test
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = "twemproxy",
			disabledReason = "twemproxy does not tell how long a key lives")
	void everyChangeLandsAndCountsAsDone(MemcachedServer server) {
		try (MemcachedClient client = client(server.address()); RawConnection raw = RawConnection.to(server)) {
			assertThat(client.set("set", VALUE)).isTrue();
			assertThat(client.add("add", VALUE)).isTrue();
			assertThat(client.add("add", bytes("other"))).isTrue();
			assertThat(client.replace("set", bytes("other"))).isTrue();
			assertThat(client.replace("absent", VALUE)).isTrue();
			assertThat(client.append("set", bytes(">"))).isTrue();
			assertThat(client.prepend("set", bytes("<"))).isTrue();
			assertThat(client.set("deleted", VALUE)).isTrue();
			assertThat(client.delete("deleted")).isTrue();
			assertThat(client.delete("absent")).isTrue();
			assertThat(client.set("touched", VALUE)).isTrue();
			assertThat(client.touch("touched", Duration.ofMinutes(10))).isTrue();
			assertThat(client.setMulti(Map.of("m1", VALUE, "m2", VALUE)).succeeded()).isTrue();
			assertThat(client.appendMulti(List.of("m1", "absent"), bytes("!")).succeeded()).isTrue();
			assertThat(client.deleteMulti(List.of("m2", "absent")).succeeded()).isTrue();
			assertThat(client.setRaw("raw", new RawValue(77, VALUE), Duration.ZERO)).isTrue();
			assertThat(client.cas("set", VALUE, Duration.ZERO, 1)).isEqualTo(CasResult.STORED);
			// the reply to this one comes after all of those have been done
			assertThat(client.version()).hasSize(1);
			assertThat(raw.item("set").text()).isEqualTo("<other>");
			assertThat(raw.item("add").text()).isEqualTo("value");
			assertThat(raw.item("deleted")).isNull();
			assertThat(raw.ttl("touched")).isBetween(590L, 600L);
			assertThat(raw.item("m1").text()).isEqualTo("value!");
			assertThat(raw.item("m2")).isNull();
			assertThat(raw.item("raw").flags()).isEqualTo(77);
		}
	}

	@Test
	void countersCountAndTellNothing(MemcachedServer server) {
		try (MemcachedClient client = client(server.address()); RawConnection raw = RawConnection.to(server)) {
			raw.ask("set n 4 0 2\r\n40\r\n");
			assertThat(client.incr("n", 3)).isEmpty();
			assertThat(client.decr("n", 1)).isEmpty();
			assertThat(client.version()).hasSize(1);
			assertThat(raw.item("n").text()).isEqualTo("42");
		}
	}

	@Test
	void asynchronousChangesCountAsDoneAtOnce(MemcachedServer server) {
		try (MemcachedClient client = client(server.address()); RawConnection raw = RawConnection.to(server)) {
			AsyncMemcachedClient async = client.async();
			server.pause();
			assertThat(async.set("k", VALUE)).succeedsWithin(Duration.ofSeconds(2)).isEqualTo(true);
			assertThat(async.incr("n", 1)).succeedsWithin(Duration.ofSeconds(2))
				.satisfies((n) -> assertThat(n).isEmpty());
			assertThat(async.cas("k", VALUE, Duration.ZERO, 1)).succeedsWithin(Duration.ofSeconds(2))
				.isEqualTo(CasResult.STORED);
			assertThat(async.setMulti(Map.of("m1", VALUE, "m2", VALUE))).succeedsWithin(Duration.ofSeconds(2))
				.satisfies((result) -> assertThat(result.succeeded()).isTrue());
			assertThat(async.deleteMulti(List.of("m2"))).succeedsWithin(Duration.ofSeconds(2));
			server.resume();
			Awaitility.await().untilAsserted(() -> {
				assertThat(raw.item("k").text()).isEqualTo("value");
				assertThat(raw.item("m1").text()).isEqualTo("value");
				assertThat(raw.item("m2")).isNull();
			});
		}
	}

	@Test
	void neitherASilentServerNorConnectingIsWaitedFor(MemcachedServer server) {
		server.pause();
		try (MemcachedClient client = client(server.address())) {
			long start = System.nanoTime();
			for (int i = 0; i < 100; i++) {
				assertThat(client.set("k" + i, VALUE)).isTrue();
				assertThat(client.delete("k" + i)).isTrue();
			}
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(POLL.dividedBy(2));
		}
		finally {
			server.resume();
		}
	}

	@Test
	void manyInARowNeitherBlockNorFillTheLine(MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(POLL)
			.noReply(true)
			.maxInFlightOperations(64)
			.maxInFlightBytes(8192)
			.build()) {
			for (int i = 0; i < 100_000; i++) {
				assertThat(client.set("k" + i % 1000, bytes("v" + i))).isTrue();
			}
			for (int i = 0; i < 1000; i++) {
				assertThat(client.<byte[]>get("k" + i)).isEqualTo(bytes("v" + (99_000 + i)));
			}
		}
	}

	@Test
	void manyAtOnceFromAsynchronousCallersLandToo(MemcachedServer server) {
		try (MemcachedClient client = client(server.address())) {
			CompletableFuture<?>[] all = new CompletableFuture<?>[5000];
			for (int i = 0; i < all.length; i++) {
				all[i] = client.async().set("k" + i, bytes("v" + i));
			}
			assertThat(CompletableFuture.allOf(all)).succeedsWithin(POLL);
			for (int i = 0; i < all.length; i += 100) {
				assertThat(client.<byte[]>get("k" + i)).isEqualTo(bytes("v" + i));
			}
		}
	}

	@Test
	void valueMayBeChangedOnceItsCallHasReturned(MemcachedServer server) {
		try (MemcachedClient client = client(server.address())) {
			byte[] large = new byte[500_000];
			Arrays.fill(large, (byte) 'x');
			byte[] original = large.clone();
			// it is not even connected yet when the call returns
			assertThat(client.set("k", large)).isTrue();
			Arrays.fill(large, (byte) 'y');
			assertThat(client.<byte[]>get("k")).isEqualTo(original);
		}
	}

	@Test
	void errorLineOfAnOperationWithoutReplyEndsTheConnection() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			// both, or the connection may have ended before the get comes
			connection.expect("set k 0 0 5 noreply\r\nvalue\r\nget k\r\n");
			connection.reply("SERVER_ERROR out of memory storing object\r\n");
			connection.expectClose();
		}, (connection) -> {
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
		}); MemcachedClient client = client(server.address())) {
			assertThat(client.set("k", VALUE)).isTrue();
			assertThatExceptionOfType(MemcachedProtocolException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("asked for no reply");
			assertThat(client.<Object>get("k")).isNull();
			server.awaitScripts();
		}
	}

	@Test
	void itemOverTheServersLimitIsLostWithItsConnectionAndTheNextOneWorks(MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(POLL)
			.noReply(true)
			.splitLargeValues(false)
			.build()) {
			Awaitility.await().ignoreExceptionsInstanceOf(MemcachedException.class).untilAsserted(() -> {
				assertThat(client.set("small", VALUE)).isTrue();
				assertThat(client.<byte[]>get("small")).isEqualTo(VALUE);
			});
			assertThat(client.set("large", new byte[2_000_000])).isTrue();
			Awaitility.await()
				.ignoreExceptionsInstanceOf(MemcachedException.class)
				.untilAsserted(() -> assertThat(client.<byte[]>get("small")).isEqualTo(VALUE));
			assertThat(client.<Object>get("large")).isNull();
		}
	}

	@Test
	void readBehindAnOperationWithoutReplyNoticesASilentServer() throws Exception {
		CountDownLatch end = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("set k 0 0 5 noreply\r\nvalue\r\nget k\r\n");
			end.await(10, TimeUnit.SECONDS);
		}, NoReplyTest::answerGets);
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(Duration.ofMillis(200))
					.noReply(true)
					.build()) {
			assertThat(client.set("k", VALUE)).isTrue();
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"));
			Awaitility.await()
				.atMost(Duration.ofSeconds(2))
				.ignoreExceptionsInstanceOf(MemcachedException.class)
				.untilAsserted(() -> assertThat(client.<Object>get("k")).isNull());
			end.countDown();
		}
	}

	@Test
	void phasesOfALargeValueKeepTheirOrder() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("delete big noreply\r\nset ~3big/0 0 0 1000000 noreply\r\n");
			connection.read(1_000_002);
			connection.expect("set ~3big/1 0 0 1000000 noreply\r\n");
			connection.read(1_000_002);
			connection.expect("delete ~3big/2 noreply\r\nset big 4096 0 1 noreply\r\n2\r\n");
		}); MemcachedClient client = client(server.address())) {
			assertThat(client.set("big", new byte[2_000_000])).isTrue();
			server.awaitScripts();
		}
	}

	@Test
	void deadServerIsTold() {
		try (MemcachedClient client = client("127.0.0.1:1")) {
			Awaitility.await()
				.untilAsserted(() -> assertThatExceptionOfType(MemcachedConnectionException.class)
					.isThrownBy(() -> client.set("k", VALUE))
					.withMessageContaining("dead"));
		}
	}

	private static void answerGets(ScriptedServer.Connection connection) throws IOException {
		while (connection.nextLine() != null) {
			connection.reply("END\r\n");
		}
	}

	private static MemcachedClient client(String address) {
		return MemcachedClient.builder().servers(address).connectTimeout(POLL).pollTimeout(POLL).noReply(true).build();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
