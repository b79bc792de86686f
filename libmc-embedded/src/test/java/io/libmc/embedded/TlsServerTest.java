package io.libmc.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import io.libmc.MemcachedClient;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

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

}
