package io.libmc.spring.cache;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that wait, on the one thread on which the client completes those that do not.
 */
@Memcached
@Timeout(60)
class OwnExecutorTest {

	private static final int CALLS = 10;

	private final ExecutorService executor = Executors.newSingleThreadExecutor();

	private MemcachedClient client;

	private LibmcCacheManager manager;

	private LibmcCache cache;

	@BeforeEach
	void createCache(MemcachedServer server) {
		this.client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.connectTimeout(Duration.ofSeconds(1))
			.executor(this.executor)
			.build();
		this.manager = new LibmcCacheManager(this.client, new LibmcCacheSettings());
		this.manager.setClearVisibility(Duration.ZERO);
		this.manager.afterPropertiesSet();
		this.cache = (LibmcCache) Objects.requireNonNull(this.manager.getCache("books"));
	}

	@AfterEach
	void close() {
		this.manager.destroy();
		this.client.close();
		this.executor.shutdownNow();
	}

	@Test
	void theyDoNotWaitForThemselves() throws Exception {
		List<Consumer<String>> calls = List.of((key) -> assertThat(this.cache.get(key)).isNull(),
				(key) -> assertThat(this.cache.get(key, () -> "v")).isEqualTo("v"),
				(key) -> assertThat(this.cache.get(key, () -> "never")).isEqualTo("v"),
				(key) -> assertThat(this.cache.get(key, String.class)).isEqualTo("v"),
				(key) -> assertThat(this.cache.evictIfPresent(key)).isTrue());
		for (Consumer<String> call : calls) {
			long nanos = this.executor.submit(() -> {
				long start = System.nanoTime();
				for (int i = 0; i < CALLS; i++) {
					call.accept("k" + i);
				}
				return System.nanoTime() - start;
			}).get(50, TimeUnit.SECONDS);
			assertThat(Duration.ofNanos(nanos / CALLS)).isLessThan(Duration.ofMillis(150));
		}
	}

}
