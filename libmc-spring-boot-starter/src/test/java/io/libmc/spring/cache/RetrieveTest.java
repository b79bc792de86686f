package io.libmc.spring.cache;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.libmc.ErrorCode;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.cache.Cache.ValueRetrievalException;
import org.springframework.cache.Cache.ValueWrapper;
import org.springframework.cache.interceptor.CacheOperationInvoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Reading and loading without a thread that waits.
 */
@Memcached
@Timeout(60)
class RetrieveTest {

	private final AtomicInteger loads = new AtomicInteger();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private MemcachedServer server;

	private MemcachedClient client;

	private LibmcCache cache;

	@BeforeEach
	void createCache(MemcachedServer server) {
		this.server = server;
		this.client = MemcachedClient.builder()
			.servers(server.address())
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofMillis(300))
			.retryTimeout(Duration.ofMillis(20))
			.build();
		this.cache = LibmcCacheTest.cache(this.client, "books");
	}

	@AfterEach
	void close() {
		this.server.resume();
		this.client.close();
		this.threads.shutdownNow();
	}

	@Test
	void whatIsCachedIsFound() {
		assertThat(this.cache.retrieve("k").join()).isNull();
		this.cache.put("k", "v");
		this.cache.put("null", null);
		assertThat(retrieved("k").get()).isEqualTo("v");
		assertThat(retrieved("null").get()).isNull();
		assertThat(this.cache.getStatistics()).isEqualTo(new LibmcCacheStatistics(2, 1, 2, 0, 0, 0));
	}

	@Test
	void whatWasClearedElsewhereIsNot() {
		LibmcCache elsewhere = LibmcCacheTest.cache(this.client, "books");
		this.cache.put("k", "v");
		elsewhere.clear();
		await().until(() -> this.cache.retrieve("k").join() == null);
		elsewhere.put("k", "w");
		assertThat(retrieved("k").get()).isEqualTo("w");
		this.client.delete("books%gen:" + this.client.serverFor("k"));
		await().until(() -> this.cache.retrieve("k").join() == null);
	}

	@Test
	void aLoadedValueIsCached() {
		assertThat(this.cache.retrieve("k", loader("v")).join()).isEqualTo("v");
		assertThat(this.cache.retrieve("k", loader("w")).join()).isEqualTo("v");
		assertThat(this.cache.retrieve("null", loader(null)).join()).isNull();
		assertThat(this.cache.retrieve("null", loader("w")).join()).isNull();
		assertThat(this.loads).hasValue(2);
		await().until(() -> this.cache.get("k") != null && this.cache.get("null") != null);
	}

	@Test
	void neitherLookingNorLoadingWaits() {
		this.cache.put("k", "v");
		this.server.pause();
		CompletableFuture<?> looked = this.cache.retrieve("k");
		CompletableFuture<Object> loaded = this.cache.retrieve("l", loader("loaded"));
		assertThat(looked).isNotDone();
		assertThat(loaded).isNotDone();
		this.server.resume();
		assertThat(((ValueWrapper) looked.join()).get()).isEqualTo("v");
		assertThat(loaded.join()).isEqualTo("loaded");
	}

	@Test
	void ofManyWhoMissOneLoadsAndCancellingOneCancelsNobodyElse() {
		CompletableFuture<Object> source = new CompletableFuture<>();
		Supplier<CompletableFuture<Object>> loader = () -> {
			this.loads.incrementAndGet();
			return source;
		};
		List<CompletableFuture<Object>> own = java.util.stream.IntStream.range(0, 10)
			.mapToObj((i) -> this.cache.retrieve("k", loader))
			.toList();
		await().until(() -> this.cache.getStatistics().misses() == 10);
		own.get(0).cancel(true);
		own.get(3).complete("mine");
		assertThat(source).isNotDone();
		source.complete("loaded");
		for (int i : List.of(1, 2, 4, 5, 6, 7, 8, 9)) {
			assertThat(own.get(i).join()).isEqualTo("loaded");
		}
		assertThat(this.loads).hasValue(1);
		await().until(() -> this.cache.get("k") != null);
	}

	@Test
	void aLoadIsSharedWithThoseWhoWaitForIt() throws Exception {
		CompletableFuture<Object> source = new CompletableFuture<>();
		CompletableFuture<Object> first = this.cache.retrieve("k", () -> source);
		await().until(() -> this.cache.getStatistics().misses() == 1);
		CompletableFuture<Object> waiting = CompletableFuture
			.supplyAsync(() -> this.cache.<Object>get("k", () -> "own"));
		await().until(() -> this.cache.getStatistics().misses() == 2);
		source.complete("loaded");
		assertThat(first.join()).isEqualTo("loaded");
		assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo("loaded");
	}

	@Test
	void aLoadersFailureIsItsCallersAndNotCached() {
		IllegalStateException failure = new IllegalStateException("no");
		List<Supplier<CompletableFuture<Object>>> loaders = List.of(() -> CompletableFuture.failedFuture(failure),
				() -> {
					throw failure;
				}, () -> CompletableFuture.supplyAsync(() -> {
					throw failure;
				}));
		for (Supplier<CompletableFuture<Object>> loader : loaders) {
			assertThat(this.cache.retrieve("k", loader)).failsWithin(Duration.ofSeconds(10))
				.withThrowableOfType(ExecutionException.class)
				.withCause(failure);
		}
		assertThat(this.cache.retrieve("k", loader("better")).join()).isEqualTo("better");
	}

	/** Whoever leads: one who waits for the value, or one who does not. */
	@ParameterizedTest
	@EnumSource
	void aLoadersFailureIsThatOfAllWhoShareItsLoad(LoadingCall leads) {
		for (Exception failure : List.of(new IllegalStateException("no"), new IOException("no"),
				new MemcachedException(ErrorCode.SERVER_ERROR, null, "no", null))) {
			CountDownLatch fails = new CountDownLatch(1);
			long missed = this.cache.getStatistics().misses();
			Future<Object> leader = leads.begin(this.cache, this.threads, () -> {
				fails.await();
				throw failure;
			});
			await().until(() -> this.cache.getStatistics().misses() == missed + 1);
			Future<Object> follower = leads.other().begin(this.cache, this.threads, () -> "own");
			await().until(() -> this.cache.getStatistics().misses() == missed + 2);
			fails.countDown();
			assertThat(leader).failsWithin(Duration.ofSeconds(10))
				.withThrowableOfType(ExecutionException.class)
				.satisfies((ex) -> assertThat(loadersFailure(ex, leads)).isSameAs(failure));
			assertThat(follower).failsWithin(Duration.ofSeconds(10))
				.withThrowableOfType(ExecutionException.class)
				.satisfies((ex) -> assertThat(loadersFailure(ex, leads.other())).isSameAs(failure));
		}
	}

	private static Throwable loadersFailure(Throwable ex, LoadingCall call) {
		if (call == LoadingCall.RETRIEVE) {
			return ex.getCause();
		}
		assertThat(ex).hasCauseInstanceOf(ValueRetrievalException.class);
		return ex.getCause().getCause();
	}

	/** Spring wraps what a method throws before it returns its future. */
	@Test
	void whatAMethodThrowsAtOnceComesOutAsItIs() {
		IOException failure = new IOException("no");
		Supplier<CompletableFuture<Object>> loader = () -> {
			throw new CacheOperationInvoker.ThrowableWrapper(failure);
		};
		assertThat(this.cache.retrieve("k", loader)).failsWithin(Duration.ofSeconds(10))
			.withThrowableOfType(ExecutionException.class)
			.withCause(failure);
		this.server.kill();
		assertThat(this.cache.retrieve("k", loader)).failsWithin(Duration.ofSeconds(10))
			.withThrowableOfType(ExecutionException.class)
			.withCause(failure);
	}

	@Test
	void aLoaderMayAskForWhatItLoads() {
		assertThat(this.cache
			.retrieve("k", () -> this.cache.retrieve("k", loader("inner")).thenApply((inner) -> inner + " and outer"))
			.join()).isEqualTo("inner and outer");
	}

	@Test
	void anEvictionOvertakesALoad() {
		CompletableFuture<Object> source = new CompletableFuture<>();
		CompletableFuture<Object> load = this.cache.retrieve("k", () -> source);
		await().until(() -> this.cache.getStatistics().misses() == 1);
		this.cache.evict("k");
		source.complete("old");
		assertThat(load.join()).isEqualTo("old");
		assertThat(this.cache.retrieve("k", loader("new")).join()).isEqualTo("new");
	}

	@Test
	void whatWasLoadedIsReturnedWhateverHappensMeanwhile() {
		for (OnError onError : OnError.values()) {
			LibmcCache failing = LibmcCacheTest.cache(this.client, new LibmcCacheSettings().onError(onError));
			failing.get("other");
			assertThat(failing.retrieve("k", () -> {
				this.server.kill();
				return CompletableFuture.completedFuture("loaded " + this.loads.incrementAndGet());
			}).join()).isEqualTo("loaded " + this.loads.get());
			await().until(() -> failing.getStatistics().failures() == 1);
			this.server.restart();
			await().ignoreExceptions().until(() -> this.client.get("x") == null);
		}
		assertThat(this.loads).hasValue(2);
	}

	@Test
	void aFailureOfMemcachedIsAMissOrTheCallers() {
		LibmcCache strict = LibmcCacheTest.cache(this.client, new LibmcCacheSettings().onError(OnError.THROW));
		this.server.kill();
		assertThat(this.cache.retrieve("k").join()).isNull();
		assertThat(this.cache.retrieve("k", loader("loaded")).join()).isEqualTo("loaded");
		assertThat(strict.retrieve("k")).failsWithin(Duration.ofSeconds(10))
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(MemcachedException.class);
		assertThat(strict.retrieve("k", loader("never"))).failsWithin(Duration.ofSeconds(10))
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(MemcachedException.class);
		assertThat(this.loads).hasValue(1);
	}

	@Test
	void aValueThatCannotBeCachedIsReturnedAllTheSame() {
		Object value = new Object();
		assertThat(this.cache.retrieve("k", loader(value)).join()).isSameAs(value);
		assertThat(this.cache.get("k")).isNull();
		assertThatIllegalArgumentException().isThrownBy(() -> this.cache.retrieve(new Object()));
		assertThatIllegalArgumentException().isThrownBy(() -> this.cache.retrieve(new Object(), loader("v")));
	}

	@Test
	void onReactorsThreadsNothingWaits() throws Exception {
		this.cache.put("k", "old");
		this.server.pause();
		CountDownLatch done = new CountDownLatch(1);
		Mono.fromRunnable(() -> {
			this.cache.put("k", "new");
			this.cache.evict("l");
			this.cache.put("l", "new");
			this.cache.clear();
			this.cache.put("m", "new");
			this.cache.evict("m");
			done.countDown();
		}).subscribeOn(Schedulers.parallel()).subscribe();
		assertThat(done.await(200, TimeUnit.MILLISECONDS)).isTrue();
		this.server.resume();
		await().untilAsserted(() -> assertThat(this.cache.get("m")).isNull());
	}

	@Test
	void onReactorsThreadsWritesOfAnEntryKeepTheirOrder() {
		for (int round = 0; round < 50; round++) {
			String key = "k" + round;
			Mono.fromRunnable(() -> {
				this.cache.put(key, "old");
				this.cache.evict(key);
				this.cache.put(key, "new");
			}).subscribeOn(Schedulers.parallel()).block();
			await().pollInterval(Duration.ofMillis(1)).until(() -> this.cache.getStatistics().puts() % 2 == 0);
			await().untilAsserted(() -> assertThat(this.cache.get(key, String.class)).isEqualTo("new"));
		}
	}

	@Test
	void whatFailsThereIsCounted() {
		this.server.kill();
		Mono.fromRunnable(() -> this.cache.put("k", "v")).subscribeOn(Schedulers.parallel()).block();
		await().until(() -> this.cache.getStatistics().failures() == 1);
	}

	private ValueWrapper retrieved(Object key) {
		return (ValueWrapper) Objects.requireNonNull(this.cache.retrieve(key).join());
	}

	private Supplier<CompletableFuture<Object>> loader(Object value) {
		return () -> {
			this.loads.incrementAndGet();
			return CompletableFuture.completedFuture(value);
		};
	}

}
