package io.libmc.spring.cache;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.cache.interceptor.SimpleKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tricks of "The New Page of Injections: Memcached Injections" (Ivan Novikov, Black
 * Hat USA 2014), as what an application's users may make the key of a cache: any string
 * is a key of its own, and nothing else.
 */
@Memcached
@Timeout(60)
class CacheInjectionTest {

	private MemcachedClient client;

	private MemcachedServer server;

	private long flushes;

	@BeforeEach
	void connect(MemcachedServer memcached) {
		this.server = memcached;
		this.client = MemcachedClient.builder().servers(memcached.address()).pollTimeout(Duration.ofSeconds(5)).build();
		this.client.set("victim", "untouched");
		this.flushes = stat("cmd_flush");
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@ParameterizedTest
	@MethodSource("hostileTexts")
	void hostileKeyIsAKeyAndNothingElse(String text) {
		LibmcCache cache = LibmcCacheTest.cache(this.client, "books");
		cache.put("victim", "a book");
		for (Object key : List.of(text, new SimpleKey(text, 1), List.of(text), Map.of(text, text))) {
			long stored = stat("cmd_set");
			cache.put(key, "its own");
			assertThat(stat("cmd_set")).as("items stored").isEqualTo(stored + 1);
			assertThat(cache.get(key, String.class)).isEqualTo("its own");
			cache.evict(key);
			assertThat(cache.get(key)).isNull();
		}
		assertThat(cache.get("victim", String.class)).isEqualTo("a book");
		assertUntouched();
	}

	@ParameterizedTest
	@MethodSource("hostileTexts")
	void hostileCacheNameIsANameAndNothingElse(String text) {
		LibmcCache victim = LibmcCacheTest.cache(this.client, "books");
		victim.put("k", "a book");
		LibmcCache cache = LibmcCacheTest.cache(this.client, "c" + text);
		cache.put("k", "its own");
		assertThat(cache.get("k", String.class)).isEqualTo("its own");
		cache.clear();
		assertThat(cache.get("k")).isNull();
		assertThat(victim.get("k", String.class)).isEqualTo("a book");
		assertUntouched();
	}

	static Stream<String> hostileTexts() {
		return Stream.of("k 0 0 1\r\n1\r\nset injected 0 3600 10\r\n1234567890\r\n", "k\r\nset injected 0 0 1\r\n1",
				"k\nset injected 0 0 1\n1\n", "k\r\ndelete victim\r\n", "k\r\nflush_all", "\r\nflush_all\r\n",
				"k 0 0 1", "k victim", " victim", "victim noreply", "victim\0", "\0", "k\tvictim", "k".repeat(251),
				"k".repeat(100_000), "set injected 0 0 1 ".repeat(200), "\u010d\u010aflush_all", "\u0085flush_all",
				"victim:", ":victim", "@Sk", "#k", "%0d%0aflush_all", "?k", "\ud800");
	}

	private void assertUntouched() {
		assertThat(stat("cmd_flush")).as("flushes since the test began").isEqualTo(this.flushes);
		assertThat(this.client.<String>get("victim")).isEqualTo("untouched");
		assertThat(this.client.<Object>get("injected")).isNull();
	}

	private long stat(String name) {
		try (RawConnection raw = RawConnection.to(this.server)) {
			return Long.parseLong(raw.stat(name));
		}
	}

}
