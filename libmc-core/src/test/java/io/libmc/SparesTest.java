package io.libmc;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Servers that stand in for others that are dead: which keys go there, what is said to
 * them, and for how long what lies there lives. The first two servers have keys, the
 * others are spares.
 */
@Timeout(60)
@Memcached(servers = 4)
class SparesTest {

	private static final byte[] VALUE = { 'v' };

	private static final Duration RETRY = Duration.ofMillis(200);

	private static final Duration LONG = Duration.ofMinutes(5);

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(LONG).lease(Duration.ofSeconds(30));

	private List<MemcachedServer> servers;

	private List<String> names;

	@BeforeEach
	void nameServers(List<MemcachedServer> all) {
		this.servers = all;
		this.names = all.stream().map(MemcachedServer::address).toList();
	}

	@ParameterizedTest
	@EnumSource
	void theKeysOfADeadServerGoToTheSparesAndComeHome(Caller caller) throws Exception {
		List<String> keys = keys(200);
		try (MemcachedClient client = builder().build()) {
			for (String key : keys) {
				assertThat(caller.set(client, key, "home")).isTrue();
			}
			List<String> moved = keys.stream().filter((key) -> isHome(client, key, 0)).toList();
			assertThat(client.downServers()).isEmpty();
			kill(client, 0);
			assertThat(client.downServers()).containsExactly(client.serverFor(moved.get(0)));
			for (String key : moved) {
				assertThat(client.<String>get(key)).as("a spare knows nothing of it").isNull();
				assertThat(caller.set(client, key, "spare")).isTrue();
				assertThat(caller.<String>get(client, key, POLICY)).isEqualTo("spare");
			}
			Map<String, String> found = client.<String>getMulti(keys).values();
			Map<String, String> foundAsync = client.async().<String>getMulti(keys).join().values();
			keys.forEach((key) -> assertThat(found).containsEntry(key, moved.contains(key) ? "spare" : "home"));
			assertThat(foundAsync).isEqualTo(found);
			assertThat(caller.setMulti(client, Map.of(moved.get(0), "more", moved.get(1), "more")).succeeded())
				.isTrue();
			this.servers.get(0).restart();
			Awaitility.await().until(() -> client.version().size() == 2);
			assertThat(client.downServers()).isEmpty();
			moved.forEach((key) -> assertThat(client.<String>get(key)).isNull());
			assertThat(client.<String>getMulti(keys).values()).hasSize(keys.size() - moved.size());
			assertThat(itemsOn(2) + itemsOn(3)).isEqualTo(moved.size());
			assertThat(itemsOn(2)).isPositive();
			assertThat(itemsOn(3)).isPositive();
		}
	}

