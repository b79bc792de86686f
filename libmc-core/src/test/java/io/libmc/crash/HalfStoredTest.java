package io.libmc.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.MemcachedException;
import io.libmc.MemcachedServerException;
import io.libmc.MultiResult;
import io.libmc.testing.Caller;
import io.libmc.testing.Fault;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import io.libmc.testing.ScriptedServer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A large value that takes another one's place and gets stuck half way: readers see the
 * old value, the new one, or none, and never a part of each.
 */
@Timeout(60)
@Memcached(servers = 2, args = { "-m", "128" })
class HalfStoredTest {

	private static final byte[] OLD = filled('A', 3_000_000);

	private static final byte[] NEW = filled('B', 3_000_000);

	private static final byte[] SMALL = { 1 };

	/** Where it gets stuck: within the second chunk. */
	private static final int HALF = 1_500_000;

	@ParameterizedTest
	@EnumSource(Caller.class)
	void stallHalfWayIsAMiss(Caller caller, MemcachedServer server) {
		try (FaultProxy proxy = FaultProxy.to(server);
				MemcachedClient reader = client(server.address());
				MemcachedClient writer = impatient(proxy.address()).build()) {
			reader.set("big", OLD);
			proxy.requests(Fault.after(HALF, Fault.hold()));
			assertFails(() -> caller.set(writer, "big", NEW));
			proxy.reset();
			proxy.heal();
			assertThat(reader.<byte[]>get("big")).isNull();
			assertThat(reader.<byte[]>getMulti(List.of("big")).missing()).containsExactly("big");
		}
	}

	@ParameterizedTest
	@EnumSource(Caller.class)
	void serverThatIsOutOfReachHalfWayIsAMiss(Caller caller, MemcachedServer server) {
		try (FaultProxy proxy = FaultProxy.to(server);
				MemcachedClient reader = client(server.address());
				MemcachedClient writer = impatient(proxy.address()).build()) {
			reader.set("big", OLD);
			proxy.requests(Fault.after(HALF, (pump, bytes, count) -> proxy.refuse()));
			assertFails(() -> caller.set(writer, "big", NEW));
			assertThat(reader.<byte[]>get("big")).isNull();
		}
	}

	@ParameterizedTest
	@EnumSource(Caller.class)
	void serverThatHearsNothingKeepsTheOldValue(Caller caller, MemcachedServer server) {
		try (FaultProxy proxy = FaultProxy.to(server);
				MemcachedClient reader = client(server.address());
				MemcachedClient writer = impatient(proxy.address()).build()) {
			reader.set("big", OLD);
			writer.get("connect");
			proxy.requests(Fault.swallow());
			assertFails(() -> caller.set(writer, "big", NEW));
			assertThat(reader.<byte[]>get("big")).isEqualTo(OLD);
		}
	}

	/** The chunks are on both servers, the item that stands for them on the first. */
	@ParameterizedTest
	@EnumSource(Caller.class)
	void serverOfTheItemThatStandsForTheChunksIsDown(Caller caller, List<MemcachedServer> servers) {
		try (FaultProxy first = FaultProxy.to(servers.get(0));
				FaultProxy second = FaultProxy.to(servers.get(1));
				MemcachedClient writer = impatient(first.address(), second.address()).build()) {
			String key = keyAt(writer, first.address(), second.address());
			assertThat(writer.set(key, OLD)).isTrue();
			first.refuse();
			assertFails(() -> caller.set(writer, key, NEW));
			first.heal();
			awaitBack(writer, first.address());
			assertThat(writer.<byte[]>get(key)).isEqualTo(OLD);
		}
	}

