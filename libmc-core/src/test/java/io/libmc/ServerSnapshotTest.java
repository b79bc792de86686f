package io.libmc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * What a client knows of its servers without asking them.
 */
@Timeout(60)
@Memcached(servers = 2)
class ServerSnapshotTest {

	@Test
	void aServerThatWasNeverConnectedToIsUp(List<MemcachedServer> servers) {
		try (MemcachedClient client = client(servers)) {
			assertThat(client.servers()).extracting(ServerSnapshot::name)
				.containsExactly(servers.get(0).address(), servers.get(1).address());
			assertThat(client.servers()).allSatisfy((server) -> {
				assertThat(server.isUp()).isTrue();
				assertThat(server.connections()).isZero();
				assertThat(server.bytesRead()).isZero();
				assertThat(server.share()).isBetween(0.3, 0.7);
			});
			assertThat(client.servers().stream().mapToDouble(ServerSnapshot::share).sum()).isEqualTo(1, within(1e-9));
		}
	}

	@Test
	void connectionsAndBytesAreCountedAlsoThoseOfConnectionsThatEnded(MemcachedServer server) {
		try (MemcachedClient client = client(List.of(server))) {
			client.set("k", "v".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
			client.get("k");
			int written = "set k 0 0 1\r\nv\r\n".length() + "get k\r\n".length();
			int read = "STORED\r\n".length() + "VALUE k 0 1\r\nv\r\nEND\r\n".length();
			assertThat(client.servers().get(0))
				.isEqualTo(new ServerSnapshot(server.address(), null, 1, 1, 0, written, read));
			client.quit();
			await().until(() -> client.servers().get(0).connections() == 0);
			client.get("k");
			ServerSnapshot again = client.servers().get(0);
			assertThat(again.connections()).isEqualTo(1);
			assertThat(again.bytesWritten()).isEqualTo(written + "quit\r\n".length() + "get k\r\n".length());
			assertThat(again.bytesRead()).isEqualTo(read + "VALUE k 0 1\r\nv\r\nEND\r\n".length());
		}
	}

	@Test
	void whatWaitsForAReplyIsInFlight(MemcachedServer server) {
		try (MemcachedClient client = client(List.of(server))) {
			client.get("k");
			server.pause();
			List<CompletableFuture<Object>> gets = List.of(client.async().get("a"), client.async().get("b"));
			await().until(() -> client.servers().get(0).inFlight() == 2);
			server.resume();
			gets.forEach(CompletableFuture::join);
			assertThat(client.servers().get(0).inFlight()).isZero();
		}
	}

	@Test
	void aDeadServerTellsWhyUntilItIsBack(MemcachedServer server) {
		try (MemcachedClient client = client(List.of(server))) {
			server.kill();
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"));
			ServerSnapshot dead = client.servers().get(0);
			assertThat(dead.isUp()).isFalse();
			assertThat(dead.outage()).startsWith("connecting failed");
			assertThat(dead.connections()).isZero();
			server.restart();
			await().ignoreExceptionsInstanceOf(MemcachedConnectionException.class).until(() -> client.set("k", 1));
			assertThat(client.servers().get(0).isUp()).isTrue();
		}
	}

	@Test
	void theListenerHearsOfAnotherListAndTheCountsOfWhoStaysGoOn(List<MemcachedServer> servers) {
		List<List<String>> heard = new CopyOnWriteArrayList<>();
		MemcachedListener listener = new MemcachedListener() {
			@Override
			public void serversChanged(List<String> names) {
				heard.add(names);
			}
		};
		List<String> names = servers.stream().map(MemcachedServer::address).toList();
		try (MemcachedClient client = MemcachedClient.builder().servers(names.get(0)).listener(listener).build()) {
			client.get("k");
			long read = client.servers().get(0).bytesRead();
			client.updateServers(names);
			assertThat(heard).containsExactly(names);
			assertThat(client.servers()).extracting(ServerSnapshot::name).containsExactlyElementsOf(names);
			assertThat(client.servers().get(0).bytesRead()).isEqualTo(read);
		}
	}

	@Test
	void aClosedClientDoesNotTell(MemcachedServer server) {
		MemcachedClient client = client(List.of(server));
		client.close();
		assertThatIllegalStateException().isThrownBy(client::servers);
	}

	private static MemcachedClient client(List<MemcachedServer> servers) {
		return MemcachedClient.builder()
			.servers(servers.stream().map(MemcachedServer::address).toList())
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofSeconds(10))
			.retryTimeout(Duration.ofMillis(50))
			.build();
	}

}
