package io.libmc.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Sockets, with virtual threads where there are some, and without. */
@Timeout(60)
class ServerTest {

	private static EmbeddedMemcachedBuilder builder(boolean virtualThreads) {
		return EmbeddedMemcached.builder().virtualThreads(virtualThreads);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatIsStoredIsFoundByOthers(boolean virtualThreads) throws IOException {
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient one = new RawClient(server.port());
				RawClient other = new RawClient(server.port())) {
			assertThat(one.ask("set k 5 0 3\r\nabc\r\n")).isEqualTo("STORED\r\n");
			assertThat(other.say("get k\r\n").hearTo("END\r\n")).isEqualTo("VALUE k 5 3\r\nabc\r\nEND\r\n");
			assertThat(server.stats()).containsEntry("curr_items", "1")
				.containsEntry("get_hits", "1")
				.containsEntry("curr_connections", "2");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatComesByteByByteIsUnderstood(boolean virtualThreads) throws IOException {
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient client = new RawClient(server.port())) {
			for (char c : "set k 0 0 4\r\na\r\nb\r\nmg k v\r\n".toCharArray()) {
				client.say(String.valueOf(c));
			}
			assertThat(client.hearTo("VA 4\r\na\r\nb\r\n")).isEqualTo("STORED\r\nVA 4\r\na\r\nb\r\n");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void largeValuesAndLongListsOfKeysComeWhole(boolean virtualThreads) throws IOException {
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient client = new RawClient(server.port())) {
			String value = "v".repeat(1_000_000);
			assertThat(client.ask("set k 0 0 1000000\r\n" + value + "\r\n")).isEqualTo("STORED\r\n");
			String item = "VALUE k 0 1000000\r\n" + value + "\r\n";
			assertThat(client.say("get k k k\r\n").hearTo("END\r\n")).isEqualTo(item.repeat(3) + "END\r\n");
			assertThat(client.say("get" + " absent".repeat(20_000) + " k\r\n").hearTo("END\r\n"))
				.isEqualTo(item + "END\r\n");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void manyRequestsAreAnsweredInTheirOrder(boolean virtualThreads) throws IOException {
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient client = new RawClient(server.port())) {
			StringBuilder asked = new StringBuilder();
			StringBuilder answers = new StringBuilder();
			for (int i = 0; i < 5_000; i++) {
				asked.append("ms k")
					.append(i)
					.append(" 4 O")
					.append(i)
					.append("\r\nabcd\r\nmg k")
					.append(i)
					.append(" v k\r\n");
				answers.append("HD O").append(i).append("\r\nVA 4 kk").append(i).append("\r\nabcd\r\n");
			}
			Thread speaker = new Thread(() -> {
				try {
					client.say(asked + "mn\r\n");
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
			});
			speaker.start();
			assertThat(client.hearTo("MN\r\n")).isEqualTo(answers + "MN\r\n");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientThatReadsNothingCostsNothingMore(boolean virtualThreads) throws IOException {
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient deaf = new RawClient(server.port());
				RawClient other = new RawClient(server.port())) {
			assertThat(other.ask("set k 0 0 1000000\r\n" + "v".repeat(1_000_000) + "\r\n")).isEqualTo("STORED\r\n");
			deaf.say("get" + " k".repeat(7_000) + "\r\n");
			Awaitility.await().until(() -> Long.parseLong(server.stats().get("get_hits")) > 0);
			long[] last = { -1 };
			Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> {
				long now = Long.parseLong(server.stats().get("get_hits"));
				return last[0] == (last[0] = now);
			});
			assertThat(last[0]).isLessThan(50);
			assertThat(other.ask("mn\r\n")).isEqualTo("MN\r\n");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientOfTheBinaryProtocolIsSentAwayAtOnce(boolean withPassword) throws IOException {
		EmbeddedMemcachedBuilder builder = EmbeddedMemcached.builder();
		try (EmbeddedMemcached server = (withPassword ? builder.auth("user", "secret") : builder).start()) {
			for (String said : List.of("\u0080", "\u0080\u000b" + "\0".repeat(22))) {
				try (RawClient client = new RawClient(server.port())) {
					assertThat(client.ask(said)).isEqualTo("[closed]");
				}
			}
			if (!withPassword) {
				try (RawClient client = new RawClient(server.port())) {
					assertThat(client.ask("mn\r\n")).isEqualTo("MN\r\n");
					assertThat(client.ask("\u0080abc\r\n")).isEqualTo("ERROR\r\n");
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void badBytesEndOneConnectionAtMost(boolean virtualThreads) throws IOException {
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient other = new RawClient(server.port())) {
			Random random = new Random(42);
			for (int i = 0; i < 200; i++) {
				byte[] bytes = new byte[random.nextInt(5_000)];
				random.nextBytes(bytes);
				try (RawClient client = new RawClient(server.port())) {
					client.say(new String(bytes, StandardCharsets.ISO_8859_1));
				}
				catch (IOException ex) {
					// sent away
				}
			}
			assertThat(other.ask("mn\r\n")).isEqualTo("MN\r\n");
			Awaitility.await().until(() -> server.stats().get("curr_connections").equals("1"));
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void pausedServerAcceptsAndIsSilentUntilItGoesOn(boolean virtualThreads) throws IOException {
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient before = new RawClient(server.port())) {
			assertThat(before.ask("mn\r\n")).isEqualTo("MN\r\n");
			server.pause();
			try (RawClient during = new RawClient(server.port())) {
				for (RawClient client : List.of(before, during)) {
					client.socket().setSoTimeout(100);
					client.say("mn\r\n");
					assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> client.hearTo("\r\n"));
					client.socket().setSoTimeout(10_000);
				}
				server.resume();
				assertThat(before.hearTo("\r\n")).isEqualTo("MN\r\n");
				assertThat(during.hearTo("\r\n")).isEqualTo("MN\r\n");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void stoppedServerHangsUpAndRefusesAndComesBackEmptyAtTheSamePort(boolean virtualThreads) throws IOException {
		try (EmbeddedMemcached server = builder(virtualThreads).start();
				RawClient client = new RawClient(server.port())) {
			int port = server.port();
			String pid = server.stats().get("pid");
			assertThat(client.ask("set k 0 0 1\r\nx\r\n")).isEqualTo("STORED\r\n");
			server.pause();
			server.stop();
			assertThat(client.hearTo("\r\n")).isEqualTo("[closed]");
			assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> new RawClient(port));
			assertThat(server.isRunning()).isFalse();
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(server::stats)
				.withMessageContaining("is stopped; restart() starts it again");
			server.stop();
			server.restart();
			assertThat(server.port()).isEqualTo(port);
			assertThat(server.stats().get("pid")).isNotEqualTo(pid);
			try (RawClient again = new RawClient(port)) {
				assertThat(again.ask("get k\r\n")).isEqualTo("END\r\n");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientsBeyondTheMostAreToldSo(boolean virtualThreads) throws IOException {
		try (EmbeddedMemcached server = builder(virtualThreads).maxConnections(2).start()) {
			List<RawClient> clients = new ArrayList<>();
			for (int i = 0; i < 2; i++) {
				clients.add(new RawClient(server.port()));
				assertThat(clients.get(i).ask("mn\r\n")).isEqualTo("MN\r\n");
			}
			try (RawClient third = new RawClient(server.port())) {
				assertThat(third.hearTo("\r\n")).isEqualTo("ERROR Too many open connections\r\n");
				assertThat(third.hearTo("\r\n")).isEqualTo("[closed]");
			}
			assertThat(server.stats()).containsEntry("rejected_connections", "1");
			clients.get(0).close();
			Awaitility.await().until(() -> server.stats().get("curr_connections").equals("1"));
			try (RawClient next = new RawClient(server.port())) {
				assertThat(next.ask("mn\r\n")).isEqualTo("MN\r\n");
			}
			clients.get(1).close();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void unixSocketIsServedAndRemoved(boolean virtualThreads, @TempDir Path directory) throws IOException {
		Path path = directory.resolve("memcached.sock");
		for (int i = 0; i < 2; i++) {
			try (EmbeddedMemcached server = builder(virtualThreads).unixSocket(path).start();
					SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
				assertThat(server.address()).isEqualTo(path.toString());
				assertThatExceptionOfType(IllegalStateException.class).isThrownBy(server::port)
					.withMessageContaining("which has no port");
				channel.connect(UnixDomainSocketAddress.of(path));
				channel.write(ByteBuffer.wrap("mn\r\n".getBytes(StandardCharsets.US_ASCII)));
				ByteBuffer answer = ByteBuffer.allocate(4);
				int count;
				do {
					count = channel.read(answer);
				}
				while (count >= 0 && answer.hasRemaining());
				assertThat(new String(answer.array(), StandardCharsets.US_ASCII)).isEqualTo("MN\r\n");
			}
			assertThat(path).doesNotExist();
		}
	}

	@Test
	void unixSocketOfAServerThatAnswersIsLeftToIt(@TempDir Path directory) throws IOException {
		Path path = directory.resolve("memcached.sock");
		EmbeddedMemcachedBuilder builder = EmbeddedMemcached.builder().unixSocket(path);
		try (EmbeddedMemcached first = builder.start()) {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(builder::start)
				.withMessage("Cannot listen on " + path + ": a server answers there. Stop it, or choose another path.");
			assertThat(first.isRunning()).isTrue();
			try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
				channel.write(ByteBuffer.wrap("mn\r\n".getBytes(StandardCharsets.US_ASCII)));
				assertThat(channel.read(ByteBuffer.allocate(4))).isPositive();
			}
			first.restart();
			assertThat(path).exists();
		}
		// one that nobody listens on any more
		ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
		stale.bind(UnixDomainSocketAddress.of(path));
		stale.close();
		assertThat(path).exists();
		builder.start().close();
		assertThat(path).doesNotExist();
	}

	@Test
	void unixSocketOfAnotherServerIsNotRemoved(@TempDir Path directory) throws IOException {
		Path path = directory.resolve("memcached.sock");
		EmbeddedMemcachedBuilder builder = EmbeddedMemcached.builder().unixSocket(path);
		try (EmbeddedMemcached first = builder.start()) {
			Files.delete(path);
			try (EmbeddedMemcached second = builder.start()) {
				first.stop();
				assertThat(path).exists();
				assertThat(second.isRunning()).isTrue();
			}
		}
	}

	@Test
	void listensOnTheLoopbackAddressOfVersion4WhateverTheJvmPrefers() throws Exception {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Djava.net.preferIPv6Addresses=true", "-cp", System.getProperty("java.class.path"),
				Main.class.getName(), "-p", "-1", "-v")
			.redirectErrorStream(true)
			.start();
		try (BufferedReader said = process.inputReader()) {
			assertThat(said.readLine()).startsWith("listening on 127.0.0.1:");
		}
		finally {
			process.destroyForcibly();
		}
	}

	@Test
	void portInUseIsTold() throws IOException {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> EmbeddedMemcached.builder().port(taken.getLocalPort()).start())
				.withMessage("Cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": the port is in use. "
						+ "Stop what listens there, or choose another port, or 0 for any free one.");
		}
	}

	@Test
	void settingsThatMakeNoSenseAreRefusedWhereTheyAreSet() {
		EmbeddedMemcachedBuilder builder = EmbeddedMemcached.builder();
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> builder.port(65_536))
			.withMessage("port: 65536 is out of range; use 0 to 65535");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> builder.maxItemSize(1))
			.withMessageStartingWith("maxItemSize: 1 is out of range");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> builder.maxBytes(-1))
			.withMessageStartingWith("maxBytes: -1 is out of range");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> builder.auth("a b", "c"))
			.withMessageContaining("the user no space");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> builder.host("no.such.host.invalid"))
			.withMessageContaining("is unknown");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> builder.maxBytes(1 << 20).start())
			.withMessageContaining("is more than half of maxBytes");
	}

	@Test
	void isUpWithinATenthOfASecond() {
		EmbeddedMemcached.start().close();
		long start = System.nanoTime();
		EmbeddedMemcached.start().close();
		assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(100);
	}

}
