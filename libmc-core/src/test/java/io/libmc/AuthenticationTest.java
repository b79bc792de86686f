package io.libmc;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.libmc.internal.connection.Credentials;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * memcached's ASCII authentication.
 */
@Timeout(30)
class AuthenticationTest {

	private static final String PASSWORD = "s3cret";

	private static final Duration POLL = Duration.ofSeconds(5);

	@TempDir
	static Path directory;

	private static MemcachedServer server;

	@BeforeAll
	static void start() throws IOException {
		Path users = Files.writeString(directory.resolve("users"), "user:" + PASSWORD + "\n");
		server = MemcachedServer.start("-Y", users.toString());
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void rightCredentialsAreSentOnEveryConnection() {
		try (MemcachedClient client = builder().credentials("user", PASSWORD).build()) {
			assertThat(client.set("k", "v")).isTrue();
			client.quit();
			assertThat(client.<String>get("k")).isEqualTo("v");
			server.restart();
			Awaitility.await()
				.ignoreExceptionsInstanceOf(MemcachedConnectionException.class)
				.until(() -> client.set("k", "w"));
			assertThat(client.<String>get("k")).isEqualTo("w");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "a:b", "pässwörd", "\"quoted\"", "\\r\\n", "%s%n", "0" })
	void everyPasswordThatTheBuilderTakesWorks(String password) throws IOException {
		assertAgreed("user", password);
	}

	@Test
	void longestCredentialsThatTheBuilderTakesWork() throws IOException {
		assertAgreed("u".repeat(100), "p".repeat(154));
	}

	private static void assertAgreed(String user, String password) throws IOException {
		Path users = Files.writeString(directory.resolve("others"), user + ":" + password + "\n");
		try (MemcachedServer other = MemcachedServer.start("-Y", users.toString());
				MemcachedClient client = MemcachedClient.builder()
					.servers(other.address())
					.pollTimeout(POLL)
					.credentials(user, password)
					.build()) {
			assertThat(client.set("k", "v")).isTrue();
		}
	}

	@Test
	void wrongCredentialsAreRefusedWithoutBeingShown() {
		try (MemcachedClient client = builder().credentials("user", "wr0ng").build()) {
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("the server refused the credentials")
				.withMessageContaining("authentication failure")
				.withMessageContaining("nothing of it was sent")
				.satisfies((ex) -> assertThat(stackTrace(ex)).doesNotContain("wr0ng"));
		}
	}

	@Test
	void missingCredentialsAreToldInTheServersWords() {
		try (MemcachedClient client = builder().build()) {
			assertThatExceptionOfType(MemcachedProtocolException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("unauthenticated");
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.set("k", "v"))
				.withMessageContaining("authentication");
		}
	}

	@Test
	void serverThatAsksForNoneKeepsNothing() {
		try (MemcachedServer open = MemcachedServer.start();
				MemcachedClient client = MemcachedClient.builder()
					.servers(open.address())
					.pollTimeout(POLL)
					.credentials("user", PASSWORD)
					.build()) {
			assertThat(client.<Object>get("auth")).isNull();
		}
	}

	@Test
	void nothingIsSentBeforeTheServerHasAgreed() {
		try (ScriptedServer scripted = ScriptedServer.of((connection) -> {
			connection.expect("set auth 0 -1 11\r\nuser s3cret\r\n");
			connection.reply("STORED\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(scripted.address())
					.pollTimeout(POLL)
					.credentials("user", PASSWORD)
					.build()) {
			assertThat(client.<Object>get("k")).isNull();
		}
	}

	@Test
	void silenceDuringAuthenticationCostsTheHandshakeTimeout() {
		try (ScriptedServer silent = ScriptedServer.of((connection) -> connection.expect("set auth"));
				MemcachedClient client = MemcachedClient.builder()
					.servers(silent.address())
					.pollTimeout(POLL)
					.handshakeTimeout(Duration.ofMillis(300))
					.credentials("user", PASSWORD)
					.build()) {
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("handshakeTimeout")
				.satisfies((ex) -> assertThat(stackTrace(ex)).doesNotContain(PASSWORD));
		}
	}

	@Test
	void credentialsShowNoPassword() {
		assertThat(new Credentials("user", PASSWORD)).asString().doesNotContain(PASSWORD);
	}

	private static String stackTrace(Throwable thrown) {
		StringWriter text = new StringWriter();
		thrown.printStackTrace(new PrintWriter(text));
		return text.toString();
	}

	private static MemcachedClientBuilder builder() {
		return MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(POLL)
			.retryTimeout(Duration.ofMillis(20));
	}

}
