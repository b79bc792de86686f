package io.libmc;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.libmc.MetaReply.Status;
import io.libmc.internal.connection.Node;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.assertj.core.api.ThrowingConsumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(30)
@Memcached
class MetaCommandsTest {

	private static final Duration LEASE = Duration.ofSeconds(30);

	private MemcachedClient client;

	private MetaCommands meta;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = client(server.address());
		this.meta = this.client.meta();
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@Test
	void getTellsWhatWasAskedForAndNothingElse() {
		this.client.set("k", "value".getBytes(StandardCharsets.UTF_8), Duration.ofMinutes(1));
		MetaReply plain = this.meta.get("k", MetaGet.VALUE);
		assertThat(plain.status()).isEqualTo(Status.DONE);
		assertThat(plain.value()).isEqualTo(raw(0, "value"));
		assertThat(plain.cas()).isEmpty();
		assertThat(plain.ttl()).isEmpty();
		MetaReply all = this.meta.get("k", MetaGet.VALUE.cas().ttl().size().hitBefore().lastAccess());
		assertThat(all.cas()).isPresent();
		assertThat(all.ttl().getAsLong()).isBetween(50L, 60L);
		assertThat(all.size()).hasValue(5);
		assertThat(all.hitBefore()).isTrue();
		assertThat(all.lastAccess().getAsLong()).isLessThan(10);
		assertThat(this.meta.get("k", MetaGet.NO_VALUE).value()).isNull();
		assertThat(this.meta.get("absent", MetaGet.VALUE).status()).isEqualTo(Status.NOT_FOUND);
	}

	@Test
	void setStoresInEveryMode() {
		assertThat(this.meta.set("k", raw(7, "b"), MetaSet.REPLACE).status()).isEqualTo(Status.NOT_STORED);
		assertThat(this.meta.set("k", raw(7, "b"), MetaSet.ADD).status()).isEqualTo(Status.DONE);
		assertThat(this.meta.set("k", raw(7, "b"), MetaSet.ADD).status()).isEqualTo(Status.NOT_STORED);
		assertThat(this.meta.set("k", raw(0, "c"), MetaSet.APPEND).status()).isEqualTo(Status.DONE);
		assertThat(this.meta.set("k", raw(0, "a"), MetaSet.PREPEND).status()).isEqualTo(Status.DONE);
		assertThat(this.client.getRaw("k")).isEqualTo(raw(7, "abc"));
		MetaReply stored = this.meta.set("k", raw(0x80000001, ""), MetaSet.SET.ttl(Duration.ofMinutes(1)).cas());
		assertThat(stored.cas()).isPresent();
		assertThat(this.meta.get("k", MetaGet.VALUE.ttl()).value()).isEqualTo(raw(0x80000001, ""));
		assertThat(this.meta.set("k", raw(0, "x"), MetaSet.SET.compare(stored.cas().getAsLong() + 1)).status())
			.isEqualTo(Status.EXISTS);
		assertThat(this.meta.set("k", raw(0, "x"), MetaSet.SET.compare(stored.cas().getAsLong())).status())
			.isEqualTo(Status.DONE);
	}

	@Test
	void oneCallerIsElectedToLoadAMissingValue() {
		MetaReply first = this.meta.get("k", MetaGet.VALUE.cas().vivify(LEASE));
		assertThat(first.won()).isTrue();
		assertThat(first.value()).isEqualTo(raw(0, ""));
		MetaReply second = this.meta.get("k", MetaGet.VALUE.cas().vivify(LEASE));
		assertThat(second.won()).isFalse();
		assertThat(second.winTaken()).isTrue();
		MetaSet guarded = MetaSet.SET.compare(first.cas().getAsLong());
		assertThat(this.meta.set("k", raw(0, "loaded"), guarded).status()).isEqualTo(Status.DONE);
		MetaReply third = this.meta.get("k", MetaGet.VALUE.vivify(LEASE));
		assertThat(third.winTaken()).isFalse();
		assertThat(third.value()).isEqualTo(raw(0, "loaded"));
	}