	@ParameterizedTest
	@EnumSource(Caller.class)
	void substituteThatGetsStuckHalfWayHasNoMixtureEither(Caller caller, List<MemcachedServer> servers)
			throws Exception {
		try (FaultProxy first = FaultProxy.to(servers.get(0));
				FaultProxy second = FaultProxy.to(servers.get(1));
				MemcachedClient reader = client(servers.get(1).address());
				MemcachedClient writer = impatient(first.address(), second.address()).failover(true)
					.retryTimeout(Duration.ofMinutes(1))
					.build()) {
			String key = keyAt(writer, first.address(), second.address());
			assertThat(writer.set(key, NEW)).isTrue();
			first.refuse();
			Awaitility.await()
				.ignoreExceptionsInstanceOf(MemcachedException.class)
				.until(() -> writer.get(key) == null);
			assertThat(caller.set(writer, key, OLD)).isTrue();
			assertThat(writer.<byte[]>get(key)).isEqualTo(OLD);
			second.requests(Fault.after(HALF, Fault.hold()));
			assertFails(() -> caller.set(writer, key, NEW));
			second.reset();
			assertThat(reader.<byte[]>get(key)).isNull();
		}
	}

	@ParameterizedTest
	@EnumSource(Caller.class)
	void serverOfAChunkIsDown(Caller caller, List<MemcachedServer> servers) {
		try (FaultProxy first = FaultProxy.to(servers.get(0));
				FaultProxy second = FaultProxy.to(servers.get(1));
				MemcachedClient writer = impatient(first.address(), second.address()).build()) {
			String key = keyAt(writer, first.address(), second.address());
			assertThat(writer.set(key, OLD)).isTrue();
			second.refuse();
			assertFails(() -> caller.set(writer, key, NEW));
			second.heal();
			awaitBack(writer, second.address());
			assertThat(writer.<byte[]>get(key)).isNull();
			assertThat(writer.set(key, NEW)).isTrue();
			assertThat(writer.<byte[]>get(key)).isEqualTo(NEW);
		}
	}

	@Test
	void writerThatIsKilledHalfWayLeavesAMiss(MemcachedServer server) throws Exception {
		AtomicBoolean killed = new AtomicBoolean();
		try (FaultProxy proxy = FaultProxy.to(server);
				MemcachedClient reader = client(server.address());
				RawConnection raw = RawConnection.to(server)) {
			reader.set("big", OLD);
			proxy.requests(Fault.after(HALF, (pump, bytes, count) -> {
				if (!killed.getAndSet(true)) {
					kill(raw.item("pid").text());
				}
			}));
			ChildJvm.run(Duration.ofSeconds(50), List.of(), Writer.class, proxy.address());
			assertThat(killed).isTrue();
			assertThat(reader.<byte[]>get("big")).isNull();
		}
	}

	@ParameterizedTest
	@EnumSource(Caller.class)
	void smallValuesBesideAreStoredWhateverBecomesOfTheLargeOne(Caller caller, MemcachedServer server)
			throws Exception {
		try (FaultProxy proxy = FaultProxy.to(server);
				MemcachedClient reader = client(server.address());
				MemcachedClient writer = impatient(proxy.address()).build()) {
			reader.set("big", OLD);
			proxy.requests(Fault.after(HALF, Fault.hold()));
			Map<String, byte[]> entries = new LinkedHashMap<>(Map.of("big", NEW));
			IntStream.range(0, 5).forEach((i) -> entries.put("small" + i, SMALL));
			MultiResult result = caller.setMulti(writer, entries);
			assertThat(result.failures()).containsOnlyKeys("big");
			assertThat(result.notStored()).isEmpty();
			proxy.reset();
			proxy.heal();
			entries.remove("big");
			assertThat(reader.<byte[]>getMulti(entries.keySet()).values()).hasSize(5);
			assertThat(reader.<byte[]>get("big")).isNull();
		}
	}

