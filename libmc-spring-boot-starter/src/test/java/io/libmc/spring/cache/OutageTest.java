package io.libmc.spring.cache;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.libmc.ErrorCode;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.MemcachedException;
import io.libmc.MemcachedListener;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * What the application sees while memcached is down, hangs, or refuses.
 */
@Memcached
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class OutageTest {

	private final AtomicLong time = new AtomicLong();

	private final ServerStates serverStates = new ServerStates(this.time::get);

	private MemcachedServer server;

	private MemcachedClient client;

	@BeforeEach
	void createClient(MemcachedServer server) {
		this.server = server;
		this.client = builder().build();
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@Test
	void withBypassTheApplicationGoesOnAsIfWithoutACache() {
		LibmcCache cache = cache(OnError.BYPASS);
		cache.put("k", "v");
		this.server.kill();
		await().until(() -> cache.get("k") == null);
		cache.put("k", "w");
		assertThat(cache.putIfAbsent("k", "w")).isNull();
		cache.evict("k");
		assertThat(cache.evictIfPresent("k")).isFalse();
		cache.clear();
		assertThat(cache.invalidate()).isFalse();
		assertThat(cache.get("k", () -> "loaded")).isEqualTo("loaded");
		assertThat(cache.getStatistics().failures()).isGreaterThanOrEqualTo(8);
		assertThat(cache.getStatistics().hits()).isZero();
		this.server.restart();
		await().untilAsserted(() -> {
			cache.put("k", "back");
			assertThat(cache.get("k", String.class)).isEqualTo("back");
		});
	}

	@Test
	void withThrowTheApplicationGetsTheException() {
		LibmcCache cache = cache(OnError.THROW);
		cache.put("k", "v");
		this.server.kill();
		await().until(() -> {
			try {
				cache.get("k");
				return false;
			}
			catch (MemcachedException ex) {
				return true;
			}
		});
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> cache.put("k", "w"));
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> cache.putIfAbsent("k", "w"));
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> cache.evict("k"));
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(cache::clear);
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> cache.get("k", () -> {
			throw new AssertionError("loaded");
		}));
	}

	@Test
	void whatWasLoadedIsReturnedWhateverHappensMeanwhile() {
		for (OnError onError : OnError.values()) {
			LibmcCache cache = cache(onError);
			AtomicInteger loads = new AtomicInteger();
			assertThat(cache.get("k", () -> {
				this.server.kill();
				return "loaded " + loads.incrementAndGet();
			})).isEqualTo("loaded 1");
			assertThat(cache.getStatistics().failures()).isEqualTo(1);
			this.server.restart();
			await().untilAsserted(() -> assertThatCode(() -> this.client.get("x")).doesNotThrowAnyException());
		}
	}

	@Test
	void aServerThatHangsCostsOneTimeoutForALoadNotTwo() {
		LibmcCache cache = cache(OnError.BYPASS);
		cache.put("k", "v");
		this.server.pause();
		assertThat(cache.get("k", () -> "loaded")).isEqualTo("loaded");
		assertThat(cache.getStatistics().failures()).isEqualTo(1);
	}

	@Test
	void anOutageIsLoggedWhenItBeginsAndWhenItEnds(CapturedOutput output) {
		LibmcCache cache = cache(OnError.BYPASS);
		cache.put("k", "v");
		for (int outage = 1; outage <= 2; outage++) {
			this.server.kill();
			await().until(() -> cache.get("k") == null);
			for (int i = 0; i < 100; i++) {
				cache.get("k");
				cache.put("k", "v");
			}
			assertThat(output).satisfies((log) -> assertThat(log.toString()).contains(this.server.address()));
			assertThat(count(output, "goes on without it")).isEqualTo(outage);
			assertThat(count(output, "answers again and serves")).isEqualTo(outage - 1);
			this.server.restart();
			await().untilAsserted(() -> {
				cache.put("k", "v");
				assertThat(cache.get("k")).isNotNull();
			});
			assertThat(count(output, "answers again and serves")).isEqualTo(outage - 1);
			pass(ServerStates.LASTING);
			cache.get("k");
			assertThat(count(output, "answers again and serves")).isEqualTo(outage);
		}
	}

	/** One operation in ten, as where a server or the way to it is overloaded. */
	@Test
	void failuresAmongAnswersAreOneLineAndOneWithTheirNumberWhenThatHasLasted(CapturedOutput output) {
		for (int operation = 0; operation < 480; operation++) {
			pass(Duration.ofMillis(100));
			if (operation % 10 == 0) {
				fail("cache1:11211");
			}
			else {
				answer("cache1:11211");
			}
		}
		answer("cache2:11211");
		assertThat(lines(output)).singleElement().asString().contains("WARN", "goes on without it", "cache1:11211");
		pass(ServerStates.LASTING.minusSeconds(2));
		answer("cache1:11211");
		assertThat(lines(output)).hasSize(1);
		pass(Duration.ofSeconds(2));
		answer("cache2:11211");
		assertThat(lines(output)).hasSize(1);
		answer("cache1:11211");
		answer("cache1:11211");
		assertThat(lines(output)).hasSize(2)
			.last()
			.asString()
			.contains("INFO", "cache1:11211 answers again and serves", "it failed 48 of their operations within 47 s");
		fail("cache1:11211");
		assertThat(lines(output)).hasSize(3).last().asString().contains("goes on without it");
	}

	/** The last failure may be followed by nothing at all. */
	@Test
	void aFailureAfterAQuietMinuteIsLoggedAgain(CapturedOutput output) {
		fail("cache1:11211");
		pass(Duration.ofSeconds(60));
		fail("cache1:11211");
		assertThat(lines(output)).hasSize(1);
		pass(Duration.ofSeconds(61));
		fail("cache1:11211");
		assertThat(lines(output)).hasSize(2);
	}

	/** A server that answers, but not as the cache would have it. */
	@Test
	void entriesThatMemcachedRefusesAmongOthersAreOneLine(CapturedOutput output) {
		try (MemcachedClient undivided = builder().splitLargeValues(false).build()) {
			LibmcCache cache = cache(undivided, OnError.BYPASS);
			for (int i = 0; i < 20; i++) {
				cache.put("large", new byte[2_000_000]);
				cache.put("small", "v");
				assertThat(cache.get("small", String.class)).isEqualTo("v");
			}
			assertThat(cache.getStatistics().failures()).isEqualTo(20);
			assertThat(lines(output)).hasSize(1);
		}
	}

	@Test
	void anEntryThatMemcachedRefusesIsDroppedAndLeavesNothingOld() {
		try (MemcachedClient undivided = builder().splitLargeValues(false).build()) {
			LibmcCache cache = cache(undivided, OnError.BYPASS);
			cache.put("k", "small");
			cache.put("k", new byte[2_000_000]);
			assertThat(cache.getStatistics().failures()).isEqualTo(1);
			assertThat(cache.get("k")).isNull();
		}
	}

	@Test
	void anEntryThatTheClientRefusesIsDroppedAndLeavesNothingOldToo() {
		byte[] large = new byte[20_000_000];
		LibmcCache cache = cache(OnError.BYPASS);
		cache.put("k", "small");
		cache.put("k", large);
		assertThat(cache.get("k")).isNull();
		assertThat(cache.get("k", () -> large)).isSameAs(large);
		assertThat(cache.getStatistics().uncacheable()).isEqualTo(2);
		LibmcCache strict = cache(OnError.THROW);
		assertThatIllegalArgumentException().isThrownBy(() -> strict.put("k", large))
			.withMessageContaining("was not sent");
	}

	private MemcachedClientBuilder builder() {
		return MemcachedClient.builder()
			.servers(this.server.address())
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofMillis(200))
			.retryTimeout(Duration.ofMillis(20))
			.listener(this.serverStates);
	}

	private LibmcCache cache(OnError onError) {
		return cache(this.client, onError);
	}

	private LibmcCache cache(MemcachedClient client, OnError onError) {
		LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings().onError(onError));
		manager.setServerStates(this.serverStates);
		manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

	private void fail(String server) {
		this.serverStates.bypassed("books",
				new MemcachedException(ErrorCode.POLL_TIMEOUT_ERROR, server, "no reply in time", null));
	}

	private void answer(String server) {
		this.serverStates.operationStopped("get", server, MemcachedListener.Outcome.HIT, Duration.ZERO, null);
	}

	private void pass(Duration duration) {
		this.time.addAndGet(duration.toNanos());
	}

	private static List<String> lines(CapturedOutput output) {
		return output.toString()
			.lines()
			.filter((line) -> line.contains("ServerStates") && !line.contains("DEBUG"))
			.toList();
	}

	private static int count(CapturedOutput output, String text) {
		return output.toString().split(text, -1).length - 1;
	}

}
