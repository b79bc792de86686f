package io.libmc.spring.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two instances of an application, which share nothing but memcached, and everybody wants
 * the same at once.
 */
@Memcached(servers = 2)
@Timeout(60)
class StampedeTest {

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private static ConfigurableApplicationContext one;

	private static ConfigurableApplicationContext other;

	@BeforeAll
	static void startApplications(List<MemcachedServer> servers) {
		one = start(servers);
		other = start(servers);
	}

	private static ConfigurableApplicationContext start(List<MemcachedServer> servers) {
		return new SpringApplicationBuilder(BookApplication.class, Sources.class).web(WebApplicationType.NONE)
			.run("--libmc.servers=" + String.join(",", servers.stream().map(MemcachedServer::address).toList()),
					"--libmc.poll-timeout=2s", "--libmc.connect-timeout=1s", "--libmc.cache.time-to-live=60s",
					"--libmc.cache.caches.due.refresh-ahead=45s", "--libmc.cache.caches.stale.serve-stale=30s");
	}

	@AfterAll
	static void stopApplications() {
		one.close();
		other.close();
	}

	@AfterEach
	void endThreads() {
		this.threads.shutdownNow();
	}

	@Test
	void ofFiftyThreadsInEachOfTwoApplicationsOneLoads() throws Exception {
		CyclicBarrier start = new CyclicBarrier(100);
		List<Future<Book>> calls = new ArrayList<>();
		for (BookService books : List.of(one.getBean(BookService.class), other.getBean(BookService.class))) {
			for (int i = 0; i < 50; i++) {
				calls.add(this.threads.submit(() -> {
					start.await();
					return books.findTogether(1);
				}));
			}
		}
		for (Future<Book> call : calls) {
			assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo(new Book(1, "Slow", 1));
		}
		assertThat(one.getBean(BookService.class).reads() + other.getBean(BookService.class).reads()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	void onlyTheElectedCallerWaitsForAnEntryThatIsDue(Kind kind) throws Exception {
		put("due", "old");
		one.getBean(MemcachedClient.class).touch("due:k", Duration.ofSeconds(30));
		reloadWhileTheOthersGetTheOldValue("due", kind);
	}

	@ParameterizedTest
	@EnumSource
	void onlyTheElectedCallerWaitsForAnEntryThatWasEvicted(Kind kind) throws Exception {
		put("stale", "old");
		Objects.requireNonNull(other.getBean(CacheManager.class).getCache("stale")).evict("k");
		reloadWhileTheOthersGetTheOldValue("stale", kind);
	}

	/** The servers were emptied before, and the generation with all else. */
	private void put(String cache, String value) {
		Cache emptied = Objects.requireNonNull(one.getBean(CacheManager.class).getCache(cache));
		emptied.clear();
		emptied.put("k", value);
	}

	private void reloadWhileTheOthersGetTheOldValue(String cache, Kind kind) throws Exception {
		Sources mine = one.getBean(Sources.class);
		Sources others = other.getBean(Sources.class);
		Future<String> elected = call(mine, cache, kind);
		await().until(() -> mine.loads().size() == 1);
		for (Kind another : Kind.values()) {
			assertThat(call(others, cache, another).get(5, TimeUnit.SECONDS)).isEqualTo("old");
		}
		assertThat(elected).isNotDone();
		mine.loads().remove().complete("new");
		assertThat(elected.get(5, TimeUnit.SECONDS)).isEqualTo("new");
		for (Kind another : Kind.values()) {
			await().until(() -> call(others, cache, another).get(5, TimeUnit.SECONDS).equals("new"));
		}
		assertThat(others.loads()).isEmpty();
	}

	private Future<String> call(Sources sources, String cache, Kind kind) {
		boolean due = cache.equals("due");
		return switch (kind) {
			case TOGETHER -> this.threads.submit(() -> due ? sources.dueTogether("k") : sources.staleTogether("k"));
			case EACH -> this.threads.submit(() -> due ? sources.dueEach("k") : sources.staleEach("k"));
			case FUTURE -> due ? sources.dueFuture("k") : sources.staleFuture("k");
			case MONO -> (due ? sources.dueMono("k") : sources.staleMono("k")).toFuture();
		};
	}

	enum Kind {

		/** {@code sync = true}. */
		TOGETHER,

		/** Without {@code sync}: the elected caller gets a miss. */
		EACH,

		FUTURE,

		MONO

	}

	/** Methods that take as long as the test says. */
	static class Sources {

		private final Queue<CompletableFuture<String>> loads = new ConcurrentLinkedQueue<>();

		@Cacheable(cacheNames = "due", sync = true)
		public String dueTogether(String key) {
			return load().join();
		}

		@Cacheable(cacheNames = "due", sync = true)
		public CompletableFuture<String> dueFuture(String key) {
			return load();
		}

		@Cacheable("due")
		public String dueEach(String key) {
			return load().join();
		}

		@Cacheable(cacheNames = "due", sync = true)
		public Mono<String> dueMono(String key) {
			return Mono.fromFuture(this::load);
		}

		@Cacheable(cacheNames = "stale", sync = true)
		public String staleTogether(String key) {
			return load().join();
		}

		@Cacheable(cacheNames = "stale", sync = true)
		public CompletableFuture<String> staleFuture(String key) {
			return load();
		}

		@Cacheable("stale")
		public String staleEach(String key) {
			return load().join();
		}

		@Cacheable(cacheNames = "stale", sync = true)
		public Mono<String> staleMono(String key) {
			return Mono.fromFuture(this::load);
		}

		private CompletableFuture<String> load() {
			CompletableFuture<String> loading = new CompletableFuture<>();
			this.loads.add(loading);
			return loading;
		}

		Queue<CompletableFuture<String>> loads() {
			return this.loads;
		}

	}

}
