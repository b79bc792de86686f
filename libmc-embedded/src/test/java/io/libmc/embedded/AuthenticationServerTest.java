package io.libmc.embedded;

import java.io.IOException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
				assertThat(client.ask("mg k\r\n")).isEqualTo("CLIENT_ERROR unauthenticated\r\n");
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
	void junkIsSentAway() throws IOException {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder().auth("user", "secret").start();
				RawClient client = new RawClient(server.port())) {
			client.say("x".repeat(3000));
			assertThat(client.hearTo("\r\n")).isEqualTo("[closed]");
		}
	}

}