	@Test
	void oneCallerIsElectedToReloadAStaleValueAndTheOthersGetTheOldOne() {
		this.client.set("k", new byte[] { 1 }, Duration.ofMinutes(1));
		assertThat(this.meta.delete("k", MetaDelete.DELETE.invalidate(LEASE)).status()).isEqualTo(Status.DONE);
		MetaReply elected = this.meta.get("k", MetaGet.VALUE.cas());
		assertThat(elected.won()).isTrue();
		assertThat(elected.stale()).isTrue();
		MetaReply other = this.meta.get("k", MetaGet.VALUE);
		assertThat(other.won()).isFalse();
		assertThat(other.stale()).isTrue();
		assertThat(other.winTaken()).isTrue();
		assertThat(other.value()).isEqualTo(new RawValue(0, new byte[] { 1 }));
	}

	@Test
	void oneCallerIsElectedToRefreshAValueThatExpiresSoon() {
		this.client.set("k", new byte[] { 1 }, Duration.ofSeconds(20));
		assertThat(this.meta.get("k", MetaGet.VALUE.recache(Duration.ofSeconds(5))).won()).isFalse();
		assertThat(this.meta.get("k", MetaGet.VALUE.recache(Duration.ofSeconds(30))).won()).isTrue();
		assertThat(this.meta.get("k", MetaGet.VALUE.recache(Duration.ofSeconds(30))).winTaken()).isTrue();
	}

	@Test
	void deleteAndTouchAreConditional() {
		long cas = this.meta.set("k", raw(0, "v"), MetaSet.SET.cas()).cas().getAsLong();
		assertThat(this.meta.delete("k", MetaDelete.DELETE.compare(cas + 1)).status()).isEqualTo(Status.EXISTS);
		assertThat(this.meta.get("k", MetaGet.NO_VALUE.touch(Duration.ofSeconds(77)).ttl()).ttl().getAsLong())
			.isBetween(70L, 77L);
		assertThat(this.meta.delete("k", MetaDelete.DELETE.compare(cas)).status()).isEqualTo(Status.DONE);
		assertThat(this.meta.delete("k", MetaDelete.DELETE).status()).isEqualTo(Status.NOT_FOUND);
	}

	@Test
	void splitAndCompressedValuesComeOutAsTheyWentIn(MemcachedServer server) throws Exception {
		byte[] large = new byte[2_500_000];
		large[2_400_000] = 9;
		this.client.set("large", large);
		assertThat(this.meta.get("large", MetaGet.VALUE.cas()).value()).isEqualTo(new RawValue(0, large));
		try (MemcachedClient compressing = MemcachedClient.builder()
			.servers(server.address())
			.compressionThreshold(100)
			.build()) {
			compressing.set("small", new byte[1000]);
			RawValue value = compressing.async().meta().get("small", MetaGet.VALUE).get(5, TimeUnit.SECONDS).value();
			assertThat(value).isEqualTo(compressing.getRaw("small"));
			assertThat(value.flags()).isEqualTo(16);
		}
		this.client.delete("~5large/1");
		assertThat(this.meta.get("large", MetaGet.VALUE).status()).isEqualTo(Status.NOT_FOUND);
	}

	@Test
	void arithmeticCountsAndAnswersWithTheNumber() {
		assertThat(this.meta.arithmetic("n", MetaArithmetic.INCREMENT).status()).isEqualTo(Status.NOT_FOUND);
		MetaReply first = this.meta.arithmetic("n",
				MetaArithmetic.INCREMENT.initial(5, Duration.ofMinutes(1)).delta(3).ttl().cas());
		assertThat(first.number()).hasValue(5);
		assertThat(first.ttl().getAsLong()).isBetween(50L, 60L);
		assertThat(first.value()).isNull();
		assertThat(this.meta.arithmetic("n", MetaArithmetic.INCREMENT.delta(3)).number()).hasValue(8);
		assertThat(this.meta.arithmetic("n", MetaArithmetic.DECREMENT).number()).hasValue(7);
		assertThat(this.meta.arithmetic("n", MetaArithmetic.DECREMENT.delta(100)).number()).hasValue(0);
		assertThat(this.client.getRaw("n")).isEqualTo(raw(0, "0"));
		assertThat(this.meta.arithmetic("n", MetaArithmetic.INCREMENT.touch(Duration.ofSeconds(500)).ttl())
			.ttl()
			.getAsLong()).isBetween(490L, 500L);
		MetaReply overtaken = this.meta.arithmetic("n", MetaArithmetic.INCREMENT.compare(first.cas().getAsLong()));
		assertThat(overtaken.status()).isEqualTo(Status.EXISTS);
		assertThat(overtaken.number()).isEmpty();
		assertThat(this.client.incr("n", 0)).hasValue(1);
	}

