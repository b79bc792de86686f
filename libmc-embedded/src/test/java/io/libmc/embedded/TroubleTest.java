package io.libmc.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What goes wrong with one client costs that client, and nobody else. */
@Timeout(60)
class TroubleTest {

	/** Users whose names are those of what is thrown. */
	private static final class Thrower extends HashMap<String, String> {

		private static final long serialVersionUID = 1;

		@Override
		public boolean isEmpty() {
			return false;
		}

		@Override
		public String get(Object user) {
			switch (user.toString()) {
				case "memory" -> throw new OutOfMemoryError("wanted by a test");
				case "stack" -> throw new StackOverflowError("wanted by a test");
				case "state" -> throw new IllegalStateException("wanted by a test");
				case "assertion" -> throw new AssertionError("wanted by a test");
				default -> {
					return "secret";
				}
			}
		}

	}

	/** Fails as often as it is told to. */
	private static final class FailingContext extends SSLContext {

		FailingContext(Throwable failure, int times) {
			super(new SSLContextSpi() {

				private int left = times;

				@Override
				protected SSLEngine engineCreateSSLEngine() {
					if (this.left-- > 0) {
						TroubleTest.<RuntimeException>raise(failure);
					}
					return ordinary().createSSLEngine();
				}

				@Override
				protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
						throws KeyManagementException {
					throw new KeyManagementException();
				}

				@Override
				protected SSLSocketFactory engineGetSocketFactory() {
					throw new UnsupportedOperationException();
				}

				@Override
				protected SSLServerSocketFactory engineGetServerSocketFactory() {
					throw new UnsupportedOperationException();
				}

				@Override
				protected SSLEngine engineCreateSSLEngine(String host, int port) {
					return engineCreateSSLEngine();
				}

				@Override
				protected SSLSessionContext engineGetServerSessionContext() {
					throw new UnsupportedOperationException();
				}

				@Override
				protected SSLSessionContext engineGetClientSessionContext() {
					throw new UnsupportedOperationException();
				}
			}, null, "TLS");
		}

