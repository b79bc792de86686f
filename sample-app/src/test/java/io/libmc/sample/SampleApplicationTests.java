package io.libmc.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.EntityExchangeResult;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tour of docs/tour.md, over HTTP and against three real memcached servers. They are
 * emptied before each test, which the caches take for a clearing: they are to see it
 * before the test begins.
 */
@Memcached(servers = 3)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "sample.slow-query=50ms", "libmc.retry-timeout=50ms", "libmc.cache.clear-visibility=10ms" })
class SampleApplicationTests {

	private static final Duration SLOW_QUERY = Duration.ofMillis(50);

	private static final Duration AFTER_GENERATION_IS_READ_AGAIN = Duration.ofMillis(300);

	private static final long MOBY_DICK = 166;

	private static final Path GRAFANA = Path.of("..", "docs", "grafana");

	private static final Pattern METRIC = Pattern.compile("\\b(?:cache|libmc)_\\w+");

	private static List<MemcachedServer> memcached;

	@Autowired
	private JdbcClient database;

	@LocalServerPort
	private int port;

	private RestTestClient http;

	@BeforeAll
	static void takeServers(List<MemcachedServer> servers) {
		memcached = servers;
	}

	@DynamicPropertySource
	static void useServers(DynamicPropertyRegistry registry) {
		registry.add("libmc.servers",
				() -> memcached.stream().map(MemcachedServer::address).collect(Collectors.joining(",")));
	}

	@BeforeEach
	void beginAnew() {
		renameInDatabase(MOBY_DICK, "Moby-Dick");
		this.http = RestTestClient.bindToServer().baseUrl("http://localhost:" + this.port).build();
		Awaitility.await()
			.until(() -> json("/api/servers").chars().filter((character) -> character == ':').count() == 2 * 3);
	}

	@Test
	void firstRequestIsSlowAndTheSecondIsAnsweredByMemcached() {
		long start = System.nanoTime();
		assertThat(open(MOBY_DICK)).contains("\"title\":\"Moby-Dick\"", "\"author\":\"Herman Melville\"",
				"\"published\":1851", "\"language\":\"English\"");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SLOW_QUERY);

