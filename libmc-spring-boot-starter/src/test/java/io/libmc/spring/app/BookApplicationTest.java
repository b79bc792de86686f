package io.libmc.spring.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.spring.cache.LibmcCacheManager;
import io.libmc.testing.MemcachedServer;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.cache.CacheManager;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application whose {@code @Cacheable} methods are served by real memcached servers.
 */
@SpringBootTest(properties = { "libmc.cache.caches[brief].time-to-live=1s", "libmc.cache.time-to-live=1h",
		"libmc.cache.key-prefix=test", "libmc.poll-timeout=2s", "libmc.connect-timeout=1s" })
class BookApplicationTest {

	private static final List<MemcachedServer> SERVERS = Stream.generate(MemcachedServer::start).limit(3).toList();

	@Autowired
	private BookService books;

	@Autowired
	private CacheManager cacheManager;

	@Autowired
	private MemcachedClient client;

	@Autowired
	private MeterRegistry meters;

	@DynamicPropertySource
	static void servers(DynamicPropertyRegistry registry) {
		registry.add("libmc.servers", () -> String.join(",", SERVERS.stream().map(MemcachedServer::address).toList()));
	}

	@AfterAll
	static void stopServers() {
		SERVERS.forEach(MemcachedServer::close);
	}

	@BeforeEach
	void clearCaches() {
		this.cacheManager.getCacheNames()
			.forEach((name) -> Objects.requireNonNull(this.cacheManager.getCache(name)).clear());
	}

	@Test
	void theCachesAreOnMemcached() {
		assertThat(this.cacheManager).isInstanceOf(LibmcCacheManager.class);
		assertThat(this.client.version()).hasSize(3);
	}

	@Test
	void aMethodRunsOnceForEachKey() {
		Book first = this.books.find(1);
		assertThat(this.books.find(1)).isEqualTo(first);
		assertThat(this.books.find(2)).isNotEqualTo(first);
	}

	@Test
	void nullIsCachedToo() {
		int before = this.books.reads();
		assertThat(this.books.find(-1)).isNull();
		assertThat(this.books.find(-1)).isNull();
		assertThat(this.books.reads()).isEqualTo(before + 1);
	}

	@Test
	void argumentsThatLookAlikeAreNotConfused() {
		List<Book> first = this.books.findByAuthor("a, 1", 2);
		assertThat(this.books.findByAuthor("a", 12)).isNotEqualTo(first);
		assertThat(this.books.findByAuthor("a, 1", 2)).isEqualTo(first);
	}

	@Test
	void cachePutReplacesAndCacheEvictRemoves() {
		Book first = Objects.requireNonNull(this.books.find(3));
		Book saved = this.books.save(new Book(3, "Another title", 0));
		assertThat(this.books.find(3)).isEqualTo(saved);
		this.books.delete(3);
		assertThat(this.books.find(3)).isNotIn(first, saved);
	}

	@Test
	void allEntriesOfACacheCanBeEvicted() {
		Book one = this.books.find(1);
		Book two = this.books.find(2);
		this.books.deleteAll();
		assertThat(this.books.find(1)).isNotEqualTo(one);
		assertThat(this.books.find(2)).isNotEqualTo(two);
	}

	@Test
	void aCacheHasItsOwnTimeToLive() {
		Book brief = this.books.findForASecond(1);
		Book lasting = this.books.find(1);
		await().atMost(Duration.ofSeconds(5)).until(() -> !this.books.findForASecond(1).equals(brief));
		assertThat(this.books.find(1)).isEqualTo(lasting);
	}

	@Test
	void withSyncOneOfManyCallersReads() throws Exception {
		int before = this.books.reads();
		ExecutorService threads = Executors.newFixedThreadPool(8);
		try {
			List<Future<Book>> found = new ArrayList<>();
			IntStream.range(0, 8).forEach((i) -> found.add(threads.submit(() -> this.books.findTogether(7))));
			for (Future<Book> book : found) {
				assertThat(book.get()).isEqualTo(found.get(0).get());
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(this.books.reads()).isEqualTo(before + 1);
	}

	@Test
	void cachesAndOperationsAreMetered() {
		double hits = gets("hit");
		double misses = gets("miss");
		this.books.find(11);
		this.books.find(11);
		this.books.find(11);
		assertThat(gets("hit") - hits).isEqualTo(2);
		assertThat(gets("miss") - misses).isEqualTo(1);
		assertThat(this.meters.get("libmc.operations").tag("command", "set").timers()).isNotEmpty();
	}

	@Test
	void entriesLieUnderReadableNames() {
		this.books.find(42);
		assertThat(this.client.<byte[]>get("test/books.byId:@L42")).isNotEmpty();
		String server = this.client.serverFor("test/books.byId:@L42");
		assertThat(this.client.onServer(server).get("test/books.byId%gen:" + server, Long.class)).isPositive();
	}

	private double gets(String result) {
		this.cacheManager.getCache("books.byId");
		return this.meters.get("cache.gets").tags("name", "books.byId", "result", result).functionCounter().count();
	}

}
