package io.libmc;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is nobody's business is in no log at any level, in no exception or its causes, and
 * in nothing a listener is told.
 */
@Timeout(60)
class SecrecyTest {

	private static final String PASSWORD = "pa55w0rd";

	private static final String VALUE = "c0nfidential";

	private final Queue<String> told = new ConcurrentLinkedQueue<>();

	private final Logger root = Logger.getLogger("");

	private final Logger ours = Logger.getLogger("io.libmc");

	private final Handler ear = new Handler() {

		private final SimpleFormatter formatter = new SimpleFormatter();

		@Override
		public void publish(LogRecord record) {
			SecrecyTest.this.told.add(this.formatter.format(record));
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	private @Nullable Level before;

	@BeforeEach
	void listen() {
		this.before = this.root.getLevel();
		this.root.setLevel(Level.ALL);
		this.ours.setLevel(Level.ALL);
		this.ear.setLevel(Level.ALL);
		this.root.addHandler(this.ear);
	}

	@AfterEach
	void stopListening() {
		this.root.removeHandler(this.ear);
		this.root.setLevel(this.before);
		this.ours.setLevel(null);
	}

	@Test
	void passwordIsToldNobody(@TempDir Path directory) throws IOException {
		Path users = Files.writeString(directory.resolve("users"), "user:" + PASSWORD + "\n");
		try (MemcachedServer server = MemcachedServer.start("-Y", users.toString())) {
			try (MemcachedClient client = builder(server.address()).credentials("user", PASSWORD).build()) {
				client.set("k", "v");
				server.kill();
				Awaitility.await().until(() -> fails(() -> client.get("k")));
				server.restart();
				Awaitility.await().until(() -> !fails(() -> client.get("k")));
			}
			try (MemcachedClient client = builder(server.address()).credentials("user", PASSWORD + "x").build()) {
				assertThat(fails(() -> client.get("k"))).isTrue();
			}
		}
		for (String reply : List.of("ERROR\r\n", "SERVER_ERROR no\r\n", "nonsense\r\n", "", "VALUE k 0 1\r\n")) {
			try (ScriptedServer server = ScriptedServer.of((connection) -> {
				connection.expect("set auth 0 -1 13\r\nuser " + PASSWORD + "\r\n");
				connection.reply(reply);
				connection.close();
			}); MemcachedClient client = builder(server.address()).credentials("user", PASSWORD).build()) {
				assertThat(fails(() -> client.get("k"))).isTrue();
			}
		}
		assertThat(this.told).as("the log is listened to").anyMatch((text) -> text.contains("is down"));
		assertUntold(PASSWORD);
	}

	@Test
	void valuesAreToldNobody() {
		List<Integer> flags = List.of(1, 2, 4, 8, 16, 32, 64, 256, 4096, 18);
		List<String> nonsense = List.of("VALUE k 0 " + VALUE + "\r\n", "VALUE k 0 1\r\n" + VALUE + "\r\nEND\r\n",
				VALUE + "\r\n", "VALUE " + VALUE + " 0 1\r\nv\r\nEND\r\n");
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			for (int flag : flags) {
				connection.expect("get k\r\n");
				connection.reply("VALUE k " + flag + " " + VALUE.length() + "\r\n" + VALUE + "\r\nEND\r\n");
			}
			connection.expect("get k\r\n");
			connection.reply("VALUE k 0 " + VALUE.length() + "\r\n" + VALUE + "\r\nEND\r\n");
			connection.expect("set k ");
			connection.readLine();
			connection.readLine();
			connection.reply("SERVER_ERROR out of memory storing object\r\n");
			connection.expect("get k\r\n");
			connection.reply(nonsense.get(0));
		}, (connection) -> {
			connection.readLine();
			connection.reply(nonsense.get(1));
		}, (connection) -> {
			connection.readLine();
			connection.reply(nonsense.get(2));
		}, (connection) -> {
			connection.readLine();
			connection.reply(nonsense.get(3));
		}); MemcachedClient client = builder(server.address()).build()) {
			for (int flag : flags) {
				assertThat(fails(() -> client.get("k"))).as("flags %s", flag).isTrue();
			}
			assertThat(fails(() -> client.get("k", Integer.class))).isTrue();
			assertThat(fails(() -> client.set("k", VALUE))).isTrue();
			for (int i = 0; i < nonsense.size(); i++) {
				assertThat(fails(() -> client.get("k"))).as(nonsense.get(i)).isTrue();
			}
			assertThat(fails(() -> client.set("k", List.of(VALUE, new Secret(VALUE))))).isTrue();
			assertThat(fails(() -> client.set("k", Map.of(VALUE, new Object())))).isTrue();
		}
		assertUntold(VALUE);
	}

	private void assertUntold(String secret) {
		assertThat(this.told).isNotEmpty().noneMatch((text) -> text.contains(secret));
	}

	/** Runs a call, and keeps what its exception tells. */
	private boolean fails(Runnable call) {
		try {
			call.run();
			return false;
		}
		catch (RuntimeException ex) {
			StringWriter text = new StringWriter();
			ex.printStackTrace(new PrintWriter(text));
			this.told.add(text.toString());
			return true;
		}
	}

	private MemcachedClientBuilder builder(String server) {
		return MemcachedClient.builder()
			.servers(server)
			.pollTimeout(Duration.ofSeconds(5))
			.retryTimeout(Duration.ofMillis(20))
			.listener(new MemcachedListener() {

				@Override
				public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
						@Nullable Object started) {
					SecrecyTest.this.told.add(command + server + outcome);
				}

				@Override
				public void serverDown(String server, String reason) {
					SecrecyTest.this.told.add(server + reason);
				}

			});
	}

	/** Not serializable. */
	private static final class Secret {

		private final String text;

		Secret(String text) {
			this.text = text;
		}

		@Override
		public String toString() {
			return this.text;
		}

	}

}