	/** So all clients with the same spares find the same there. */
	@ParameterizedTest
	@EnumSource
	void aRingOfTheSparesSaysWhichOne(HashFunction hash) {
		try (MemcachedClient client = builder().hashFunction(hash).build();
				MemcachedClient spares = MemcachedClient.builder()
					.servers(this.names.subList(2, 4))
					.hashFunction(hash)
					.build()) {
			this.servers.get(0).kill();
			this.servers.get(1).kill();
			for (String key : keys(50)) {
				client.set(key, VALUE);
				assertThat(client.liveServerFor(key)).isEqualTo(spares.serverFor(key));
				assertThat(spares.<byte[]>get(key)).isEqualTo(VALUE);
				assertThat(client.serverFor(key)).isIn(this.names.subList(0, 2));
			}
			assertThat(client.servers()).extracting(ServerSnapshot::name).isEqualTo(this.names.subList(0, 2));
			assertThat(client.spares()).extracting(ServerSnapshot::name).isEqualTo(this.names.subList(2, 4));
			assertThat(client.spares()).extracting(ServerSnapshot::share)
				.isEqualTo(spares.servers().stream().map(ServerSnapshot::share).toList());
			assertThat(client.spares()).allMatch(ServerSnapshot::isUp).anyMatch((spare) -> spare.bytesWritten() > 0);
			assertThat(client.version()).isEmpty();
			assertThat(client.stats()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aSpareThatIsDeadTooChangesNothing(boolean async) {
		try (MemcachedClient client = builder().retryTimeout(Duration.ofMinutes(1)).build()) {
			String key = keyOf(client, 0);
			this.servers.get(0).kill();
			client.set(key, VALUE);
			this.servers.get(2).kill();
			this.servers.get(3).kill();
			Awaitility.await()
				.ignoreExceptionsInstanceOf(MemcachedException.class)
				.untilAsserted(() -> assertThatExceptionOfType(MemcachedConnectionException.class)
					.isThrownBy(() -> get(client, key, async))
					.withMessageContaining(this.names.get(0) + " failed")
					.withMessageContaining("the server has been dead for"));
			assertThat(client.getMulti(List.of(key, keyOf(client, 1))).failures()).containsOnlyKeys(key);
			assertThat(client.liveServerFor(key)).isNull();
			assertThat(client.<String>getOrLoad(key, POLICY, () -> "loaded")).isEqualTo("loaded");
		}
	}

	/** It is asked for together with others, whose spare lives. */
	@Test
	void aSpareThatIsDeadFailsItsOwnKeysOnly() {
		List<String> homes = this.names.subList(0, 1);
		List<String> spares = this.names.subList(2, 4);
		List<String> keys = keys(50);
		try (MemcachedClient client = builder().servers(homes)
			.flushAllEnabled(true)
			.retryTimeout(Duration.ofMinutes(1))
			.build(); MemcachedClient ring = MemcachedClient.builder().servers(spares).build()) {
			assertThat(client.getMulti(keys).failures()).isEmpty();
			this.servers.get(2).kill();
			Awaitility.await().until(() -> {
				client.flushAll();
				return !client.spares().get(0).isUp();
			});
			List<String> served = keys.stream().filter((key) -> ring.serverFor(key).equals(spares.get(1))).toList();
			served.forEach((key) -> ring.set(key, "spare"));
			this.servers.get(0).kill();
			Awaitility.await().until(() -> client.servers().get(0).connections() == 0);
			MultiGetResult<String> read = client.getMulti(keys);
			assertThat(read.values()).containsOnlyKeys(served);
			assertThat(read.failures()).hasSize(keys.size() - served.size());
		}
	}

	private static Object get(MemcachedClient client, String key, boolean async) throws Throwable {
		try {
			return async ? client.async().get(key).get() : client.get(key);
		}
		catch (ExecutionException ex) {
			throw ex.getCause();
		}
	}

	@Test
	void anotherListOfServersLeavesThemAsTheyAre() {
		try (MemcachedClient client = builder().build()) {
			this.servers.get(0).kill();
			client.updateServers(List.of(this.names.get(0)));
			client.set("k", VALUE);
			assertThat(client.liveServerFor("k")).isIn(this.names.subList(2, 4));
			List<String> clashing = List.of(this.names.get(0), this.names.get(2));
			assertThatIllegalArgumentException().isThrownBy(() -> client.updateServers(clashing))
				.withMessageContaining("spares: \"" + this.names.get(2) + "\" is one of the servers");
			assertThat(client.servers()).hasSize(1);
			client.quit();
			Awaitility.await().until(() -> client.spares().stream().allMatch((spare) -> spare.connections() == 0));
			assertThat(client.<byte[]>get("k")).isEqualTo(VALUE);
			assertThat(client.onServer(this.names.get(2)).liveServerFor("k")).isEqualTo(this.names.get(2));
		}
	}

	@Test
	void withDiscoveryTheyStandInToo() {
		ServerList list = () -> new ServerList.Answer(1, this.names.subList(0, 2));
		try (MemcachedClient client = MemcachedClient.builder()
			.discovery(list)
			.spares(this.names.subList(2, 4))
			.retryTimeout(RETRY)
			.build()) {
			String key = keyOf(client, 0);
			this.servers.get(0).kill();
			assertThat(client.set(key, VALUE)).isTrue();
			assertThat(client.liveServerFor(key)).isIn(this.names.subList(2, 4));
		}
	}

	@Test
	void theyAreEmptiedWithTheServers() {
		try (MemcachedClient client = builder().flushAllEnabled(true).build()) {
			String key = keyOf(client, 0);
			kill(client, 0);
			client.set(key, VALUE);
			assertThat(client.flushAll()).containsExactlyInAnyOrder(this.names.get(1), this.names.get(2),
					this.names.get(3));
			assertThat(client.<byte[]>get(key)).isNull();
		}
	}

	static Stream<Arguments> badOptions() {
		return Stream.of(
				Arguments.of("failover is on, and there are spares",
						option((builder) -> builder.failover(true).spares("b"))),
				Arguments.of("spares: \"a:11211\" is one of the servers, \"a:11211\"",
						option((builder) -> builder.spares("a"))),
				Arguments.of("spares: \"other\" is one of the servers, \"a:11211\"",
						option((builder) -> builder.spares("b", "a other"))),
				Arguments.of("server \"b b c\" is refused", option((builder) -> builder.spares("b b c"))),
				Arguments.of("server \"b\" is refused: it has the same name as \"b\"",
						option((builder) -> builder.spares("b", "b"))),
				Arguments.of("spareTimeToLive: PT0S is out of range; give whole seconds, 1 s to 1 day",
						option((builder) -> builder.spareTimeToLive(Duration.ZERO))),
				Arguments.of("spareTimeToLive: PT1.5S is out of range",
						option((builder) -> builder.spareTimeToLive(Duration.ofMillis(1500)))),
				Arguments.of("spareTimeToLive: PT-1S is out of range",
						option((builder) -> builder.spareTimeToLive(Duration.ofSeconds(-1)))),
				Arguments.of("spareTimeToLive: PT24H0.000000001S is out of range",
						option((builder) -> builder.spareTimeToLive(Duration.ofDays(1).plusNanos(1)))));
	}

	private static Consumer<MemcachedClientBuilder> option(Consumer<MemcachedClientBuilder> option) {
		return option;
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("badOptions")
	void badOptionsAreRefused(String message, Consumer<MemcachedClientBuilder> option) {
		MemcachedClientBuilder builder = MemcachedClient.builder().servers("a", "/run/c.sock");
		assertThatIllegalArgumentException().isThrownBy(() -> {
			option.accept(builder);
			builder.build().close();
		}).withMessageContaining(message);
	}

	static Stream<Arguments> sent() {
		Duration hour = Duration.ofHours(1);
		Duration brief = Duration.ofSeconds(3);
		RawValue raw = new RawValue(0, VALUE);
		return Stream.of(said("for ever", (client) -> client.set("k", VALUE), "set k 0 10 1\r\nv\r\n", "STORED\r\n"),
				said("longer", (client) -> client.set("k", VALUE, hour), "set k 0 10 1\r\nv\r\n", "STORED\r\n"),
				said("as a date", (client) -> client.set("k", VALUE, Duration.ofDays(60)), "set k 0 10 1\r\nv\r\n",
						"STORED\r\n"),
				said("as long", (client) -> client.set("k", VALUE, Duration.ofSeconds(10)), "set k 0 10 1\r\nv\r\n",
						"STORED\r\n"),
				said("shorter", (client) -> client.set("k", VALUE, brief), "set k 0 3 1\r\nv\r\n", "STORED\r\n"),
				said("over", (client) -> client.set("k", VALUE, Duration.ofSeconds(-1)), "set k 0 -1 1\r\nv\r\n",
						"STORED\r\n"),
				said("add", (client) -> client.add("k", VALUE), "add k 0 10 1\r\nv\r\n", "STORED\r\n"),
				said("replace", (client) -> client.replace("k", VALUE, hour), "replace k 0 10 1\r\nv\r\n",
						"STORED\r\n"),
				said("raw", (client) -> client.setRaw("k", raw, hour), "set k 0 10 1\r\nv\r\n", "STORED\r\n"),
				said("many", (client) -> client.setMulti(Map.of("k", VALUE)), "set k 0 10 1\r\nv\r\n", "STORED\r\n"),
				said("append", (client) -> client.append("k", VALUE), "append k 0 0 1\r\nv\r\n", "STORED\r\n"),
				said("prepend", (client) -> client.prepend("k", VALUE), "prepend k 0 0 1\r\nv\r\n", "STORED\r\n"),
				said("touch", (client) -> client.touch("k", hour), "touch k 10\r\n", "TOUCHED\r\n"),
				said("touch for ever", (client) -> client.touch("k", Duration.ZERO), "touch k 10\r\n", "TOUCHED\r\n"),
				said("touch shorter", (client) -> client.touch("k", brief), "touch k 3\r\n", "TOUCHED\r\n"),
				said("expire", (client) -> client.expire("k"), "touch k -1\r\n", "TOUCHED\r\n"),
				said("reading prolongs nothing",
						(client) -> assertThat(client.<byte[]>getAndTouch("k", hour)).isEqualTo(VALUE), "get k\r\n",
						"VALUE k 0 1\r\nv\r\nEND\r\n"),
				said("reading may end a life",
						(client) -> assertThat(client.<byte[]>getAndTouch("k", Duration.ofSeconds(-1)))
							.isEqualTo(VALUE),
						"gat -1 k\r\n", "VALUE k 0 1\r\nv\r\nEND\r\n"),
				said("gets", (client) -> assertThat(client.gets("k").cas()).isEqualTo(Long.MIN_VALUE + 7), "gets k\r\n",
						"VALUE k 0 1 7\r\nv\r\nEND\r\n"),
				said("cas", (client) -> client.cas("k", VALUE, hour, Long.MIN_VALUE + 7), "cas k 0 10 1 7\r\nv\r\n",
						"STORED\r\n"),
				said("another server's number", (client) -> client.cas("k", VALUE, brief, 7),
						"cas k 0 3 1 9223372036854775815\r\nv\r\n", "EXISTS\r\n"),
				said("a number that was made up", (client) -> client.cas("k", VALUE, brief, (1L << 62) + 1),
						"cas k 0 3 1 4611686018427387905\r\nv\r\n", "STORED\r\n"),
				said("incr", (client) -> client.incr("k", 1), "incr k 1\r\n", "2\r\n"),
				said("ms", (client) -> client.meta().set("k", raw, MetaSet.SET), "ms k 1 k F0 T10\r\nv\r\n",
						"HD kk\r\n"),
				said("ms for ever", (client) -> client.meta().set("k", raw, MetaSet.SET.ttl(Duration.ZERO)),
						"ms k 1 k T10 F0\r\nv\r\n", "HD kk\r\n"),
				said("ms shorter", (client) -> client.meta().set("k", raw, MetaSet.ADD.ttl(brief)),
						"ms k 1 k ME T3 F0\r\nv\r\n", "HD kk\r\n"),
				said("ms of a version", (client) -> assertThat(
						client.meta().set("k", raw, MetaSet.SET.ttl(hour).compare(Long.MIN_VALUE + 7).cas()).cas())
					.hasValue(Long.MIN_VALUE + 8), "ms k 1 k T10 C7 c F0\r\nv\r\n", "HD kk c8\r\n"),
				said("mg", (client) -> client.meta().get("k", MetaGet.NO_VALUE.touch(hour).vivify(hour).cas()),
						"mg k k N10 c\r\n", "HD kk c7\r\n"),
				said("mg that ends a life",
						(client) -> client.meta().get("k", MetaGet.NO_VALUE.touch(Duration.ofSeconds(-1)).vivify(hour)),
						"mg k k T-1 N10\r\n", "HD kk\r\n"),
				said("mg that refreshes", (client) -> client.meta().get("k", MetaGet.NO_VALUE.recache(brief)),
						"mg k k R3\r\n", "HD kk\r\n"),
				said("mg that would refresh all", (client) -> client.meta().get("k", MetaGet.NO_VALUE.recache(hour)),
						"mg k k\r\n", "HD kk\r\n"),
				said("md that marks", (client) -> client.meta().delete("k", MetaDelete.DELETE.invalidate(hour)),
						"md k k I T10\r\n", "HD kk\r\n"),
				said("ma",
						(client) -> client.meta()
							.arithmetic("k", MetaArithmetic.INCREMENT.initial(5, Duration.ZERO).touch(hour)),
						"ma k k v J5 N10 T10\r\n", "VA 1 kk\r\n5\r\n"),
				said("a placeholder", (client) -> client.meta().get("k", MetaGet.NO_VALUE.vivify(brief)),
						"mg k k N3\r\n", "HD kk\r\n"));
	}

	private static Arguments said(String what, Consumer<MemcachedClient> call, String request, String reply) {
		return Arguments.of(what, call, request, reply);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("sent")
	void nothingThatIsSentThereLivesForLonger(String what, Consumer<MemcachedClient> call, String request,
			String reply) {
		try (ScriptedServer spare = ScriptedServer.of((connection) -> {
			String first = connection.readLine();
			if (first.startsWith("mn")) {
				connection.reply("MN\r\n");
				first = connection.readLine();
			}
			String rest = request.substring(request.indexOf('\n') + 1);
			assertThat(first + "\r\n").isEqualTo(request.substring(0, request.length() - rest.length()));
			if (!rest.isEmpty()) {
				connection.expect(rest);
			}
			connection.reply(reply);
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers("127.0.0.1:1")
					.spares(spare.address())
					.pollTimeout(Duration.ofSeconds(5))
					.build()) {
			call.accept(client);
			spare.awaitScripts();
		}
	}

	/** Whatever is done there, and in whatever order. */
	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void nothingThatLiesThereLivesForLonger(long seed) {
		Random random = new Random(seed);
		List<String> keys = keys(5);
		try (MemcachedClient client = builder().spareTimeToLive(Duration.ofSeconds(20)).build();
				RawConnection two = RawConnection.to(this.servers.get(2));
				RawConnection three = RawConnection.to(this.servers.get(3))) {
			this.servers.get(0).kill();
			this.servers.get(1).kill();
			int found = 0;
			for (int i = 0; i < 1_000; i++) {
				String key = keys.get(random.nextInt(keys.size()));
				try {
					change(client, key, random);
				}
				catch (MemcachedException ex) {
					// what was appended to or is empty is no number
					assertThat(ex.server()).isNotIn(this.names.subList(0, 2));
				}
				for (RawConnection spare : List.of(two, three)) {
					String answer = spare.ask("mg " + key + " t\r\n");
					if (answer.startsWith("HD t")) {
						found++;
						assertThat(Integer.parseInt(answer.strip().replaceAll("HD t(\\d+).*", "$1"))).isBetween(0, 20);
					}
				}
			}
			assertThat(found).isGreaterThan(500);
		}
	}

	private static void change(MemcachedClient client, String key, Random random) {
		Duration ttl = Duration.ofSeconds(List.of(0, 5, 20, 21, 3_600, 2_592_000, 2_592_001).get(random.nextInt(7)));
		RawValue raw = new RawValue(4, new byte[] { '1' });
		switch (random.nextInt(14)) {
			case 0 -> client.set(key, 1, ttl);
			case 1 -> client.add(key, 1, ttl);
			case 2 -> client.replace(key, 1, ttl);
			case 3 -> client.touch(key, ttl);
			case 4 -> client.getAndTouch(key, ttl);
			case 5 -> {
				CasValue<Object> read = client.gets(key);
				assertThat(read == null || client.cas(key, 1, ttl, read.cas()) == CasResult.STORED).isTrue();
			}
			case 6 -> client.incr(key, 1);
			case 7 -> client.append(key, new byte[] { '1' });
			case 8 -> client.meta().get(key, MetaGet.VALUE.touch(ttl));
			case 9 -> client.meta().get(key, MetaGet.NO_VALUE.vivify(ttl));
			case 10 -> client.meta().set(key, raw, random.nextBoolean() ? MetaSet.SET : MetaSet.SET.ttl(ttl));
			case 11 -> client.meta().delete(key, MetaDelete.DELETE.invalidate(ttl));
			case 12 ->
				client.<Integer>getOrLoad(key, LoadPolicy.timeToLive(ttl.plusSeconds(1)).wait(Duration.ZERO), () -> 1);
			default -> client.setMulti(Map.of(key, 1), ttl);
		}
	}

	@Test
	void aLargeValueLivesNoLongerInAnyOfItsChunks() {
		try (MemcachedClient client = builder().spareTimeToLive(Duration.ofSeconds(20)).build()) {
			this.servers.get(0).kill();
			this.servers.get(1).kill();
			byte[] large = new byte[2_500_000];
			client.set("large", large);
			assertThat(client.<byte[]>get("large")).isEqualTo(large);
			client.<byte[]>getOrLoad("loaded", LoadPolicy.timeToLive(LONG), () -> large);
			int chunks = 0;
			for (MemcachedServer spare : this.servers.subList(2, 4)) {
				try (RawConnection raw = RawConnection.to(spare)) {
					for (String key : List.of("large", "~5large/0", "~5large/1", "~5large/2", "loaded")) {
						String answer = raw.ask("mg " + key + " t\r\n");
						chunks += answer.startsWith("HD t") ? 1 : 0;
						assertThat(answer.strip()).matches("EN|HD t(1\\d|20)");
					}
				}
			}
			assertThat(chunks).isEqualTo(5);
		}
	}

	/** It is changed where it belongs between two outages, while the spare keeps it. */
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whatASecondOutageServesIsNoOlderThanItsTime(boolean async) {
		Duration longest = Duration.ofSeconds(4);
		// memcached looks at its clock once a second
		long bound = longest.plusSeconds(1).toNanos();
		try (MemcachedClient client = builder().spareTimeToLive(longest).build()) {
			String key = keyOf(client, 0);
			kill(client, 0);
			client.set(key, "old", LONG);
			long storedAt = System.nanoTime();
			this.servers.get(0).restart();
			Awaitility.await().until(() -> this.names.get(0).equals(client.liveServerFor(key)));
			client.set(key, "new");
			kill(client, 0);
			assertThat(client.<String>get(key)).isEqualTo("old");
			Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> {
				long askedAt = System.nanoTime();
				Object found = async ? client.async().getAndTouch(key, LONG).join() : client.getAndTouch(key, LONG);
				assertThat(found).isIn(null, "old");
				assertThat(found == null || askedAt - storedAt < bound).isTrue();
				return found == null;
			});
		}
	}

	/** The server and its spare have counted to the same number. */
	@Test
	void aNumberOfTheServersIsNoneOnItsSpareNorTheOtherWayRound() {
		try (MemcachedClient client = builder().build()) {
			String key = keyOf(client, 0);
			this.servers.forEach(MemcachedServer::restart);
			IntStream.range(0, 10).forEach((i) -> client.set(key, "home"));
			long home = client.<String>gets(key).cas();
			kill(client, 0);
			long spare = 0;
			while (spare < home) {
				client.set(key, "spare");
				spare = client.<String>gets(key).cas() ^ Long.MIN_VALUE;
			}
			assertThat(spare).isEqualTo(home);
			assertThat(client.cas(key, "wrong", Duration.ZERO, home)).isEqualTo(CasResult.EXISTS);
			assertThat(client.meta().delete(key, MetaDelete.DELETE.compare(home)).status())
				.isEqualTo(MetaReply.Status.EXISTS);
			long onSpare = client.<String>gets(key).cas();
			assertThat(client.meta().get(key, MetaGet.NO_VALUE.cas()).cas()).hasValue(onSpare);
			this.servers.get(0).restart();
			Awaitility.await().until(() -> this.names.get(0).equals(client.liveServerFor(key)));
			long there = 0;
			while (there < (onSpare ^ Long.MIN_VALUE)) {
				client.set(key, "home");
				there = client.<String>gets(key).cas();
			}
			assertThat(there).isEqualTo(onSpare ^ Long.MIN_VALUE);
			assertThat(client.cas(key, "wrong", Duration.ZERO, onSpare)).isEqualTo(CasResult.EXISTS);
			assertThat(client.<String>get(key)).isEqualTo("home");
		}
	}

	private MemcachedClientBuilder builder() {
		return MemcachedClient.builder()
			.servers(this.names.subList(0, 2))
			.spares(this.names.subList(2, 4))
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofSeconds(3))
			.retryTimeout(RETRY);
	}

	/** Kills a server, and has the client know it. */
	private void kill(MemcachedClient client, int server) {
		String key = keyOf(client, server);
		this.servers.get(server).kill();
		Awaitility.await().until(() -> this.names.subList(2, 4).contains(client.liveServerFor(key)));
	}

	private static List<String> keys(int count) {
		return IntStream.range(0, count).mapToObj((i) -> "key" + i).toList();
	}

	private boolean isHome(MemcachedClient client, String key, int server) {
		return client.serverFor(key).equals(this.names.get(server));
	}

	private String keyOf(MemcachedClient client, int server) {
		return keys(200).stream().filter((key) -> isHome(client, key, server)).findFirst().orElseThrow();
	}

	private int itemsOn(int server) {
		try (RawConnection raw = RawConnection.to(this.servers.get(server))) {
			return Integer.parseInt(raw.stat("curr_items"));
		}
	}

}
