package io.libmc;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

import io.libmc.codec.EncodedValue;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What messages say, and do not show.
 */
@Timeout(60)
class HintsTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	@Test
	void serverThatWantsToKnowWhoAsksSaysHowToTellIt(@TempDir Path directory) throws Exception {
		Path users = Files.writeString(directory.resolve("users"), "user:s3cret\n");
		try (MemcachedServer server = MemcachedServer.start("-Y", users.toString());
				MemcachedClient client = client(server.address())) {
			for (Runnable call : List.<Runnable>of(() -> client.get("k"), () -> client.set("k", "v"),
					() -> client.setMulti(Map.of("k", "v")).failures().values().forEach(HintsTest::raise),
					() -> client.getMulti(List.of("a", "b")).failures().values().forEach(HintsTest::raise),
					() -> client.incr("k", 1), () -> client.delete("k"), () -> client.get("k", POLICY),
					() -> client.meta().get("k", MetaGet.VALUE), () -> client.meta().noop("k"))) {
				assertThatExceptionOfType(MemcachedException.class).isThrownBy(call::run)
					.withMessageContaining("authentic")
					.withMessageContaining("credentials(user, password)");
			}
			assertThat(client.<String>getOrLoad("k", POLICY, () -> "loaded")).isEqualTo("loaded");
		}
	}

	private static void raise(MemcachedException failure) {
		throw failure;
	}

	@Test
	void serverThatSpeaksTheBinaryProtocolOnlyIsGuessed() throws Exception {
		int port = freePort();
		String address = "127.0.0.1:" + port;
		Process server = new ProcessBuilder("memcached", "-u", "root", "-l", "127.0.0.1", "-p", "" + port, "-B",
				"binary")
			.start();
		try (MemcachedClient client = client(address);
				MemcachedClient known = MemcachedClient.builder()
					.servers(address)
					.pollTimeout(Duration.ofSeconds(2))
					.credentials("user", "a longer password".replace(' ', '-'))
					.build()) {
			awaitPort(port);
			for (Runnable call : List.<Runnable>of(() -> client.get("k"), () -> client.set("k", "v"),
					() -> client.get("a key that is longer than a header".replace(' ', '-')), () -> known.get("k"))) {
				assertThatExceptionOfType(MemcachedException.class).isThrownBy(call::run)
					.withMessageContaining("-B binary");
			}
		}
		finally {
			server.destroyForcibly();
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	private static void awaitPort(int port) {
		Awaitility.await().ignoreExceptions().until(() -> {
			new Socket(InetAddress.getLoopbackAddress(), port).close();
			return true;
		});
	}

	@Test
	@Memcached
	void serverThatHasAnsweredIsNotSuspected(MemcachedServer server) {
		try (MemcachedClient client = client(server.address())) {
			client.get("k");
			server.pause();
			assertThatExceptionOfType(MemcachedTimeoutException.class).isThrownBy(() -> client.get("k"))
				.withMessageNotContaining("binary");
			server.resume();
		}
	}

	@Test
	void aliasThatIsABareNumberIsToldOf() {
		MemcachedClientBuilder builder = MemcachedClient.builder();
		assertThatIllegalArgumentException().isThrownBy(() -> builder.servers("a:11211 1", "b:11211 1"))
			.withMessageContaining("weight in other clients");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.servers("a x", "b x"))
			.withMessageNotContaining("weight");
		assertThat(logged(() -> builder.servers("a:11211 1", "b:11211 20"))).hasSize(2)
			.allSatisfy((line) -> assertThat(line).contains("weight in other clients"));
		assertThat(logged(() -> builder.servers("a:11211 a1", "b:11211"))).isEmpty();
		try (MemcachedClient client = builder.servers("a:11211 1").build()) {
			assertThat(client.serverFor("k")).isEqualTo("1");
			assertThat(logged(() -> client.updateServers(List.of("/a/socket 7")))).hasSize(1);
		}
	}

	// What a server writes

	/** A line of its own, a terminal's command, text that runs the other way. */
	@ParameterizedTest
	@ValueSource(strings = { "\r", "\u001b[31m", "\u0000", "\u007f", "\u0085", "\u202e", "\u2066", "\u200f", "\ufeff",
			"\u2028", "\u2029", "\t", "\b", "\ud834\udd73" })
	void textOfAServersIsShownEscaped(String hostile) {
		String text = "before" + hostile + "after \u00e9";
		for (String error : List.of("SERVER_ERROR ", "CLIENT_ERROR ", "ERROR ")) {
			try (ScriptedServer server = ScriptedServer.of((connection) -> answer(connection, error + text));
					MemcachedClient client = client(server.address())) {
				for (Runnable call : List.<Runnable>of(() -> client.get("k"), () -> client.set("k", new byte[1]),
						() -> client.incr("k", 1),
						() -> client.getMulti(List.of("a", "b")).failures().values().forEach(HintsTest::raise),
						() -> client.setMulti(Map.of("k", 1)).failures().values().forEach(HintsTest::raise),
						() -> client.meta().get("k", MetaGet.VALUE))) {
					assertEscaped(catchThrowableOfType(MemcachedException.class, call::run), hostile);
				}
			}
		}
	}

	private static void answer(ScriptedServer.Connection connection, String error) throws Exception {
		for (String line = connection.nextLine(); line != null; line = connection.nextLine()) {
			if (line.startsWith("set ")) {
				connection.read(Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)) + 2);
			}
			connection.reply(line.equals("mn") ? "MN\r\n".getBytes(StandardCharsets.UTF_8)
					: (error + "\r\n").getBytes(StandardCharsets.UTF_8));
		}
	}

	@Test
	void refusalOfCredentialsIsLoggedEscaped() {
		List<String> reasons = new CopyOnWriteArrayList<>();
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("set auth 0 -1 11\r\nuser s3cret\r\n");
			connection.reply("CLIENT_ERROR no\u001b[31m\rway\r\n");
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.pollTimeout(Duration.ofSeconds(5))
					.credentials("user", "s3cret")
					.listener(new MemcachedListener() {

						@Override
						public void serverDown(String name, String reason) {
							reasons.add(reason);
						}

					})
					.build()) {
			List<String> lines = logged(() -> {
				assertEscaped(catchThrowableOfType(MemcachedException.class, () -> client.get("k")), "\u001b", "\r");
				Awaitility.await().until(() -> !reasons.isEmpty());
			});
			assertThat(lines).isNotEmpty().allSatisfy((line) -> assertThat(line).doesNotContain("\u001b", "\r"));
			assertThat(reasons).hasSize(1).allSatisfy((reason) -> assertThat(reason).contains("no\\u001b[31m\\rway"));
			assertThat(client.servers().get(0).outage()).doesNotContain("\u001b", "\r");
		}
	}

	/** Its causes, too: they are printed with it. */
	@Test
	@Memcached
	void nameOfAClassInAValueIsShownEscaped(MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.transcoder(new Transcoder() {

				@Override
				public EncodedValue encode(Object value) {
					return LibmcTranscoder.create().encode(value);
				}

				@Override
				public @Nullable Object decode(int flags, byte[] bytes) {
					throw new IllegalArgumentException("there is no class of this name",
							new ClassNotFoundException(new String(bytes, StandardCharsets.UTF_8)));
				}

			})
			.build()) {
			client.set("k", "x\u001b[31m\u202ey".getBytes(StandardCharsets.UTF_8));
			assertEscaped(catchThrowableOfType(MemcachedException.class, () -> client.get("k")), "\u001b", "\u202e");
		}
	}

	private static void assertEscaped(MemcachedException thrown, String... hostile) {
		assertThat(thrown).isNotNull();
		StringWriter printed = new StringWriter();
		thrown.printStackTrace(new PrintWriter(printed));
		for (String each : hostile) {
			if (!each.equals("\t")) {
				assertThat(printed.toString()).doesNotContain(each);
			}
			for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
				assertThat(String.valueOf(cause.getMessage())).doesNotContain(each);
			}
			assertThat(printed.toString()).containsPattern("\\\\(u[0-9a-f]{4}|[rt])");
		}
	}

	private static List<String> logged(Runnable work) {
		List<String> lines = new CopyOnWriteArrayList<>();
		Handler handler = new Handler() {

			private final SimpleFormatter formatter = new SimpleFormatter();

			@Override
			public synchronized void publish(LogRecord entry) {
				lines.add(this.formatter.formatMessage(entry));
			}

			@Override
			public void flush() {
			}

			@Override
			public void close() {
			}

		};
		Logger logger = Logger.getLogger("io.libmc");
		logger.addHandler(handler);
		try {
			work.run();
		}
		finally {
			logger.removeHandler(handler);
		}
		return lines;
	}

	private static MemcachedClient client(String server) {
		return MemcachedClient.builder().servers(server).pollTimeout(Duration.ofSeconds(1)).build();
	}

}