	@ParameterizedTest
	@EnumSource(Caller.class)
	void smallValuesGoInTheRoundThatDeletes(Caller caller) throws Exception {
		Map<String, byte[]> entries = new LinkedHashMap<>();
		entries.put("a", SMALL);
		entries.put("big", filled('B', 1_000_001));
		entries.put("c", SMALL);
		entries.put("more", filled('B', 2_000_000));
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("set a 0 0 1\r\n\u0001\r\ndelete big\r\nset c 0 0 1\r\n\u0001\r\ndelete more\r\n");
			connection.reply("STORED\r\nNOT_FOUND\r\nSTORED\r\nDELETED\r\n");
			expectChunk(connection, "~3big/0", 1_000_000, "STORED");
			expectChunk(connection, "~3big/1", 1, "STORED");
			expectChunk(connection, "~4more/0", 1_000_000, "STORED");
			expectChunk(connection, "~4more/1", 1_000_000, "SERVER_ERROR out of memory storing object");
			connection.expect("delete ~4more/2\r\n");
			connection.reply("NOT_FOUND\r\n");
			connection.expect("set big 4096 0 1\r\n2\r\n");
			connection.reply("STORED\r\n");
			connection.expect("get next\r\n");
			connection.reply("END\r\n");
		}); MemcachedClient client = client(server.address())) {
			MultiResult result = caller.setMulti(client, entries);
			assertThat(result.failures()).containsOnlyKeys("more");
			assertThat(client.<Object>get("next")).isNull();
			server.awaitScripts();
		}
	}

	@ParameterizedTest
	@EnumSource(Caller.class)
	void nothingIsSentOfAValueWhoseOldOneCannotBeDeleted(Caller caller) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("delete big\r\n");
			connection.reply("SERVER_ERROR no\r\n");
			connection.expect("get next\r\n");
			connection.reply("END\r\n");
		}); MemcachedClient client = client(server.address())) {
			assertThatExceptionOfType(MemcachedServerException.class).isThrownBy(() -> caller.set(client, "big", NEW));
			assertThat(client.<Object>get("next")).isNull();
			server.awaitScripts();
		}
	}

	/** A process that is killed while it stores a value. */
	static final class Writer {

		private Writer() {
		}

		/**
		 * What the process does.
		 * @param args the server's address
		 */
		public static void main(String[] args) {
			try (MemcachedClient client = client(args[0])) {
				client.set("pid", Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII));
				client.set("big", NEW);
			}
		}

	}

	private static void expectChunk(ScriptedServer.Connection connection, String key, int length, String reply)
			throws IOException {
		connection.expect("set " + key + " 0 0 " + length + "\r\n");
		connection.read(length + 2);
		connection.reply(reply + "\r\n");
	}

	private static void kill(String pid) throws IOException {
		ProcessHandle process = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
		process.destroyForcibly();
		process.onExit().join();
	}

	private static String keyAt(MemcachedClient client, String home, String ofAChunk) {
		return IntStream.range(0, 10_000)
			.mapToObj((i) -> "k" + i)
			.filter((key) -> client.serverFor(key).equals(home))
			.filter((key) -> IntStream.range(0, 3)
				.mapToObj((i) -> client.serverFor("~" + key.length() + key + "/" + i))
				.filter(ofAChunk::equals)
				.count() == 2)
			.findFirst()
			.orElseThrow();
	}

	private static void awaitBack(MemcachedClient client, String server) {
		String key = keyAt(client, server, server);
		Awaitility.await()
			.ignoreExceptionsInstanceOf(MemcachedException.class)
			.until(() -> client.set(key, SMALL) && client.get(key) != null);
	}

	private static void assertFails(ThrowingCallable call) {
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(call);
	}

	private static byte[] filled(char with, int length) {
		byte[] bytes = new byte[length];
		Arrays.fill(bytes, (byte) with);
		return bytes;
	}

	private static MemcachedClient client(String server) {
		return MemcachedClient.builder().servers(server).pollTimeout(Duration.ofSeconds(30)).build();
	}

	private static MemcachedClientBuilder impatient(String... servers) {
		return MemcachedClient.builder()
			.servers(servers)
			.pollTimeout(Duration.ofSeconds(1))
			.retryTimeout(Duration.ofMillis(200));
	}

}
