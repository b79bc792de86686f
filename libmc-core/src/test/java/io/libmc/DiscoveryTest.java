package io.libmc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.libmc.MemcachedListener.ListOutcome;
import io.libmc.ServerList.Answer;
import io.libmc.testing.Certificates;
import io.libmc.testing.ConfigurationEndpointStub;
import io.libmc.testing.LogLines;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Servers that come and go, as an endpoint or a name tells of them.
 */
@Timeout(60)
@Memcached(servers = 4)
class DiscoveryTest {

	private static final Duration POLL = Duration.ofSeconds(10);

	private static final Duration SOON = Duration.ofMillis(20);

	private final ConfigurationEndpointStub endpoint = new ConfigurationEndpointStub();

	private final Queue<ListOutcome> outcomes = new ConcurrentLinkedQueue<>();

	@AfterEach
	void closeEndpoint() {
		this.endpoint.close();
	}

	@Test
	void anEndpointIsAskedBeforeTheFirstOperationAndServersAreCalledByTheirHosts(List<MemcachedServer> servers) {
		this.endpoint.tell(1, addresses(servers));
		try (MemcachedClient client = client(SOON); MemcachedClient named = named(addresses(servers))) {
			assertThat(client.set("k", "v")).isTrue();
			assertThat(names(client)).containsExactlyInAnyOrderElementsOf(addresses(servers));
			assertThat(homes(client)).isEqualTo(homes(named));
			assertThat(client.absences()).isEmpty();
		}
	}

	@Test
	void aNewerListIsTakenAtOnceAndAnOlderOneNot(List<MemcachedServer> servers) {
		this.endpoint.tell(5, addresses(servers.subList(0, 2)));
		try (MemcachedClient client = client(SOON)) {
			this.endpoint.tell(6, addresses(servers.subList(1, 4)));
			await(client, servers.subList(1, 4));
			assertThat(this.outcomes).doesNotContain(ListOutcome.HELD);
			this.endpoint.tell(5, addresses(servers.subList(0, 2)));
			awaitOutcome(ListOutcome.OUTDATED);
			assertThat(names(client)).containsExactlyInAnyOrderElementsOf(addresses(servers.subList(1, 4)));
		}
	}

	@Test
	void anOlderListIsTakenOnceNoServerOfThePresentOneAnswers(List<MemcachedServer> servers) {
		this.endpoint.tell(5, addresses(servers.subList(0, 2)));
		try (MemcachedClient client = client(SOON)) {
			this.endpoint.tell(1, addresses(servers.subList(2, 4)));
			awaitOutcome(ListOutcome.OUTDATED);
			servers.get(0).kill();
			this.outcomes.clear();
			awaitOutcome(ListOutcome.OUTDATED);
			assertThat(names(client)).containsExactlyInAnyOrderElementsOf(addresses(servers.subList(0, 2)));
			servers.get(1).kill();
			await(client, servers.subList(2, 4));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "ERROR\r\n", "END\r\n", "SERVER_ERROR out of memory\r\n",
			"CONFIG cluster 0 3\r\n9\n\n\r\nEND\r\n", "CONFIG cluster 0 9\r\n9\nh|1|2\n\r\nEND\r\n",
			"CONFIG cluster 0 8\r\n9\nh|1|a\n\r\nEND\r\n", "CONFIG cluster 0 6\r\nnine\n\n\r\nEND\r\n",
			"CONFIG cluster 0 12\r\n9\nh|1|99999\n\r\nEND\r\n",
			"CONFIG cluster 0 16\r\n9\nh|1|2 h|1|2 h\n\r\nEND\r\n" })
	void anAnswerThatIsEmptyOrMakesNoSenseChangesNothing(String reply, List<MemcachedServer> servers) {
		this.endpoint.tell(5, addresses(servers));
		try (LogLines log = new LogLines(); MemcachedClient client = client(SOON)) {
			this.endpoint.reply(reply);
			this.outcomes.clear();
			Awaitility.await().until(() -> this.outcomes.size() > 3);
			assertThat(this.outcomes).containsAnyOf(ListOutcome.EMPTY, ListOutcome.FAILED)
				.doesNotContain(ListOutcome.CHANGED);
			assertThat(names(client)).containsExactlyInAnyOrderElementsOf(addresses(servers));
			assertThat(log.all().stream().filter((line) -> line.contains("does not tell"))).singleElement()
				.asString()
				.startsWith("WARNING")
				.contains(this.endpoint.address(), "they stay as they are");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "1\n" })
	void whatAnEndpointAnswersIsOneShortLineOfLogInWhichNothingIsHidden(String version) {
		String data = version + "\u001b[31m|" + "x".repeat(100_000) + "\nWARNING: forged\n";
		try (LogLines log = new LogLines()) {
			this.endpoint.reply("CONFIG cluster 0 " + data.length() + "\r\n" + data + "\r\nEND\r\n");
			client(Duration.ofHours(1)).close();
			assertThat(log.all()).singleElement()
				.asString()
				.hasSizeLessThan(1000)
				.matches("\\P{Cc}*")
				.contains(this.endpoint.address(), "\\u001b", "until it does, every operation fails");
		}
	}