		private static SSLContext ordinary() {
			try {
				return SSLContext.getDefault();
			}
			catch (java.security.NoSuchAlgorithmException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> void raise(Throwable failure) throws T {
		throw (T) failure;
	}

	private static EmbeddedMemcachedBuilder builder(boolean virtualThreads) {
		return EmbeddedMemcached.builder().virtualThreads(virtualThreads);
	}

	private static EmbeddedMemcached throwing(boolean virtualThreads) {
		Settings settings = builder(virtualThreads).settings();
		return new EmbeddedMemcached(
				new Settings(settings.version(), settings.address(), settings.maxBytes(), settings.maxItemSize(),
						settings.maxConnections(), true, null, false, new Thrower(), 0, virtualThreads));
	}

	private static void authenticate(RawClient client, String user, String answer) throws IOException {
		String token = user + " secret";
		assertThat(client.ask("set k 0 0 " + token.length() + "\r\n" + token + "\r\n")).isEqualTo(answer);
	}

	private static long number(EmbeddedMemcached server, String name) {
		return Long.parseLong(server.stats().get(name));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whateverIsThrownEndsTheConnectionThatMetIt(boolean virtualThreads) throws IOException {
		try (EmbeddedMemcached server = throwing(virtualThreads); RawClient other = new RawClient(server.port())) {
			authenticate(other, "somebody", "STORED\r\n");
			for (String user : List.of("memory", "stack", "state", "assertion")) {
				try (RawClient client = new RawClient(server.port())) {
					authenticate(client, user, "[closed]");
				}
				assertThat(other.ask("mn\r\n")).isEqualTo("MN\r\n");
				try (RawClient next = new RawClient(server.port())) {
					authenticate(next, "somebody", "STORED\r\n");
				}
			}
			Awaitility.await().until(() -> number(server, "curr_connections") == 1);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whateverIsThrownByAcceptingClosesThatSocketAlone(boolean virtualThreads) throws IOException {
		for (Throwable failure : List.of(new IllegalStateException("wanted"), new OutOfMemoryError("wanted"),
				new IOException("wanted"))) {
			try (EmbeddedMemcached server = builder(virtualThreads).tls(new FailingContext(failure, 3)).start()) {
				for (int i = 0; i < 3; i++) {
					try (RawClient client = new RawClient(server.port())) {
						assertThat(client.hearTo("\r\n")).as(failure + " " + i).isEqualTo("[closed]");
					}
				}
				try (RawClient next = new RawClient(server.port())) {
					Awaitility.await().until(() -> number(server, "curr_connections") == 1);
					assertThat(next.socket().isConnected()).isTrue();
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientsThatNeverCeaseToAskHoldUpNobody(boolean virtualThreads) throws Exception {
		int floods = 2 * Runtime.getRuntime().availableProcessors();
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient other = new RawClient(server.port())) {
			assertThat(other.ask("set k 0 0 1000\r\n" + "v".repeat(1000) + "\r\n")).isEqualTo("STORED\r\n");
			List<RawClient> clients = new ArrayList<>();
			List<Thread> threads = new ArrayList<>();
			try {
				for (int i = 0; i < floods; i++) {
					RawClient client = new RawClient(server.port());
					clients.add(client);
					threads.add(start(() -> flood(client)));
				}
				Awaitility.await().until(() -> number(server, "get_misses") > 50_000);
				for (int i = 0; i < 20; i++) {
					assertThat(other.ask("mn\r\n")).isEqualTo("MN\r\n");
				}
				server.pause();
				server.resume();
				server.stop();
			}
			finally {
				for (RawClient client : clients) {
					client.close();
				}
				for (Thread thread : threads) {
					thread.join(TimeUnit.SECONDS.toMillis(10));
				}
			}
		}
	}

	/** Says the same again and again, and wants no answer but at a miss. */
	private static void flood(RawClient client) throws IOException {
		String commands = "mg absent q\r\n".repeat(20_000);
		while (true) {
			client.say(commands);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void nothingIsDoneOrToldOncePauseHasReturned(boolean virtualThreads) throws Exception {
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient first = new RawClient(server.port())) {
			assertThat(first.ask("set n 0 0 1\r\n0\r\n")).isEqualTo("STORED\r\n");
			AtomicBoolean over = new AtomicBoolean();
			List<Thread> threads = new ArrayList<>();
			List<RawClient> clients = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				RawClient client = new RawClient(server.port());
				clients.add(client);
				threads.add(start(() -> {
					while (!over.get()) {
						client.ask("incr n 1\r\n");
					}
				}));
			}
			try {
				for (int i = 0; i < 100; i++) {
					long before = number(server, "incr_hits");
					Awaitility.await()
						.pollInterval(Duration.ofMillis(1))
						.until(() -> number(server, "incr_hits") > before);
					server.pause();
					Map<String, String> then = server.stats();
					TimeUnit.MILLISECONDS.sleep(2);
					Map<String, String> later = server.stats();
					server.resume();
					for (String name : List.of("incr_hits", "bytes_written")) {
						assertThat(later.get(name)).as(name + " in pause " + i).isEqualTo(then.get(name));
					}
				}
			}
			finally {
				over.set(true);
				server.resume();
				for (Thread thread : threads) {
					thread.join(TimeUnit.SECONDS.toMillis(10));
				}
				for (RawClient client : clients) {
					client.close();
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatWaitedForAClientToReadIsNotWrittenInAPause(boolean virtualThreads) throws Exception {
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient client = new RawClient(server.port())) {
			assertThat(client.ask("set k 0 0 1000000\r\n" + "v".repeat(1_000_000) + "\r\n")).isEqualTo("STORED\r\n");
			long before = number(server, "bytes_written");
			client.say("get" + " k".repeat(100) + "\r\n");
			long[] last = { -1 };
			Awaitility.await()
				.pollInterval(Duration.ofMillis(200))
				.until(() -> last[0] == (last[0] = number(server, "bytes_written")) && last[0] > before);
			server.pause();
			long written = number(server, "bytes_written");
			client.socket().setSoTimeout(300);
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> client.hearTo("END\r\n"));
			assertThat(number(server, "bytes_written")).isEqualTo(written);
			client.socket().setSoTimeout(10_000);
			server.resume();
			assertThat(client.hearTo("END\r\n")).endsWith("vvv\r\nEND\r\n");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void pauseWaitsForNoClientThatReadsNothing(boolean virtualThreads) throws Exception {
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient deaf = new RawClient(server.port())) {
			assertThat(deaf.ask("set k 0 0 1000000\r\n" + "v".repeat(1_000_000) + "\r\n")).isEqualTo("STORED\r\n");
			deaf.say("get" + " k".repeat(100) + "\r\n");
			long[] last = { -1 };
			Awaitility.await()
				.pollInterval(Duration.ofMillis(200))
				.until(() -> last[0] == (last[0] = number(server, "bytes_written")));
			server.pause();
			server.resume();
			assertThat(deaf.hearTo("END\r\n")).hasSize(100 * (1_000_000 + "VALUE k 0 1000000\r\n\r\n".length()) + 5);
		}
	}

	/** In a process of its own, which may have few files. */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@EnabledOnOs(OS.LINUX)
	void withoutFilesItWaitsForSomeToBeClosed(boolean virtualThreads, @TempDir Path directory) throws Exception {
		Path told = directory.resolve("port");
		Path said = directory.resolve("said");
		Process process = alone(said, "ulimit -n 100 && exec \"$@\"", "-Xmx512m", virtualThreads, told);
		List<RawClient> clients = new ArrayList<>();
		try {
			int port = port(told);
			for (int i = 0; i < 150; i++) {
				clients.add(new RawClient(port));
			}
			assertThat(clients.get(0).ask("mn\r\n")).isEqualTo("MN\r\n");
			Awaitility.await().until(() -> Files.readString(said).contains("Too many open files"));
			Duration before = process.toHandle().info().totalCpuDuration().orElseThrow();
			TimeUnit.SECONDS.sleep(1);
			Duration took = process.toHandle().info().totalCpuDuration().orElseThrow().minus(before);
			assertThat(took).isLessThan(Duration.ofMillis(400));
			assertThat(Files.readString(said)).containsOnlyOnce("accepting connections fails");
			assertThat(clients.get(0).ask("mn\r\n")).isEqualTo("MN\r\n");
			for (RawClient client : clients.subList(0, 100)) {
				client.close();
			}
			assertThat(clients.get(149).ask("mn\r\n")).isEqualTo("MN\r\n");
		}
		finally {
			for (RawClient client : clients) {
				client.close();
			}
			process.destroyForcibly();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@EnabledOnOs(OS.LINUX)
	void clientsThatGiveUpTheirValuesExhaustNoMemory(boolean virtualThreads, @TempDir Path directory) throws Exception {
		Path told = directory.resolve("port");
		Process process = alone(directory.resolve("said"), "exec \"$@\"", "-Xmx64m", virtualThreads, told);
		try {
			int port = port(told);
			List<RawClient> clients = new ArrayList<>();
			for (int i = 0; i < 150; i++) {
				RawClient client = new RawClient(port);
				clients.add(client);
				try {
					client.say("set k 0 0 1000000\r\n" + "v".repeat(999_999));
				}
				catch (IOException ex) {
					// sent away
				}
			}
			for (RawClient client : clients) {
				client.close();
			}
			Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
				try (RawClient next = new RawClient(port)) {
					next.socket().setSoTimeout(1_000);
					return next.ask("mn\r\n").equals("MN\r\n");
				}
			});
			process.destroy();
			assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static Process alone(Path said, String command, String option, boolean virtualThreads, Path told)
			throws IOException {
		String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
		return new ProcessBuilder("sh", "-c", command, "sh", java, option, "-cp", System.getProperty("java.class.path"),
				Alone.class.getName(), String.valueOf(virtualThreads), told.toString())
			.redirectErrorStream(true)
			.redirectOutput(said.toFile())
			.start();
	}

	private static int port(Path told) throws IOException {
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(told));
		return Integer.parseInt(Files.readString(told));
	}

	/** Runs until it is killed. */
	static final class Alone {

		private Alone() {
		}

		public static void main(String[] arguments) throws Exception {
			EmbeddedMemcached server = builder(Boolean.parseBoolean(arguments[0])).maxBytes(8 << 20).start();
			try (RawClient client = new RawClient(server.port())) {
				// classes that are needed later
				client.ask("mn\r\n");
			}
			System.getLogger("io.libmc").log(System.Logger.Level.WARNING, "loaded", new IOException());
			Path unfinished = Path.of(arguments[1] + ".part");
			Files.writeString(unfinished, String.valueOf(server.port()));
			Files.move(unfinished, Path.of(arguments[1]));
			new CountDownLatch(1).await();
		}

	}

	@Test
	void serverThatCannotStartLeavesItsPort(@TempDir Path directory) throws IOException {
		int port;
		try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = free.getLocalPort();
		}
		Path socket = directory.resolve("memcached.sock");
		PrintStream err = System.err;
		for (boolean virtualThreads : new boolean[] { true, false }) {
			System.setErr(new PrintStream(OutputStream.nullOutputStream()) {

				@Override
				public void println(String text) {
					throw new IllegalStateException("wanted");
				}
			});
			try {
				assertThatExceptionOfType(IllegalStateException.class)
					.isThrownBy(() -> builder(virtualThreads).port(port).verbosity(1).start())
					.withMessage("wanted");
				assertThatExceptionOfType(IllegalStateException.class)
					.isThrownBy(() -> builder(virtualThreads).unixSocket(socket).verbosity(1).start())
					.withMessage("wanted");
			}
			finally {
				System.setErr(err);
			}
			builder(virtualThreads).port(port).start().close();
			assertThat(socket).doesNotExist();
		}
	}

	/** Something that may fail with what a socket throws. */
	private interface Task {

		void run() throws IOException;

	}

	private static Thread start(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				// the server has hung up
			}
		});
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

}
