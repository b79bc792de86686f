package io.libmc;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Times to live: what goes on the wire, and what memcached makes of it.
 */
@Timeout(30)
@Memcached
class TtlTest {

	private static final byte[] VALUE = { 'v' };

	private static final Duration MONTH = Duration.ofDays(30);

	static Stream<Arguments> relative() {
		return Stream.of(Arguments.of(Duration.ZERO, "0"), Arguments.of(Duration.ofNanos(1), "1"),
				Arguments.of(Duration.ofMillis(999), "1"), Arguments.of(Duration.ofSeconds(1), "1"),
				Arguments.of(Duration.ofMillis(1001), "2"), Arguments.of(Duration.ofMinutes(1), "60"),
				Arguments.of(MONTH.minusNanos(1), "2592000"), Arguments.of(MONTH, "2592000"),
				Arguments.of(Duration.ofNanos(-1), "-1"), Arguments.of(Duration.ofDays(-60), "-1"),
				Arguments.of(Duration.ofSeconds(Long.MIN_VALUE), "-1"),
				Arguments.of(Duration.ofDays(20_000), "2147483647"),
				Arguments.of(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999), "2147483647"));
	}

	@ParameterizedTest
	@MethodSource("relative")
	void everyCommandSendsIt(Duration ttl, String sent) {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			for (String command : List.of("set k 0 TTL 1\r\nv\r\n", "add k 0 TTL 1\r\nv\r\n",
					"replace k 0 TTL 1\r\nv\r\n", "cas k 0 TTL 1 7\r\nv\r\n", "set k 5 TTL 1\r\nv\r\n",
					"set k 0 TTL 1\r\nv\r\n")) {
				connection.expect(command.replace("TTL", sent));
				connection.reply("STORED\r\n");
			}
			connection.expect("touch k " + sent + "\r\n");
			connection.reply("TOUCHED\r\n");
			connection.expect("gat " + sent + " k\r\n");
			connection.reply("END\r\n");
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(Duration.ofSeconds(5))
					.build()) {
			assertThat(client.set("k", VALUE, ttl)).isTrue();
			assertThat(client.add("k", VALUE, ttl)).isTrue();
			assertThat(client.replace("k", VALUE, ttl)).isTrue();
			assertThat(client.cas("k", VALUE, ttl, 7)).isEqualTo(CasResult.STORED);
			assertThat(client.setRaw("k", new RawValue(5, VALUE), ttl)).isTrue();
			assertThat(client.setMulti(Map.of("k", VALUE), ttl).succeeded()).isTrue();
			assertThat(client.touch("k", ttl)).isTrue();
			assertThat(client.<Object>getAndTouch("k", ttl)).isNull();
			server.awaitScripts();
		}
	}

	@Test
	void overThirtyDaysGoAsTheSecondOfTheEnd() {
		for (Duration ttl : List.of(MONTH.plusNanos(1), MONTH.plusSeconds(1), Duration.ofDays(31),
				Duration.ofDays(365))) {
			try (ScriptedServer server = ScriptedServer.of((connection) -> {
				connection.readLine();
				connection.reply("TOUCHED\r\n");
			}); MemcachedClient client = MemcachedClient.builder().servers(server.address()).build()) {
				long before = Instant.now().plus(ttl).getEpochSecond();
				assertThat(client.touch("k", ttl)).isTrue();
				long after = Instant.now().plus(ttl).getEpochSecond() + 1;
				String line = server.received().get(0);
				assertThat(line).startsWith("touch k ").endsWith("\r\n");
				assertThat(Long.parseLong(line.substring("touch k ".length()).trim())).isBetween(before, after);
			}
		}
	}

	@Test
	void memcachedTakesThemAsMeant(MemcachedServer server) {
		try (MemcachedClient client = client(server); RawConnection raw = RawConnection.to(server)) {
			client.set("zero", VALUE, Duration.ZERO);
			assertThat(raw.ttl("zero")).isEqualTo(-1);
			client.set("k", VALUE, Duration.ofMinutes(1));
			assertThat(raw.ttl("k")).isBetween(55L, 60L);
			client.set("k", VALUE, MONTH);
			assertThat(raw.ttl("k")).isBetween(MONTH.toSeconds() - 5, MONTH.toSeconds());
			client.touch("k", MONTH.plusSeconds(100));
			assertThat(raw.ttl("k")).isBetween(MONTH.toSeconds() + 90, MONTH.toSeconds() + 101);
			client.getAndTouch("k", Duration.ofDays(365));
			assertThat(raw.ttl("k")).isBetween(Duration.ofDays(365).toSeconds() - 5,
					Duration.ofDays(365).toSeconds() + 1);
			for (Duration beyond : List.of(Duration.ofDays(20_000), Duration.ofSeconds(Long.MAX_VALUE))) {
				client.set("beyond", VALUE, beyond);
				assertThat(client.<byte[]>get("beyond")).as("memcached finds it again").isEqualTo(VALUE);
			}
			client.set("k", VALUE, Duration.ofSeconds(-1));
			assertThat(client.<Object>get("k")).isNull();
			client.set("zero", VALUE);
			assertThat(client.expire("zero")).isTrue();
			assertThat(client.<Object>get("zero")).isNull();
		}
	}

	@Test
	void itemsAreGoneWhenTheirTimeIsUp(MemcachedServer server) {
		try (MemcachedClient client = client(server)) {
			client.set("set", VALUE, Duration.ofSeconds(1));
			client.set("short", VALUE, Duration.ofMillis(1));
			client.set("touched", VALUE);
			client.touch("touched", Duration.ofSeconds(1));
			client.set("read", VALUE);
			assertThat(client.<byte[]>getAndTouch("read", Duration.ofSeconds(1))).isEqualTo(VALUE);
			client.setMulti(Map.of("m1", VALUE, "m2", VALUE), Duration.ofSeconds(1));
			client.set("stays", "stays".getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(60));
			List<String> keys = List.of("set", "short", "touched", "read", "m1", "m2", "stays");
			Awaitility.await()
				.atMost(Duration.ofSeconds(5))
				.untilAsserted(() -> assertThat(client.<byte[]>getMulti(keys).values()).containsOnlyKeys("stays"));
		}
	}

	private static MemcachedClient client(MemcachedServer server) {
		return MemcachedClient.builder().servers(server.address()).pollTimeout(Duration.ofSeconds(5)).build();
	}

}
