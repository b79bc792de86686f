package io.libmc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The commands, on real servers.
 */
@Memcached(servers = 3)
class MemcachedClientTest {

	@Test
	void getReturnsWhatSetStored(List<MemcachedServer> servers) {
		try (MemcachedClient client = client(servers)) {
			assertThat(client.set("k", new byte[] { 1, 2 })).isTrue();
			assertThat(client.<byte[]>get("k")).containsExactly(1, 2);
			assertThat(client.<Object>get("absent")).isNull();
			assertThat(client.set("n", 5)).isTrue();
			assertThat(client.incr("n", 3)).hasValue(8);
			assertThat(client.version()).hasSize(3);
		}
	}

	@Test
	void manyThreadsGetTheirOwnValues(List<MemcachedServer> servers) throws Exception {
		try (MemcachedClient client = client(servers)) {
			AtomicInteger wrong = new AtomicInteger();
			AtomicInteger done = new AtomicInteger();
			List<Thread> threads = new ArrayList<>();
			for (int t = 0; t < 16; t++) {
				int id = t;
				Thread thread = new Thread(() -> {
					for (int i = 0; i < 5000; i++) {
						byte[] value = (id + ":" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8);
						client.set("k" + id + "-" + i % 100, value);
						byte[] read = client.get("k" + id + "-" + i % 100);
						if (read == null || !java.util.Arrays.equals(value, read)) {
							wrong.incrementAndGet();
						}
						done.incrementAndGet();
					}
				});
				threads.add(thread);
				thread.start();
			}
			for (Thread thread : threads) {
				thread.join(60_000);
			}
			assertThat(wrong).hasValue(0);
			assertThat(done).hasValue(80_000);
		}
	}

	private static MemcachedClient client(List<MemcachedServer> servers) {
		return MemcachedClient.builder()
			.servers(servers.stream().map(MemcachedServer::address).toList())
			.pollTimeout(Duration.ofSeconds(3))
			.build();
	}

}