	@Test
	void withoutAnAnswerAtStartThereIsAClientAndOneLineOfLog(List<MemcachedServer> servers) {
		String nowhere = "elasticache:127.0.0.1:1";
		AtomicReference<List<String>> list = new AtomicReference<>();
		ServerList late = new ServerList() {

			@Override
			public Answer ask() throws IOException {
				List<String> known = list.get();
				if (known == null) {
					throw new IOException("no route");
				}
				return new Answer(0, known);
			}

			@Override
			public String toString() {
				return nowhere;
			}

		};
		try (LogLines log = new LogLines();
				MemcachedClient client = MemcachedClient.builder()
					.discovery(late)
					.refreshInterval(SOON)
					.retryTimeout(SOON)
					.build()) {
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining(nowhere)
				.withMessageContaining("has not told yet which servers there are");
			assertThat(client.async().get("k")).failsWithin(POLL);
			assertThat(log.all()).singleElement()
				.asString()
				.contains(nowhere, "no route", "until it does, every operation fails");
			list.set(addresses(servers));
			await(client, servers);
			assertThat(client.set("k", "v")).isTrue();
			assertThat(client.absences()).isEmpty();
		}
	}

	@Test
	void anEndpointThatCannotBeReachedHoldsUpNothing() {
		long start = System.nanoTime();
		try (MemcachedClient client = MemcachedClient.builder().discovery("elasticache:127.0.0.1:1").build()) {
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"));
		}
	}

	@Test
	void anOlderEndpointIsAskedForItsKeyAndSecuredAndAuthenticatedAsTheServersAre(@TempDir Path directory)
			throws IOException {
		Path users = Files.writeString(directory.resolve("users"), "shop:s-e-c-r-e-t\n");
		List<String> args = new ArrayList<>(List.of(Certificates.memcached("localhost")));
		args.addAll(List.of("-Y", users.toString()));
		try (MemcachedServer server = MemcachedServer.start(args.toArray(String[]::new));
				MemcachedClient named = secured(MemcachedClient.builder().servers("localhost:" + server.port()));) {
			named.setRaw("AmazonElastiCache:cluster",
					new RawValue(0,
							("7\nlocalhost|127.0.0.1|" + server.port() + "\n").getBytes(StandardCharsets.US_ASCII)),
					Duration.ZERO);
			try (MemcachedClient client = secured(
					MemcachedClient.builder().discovery("elasticache:localhost:" + server.port()))) {
				assertThat(names(client)).containsExactly("localhost:" + server.port());
				assertThat(client.set("k", "v")).isTrue();
			}
		}
	}

	private static MemcachedClient secured(MemcachedClientBuilder builder) {
		return builder.ssl(() -> Certificates.trusting("ca"))
			.credentials("shop", "s-e-c-r-e-t")
			.pollTimeout(POLL)
			.connectTimeout(POLL)
			.build();
	}