	@Test
	void arithmeticIsUnsignedAndGoesRound() throws Exception {
		AsyncMetaCommands async = this.client.async().meta();
		MetaArithmetic request = MetaArithmetic.INCREMENT.initial(-1, Duration.ZERO);
		assertThat(async.arithmetic("n", request).get(5, TimeUnit.SECONDS).number()).hasValue(-1);
		assertThat(this.client.getRaw("n")).isEqualTo(raw(0, "18446744073709551615"));
		assertThat(async.arithmetic("n", request).get(5, TimeUnit.SECONDS).number()).hasValue(0);
	}

	@Test
	void arithmeticOnWhatIsNoNumberIsAnErrorAndChangesNothing() {
		this.client.set("k", "text");
		assertThatExceptionOfType(MemcachedProtocolException.class)
			.isThrownBy(() -> this.meta.arithmetic("k", MetaArithmetic.INCREMENT))
			.withMessageContaining("non-numeric");
		assertThat(this.client.get("k", String.class)).isEqualTo("text");
		assertThatIllegalArgumentException().isThrownBy(() -> MetaArithmetic.INCREMENT.delta(-1))
			.withMessageContaining("negative");
	}

	@Test
	void noopIsAnswered() throws Exception {
		assertThat(this.meta.noop("k").status()).isEqualTo(Status.DONE);
		assertThat(this.client.async().meta().noop("k").get(5, TimeUnit.SECONDS).status()).isEqualTo(Status.DONE);
	}

	@Test
	void setWithAnOlderNumberThanTheItemsStoresItStale() {
		long older = this.meta.set("k", raw(0, "1"), MetaSet.SET.cas()).cas().getAsLong();
		this.client.set("k", "2".getBytes(StandardCharsets.UTF_8));
		long newer = this.meta.get("k", MetaGet.VALUE.cas()).cas().getAsLong();
		assertThat(this.meta.set("k", raw(0, "3"), MetaSet.SET.compare(older)).status()).isEqualTo(Status.EXISTS);
		assertThat(this.meta.set("k", raw(0, "3"), MetaSet.SET.compare(newer + 1).invalidate()).status())
			.isEqualTo(Status.EXISTS);
		assertThat(this.meta.set("k", raw(0, "3"), MetaSet.SET.compare(older).invalidate()).status())
			.isEqualTo(Status.DONE);
		MetaReply elected = this.meta.get("k", MetaGet.VALUE);
		assertThat(elected.value()).isEqualTo(raw(0, "3"));
		assertThat(elected.stale()).isTrue();
		assertThat(elected.won()).isTrue();
	}

	@Test
	void debugTellsFacts() throws Exception {
		this.client.set("k", new byte[3]);
		assertThat(this.meta.debug("k")).containsKeys("exp", "la", "cas", "fetch");
		assertThat(this.meta.debug("absent")).isNull();
		assertThat(this.client.async().meta().debug("k").get(5, TimeUnit.SECONDS)).containsKeys("exp", "la");
	}

	@Test
	void flagGivenTwiceIsRefusedBeforeAnythingIsSent() {
		Duration ttl = Duration.ofSeconds(1);
		assertThatIllegalArgumentException().isThrownBy(() -> MetaGet.VALUE.cas().cas())
			.withMessageContaining("the flag c is given twice");
		assertThatIllegalArgumentException().isThrownBy(() -> MetaSet.SET.ttl(ttl).cas().ttl(ttl))
			.withMessageContaining("the flag T is given twice");
		assertThatIllegalArgumentException().isThrownBy(() -> MetaDelete.DELETE.invalidate(ttl).invalidate(ttl));
		assertThatIllegalArgumentException().isThrownBy(() -> MetaArithmetic.DECREMENT.delta(1).delta(2));
	}

