package io.libmc;

import java.nio.charset.StandardCharsets;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.libmc.testing.ScriptedServer;
import io.libmc.testing.ScriptedServer.Script;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What a healthy memcached never does, done to the client.
 */
@Timeout(30)
class MisbehavingServerTest {

	private static final Duration POLL = Duration.ofMillis(500);

	@Test
	void lateReplyIsDroppedAndNeverHandedToTheNextCaller() throws Exception {
		CountDownLatch firstTimedOut = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get keepalive\r\n");
			connection.reply("END\r\n");
			connection.expect("get slow\r\n");
			// bytes half-way through keep the connection alive past the caller's deadline
			firstTimedOut.await(POLL.toMillis() / 2, TimeUnit.MILLISECONDS);
			connection.reply("VALUE slow");
			firstTimedOut.await();
			connection.reply(" 0 4\r\nlate\r\nEND\r\n");
			connection.expect("get next\r\n");
			connection.reply("VALUE next 0 4\r\nmine\r\nEND\r\n");
		}); MemcachedClient client = impatient(server)) {
			assertThat(client.<Object>get("keepalive")).isNull();
			assertThatExceptionOfType(MemcachedTimeoutException.class).isThrownBy(() -> client.get("slow"))
				.withMessageContaining("a part of the reply came");
			firstTimedOut.countDown();
			assertThat(text(client, "next")).isEqualTo("mine");
			assertThat(server.received()).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void bytesThatComeWhileNobodyAsksAreNotTheReplyToTheNextRequest(boolean asynchronously) throws Exception {
		CountDownLatch strayed = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("incr n 1\r\n");
			connection.reply("1\r\n");
			Thread.sleep(20);
			connection.reply("5\r\n");
			strayed.countDown();
		}, (connection) -> {
			connection.expect("incr n 1\r\n");
			connection.reply("2\r\n");
		}); MemcachedClient client = impatient(server)) {
			assertThat(client.incr("n", 1)).hasValue(1);
			strayed.await();
			Thread.sleep(5);
			assertThat(asynchronously ? client.async().incr("n", 1).get() : client.incr("n", 1)).hasValue(2);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void statisticsWithoutAnEndAreAnError(boolean asynchronously) {
		String line = "STAT name " + "x".repeat(10_000) + "\r\n";
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("stats\r\n");
			try {
				for (int i = 0; i < 200; i++) {
					connection.reply(line);
				}
			}
			catch (IOException ex) {
				// the client has had enough
			}
		}, (connection) -> {
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
		}); MemcachedClient client = impatient(server)) {
			assertThatExceptionOfType(MemcachedProtocolException.class).isThrownBy(() -> stats(client, asynchronously))
				.withMessageContaining("more than 1048576 bytes");
			assertThat(client.<Object>get("k")).isNull();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void statisticsThatAServerDoesNotHaveAreAnError(boolean asynchronously) {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("stats bogus\r\n");
			connection.reply("ERROR\r\n");
		}); MemcachedClient client = impatient(server)) {
			assertThatExceptionOfType(MemcachedProtocolException.class)
				.isThrownBy(() -> stats(client, asynchronously, "bogus"))
				.withMessageContaining("ERROR");
		}
	}

	private static void stats(MemcachedClient client, boolean asynchronously, String... arguments) throws Throwable {
		if (!asynchronously) {
			assertThat(client.stats(arguments)).isNotNull();
			return;
		}
		try {
			assertThat(client.async().stats(arguments).get()).isNotNull();
		}
		catch (ExecutionException ex) {
			throw ex.getCause();
		}
	}

	@Test
	void serverThatHangsUpOnAnIdleConnectionCostsNoCall() throws Exception {
		CountDownLatch hungUp = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("incr n 1\r\n");
			connection.reply("1\r\n");
			Thread.sleep(20);
			connection.close();
			hungUp.countDown();
		}, (connection) -> {
			connection.expect("incr n 1\r\n");
			connection.reply("2\r\n");
		}); MemcachedClient client = impatient(server)) {
			assertThat(client.incr("n", 1)).hasValue(1);
			hungUp.await();
			Thread.sleep(5);
			assertThat(client.incr("n", 1)).hasValue(2);
		}
	}

	/**
	 * As memcached's own proxy does, which puts the error in the place of the value and
	 * goes on; the END behind it must not become somebody's miss.
	 */
	@Test
	void errorWithinACommandThatGetsShareIsTheOneGetsItIsAbout() throws Exception {
		CountDownLatch submitted = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			authenticate(connection, submitted);
			connection.expect("get a b\r\n");
			connection.reply("VALUE a 0 1\r\nA\r\nSERVER_ERROR backend failure\r\nEND\r\n");
		}, (connection) -> {
			authenticate(connection, submitted);
			connection.expect("get b\r\n");
			connection.reply("SERVER_ERROR backend failure\r\n");
			connection.expect("get c\r\n");
			connection.reply("VALUE c 0 1\r\nC\r\nEND\r\n");
		}); MemcachedClient client = gathering(server)) {
			CompletableFuture<byte[]> a = client.async().get("a");
			CompletableFuture<byte[]> b = client.async().get("b");
			submitted.countDown();
			assertThat(a).succeedsWithin(Duration.ofSeconds(5)).isEqualTo("A".getBytes(StandardCharsets.US_ASCII));
			assertThat(b).failsWithin(Duration.ofSeconds(5))
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(MemcachedServerException.class)
				.withMessageContaining("backend failure");
			assertThat(text(client, "c")).isEqualTo("C");
			assertThat(server.received()).hasSize(2);
		}
	}

	/**
	 * As a proxy may whose error is lost with the connection. Whoever shared the command
	 * asks again alone, and so does whoever comes then.
	 */
	@Test
	void hangUpOnACommandThatGetsShareFailsNoneOfThem() throws Exception {
		CountDownLatch submitted = new CountDownLatch(1);
		CountDownLatch again = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			authenticate(connection, submitted);
			connection.expect("get a b\r\n");
			connection.close();
		}, (connection) -> {
			authenticate(connection, again);
			for (int i = 0; i < 4; i++) {
				String key = connection.readLine().substring("get ".length());
				assertThat(key).hasSize(1);
				connection.reply("VALUE " + key + " 0 1\r\n" + key + "\r\nEND\r\n");
			}
		}); MemcachedClient client = gathering(server)) {
			CompletableFuture<byte[]> a = client.async().get("a");
			CompletableFuture<byte[]> b = client.async().get("b");
			submitted.countDown();
			Awaitility.await().until(() -> server.received().size() == 2);
			CompletableFuture<byte[]> c = client.async().get("c");
			CompletableFuture<byte[]> d = client.async().get("d");
			again.countDown();
			for (CompletableFuture<byte[]> get : List.of(a, b, c, d)) {
				assertThat(get).succeedsWithin(Duration.ofSeconds(5));
			}
			assertThat(new String(b.join(), StandardCharsets.US_ASCII)).isEqualTo("b");
			assertThat(new String(d.join(), StandardCharsets.US_ASCII)).isEqualTo("d");
		}
	}

	@Test
	void getBehindAMissInASharedCommandHasItsValueAsSoonAsThatIsThere() throws Exception {
		CountDownLatch submitted = new CountDownLatch(1);
		CountDownLatch served = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			authenticate(connection, submitted);
			connection.expect("get a b c\r\n");
			connection.reply("VALUE b 0 1\r\nB\r\n");
			served.await();
			connection.reply("END\r\n");
			connection.expect("get d\r\n");
			connection.reply("VALUE d 0 1\r\nD\r\nEND\r\n");
		}); MemcachedClient client = gathering(server)) {
			CompletableFuture<byte[]> a = client.async().get("a");
			CompletableFuture<byte[]> b = client.async().get("b");
			CompletableFuture<byte[]> c = client.async().get("c");
			submitted.countDown();
			assertThat(b).succeedsWithin(Duration.ofSeconds(2)).isEqualTo("B".getBytes(StandardCharsets.US_ASCII));
			assertThat(List.of(a, c)).noneMatch(CompletableFuture::isDone);
			served.countDown();
			assertThat(a).succeedsWithin(Duration.ofSeconds(2)).isNull();
			assertThat(c).succeedsWithin(Duration.ofSeconds(2)).isNull();
			assertThat(text(client, "d")).isEqualTo("D");
		}
	}

	/**
	 * The one whose time is up takes nothing away from those it shared a command with.
	 */
	@Test
	void getThatTimedOutInASharedCommandLeavesItsValueToNobody() throws Exception {
		CountDownLatch submitted = new CountDownLatch(1);
		CountDownLatch timedOut = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			authenticate(connection, submitted);
			connection.expect("get a a b\r\n");
			timedOut.await();
			connection.reply("VALUE a 0 1\r\n1\r\nVALUE a 0 1\r\n2\r\nVALUE b 0 1\r\nB\r\nEND\r\n");
			connection.expect("get c\r\n");
			connection.reply("VALUE c 0 1\r\nC\r\nEND\r\n");
		}); MemcachedClient client = gathering(server)) {
			CompletableFuture<byte[]> late = client.async().get("a");
			TimeUnit.MILLISECONDS.sleep(500);
			CompletableFuture<byte[]> a = client.async().get("a");
			CompletableFuture<byte[]> b = client.async().get("b");
			submitted.countDown();
			assertThat(late).failsWithin(Duration.ofSeconds(5))
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(MemcachedTimeoutException.class);
			timedOut.countDown();
			assertThat(a).succeedsWithin(Duration.ofSeconds(2)).isEqualTo("2".getBytes(StandardCharsets.US_ASCII));
			assertThat(b).succeedsWithin(Duration.ofSeconds(2)).isEqualTo("B".getBytes(StandardCharsets.US_ASCII));
			assertThat(text(client, "c")).isEqualTo("C");
			assertThat(server.received()).hasSize(1);
		}
	}

	/** What comes meanwhile gathers, and is sent together. */
	private static void authenticate(ScriptedServer.Connection connection, CountDownLatch gathered) throws Exception {
		connection.expect("set auth 0 -1 11\r\nuser s3cret\r\n");
		gathered.await();
		connection.reply("STORED\r\n");
	}

	private static MemcachedClient gathering(ScriptedServer server) {
		return MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(2))
			.handshakeTimeout(Duration.ofSeconds(5))
			.credentials("user", "s3cret")
			.build();
	}

	/** Also as memcached's own proxy does. */
	@Test
	void errorWithinTheReplyToManyKeysDoesNotTurnItsEndIntoTheNextCallersMiss() throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get a b\r\n");
			connection.reply("VALUE a 0 1\r\nA\r\nSERVER_ERROR backend failure\r\nEND\r\n");
		}, (connection) -> {
			connection.expect("get c\r\n");
			connection.reply("VALUE c 0 1\r\nC\r\nEND\r\n");
		}); MemcachedClient client = impatient(server)) {
			assertThat(client.getMulti(List.of("a", "b")).failures()).containsOnlyKeys("a", "b");
			assertThat(text(client, "c")).isEqualTo("C");
		}
	}

	@Test
	@Tag("alone")
	void replyThatComesAfterTheConnectionWasGivenUpReachesNobody() throws Exception {
		CountDownLatch timedOut = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get first\r\n");
			connection.reply("END\r\n");
			connection.expect("get slow\r\n");
			timedOut.await();
			connection.reply("VALUE slow 0 4\r\nlate\r\nEND\r\n");
		}, (connection) -> {
			connection.expect("get next\r\n");
			connection.reply("VALUE next 0 4\r\nmine\r\nEND\r\n");
		}); MemcachedClient client = impatient(server)) {
			assertThat(client.<Object>get("first")).as("what comes first also loads classes").isNull();
			long start = System.nanoTime();
			MemcachedTimeoutException late = catchThrowableOfType(MemcachedTimeoutException.class,
					() -> client.get("slow"));
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			assertThat(late).hasMessageContaining("nothing of the reply came");
			assertThat(late.code()).isEqualTo(ErrorCode.POLL_TIMEOUT_ERROR);
			assertThat(late.server()).isEqualTo(server.address());
			assertThat(took).isBetween(POLL, POLL.plusMillis(100));
			timedOut.countDown();
			assertThat(text(client, "next")).isEqualTo("mine");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "VALUE other 0 1\r\nx\r\nEND\r\n", "VALUE k 0 1\r\nx\r\nVALUE k 0 1\r\ny\r\nEND\r\n",
			"VALUE k 0 2\r\nx\r\nEND\r\n", "VALUE k 0 1\r\nxEND\r\n", "VALUE k 0 -1\r\nx\r\nEND\r\n",
			"VALUE k 0 99999999999\r\nx\r\nEND\r\n", "VALUE k 0\r\nx\r\nEND\r\n",
			"VALUE k 4294967296 1\r\nx\r\nEND\r\n", "VALUE k 0 1 7\r\nx\r\nEND\r\n", "STORED\r\n", "END\n", "\r\n",
			"HTTP/1.1 400 Bad Request\r\n", "\u0015\u0003\u0003\u0000\u0002\u0002\n", "end\r\n", "END \r\n",
			"VALUE k 0 0x1\r\nx\r\nEND\r\n" })
	void bytesThatMakeNoSenseEndTheConnectionAndNoValueComesOutOfThem(String nonsense) {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get k\r\n");
			connection.reply(nonsense);
			connection.expectClose();
		}, replies("VALUE k 0 4\r\nmine\r\nEND\r\n")); MemcachedClient client = client(server)) {
			assertThatExceptionOfType(MemcachedProtocolException.class).isThrownBy(() -> client.get("k"))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(ErrorCode.RECV_ERROR));
			assertThat(text(client, "k")).isEqualTo("mine");
		}
	}

	@Test
	void extraLineAfterAReplyEndsTheConnectionBeforeItCanBeTakenForTheNextReply() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get a\r\n");
			connection.reply("END\r\nVALUE b 0 5\r\nwrong\r\nEND\r\n");
			connection.expectClose();
		}, replies("VALUE b 0 4\r\nmine\r\nEND\r\n")); MemcachedClient client = client(server)) {
			try {
				assertThat(client.<Object>get("a")).isNull();
			}
			catch (MemcachedProtocolException ex) {
				assertThat(ex).hasMessageContaining("no operation waits for");
			}
			assertThat(text(client, "b")).isEqualTo("mine");
		}
	}

	@Test
	void endlessLineEndsTheConnection() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get k\r\n");
			connection.reply("x".repeat(100_000));
		}); MemcachedClient client = client(server)) {
			assertThatExceptionOfType(MemcachedProtocolException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("a line is longer");
		}
	}

	@Test
	void everyReplyMayComeInPiecesOfAnySize() {
		String reply = "VALUE k 0 10\r\n0123456789\r\nEND\r\n";
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			for (int cut = 1; cut < reply.length(); cut++) {
				connection.expect("get k\r\n");
				connection.reply(reply.substring(0, cut));
				connection.reply(reply.substring(cut));
			}
			connection.expect("get k\r\n");
			for (int i = 0; i < reply.length(); i++) {
				connection.reply(reply.substring(i, i + 1));
			}
		}); MemcachedClient client = client(server)) {
			for (int i = 0; i < reply.length(); i++) {
				assertThat(text(client, "k")).isEqualTo("0123456789");
			}
			assertThat(server.received()).hasSize(1);
		}
	}

	@Test
	void serverErrorIsTheCallersAndTheConnectionGoesOn() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("set k 0 0 1\r\nv\r\n");
			connection.reply("SERVER_ERROR out of memory storing object\r\n");
			connection.expect("get k\r\n");
			connection.reply("SERVER_ERROR out of memory writing get response\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
		}); MemcachedClient client = client(server)) {
			byte[] value = { 'v' };
			assertThatExceptionOfType(MemcachedServerException.class).isThrownBy(() -> client.set("k", value))
				.withMessageContaining("out of memory storing object")
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(ErrorCode.SERVER_ERROR));
			assertThatExceptionOfType(MemcachedServerException.class).isThrownBy(() -> client.get("k"));
			assertThat(client.<Object>get("k")).isNull();
			assertThat(server.received()).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "CLIENT_ERROR bad data chunk\r\nERROR\r\n", "CLIENT_ERROR bad data chunk\r\n", "ERROR\r\n" })
	void refusedDataEndsTheConnectionForItMayBeExecutedAsCommands(String refusal) {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("set k 0 0 1\r\nv\r\n");
			connection.reply(refusal);
			connection.expectClose();
		}, replies("END\r\n")); MemcachedClient client = client(server)) {
			byte[] value = { 'v' };
			assertThatExceptionOfType(MemcachedProtocolException.class).isThrownBy(() -> client.set("k", value))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(ErrorCode.PROGRAMMING_ERROR));
			assertThat(client.<Object>get("k")).isNull();
		}
	}

	@Test
	void clientErrorWithoutDataIsTheCallersAndTheConnectionGoesOn() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("incr k 1\r\n");
			connection.reply("CLIENT_ERROR cannot increment or decrement non-numeric value\r\n");
			connection.expect("incr k 1\r\n");
			connection.reply("18446744073709551615\r\n");
		}); MemcachedClient client = client(server)) {
			assertThatExceptionOfType(MemcachedProtocolException.class).isThrownBy(() -> client.incr("k", 1))
				.withMessageContaining("non-numeric");
			assertThat(client.incr("k", 1)).hasValue(-1);
			assertThat(server.received()).hasSize(1);
		}
	}

	@Test
	void connectionLimitOfTheServerIsToldInItsOwnWords() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get k\r\n");
			connection.reply("ERROR Too many open connections\r\n");
			connection.close();
		}); MemcachedClient client = client(server)) {
			assertThatExceptionOfType(MemcachedProtocolException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("Too many open connections");
		}
	}

	@Test
	void valueLargerThanAllowedFailsAloneAndTheConnectionGoesOn() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get k\r\n");
			connection.reply("VALUE k 0 100000\r\n" + "x".repeat(100_000) + "\r\nEND\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
		});
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address())
					.maxValueBytes(99_999)
					.build()) {
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("100000 bytes")
				.withMessageContaining("maxValueBytes");
			assertThat(client.<Object>get("k")).isNull();
			assertThat(server.received()).hasSize(1);
		}
	}

	@Test
	void lostConnectionFailsTheCallAndTheNextOneConnectsAnew() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("incr k 1\r\n");
			connection.reset();
		}, replies("END\r\n")); MemcachedClient client = client(server)) {
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.incr("k", 1))
				.withMessageContaining("it was sent");
			assertThat(client.<Object>get("k")).isNull();
		}
	}

	@Test
	void readsAreSentAgainAfterALossAndCountersNeverAre() {
		Script lost = (connection) -> {
			connection.readLine();
			connection.reset();
		};
		try (ScriptedServer server = ScriptedServer.of(lost, replies("VALUE k 0 4\r\nmine\r\nEND\r\n"));
				MemcachedClient client = retrying(server)) {
			assertThat(text(client, "k")).isEqualTo("mine");
		}
		try (ScriptedServer server = ScriptedServer.of(lost); MemcachedClient client = retrying(server)) {
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.incr("k", 1));
			assertThat(server.received()).containsExactly("incr k 1\r\n");
		}
	}

	@Test
	void callersBehindASilentOneAreFailedWithItAndDoNotWaitTheirOwnTimeOut() throws Exception {
		ExecutorService threads = Executors.newCachedThreadPool();
		CountDownLatch received = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get k\r\n");
			received.countDown();
			// some of them may share a command
			for (int keys = 0; keys < 3;) {
				keys += connection.readLine().split(" ").length - 1;
			}
		}); MemcachedClient client = impatient(server)) {
			Future<?> first = threads.submit(() -> client.get("k"));
			received.await();
			List<Future<?>> others = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				others.add(threads.submit(() -> client.get("k")));
			}
			assertThatThrownBy(() -> first.get(5, TimeUnit.SECONDS))
				.hasCauseInstanceOf(MemcachedTimeoutException.class);
			for (Future<?> other : others) {
				assertThatThrownBy(() -> other.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(MemcachedException.class);
			}
			server.awaitScripts();
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void interruptNeitherEndsACallNorIsLost() throws Exception {
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch interrupted = new CountDownLatch(1);
		ExecutorService threads = Executors.newCachedThreadPool();
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get k\r\n");
			asked.countDown();
			interrupted.await();
			connection.reply("VALUE k 0 4\r\nmine\r\nEND\r\n");
		}); MemcachedClient client = client(server)) {
			Thread[] caller = new Thread[1];
			Future<String> result = threads.submit(() -> {
				caller[0] = Thread.currentThread();
				String value = text(client, "k");
				return value + " " + Thread.currentThread().isInterrupted();
			});
			asked.await();
			caller[0].interrupt();
			interrupted.countDown();
			assertThat(result.get(5, TimeUnit.SECONDS)).isEqualTo("mine true");
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void closeFailsWhatIsUnderWayAtOnce() throws Exception {
		CountDownLatch asked = new CountDownLatch(1);
		ExecutorService threads = Executors.newCachedThreadPool();
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get k\r\n");
			asked.countDown();
			connection.expectClose();
		})) {
			MemcachedClient client = MemcachedClient.builder()
				.servers(server.address())
				.pollTimeout(Duration.ofSeconds(20))
				.build();
			Future<?> call = threads.submit(() -> client.get("k"));
			asked.await();
			client.close();
			client.close();
			assertThatThrownBy(() -> call.get(2, TimeUnit.SECONDS))
				.hasCauseInstanceOf(MemcachedConnectionException.class)
				.hasMessageContaining("the client was closed");
			assertThatThrownBy(() -> client.get("k")).isInstanceOf(IllegalStateException.class);
			server.awaitScripts();
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void idleConnectionThatTheServerClosedIsNoticedSoThatTheNextCallSucceeds() throws Exception {
		CountDownLatch atRest = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
			atRest.await();
			connection.close();
		}, replies("VALUE k 0 4\r\nmine\r\nEND\r\n")); MemcachedClient client = client(server)) {
			assertThat(client.<Object>get("k")).isNull();
			Awaitility.await().pollDelay(Duration.ofMillis(1500)).until(() -> ownThreadIsReading(server.address()));
			atRest.countDown();
			server.awaitScripts();
			Awaitility.await().until(() -> !ownThreadIsReading(server.address()));
			assertThat(text(client, "k")).isEqualTo("mine");
		}
	}

	private static boolean ownThreadIsReading(String server) {
		return Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.anyMatch((entry) -> entry.getKey().getName().equals("libmc-" + server) && Arrays.stream(entry.getValue())
				.anyMatch((frame) -> frame.getMethodName().equals("readOnOwnThread")));
	}

	private static Script replies(String reply) {
		return (connection) -> {
			connection.readLine();
			connection.reply(reply);
		};
	}

	private static MemcachedClient client(ScriptedServer server) {
		return MemcachedClient.builder().servers(server.address()).pollTimeout(Duration.ofSeconds(5)).build();
	}

	private static MemcachedClient impatient(ScriptedServer server) {
		return MemcachedClient.builder().servers(server.address()).pollTimeout(POLL).build();
	}

	private static MemcachedClient retrying(ScriptedServer server) {
		return MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.maxRetries(1)
			.build();
	}

	private static String text(MemcachedClient client, String key) {
		byte[] value = client.get(key);
		return (value != null) ? new String(value, StandardCharsets.UTF_8) : "a miss";
	}

}