	@Test
	void aServerThatGoesDownHasTheListAskedForSoonAndNotTooOften(List<MemcachedServer> servers) {
		this.endpoint.tell(1, addresses(servers));
		try (MemcachedClient client = client(Duration.ofHours(1))) {
			client.version();
			assertThat(this.endpoint.asked()).isEqualTo(1);
			this.endpoint.tell(2, addresses(servers.subList(1, 4)));
			long start = System.nanoTime();
			servers.get(0).kill();
			Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> {
				client.version();
				return names(client).size() == 3;
			});
			assertThat(this.endpoint.asked()).isEqualTo(2);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
		}
	}

	@Test
	void answersThatTellOfSomeServersEachAreNotFollowed(List<MemcachedServer> servers) {
		AtomicInteger asked = new AtomicInteger();
		ServerList rotating = () -> {
			int first = asked.getAndIncrement() % 2;
			return new Answer(0, addresses(servers.subList(first, first + 3)));
		};
		try (MemcachedClient client = discovering(rotating)) {
			List<String> before = names(client);
			Awaitility.await().until(() -> asked.get() > 20);
			assertThat(names(client)).isEqualTo(before);
			assertThat(this.outcomes.stream().filter(ListOutcome.CHANGED::equals)).hasSize(1);
		}
	}

	@Test
	void aServerThatComesAndGoesIsSoonLeftWhereItIs(List<MemcachedServer> servers) {
		AtomicReference<List<String>> list = new AtomicReference<>(addresses(servers));
		AtomicInteger asked = new AtomicInteger();
		ServerList flapping = () -> {
			// each state lasts for four answers, which is long enough the first times
			boolean all = asked.getAndIncrement() / 4 % 2 == 0;
			return new Answer(0, all ? list.get() : list.get().subList(0, 3));
		};
		try (MemcachedClient client = builder().discovery(flapping).refreshInterval(Duration.ofMillis(100)).build()) {
			Awaitility.await().until(() -> asked.get() >= 60);
			// of fifteen states
			assertThat(this.outcomes.stream().filter(ListOutcome.CHANGED::equals)).hasSizeBetween(2, 8);
			assertThat(client.version()).isNotEmpty();
		}
	}

	@Test
	void aListWithoutAVersionIsTakenWhenItStays(List<MemcachedServer> servers) {
		AtomicReference<List<String>> list = new AtomicReference<>(addresses(servers.subList(0, 2)));
		try (MemcachedClient client = discovering(() -> new Answer(0, list.get()))) {
			list.set(addresses(servers));
			await(client, servers);
			assertThat(this.outcomes).contains(ListOutcome.HELD);
			list.set(List.of());
			awaitOutcome(ListOutcome.EMPTY);
			assertThat(names(client)).hasSize(4);
		}
	}

	@Test
	void aListOfTheUsersEndsDiscovery(List<MemcachedServer> servers) {
		this.endpoint.tell(1, addresses(servers.subList(0, 2)));
		try (MemcachedClient client = client(SOON)) {
			assertThatIllegalArgumentException().isThrownBy(() -> client.updateServers(List.of("a:b")));
			this.endpoint.tell(2, addresses(servers.subList(1, 3)));
			await(client, servers.subList(1, 3));
			client.updateServers(List.of(servers.get(3).address()));
			int asked = this.endpoint.asked();
			this.endpoint.tell(3, addresses(servers));
			Awaitility.await().during(Duration.ofMillis(300)).until(() -> names(client).size() == 1);
			assertThat(this.endpoint.asked()).isBetween(asked, asked + 1);
		}
	}

	@Test
	void aClosedClientAsksNoMore(List<MemcachedServer> servers) {
		this.endpoint.tell(1, addresses(servers));
		client(SOON).close();
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().equals("libmc-discovery")));
	}

	@Test
	void underLoadNoCallFailsOnServersThatStayAndFewKeysMove(List<MemcachedServer> servers) throws Exception {
		this.endpoint.tell(1, addresses(servers.subList(0, 3)));
		AtomicBoolean over = new AtomicBoolean();
		AtomicLong calls = new AtomicLong();
		Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
		ExecutorService threads = Executors.newFixedThreadPool(8);
		try (MemcachedClient client = client(SOON)) {
			List<Future<?>> callers = new ArrayList<>();
			for (int t = 0; t < 8; t++) {
				String own = "t" + t + "-";
				callers.add(threads.submit(() -> {
					for (int i = 0; !over.get(); i++) {
						try {
							client.set(own + i % 100, i);
							client.getMulti(List.of(own + i % 7, own + i % 11))
								.failures()
								.values()
								.forEach(failures::add);
						}
						catch (RuntimeException ex) {
							failures.add(ex);
						}
						calls.incrementAndGet();
					}
				}));
			}
			int version = 1;
			// one comes, one goes, one is replaced by another, and the same once more
			for (int round = 0; round < 3; round++) {
				for (List<MemcachedServer> list : List.of(servers, servers.subList(1, 4), servers.subList(0, 3))) {
					Map<String, String> before = homes(client);
					List<String> namesBefore = names(client);
					this.endpoint.tell(++version, addresses(list));
					await(client, list);
					Map<String, String> after = homes(client);
					List<String> stay = namesBefore.stream().filter(names(client)::contains).toList();
					assertThat(before.keySet()
						.stream()
						.filter((key) -> !before.get(key).equals(after.get(key)))
						.filter((key) -> stay.contains(before.get(key)) && stay.contains(after.get(key))))
						.as("keys that move between servers that stay")
						.isEmpty();
					if (list == servers) {
						long moved = before.keySet()
							.stream()
							.filter((key) -> !before.get(key).equals(after.get(key)))
							.count();
						assertThat(moved).isBetween(100L, 450L);
					}
					long seen = calls.get();
					Awaitility.await().until(() -> calls.get() > seen + 200);
				}
			}
			over.set(true);
			for (Future<?> caller : callers) {
				caller.get(POLL.toSeconds(), TimeUnit.SECONDS);
			}
			assertThat(failures).isEmpty();
		}
		finally {
			over.set(true);
			threads.shutdownNow();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "consul:a:1", "a.example.com:11211", "", "elasticache:", "elasticache:a:b",
			"elasticache:/run/x.sock", "elasticache:a:11211 b", "dns:a:70000", "dns-srv:a b", "dns-srv:" })
	void whatIsNoSourceIsRefused(String source) {
		assertThatIllegalArgumentException().isThrownBy(() -> MemcachedClient.builder().discovery(source))
			.withMessageContaining("\"" + source + "\" is refused")
			.withMessageContaining("dns:memcached.cache.svc.cluster.local:11211");
	}

	@Test
	void serversAndDiscoveryAreRefusedTogether() {
		MemcachedClientBuilder builder = MemcachedClient.builder().servers("localhost").discovery("dns:localhost");
		assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("set one of the two");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.refreshInterval(Duration.ZERO))
			.withMessageContaining("refreshInterval");
	}

	@Test
	void addressesBehindANameAreServers(List<MemcachedServer> servers) {
		String port = servers.get(0).address().replaceAll(".*:", "");
		try (MemcachedClient client = MemcachedClient.builder().discovery("dns:localhost:" + port).build()) {
			assertThat(names(client)).containsExactly("127.0.0.1:" + port);
			assertThat(client.set("k", "v")).isTrue();
		}
	}

	private MemcachedClient client(Duration interval) {
		return builder().discovery("elasticache:" + this.endpoint.address()).refreshInterval(interval).build();
	}

	private MemcachedClient discovering(ServerList list) {
		return builder().discovery(list).refreshInterval(SOON).build();
	}

	private MemcachedClientBuilder builder() {
		return MemcachedClient.builder()
			.pollTimeout(POLL)
			.connectTimeout(Duration.ofSeconds(2))
			.listener(new MemcachedListener() {

				@Override
				public void serversAsked(ListOutcome outcome, Duration elapsed) {
					DiscoveryTest.this.outcomes.add(outcome);
				}

			});
	}

	private static MemcachedClient named(List<String> servers) {
		return MemcachedClient.builder().servers(servers).pollTimeout(POLL).build();
	}

	private void awaitOutcome(ListOutcome outcome) {
		Awaitility.await().until(() -> this.outcomes.contains(outcome));
	}

	private static void await(MemcachedClient client, List<MemcachedServer> servers) {
		Awaitility.await()
			.untilAsserted(() -> assertThat(names(client)).containsExactlyInAnyOrderElementsOf(addresses(servers)));
	}

	private static Map<String, String> homes(MemcachedClient client) {
		return IntStream.range(0, 1000)
			.mapToObj((i) -> "k" + i)
			.collect(Collectors.toMap((key) -> key, client::serverFor));
	}

	private static List<String> names(MemcachedClient client) {
		return client.servers().stream().map(ServerSnapshot::name).toList();
	}

	private static List<String> addresses(List<MemcachedServer> servers) {
		return servers.stream()
			.map(MemcachedServer::address)
			.collect(Collectors.toCollection(CopyOnWriteArrayList::new));
	}

}