	@Test
	void serverWithoutMetaCommandsIsAskedOnceAndNeverSentAny() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("ERROR\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
		}); MemcachedClient old = client(server.address())) {
			assertThat(old.meta().set("k", raw(0, "flush_all"), MetaSet.SET).status()).isEqualTo(Status.UNSUPPORTED);
			assertThat(old.meta().get("k", MetaGet.VALUE).status()).isEqualTo(Status.UNSUPPORTED);
			assertThat(old.meta().debug("k")).isNull();
			assertThat(old.meta().arithmetic("k", MetaArithmetic.INCREMENT).status()).isEqualTo(Status.UNSUPPORTED);
			assertThat(old.meta().noop("k").status()).isEqualTo(Status.UNSUPPORTED);
			assertThat(old.<Object>get("k")).isNull();
			assertThat(server.received()).containsExactly("mn\r\nget k\r\n");
		}
	}

	/** As behind a load balancer, or where an upgrade is taken back. */
	@Test
	void olderServerThatTookThePlaceOfANewerOneIsAskedBeforeItGetsData() {
		try (ScriptedServer server = ScriptedServer.of((newer) -> {
			newer.introduce();
			newer.close();
		}, (older) -> {
			older.expect("mn\r\n");
			older.reply("ERROR\r\n");
		}); MemcachedClient client = client(server.address())) {
			assertThat(client.meta().noop("k").status()).isEqualTo(Status.DONE);
			Awaitility.await().until(() -> client.servers().get(0).connections() == 0);
			assertThat(client.meta().set("k", raw(0, "flush_all"), MetaSet.SET).status()).isEqualTo(Status.UNSUPPORTED);
			assertThat(server.received().get(1)).isEqualTo("mn\r\n");
		}
	}

	@Test
	void dataDoNotWaitForAConnectionThatWasToldToQuit() {
		CountDownLatch over = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((draining) -> {
			draining.introduce();
			draining.expect("get k\r\n");
			over.await();
		}, (next) -> {
			next.expect("mn\r\n");
			next.reply("MN\r\n");
			next.expect("ms k 1 k F0\r\nv\r\n");
			next.reply("HD kk\r\n");
		}); MemcachedClient client = client(server.address())) {
			assertThat(client.meta().noop("k").status()).isEqualTo(Status.DONE);
			CompletableFuture<Object> unanswered = client.async().get("k");
			client.quit();
			assertThat(client.meta().set("k", raw(0, "v"), MetaSet.SET).status()).isEqualTo(Status.DONE);
			assertThat(unanswered).isNotDone();
			over.countDown();
		}
	}

	@Test
	void eachConnectionIsAskedForItself() {
		String other = Stream.iterate(0, (i) -> i + 1)
			.map((i) -> "k" + i)
			.filter((key) -> slotOf(key) != slotOf("k"))
			.findFirst()
			.orElseThrow();
		try (ScriptedServer server = ScriptedServer.of(ScriptedServer.Connection::introduce, (older) -> {
			older.expect("mn\r\n");
			older.reply("ERROR\r\n");
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.connectionsPerServer(2)
					.build()) {
			assertThat(client.meta().noop("k").status()).isEqualTo(Status.DONE);
			assertThat(client.meta().set(other, raw(0, "flush_all"), MetaSet.SET).status())
				.isEqualTo(Status.UNSUPPORTED);
			assertThat(server.received().get(1)).isEqualTo("mn\r\n");
		}
	}

	private static int slotOf(String key) {
		return Math.floorMod(Node.slotHash(key.getBytes(StandardCharsets.US_ASCII)), 2);
	}

	/** As a load balancer does whose server is down. */
	@Test
	void whatHangsUpOnEverythingIsNotTakenForAProxy() {
		ScriptedServer.Script hangingUp = (connection) -> {
			connection.expect("mn\r\n");
			connection.close();
		};
		ScriptedServer.Script hangingUpOnGet = (connection) -> {
			connection.expect("get k\r\n");
			connection.close();
		};
		try (ScriptedServer server = ScriptedServer.of(hangingUp, hangingUpOnGet, ScriptedServer.Connection::introduce);
				MemcachedClient client = client(server.address())) {
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.meta().noop("k"));
			assertThat(client.meta().noop("k").status()).isEqualTo(Status.DONE);
			server.awaitScripts();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "ERROR Too many open connections", "SERVER_ERROR busy" })
	void serverThatCannotAnswerForNowIsAskedAgain(String refusal) {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply(refusal + "\r\n");
			connection.introduce();
		}); MemcachedClient client = client(server.address())) {
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.meta().noop("k"))
				.withMessageContaining(refusal);
			assertThat(client.meta().noop("k").status()).isEqualTo(Status.DONE);
			server.awaitScripts();
		}
	}

	@Test
	void proxyThatHangsUpOnMetaCommandsAloneIsNotAskedAgainUntilTheClientQuits() {
		ScriptedServer.Script once = (connection) -> {
			connection.expect("mn\r\n");
			connection.close();
		};
		ScriptedServer.Script twice = (connection) -> {
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
			connection.expect("mn\r\n");
			connection.close();
		};
		try (ScriptedServer server = ScriptedServer.of(once, twice, ScriptedServer.Connection::introduce);
				MemcachedClient client = client(server.address())) {
			assertThat(client.meta().noop("k").status()).isEqualTo(Status.UNSUPPORTED);
			assertThat(client.meta().noop("k").status()).isEqualTo(Status.UNSUPPORTED);
			client.quit();
			assertThat(client.meta().noop("k").status()).isEqualTo(Status.DONE);
			server.awaitScripts();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "VA 1 kother f0\r\nx\r\n", "HD kother\r\n", "VA 2 kk f0\r\nx\r\n\r\n", "VA -1 kk\r\n",
			"VA x\r\n", "MN\r\n", "NS\r\n", "END\r\n", "VA 1 kk f0\r\nxEN\r\n", "EN kother\r\n", "EN garbage\r\n",
			"EN h\r\n", "EN f\r\n", "EN  \r\n", "EN Q\r\n", "VA 1 kk\r\nx\r\n", "VA 1 f0\r\nx\r\n", "VA 1\r\nx\r\n",
			"HD kk f0\r\n", "VA 1 kk f0 f0\r\nx\r\n", "VA 1 kk f0 c7\r\nx\r\n", "VA 1 kk f\r\nx\r\n",
			"VA 1 kk f0 Wx\r\nx\r\n", "VA 1 kk f0 W W\r\nx\r\n", "VA 1 kk  f0\r\nx\r\n" })
	void replyThatMakesNoSenseEndsTheConnection(String nonsense) {
		assertNonsense("mg k k v f\r\n", nonsense, (client) -> client.meta().get("k", MetaGet.VALUE));
	}

	@ParameterizedTest
	@ValueSource(strings = { "HD h\r\n", "HD cx\r\n", "HD kk c t1 s1 l1 h1\r\n", "HD kk c-1 t1 s1 l1 h1\r\n",
			"HD kk c1 t s1 l1 h1\r\n", "HD kk c1 t-2 s1 l1 h1\r\n", "HD kk c1 t99999999999999999999 s1 l1 h1\r\n",
			"HD kk c1 t4294967296 s1 l1 h1\r\n", "HD kk c1 t1 s-1 l1 h1\r\n", "HD kk c1 t1 s1 l+1 h1\r\n",
			"HD kk c1 t1 s1 l1 h\r\n", "HD kk c1 t1 s1 l1 h2\r\n", "HD kk c1 t1 s1 l1 h11\r\n", "HD kk c1 t1 s1 l1\r\n",
			"HD c1 t1 s1 l1 h1\r\n", "HD kk c18446744073709551616 t1 s1 l1 h1\r\n", "HD kk c1 t1 s1 l1 h1 f0\r\n",
			"HD\r\n", "VA 1 kk c1 t1 s1 l1 h1\r\nx\r\n", "HD kk c1 t1 s1 l1 h1 S\r\n" })
	void flagThatMakesNoSenseEndsTheConnection(String nonsense) {
		assertNonsense("mg k k c t s l h\r\n", nonsense,
				(client) -> client.meta().get("k", MetaGet.NO_VALUE.cas().ttl().size().lastAccess().hitBefore()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "VA 1 kk\r\nx\r\n", "VA 0 kk\r\n\r\n", "VA 2 kk\r\n+1\r\n", "VA 2 kk\r\n-1\r\n",
			"VA 20 kk\r\n18446744073709551616\r\n", "HD kk\r\n", "VA 1\r\n1\r\n", "VA 1 kother\r\n1\r\n",
			"VA 1 kk W\r\n1\r\n", "NF h\r\n", "EX cx\r\n" })
	void counterThatMakesNoSenseEndsTheConnection(String nonsense) {
		assertNonsense("ma k k v\r\n", nonsense, (client) -> client.meta().arithmetic("k", MetaArithmetic.INCREMENT));
	}

	@ParameterizedTest
	@ValueSource(strings = { "HD\r\n", "HD kother\r\n", "VA 1 kk\r\nx\r\n", "HD kk c1\r\n", "NF kother\r\n" })
	void answerToAChangeThatDoesNotNameItsKeyEndsTheConnection(String nonsense) {
		assertNonsense("md k k\r\n", nonsense, (client) -> client.meta().delete("k", MetaDelete.DELETE));
	}

	@Test
	void factsAboutAnotherKeyEndTheConnection() {
		assertNonsense("me k\r\n", "ME other exp=-1\r\n", (client) -> client.meta().debug("k"));
	}

	/** Also where callers wait for a loaded value. */
	@ParameterizedTest
	@ValueSource(strings = { "HD h\r\n", "EN h\r\n", "HD cx\r\n", "VA 1 kk f\r\nx\r\n", "EN garbage\r\n",
			"VA 1 f4 c1\r\n1\r\n" })
	void loadIsBypassedWhenItsReplyMakesNoSense(String nonsense) throws Exception {
		for (Caller caller : Caller.values()) {
			assertEnds(true, "mg k k v f c N10\r\n", nonsense, (client) -> assertThat(
					caller.<String>getOrLoad(client, "k", LoadPolicy.timeToLive(Duration.ofMinutes(5)), () -> "loaded"))
				.isEqualTo("loaded"));
		}
	}

	/** As a proxy may that mixes up whom it answers. */
	@Test
	void valuesOfTwoCallersThatWereSwappedReachNeither() throws Exception {
		for (boolean named : List.of(true, false)) {
			CountDownLatch both = new CountDownLatch(1);
			try (ScriptedServer server = ScriptedServer.of((connection) -> {
				connection.introduce();
				connection.expect("mg a k v f\r\nmg b k v f\r\n");
				connection.reply(named ? "VA 1 kb f0\r\nB\r\nVA 1 ka f0\r\nA\r\n" : "VA 1 f0\r\nB\r\nVA 1 f0\r\nA\r\n");
				both.await();
			}); MemcachedClient client = client(server.address())) {
				client.meta().noop("a");
				var a = client.async().meta().get("a", MetaGet.VALUE);
				var b = client.async().meta().get("b", MetaGet.VALUE);
				for (var each : List.of(a, b)) {
					assertThat(each).failsWithin(Duration.ofSeconds(5))
						.withThrowableOfType(ExecutionException.class)
						.withCauseInstanceOf(MemcachedException.class);
				}
				both.countDown();
			}
		}
	}

	private static void assertNonsense(String request, String nonsense, ThrowingConsumer<MemcachedClient> call) {
		assertEnds(false, request, nonsense, (client) -> assertThatExceptionOfType(MemcachedProtocolException.class)
			.isThrownBy(() -> call.accept(client)));
	}

	private static void assertEnds(boolean introduced, String request, String nonsense,
			ThrowingConsumer<MemcachedClient> call) {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			if (introduced) {
				connection.introduce();
			}
			else {
				connection.expect("mn\r\n");
				connection.reply("MN\r\n");
			}
			connection.expect(request);
			connection.reply(nonsense);
			connection.expectClose();
		}); MemcachedClient client = client(server.address())) {
			call.accept(client);
			server.awaitScripts();
		}
	}

	private static MemcachedClient client(String server) {
		return MemcachedClient.builder().servers(server).pollTimeout(Duration.ofSeconds(2)).build();
	}

	private static RawValue raw(int flags, String text) {
		return new RawValue(flags, text.getBytes(StandardCharsets.UTF_8));
	}

}