		renameInDatabase(MOBY_DICK, "The Whale");
		Awaitility.await()
			.during(AFTER_GENERATION_IS_READ_AGAIN)
			.until(() -> open(MOBY_DICK).contains("\"title\":\"Moby-Dick\""));
		Awaitility.await().until(() -> memcached.stream().anyMatch((server) -> keys(server).contains("L" + MOBY_DICK)));
	}

	@Test
	void evictedBookIsReadFromTheDatabaseAgain() {
		open(MOBY_DICK);
		renameInDatabase(MOBY_DICK, "The Whale");

		this.http.delete().uri("/api/books/{id}/cache", MOBY_DICK).exchange().expectStatus().isNoContent();

		assertThat(open(MOBY_DICK)).contains("\"title\":\"The Whale\"");
	}

	@Test
	void updateIsSeenInTheBookAndInEverySearch() {
		open(MOBY_DICK);
		assertThat(search("moby")).contains("Moby-Dick");

		update(MOBY_DICK, "Moby-Dick; or, The Whale");

		assertThat(open(MOBY_DICK)).contains("Moby-Dick; or, The Whale");
		assertThat(search("moby")).contains("Moby-Dick; or, The Whale");
	}

	@Test
	void statisticsAreCountedOnceForAllWhoAskAtOnce() throws Exception {
		double before = puts("books.statistics");

		ExecutorService readers = Executors.newFixedThreadPool(8);
		List<Future<String>> answers = readers.invokeAll(Collections.nCopies(8, () -> json("/api/statistics/decade")));
		readers.shutdown();

		for (Future<String> answer : answers) {
			assertThat(answer.get()).contains("{\"name\":\"1840s\",\"books\":");
		}
		assertThat(puts("books.statistics")).isEqualTo(before + 1);
	}

	@Test
	void ofTwoHundredCallersWhoMissABookOneLoadsIt() {
		open(MOBY_DICK);
		assertThat(stampede(MOBY_DICK)).isEqualTo(HttpStatus.OK + " {\"callers\":200,\"loads\":1}");
		assertThat(stampede(999)).startsWith(HttpStatus.NOT_FOUND.toString()).contains("There is no book 999.");
	}

	@Test
	void viewsAreCountedInMemcached() {
		assertThat(open(MOBY_DICK)).contains("\"views\":1");
		assertThat(open(MOBY_DICK)).contains("\"views\":2");
		assertThat(open(MOBY_DICK)).contains("\"views\":3");
	}

	@Test
	void everyBookIsAnsweredWhileAServerIsDownAndAfterItIsBack() {
		List<Long> ids = LongStream.rangeClosed(1, 40).boxed().toList();
		ids.forEach(this::open);

		memcached.get(0).kill();
		assertThat(ids).allSatisfy((id) -> assertThat(open(id)).contains("\"id\":" + id));
		assertThat(ids).anyMatch((id) -> open(id).contains("\"views\":null"))
			.anyMatch((id) -> !open(id).contains("\"views\":null"));

		memcached.get(0).restart();
		Awaitility.await()
			.until(() -> ids.stream().map(this::open).noneMatch((page) -> page.contains("\"views\":null")));
	}

	@Test
	void catalogueHoldsHundredsOfBooks() {
		assertThat(
				this.http.get().uri("/api/books").exchange().expectBody(Book[].class).returnResult().getResponseBody())
			.hasSizeGreaterThan(200)
			.contains(new Book(95, "Pride and Prejudice", "Jane Austen", 1813, "English"),
					new Book(343, "Swann's Way", "Marcel Proust", 1913, "French"));
	}

	@Test
	void searchWordsMayBeWhatMemcachedForbidsInKeys() {
		assertThat(search("x".repeat(300))).isEqualTo("[]");
		assertThat(search(" Moby-dick ")).contains("Herman Melville");
		assertThat(search("Čapek")).contains("R.U.R.");
		assertThat(search("a\tb\nc")).isEqualTo("[]");
	}

	@Test
	void badRequestsAreExplained() {
		String good = "{\"title\":\"T\",\"author\":\"A\",\"published\":1900,\"language\":\"L\"}";
		assertProblem((client) -> client.get().uri("/api/books/999"), HttpStatus.NOT_FOUND, "There is no book 999.");
		assertProblem((client) -> put(client, 999, good), HttpStatus.NOT_FOUND, "There is no book 999.");
		assertProblem((client) -> client.get().uri("/api/books/moby"), HttpStatus.BAD_REQUEST, "'moby'");
		assertProblem((client) -> client.get().uri("/api/statistics/colour"), HttpStatus.BAD_REQUEST, "'colour'");
		assertProblem((client) -> put(client, 1, good.replace("T\"", " \"")), HttpStatus.BAD_REQUEST,
				"title must not be blank");
		assertProblem((client) -> put(client, 1, good.replace("1900", "0")), HttpStatus.BAD_REQUEST,
				"published must be at least 1");
		assertProblem((client) -> put(client, 1, "{"), HttpStatus.BAD_REQUEST, "read");
	}

	@Test
	void pageAndMetersAreServed() {
		assertThat(json("/")).contains("<title>Book catalogue");
		assertThat(json("/actuator/health")).contains("\"status\":\"UP\"");
		assertThat(json("/actuator/caches")).contains("books.byId", "books.search", "books.statistics");
		open(MOBY_DICK);
		assertThat(json("/actuator/prometheus")).contains("cache_gets_total", "libmc_operations_seconds_count");
	}

	@Test
	void everyMetricOfTheDashboardAndOfTheAlertsIsServed() throws IOException {
		Set<String> named = new TreeSet<>();
		for (String file : List.of("dashboard.json", "alerts.yml")) {
			METRIC.matcher(Files.readString(GRAFANA.resolve(file)))
				.results()
				.forEach((metric) -> named.add(metric.group()));
		}
		assertThat(named).contains("cache_gets_total", "libmc_operations_seconds_count", "libmc_server_up",
				"libmc_lease_total", "libmc_refresh_total", "libmc_pending_evictions");

		open(MOBY_DICK);

		String served = json("/actuator/prometheus");
		assertThat(named).allSatisfy((metric) -> assertThat(served).containsPattern("(?m)^" + metric + "[{ ]"));
	}

	private String open(long id) {
		return json("/api/books/" + id);
	}

	private String search(String words) {
		return json("/api/books?q={words}", words);
	}

	/** The status and what was answered, but for how long it took. */
	private String stampede(long id) {
		EntityExchangeResult<String> result = this.http.post()
			.uri("/api/books/{id}/stampede", id)
			.exchange()
			.expectBody(String.class)
			.returnResult();
		return result.getStatus() + " " + result.getResponseBody().replaceFirst(",\"millis\":[0-9]+", "");
	}

	private void update(long id, String title) {
		put(this.http, id, """
				{"title":"%s","author":"Herman Melville","published":1851,"language":"English"}""".formatted(title))
			.exchange()
			.expectStatus()
			.isOk();
	}

	private static RestTestClient.RequestHeadersSpec<?> put(RestTestClient client, long id, String book) {
		return client.put().uri("/api/books/{id}", id).contentType(MediaType.APPLICATION_JSON).body(book);
	}

	private String json(String path, Object... variables) {
		EntityExchangeResult<String> result = this.http.get()
			.uri(path, variables)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.returnResult();
		return result.getResponseBody();
	}

	private void assertProblem(Function<RestTestClient, RestTestClient.RequestHeadersSpec<?>> request,
			HttpStatus status, String detail) {
		request.apply(this.http)
			.exchange()
			.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.detail")
			.value(String.class, (text) -> assertThat(text).contains(detail));
	}

	private double puts(String cache) {
		return json("/actuator/prometheus").lines()
			.filter((line) -> line.startsWith("cache_puts_total{cache=\"" + cache + "\""))
			.mapToDouble((line) -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
			.sum();
	}

	private void renameInDatabase(long id, String title) {
		this.database.sql("update book set title = ? where id = ?").params(title, id).update();
	}

	/**
	 * Memcached's own view, past the client, as the tour shows it; nothing while it is
	 * busy with a walk of its own.
	 */
	private static String keys(MemcachedServer server) {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			socket.setSoTimeout(5000);
			socket.getOutputStream().write("lru_crawler metadump all\r\n".getBytes(StandardCharsets.US_ASCII));
			BufferedReader reply = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
			return reply.lines()
				.takeWhile((line) -> !line.equals("END") && !line.startsWith("BUSY"))
				.collect(Collectors.joining("\n"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
