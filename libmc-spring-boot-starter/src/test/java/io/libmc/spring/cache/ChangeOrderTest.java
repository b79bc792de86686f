package io.libmc.spring.cache;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.cache.Cache.ValueWrapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Threads that must not wait find what they have done before.
 */
@Memcached
@Timeout(60)
class ChangeOrderTest {

	private static final int ROUNDS = 300;

	private static final Duration VISIBILITY = Duration.ofMillis(100);

	private MemcachedServer server;

	private MemcachedClient client;

	private LibmcCache cache;

	@BeforeEach
	void createCache(MemcachedServer started) {
		this.server = started;
		this.client = client();
		this.cache = cache(this.client);
	}

	@AfterEach
	void close() {
		this.server.resume();
		this.client.close();
	}

	@Test
	void aReadFindsWhatWasPutBefore() {
		for (int i = 0; i < ROUNDS; i++) {
			String value = "v" + i;
			assertThat(found(() -> {
				this.cache.put("k", value);
				return this.cache.retrieve("k");
			})).isEqualTo(value);
		}
	}

	@Test
	void aReadDoesNotFindWhatWasEvictedBefore() {
		for (int i = 0; i < ROUNDS; i++) {
			boolean immediately = i % 2 == 0;
			this.cache.put("k", "old");
			assertThat(found(() -> {
				if (immediately) {
					this.cache.evictIfPresent("k");
				}
				else {
					this.cache.evict("k");
				}
				return this.cache.retrieve("k");
			})).isNull();
		}
	}

	@Test
	void aClearingOnAnyThreadComesAfterWhatWasPutBefore() {
		for (int i = 0; i < ROUNDS; i++) {
			onReactor(() -> {
				this.cache.put("k", "old");
				return CompletableFuture.completedFuture("put");
			});
			this.cache.clear();
			assertThat(this.cache.get("k")).isNull();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "evict", "evictIfPresent", "clear", "put" })
	void aChangeThatCannotWaitForWhatIsQueuedStillComesAfterIt(String change) throws Exception {
		try (MemcachedClient patient = MemcachedClient.builder()
			.servers(this.server.address())
			.pollTimeout(Duration.ofSeconds(4))
			.build()) {
			LibmcCache slow = cache(patient);
			slow.put("other", "warm");
			this.server.pause();
			onReactor(() -> {
				slow.put("k", "older");
				slow.put("k", "old");
				return CompletableFuture.completedFuture("put");
			});
			switch (change) {
				case "evict" -> slow.evict("k");
				case "evictIfPresent" -> slow.evictIfPresent("k");
				case "clear" -> slow.clear();
				default -> slow.put("k", "new");
			}
			Thread.sleep(1200);
			this.server.resume();
			Thread.sleep(1500);
			assertThat(slow.get("k", String.class)).isEqualTo(change.equals("put") ? "new" : null);
		}
	}

	@Test
	void aLoadDoesNotFindWhatWasEvictedOrClearedBefore() {
		for (int i = 0; i < ROUNDS; i++) {
			boolean all = i % 2 == 0;
			this.cache.put("k", "old");
			assertThat(onReactor(() -> {
				if (all) {
					this.cache.invalidate();
				}
				else {
					this.cache.evict("k");
				}
				return this.cache.retrieve("k", () -> CompletableFuture.completedFuture("new"));
			})).isEqualTo("new");
		}
	}

	@Test
	void changesAndClearingsKeepTheirOrder() {
		for (int i = 0; i < ROUNDS; i++) {
			assertThat(found(() -> {
				this.cache.put("k", "old");
				this.cache.clear();
				return this.cache.retrieve("k");
			})).isNull();
			assertThat(found(() -> {
				this.cache.clear();
				this.cache.put("k", "kept");
				return this.cache.retrieve("k");
			})).isEqualTo("kept");
		}
	}

	@Test
	void threadsThatMayWaitFindItToo() {
		for (int i = 0; i < ROUNDS; i++) {
			String value = "v" + i;
			onReactor(() -> {
				this.cache.put("k", value);
				return CompletableFuture.completedFuture(null);
			});
			assertThat(this.cache.get("k", String.class)).isEqualTo(value);
			onReactor(() -> {
				this.cache.put("k", "never");
				return CompletableFuture.completedFuture(null);
			});
			this.cache.evict("k");
			assertThat(this.cache.get("k")).isNull();
		}
	}

	/**
	 * Nobody waits for changes without an end, and what they would replace is not read.
	 */
	@Test
	void whileTheServerHangsReadsEndInTimeAndAreMisses() {
		this.cache.put("k", "old");
		this.server.pause();
		long start = System.nanoTime();
		assertThat(found(() -> {
			for (int i = 0; i < 50; i++) {
				this.cache.evict("k");
			}
			return this.cache.retrieve("k");
		})).isNull();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1_700));
		this.server.resume();
	}

	/**
	 * The first load began before another application cleared the cache; who asks after
	 * the time within which that is seen must not get its value.
	 */
	@Test
	void aLoadThatBeganBeforeAClearingIsNotJoinedAfterIt() throws Exception {
		CompletableFuture<String> slow = new CompletableFuture<>();
		AtomicInteger loads = new AtomicInteger();
		Supplier<CompletableFuture<String>> first = () -> {
			loads.incrementAndGet();
			return slow;
		};
		CompletableFuture<String> old = this.cache.retrieve("k", first);
		while (loads.get() == 0) {
			Thread.sleep(1);
		}
		try (MemcachedClient other = client()) {
			cache(other).clear();
		}
		Thread.sleep(VISIBILITY.plusMillis(50).toMillis());
		CompletableFuture<String> after = this.cache.retrieve("k", () -> CompletableFuture.completedFuture("new"));
		Thread.sleep(50);
		slow.complete("old");
		assertThat(after.join()).isEqualTo("new");
		assertThat(old.join()).isEqualTo("old");
	}

	private static @Nullable Object found(Supplier<CompletableFuture<?>> calls) {
		Object found = onReactor(calls);
		return (found instanceof ValueWrapper wrapper) ? wrapper.get() : found;
	}

	private static @Nullable Object onReactor(Supplier<? extends CompletableFuture<?>> calls) {
		return Mono.fromFuture(() -> calls.get().thenApply((result) -> (result != null) ? result : "nothing"))
			.subscribeOn(Schedulers.parallel())
			.map((result) -> result)
			.blockOptional()
			.filter((result) -> !result.equals("nothing"))
			.orElse(null);
	}

	private MemcachedClient client() {
		return MemcachedClient.builder()
			.servers(this.server.address())
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofMillis(500))
			.retryTimeout(Duration.ofMillis(20))
			.build();
	}

	private static LibmcCache cache(MemcachedClient client) {
		LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings());
		manager.setClearVisibility(VISIBILITY);
		manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

}
