package io.libmc.spring.app;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.cache.CacheManager;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * {@code @Cacheable} methods that return futures and publishers.
 */
@SpringBootTest(properties = { "libmc.cache.key-prefix=async", "libmc.poll-timeout=2s", "libmc.connect-timeout=1s" })
@Timeout(60)
class AsyncApplicationTest {

	private static final MemcachedServer SERVER = MemcachedServer.start();

	@Autowired
	private AsyncBookService books;

	@Autowired
	private CacheManager cacheManager;

	@DynamicPropertySource
	static void servers(DynamicPropertyRegistry registry) {
		registry.add("libmc.servers", SERVER::address);
	}

	@AfterAll
	static void stopServer() {
		SERVER.close();
	}

	@BeforeEach
	void clearCaches() {
		for (String name : List.of("async.future", "async.mono", "async.flux")) {
			Objects.requireNonNull(this.cacheManager.getCache(name)).clear();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aFutureIsCached(boolean sync) {
		Book first = (sync ? this.books.futureTogether(1) : this.books.future(1)).join();
		awaitCached("async.future", 1L);
		assertThat((sync ? this.books.futureTogether(1) : this.books.future(1)).join()).isEqualTo(first);
		assertThat(this.books.future(2).join()).isNotEqualTo(first);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void nullIsCached(boolean sync) {
		assertThat((sync ? this.books.futureTogether(-1) : this.books.future(-1)).join()).isNull();
		awaitCached("async.future", -1L);
		int before = this.books.reads();
		assertThat((sync ? this.books.futureTogether(-1) : this.books.future(-1)).join()).isNull();
		assertThat(this.books.reads()).isEqualTo(before);
	}

	@Test
	void whatAMethodThrowsBeforeItReturnsComesOutAsItIs() throws Exception {
		assertThat(this.books.futureThatThrows(1)).failsWithin(Duration.ofSeconds(10))
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.isInstanceOf(IOException.class)
			.withMessage("no book 1");
		Mono<Book> mono = this.books.monoThatThrows(1);
		assertThatThrownBy(mono::block).hasCauseInstanceOf(IOException.class);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aMonoIsCached(boolean sync) {
		Book first = (sync ? this.books.monoTogether(1) : this.books.mono(1)).block();
		awaitCached("async.mono", 1L);
		assertThat((sync ? this.books.monoTogether(1) : this.books.mono(1)).block()).isEqualTo(first);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aFluxIsCached(boolean sync) {
		List<Book> first = (sync ? this.books.fluxTogether(3) : this.books.flux(3)).collectList().block();
		awaitCached("async.flux", 3);
		assertThat(first).hasSize(3);
		assertThat((sync ? this.books.fluxTogether(3) : this.books.flux(3)).collectList().block()).isEqualTo(first);
	}

	@Test
	void ofManyWhoMissTogetherOneLoads() {
		int before = this.books.reads();
		List<CompletableFuture<Book>> futures = Stream.generate(() -> this.books.futureTogether(7)).limit(20).toList();
		assertThat(futures.stream().map(CompletableFuture::join)).containsOnly(futures.get(0).join());
		assertThat(this.books.reads()).isEqualTo(before + 1);
		List<Book> monos = Flux.range(0, 20).flatMap((i) -> this.books.monoTogether(7)).collectList().block();
		assertThat(monos).hasSize(20).containsOnly(monos.get(0));
		assertThat(this.books.reads()).isEqualTo(before + 2);
	}

	@Test
	void cancellingOneSubscriberLeavesTheOthersAlone() {
		Mono<Book> first = this.books.monoTogether(8);
		Mono<Book> second = this.books.monoTogether(8);
		first.subscribe().dispose();
		assertThat(second.block()).isNotNull();
	}

	@Test
	void savingPutsAndDeletingEvicts() {
		Book saved = new Book(9, "Saved", -1);
		this.books.save(saved).block();
		await().until(() -> saved.equals(this.books.mono(9).block()));
		this.books.delete(9).block();
		await().until(() -> !saved.equals(this.books.mono(9).block()));
	}

	/** What is put on one of Reactor's threads is put soon. */
	private void awaitCached(String cache, Object key) {
		await().until(() -> Objects.requireNonNull(this.cacheManager.getCache(cache)).get(key) != null);
	}

}
