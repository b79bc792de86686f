package io.libmc.embedded;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLSocket;

import com.sun.management.OperatingSystemMXBean;
import io.libmc.MemcachedClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class TlsServerTest {

	@TempDir
	static Path directory;

	private static SelfSigned own;

	@BeforeAll
	static void certify() throws Exception {
		own = new SelfSigned(directory);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientsTalkInSecret(boolean virtualThreads) throws Exception {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder()
			.virtualThreads(virtualThreads)
			.tls(own.context())
			.start(); RawClient client = new RawClient(server.port(), own.trusting())) {
			String value = "v".repeat(900_000);
			assertThat(client.ask("set k 0 0 900000\r\n" + value + "\r\n")).isEqualTo("STORED\r\n");
			String item = "VALUE k 0 900000\r\n" + value + "\r\n";
			assertThat(client.say("get k k k k\r\n").hearTo("END\r\n")).isEqualTo(item.repeat(4) + "END\r\n");
			try (RawClient clear = new RawClient(server.port())) {
				assertThat(clear.say("version\r\n").hearTo("VERSION")).endsWith("[closed]");
			}
			catch (IOException ex) {
				// hung up with a reset
			}
			assertThat(client.ask("mn\r\n")).isEqualTo("MN\r\n");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientsShowTheirCertificates(boolean virtualThreads) throws Exception {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder()
			.virtualThreads(virtualThreads)
			.mutualTls(own.context())
			.start()) {
			try (RawClient known = new RawClient(server.port(), own.context())) {
				assertThat(known.ask("mn\r\n")).isEqualTo("MN\r\n");
			}
			try (RawClient unknown = new RawClient(server.port(), own.trusting())) {
				assertThat(unknown.ask("mn\r\n")).isEqualTo("[closed]");
			}
			catch (IOException ex) {
				// hung up with a reset
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void ownClientTalksToIt(boolean virtualThreads) throws Exception {
		var context = own.trusting();
		try (EmbeddedMemcached server = EmbeddedMemcached.builder()
			.virtualThreads(virtualThreads)
			.tls(own.context())
			.auth("user", "secret")
			.start();
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.ssl(() -> context)
					.credentials("user", "secret")
					.pollTimeout(Duration.ofSeconds(20))
					.build()) {
			assertThat(client.set("k", "v".repeat(3_000_000))).isTrue();
			assertThat(client.<String>get("k")).hasSize(3_000_000);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void nobodyNegotiatesAgain(boolean virtualThreads) throws Exception {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder()
			.virtualThreads(virtualThreads)
			.tls(own.context())
			.start(); RawClient client = new RawClient(server.port(), own.trusting())) {
			SSLSocket socket = (SSLSocket) client.socket();
			socket.setEnabledProtocols(new String[] { "TLSv1.2" });
			assertThat(client.ask("mn\r\n")).isEqualTo("MN\r\n");
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
				socket.startHandshake();
				client.ask("mn\r\n");
			});
			Awaitility.await().until(() -> server.stats().get("curr_connections").equals("0"));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void whatWasAskedBeforeGoodByeIsAnsweredAndSoIsGoodBye(String protocol) throws Exception {
		for (boolean virtualThreads : new boolean[] { true, false }) {
			try (EmbeddedMemcached server = EmbeddedMemcached.builder()
				.virtualThreads(virtualThreads)
				.tls(own.context())
				.start(); RawClient client = new RawClient(server.port(), own.trusting())) {
				SSLSocket socket = (SSLSocket) client.socket();
				socket.setEnabledProtocols(new String[] { protocol });
				client.say("mn\r\n".repeat(1_000));
				if (protocol.equals("TLSv1.3")) {
					socket.shutdownOutput();
				}
				else {
					client.say("quit\r\n");
				}
				// an end without a good-bye would be an exception
				assertThat(client.hearTo("never")).isEqualTo("MN\r\n".repeat(1_000) + "[closed]");
				Awaitility.await().until(() -> server.stats().get("curr_connections").equals("0"));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void halfARecordCostsNoTime(boolean virtualThreads) throws Exception {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder()
			.virtualThreads(virtualThreads)
			.tls(own.context())
			.start()) {
			List<RawClient> clients = new ArrayList<>();
			try {
				for (int i = 0; i < 20; i++) {
					clients.add(new RawClient(server.port()).say("\u0016\u0003\u0001\u0002\u0000\u0001"));
				}
				Awaitility.await().until(() -> server.stats().get("curr_connections").equals("20"));
				OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
				Duration least = Duration.ofDays(1);
				for (int i = 0; i < 10; i++) {
					long before = system.getProcessCpuTime();
					TimeUnit.MILLISECONDS.sleep(100);
					Duration took = Duration.ofNanos(system.getProcessCpuTime() - before);
					least = (took.compareTo(least) < 0) ? took : least;
				}
				assertThat(least).isLessThan(Duration.ofMillis(50));
				for (RawClient client : clients) {
					client.socket().shutdownOutput();
				}
				Awaitility.await().until(() -> server.stats().get("curr_connections").equals("0"));
			}
			finally {
				for (RawClient client : clients) {
					client.close();
				}
			}
		}
	}

}
