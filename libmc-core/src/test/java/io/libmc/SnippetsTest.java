package io.libmc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The snippets of the Javadoc, which takes the regions from here.
 */
@Memcached
class SnippetsTest {

	private final List<String> printed = new ArrayList<>();

	@Test
	void firstSteps(MemcachedServer server) {
		String servers = server.address();
		// @start region = "first-steps"
		try (MemcachedClient mc = MemcachedClient.builder().servers(servers).build()) {
			mc.set("greeting", "hello", Duration.ofMinutes(10));
			String greeting = mc.get("greeting", String.class); // null on a miss

			MultiGetResult<String> all = mc.getMulti(List.of("greeting", "nobody"));
			all.values().forEach((key, value) -> print(key + " = " + value));
			print("absent: " + all.missing());
			// @end
			assertThat(greeting).isEqualTo("hello");
		}
		assertThat(this.printed).containsExactly("greeting = hello", "absent: [nobody]");
	}

	@Test
	void failures(MemcachedServer server) {
		try (MemcachedClient mc = MemcachedClient.builder().servers(server.address()).build()) {
			server.kill();
			// @start region = "failures"
			try {
				mc.set("k", "v");
			}
			catch (MemcachedException ex) {
				print(ex.code() + " at " + ex.server()); // the message says the rest
			}

			MultiResult stored = mc.setMulti(Map.of("a", 1, "b", 2));
			stored.failures().forEach((key, ex) -> print(key + ": " + ex.getMessage()));
			// @end
		}
		assertThat(this.printed).hasSize(3).first().asString().endsWith(" at " + server.address());
	}

	@Test
	void loading(MemcachedServer server) {
		try (MemcachedClient mc = MemcachedClient.builder().servers(server.address()).build()) {
			// @start region = "loading"
			LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofHours(1))
				.refreshAhead(Duration.ofMinutes(1))
				.staleFor(Duration.ofSeconds(30));
			String book = mc.getOrLoad("book:42", policy, () -> find(42));

			mc.invalidate("book:42", policy); // it has changed
			// @end
			assertThat(book).isEqualTo("Emma");
			assertThat(mc.<String>getOrLoad("book:42", policy, () -> find(42))).isEqualTo("Emma");
		}
		assertThat(this.printed).containsExactly("loading 42", "loading 42");
	}

	@Test
	void withoutWaiting(MemcachedServer server) throws Exception {
		try (MemcachedClient mc = MemcachedClient.builder().servers(server.address()).build()) {
			mc.set("visits", 41);
			// @start region = "without-waiting"
			CompletableFuture<Void> counted = mc.async()
				.incr("visits", 1)
				.thenAccept((visits) -> print("visits: " + visits.orElse(0)));
			// @end
			counted.get(10, TimeUnit.SECONDS);
		}
		assertThat(this.printed).containsExactly("visits: 42");
	}

	private String find(long id) {
		print("loading " + id);
		return "Emma";
	}

	private synchronized void print(String line) {
		this.printed.add(line);
	}

}
