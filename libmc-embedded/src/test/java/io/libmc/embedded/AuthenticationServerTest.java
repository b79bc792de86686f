package io.libmc.embedded;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.libmc.MemcachedClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class AuthenticationServerTest {

	@Test
	void nothingIsDoneForClientsThatDoNotSayWhoTheyAre() throws IOException {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder()
			.auth("user", "pass word")
			.auth("other", "x:y")
			.start()) {
			try (RawClient client = new RawClient(server.port())) {
				assertThat(client.ask("get k\r\n")).isEqualTo("CLIENT_ERROR unauthenticated\r\n");
				assertThat(client.ask("mg key\r\n")).isEqualTo("CLIENT_ERROR unauthenticated\r\n");
				assertThat(client.ask("set k 0 0 10\r\nuser wrong\r\n"))
					.isEqualTo("CLIENT_ERROR authentication failure\r\n");
				assertThat(client.ask("set k 0 0 4\r\nuser\r\n"))
					.isEqualTo("CLIENT_ERROR bad authentication token format\r\n");
				assertThat(client.ask("set k 0 0 20000\r\n")).isEqualTo("CLIENT_ERROR auth token too long\r\n");
				assertThat(client.ask("set k 0 0 14\r\nuser pass word\r\n")).isEqualTo("STORED\r\n");
				assertThat(client.ask("get k\r\n")).isEqualTo("END\r\n");
			}
			try (RawClient client = new RawClient(server.port())) {
				assertThat(client.ask("set k 0 0 9\r\nother x:y\r\n")).isEqualTo("STORED\r\n");
			}
			assertThat(server.stats()).containsEntry("auth_cmds", "3").containsEntry("auth_errors", "1");
		}
	}

	@Test
	void passwordsMayHaveAnyCharacters() throws IOException {
		String user = "b\u00f6rse";
		String password = "\u0141\u00f3d\u017a\u20ac";
		try (EmbeddedMemcached server = EmbeddedMemcached.builder().auth(user, password).start();
				RawClient client = new RawClient(server.port())) {
			for (String wrong : List.of(user + " ?\u00f3d??", "b?rse " + password, "b?rse ?\u00f3d??")) {
				for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.ISO_8859_1)) {
					assertThat(client.ask(command(wrong, charset)))
						.isEqualTo("CLIENT_ERROR authentication failure\r\n");
				}
			}
			assertThat(client.ask(command(user + ' ' + password, StandardCharsets.UTF_8))).isEqualTo("STORED\r\n");
			try (MemcachedClient mc = MemcachedClient.builder()
				.servers(server.address())
				.credentials(user, password)
				.build()) {
				assertThat(mc.set("k", 1)).isTrue();
			}
		}
	}

	/** As characters of a byte each. */
	private static String command(String token, Charset charset) {
		byte[] bytes = token.getBytes(charset);
		return "set k 0 0 " + bytes.length + "\r\n" + new String(bytes, StandardCharsets.ISO_8859_1) + "\r\n";
	}

	@Test
	void junkIsSentAway() throws IOException {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder().auth("user", "secret").start();
				RawClient client = new RawClient(server.port())) {
			client.say("x".repeat(3000));
			assertThat(client.hearTo("\r\n")).isEqualTo("[closed]");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "mn\r\n", "quit\r\n", "abcd\r\n", "get a\n", "\r\nmn\r\n" })
	void lineTooShortToSayItIsSentAway(String line) throws IOException {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder().auth("user", "secret").start()) {
			try (RawClient client = new RawClient(server.port())) {
				assertThat(client.ask(line)).isEqualTo("[closed]");
			}
		}
		try (EmbeddedMemcached server = EmbeddedMemcached.builder()
			.auth("user", "secret")
			.version(MemcachedVersion.V1_6_18)
			.start(); RawClient client = new RawClient(server.port())) {
			assertThat(client.ask(line)).isEqualTo("CLIENT_ERROR unauthenticated\r\n");
		}
	}

	@ParameterizedTest
	@EnumSource(MemcachedVersion.class)
	void whatIsRefusedTogetherIsAnsweredOnce(MemcachedVersion version) throws IOException {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder().auth("user", "secret").version(version).start();
				RawClient client = new RawClient(server.port())) {
			client.say("get a\r\nget b\r\nset k 0 0 6\r\nuser x\r\n");
			assertThat(client.hearTo("\r\n")).isEqualTo("CLIENT_ERROR authentication failure\r\n");
			client.say("get a\r\nset k 0 0 11\r\nuser secret\r\nget c\r\nget d\r\nmn\r\n");
			assertThat(client.hearTo("MN\r\n")).isEqualTo("STORED\r\nEND\r\nEND\r\nMN\r\n");
		}
	}

}
