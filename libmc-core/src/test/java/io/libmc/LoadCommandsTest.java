package io.libmc;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.testing.Caller;
import io.libmc.testing.ScriptedServer;
import io.libmc.testing.ScriptedServer.Connection;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What is sent for a load, command by command: whoever calls, it is the same, in the same
 * order, and nothing else.
 */
@Timeout(60)
class LoadCommandsTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private static final LoadPolicy STALE = POLICY.staleFor(Duration.ofSeconds(30));

	/** As short as there is. */
	private static final Duration LEASE = Duration.ofSeconds(2);

	private static final LoadPolicy REFRESHED = POLICY.refreshAhead(Duration.ofSeconds(30));

	private static final LoadPolicy CHOOSY = POLICY.accepting((value) -> CompletableFuture.completedFuture(false));

	/**
	 * What may differ between two threads that do the same, but is less than one a pause.
	 */
	private static final int FRAMES = 20;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<LoadOutcome> outcomes = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.threads.shutdownNow();
	}

	// A key that is missing

	@ParameterizedTest
	@EnumSource
	void whoIsElectedLoadsAndStoresUnlessTheItemHasChanged(Caller caller) throws Exception {
		assertConversation((client) -> {
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 7L)).isEqualTo(7);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 8L)).isEqualTo(8);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 9L)).isEqualTo(9);
		}, """
				mg k k v f c N10
				< VA 0 kk f0 c1 W
				<
				ms k 1 k T300 C1 F4
				7
				< HD kk
				mg k k v f c N10
				< VA 0 kk f0 c2 W
				<
				ms k 1 k T300 C2 F4
				8
				< EX kk
				mg k k v f c N10
				< VA 0 kk f0 c3 W
				<
				ms k 1 k T300 C3 F4
				9
				< NF kk
				""");
		assertThat(this.outcomes).containsExactly(LoadOutcome.WON, LoadOutcome.LOST, LoadOutcome.LOST);
	}

	@ParameterizedTest
	@EnumSource
	void whoWaitsAsksAgainAndLoadsIfItIsElectedAfterAll(Caller caller) throws Exception {
		assertConversation((client) -> {
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, LoadCommandsTest::unexpected)).isEqualTo(7);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 8L)).isEqualTo(8);
		}, """
				mg k k v f c N10
				< VA 0 kk f0 c1 Z
				<
				mg k k v f c N10
				< VA 0 kk f0 c1 Z
				<
				mg k k v f c N10
				< VA 1 kk f4 c2
				< 7
				mg k k v f c N10
				< VA 0 kk f0 c3 Z
				<
				mg k k v f c N10
				< VA 0 kk f0 c4 W
				<
				ms k 1 k T300 C4 F4
				8
				< HD kk
				""");
		assertThat(this.outcomes).containsExactly(LoadOutcome.WAITED, LoadOutcome.WON);
	}

	@ParameterizedTest
	@EnumSource
	void whoWaitedInVainLoadsAndStoresUnlessTheItemHasChanged(Caller caller) throws Exception {
		assertConversation(
				(client) -> assertThat(caller.<Long>getOrLoad(client, "k", POLICY.wait(Duration.ZERO), () -> 7L))
					.isEqualTo(7),
				"""
						mg k k v f c N10
						< VA 0 kk f0 c1 Z
						<
						ms k 1 k T300 C1 F4
						7
						< HD kk
						""");
		assertThat(this.outcomes).containsExactly(LoadOutcome.TIMED_OUT);
	}

	@ParameterizedTest
	@EnumSource
	void whereThereIsNothingToStoreThePlaceholderGoes(Caller caller) throws Exception {
		assertConversation((client) -> {
			assertThat(caller.<Object>getOrLoad(client, "k", POLICY, () -> null)).isNull();
			assertThat(caller.<Object>getOrLoad(client, "k", POLICY, () -> null)).isNull();
			assertFails(() -> caller.getOrLoad(client, "k", POLICY, LoadCommandsTest::failing));
			assertFails(() -> caller.getOrLoad(client, "k", POLICY, LoadCommandsTest::failing));
		}, """
				mg k k v f c N10
				< VA 0 kk f0 c1 W
				<
				md k k C1
				< HD kk
				mg k k v f c N10
				< VA 0 kk f0 c2 W
				<
				md k k C2
				< SERVER_ERROR busy
				mg k k v f c N10
				< VA 0 kk f0 c3 W
				<
				md k k C3
				< HD kk
				mg k k v f c N10
				< VA 0 kk f0 c4 W
				<
				md k k C4
				< SERVER_ERROR busy
				""");
		assertThat(this.outcomes).containsExactly(LoadOutcome.WON, LoadOutcome.WON);
	}

	@ParameterizedTest
	@EnumSource
	void whatMemcachedRefusesToStoreIsRemoved(Caller caller) throws Exception {
		assertConversation((client) -> {
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 7L)).isEqualTo(7);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 8L)).isEqualTo(8);
		}, """
				mg k k v f c N10
				< VA 0 kk f0 c1 W
				<
				ms k 1 k T300 C1 F4
				7
				< SERVER_ERROR out of memory storing object
				md k k C1
				< HD kk
				mg k k v f c N10
				< VA 0 kk f0 c2 W
				<
				ms k 1 k T300 C2 F4
				8
				< SERVER_ERROR out of memory storing object
				md k k C2
				< SERVER_ERROR busy
				""");
		assertThat(this.outcomes).containsExactly(LoadOutcome.LOST, LoadOutcome.LOST);
	}

	@ParameterizedTest
	@EnumSource
	void withoutALeaseWhoeverMissesLoadsAndTheFirstOneStores(Caller caller) throws Exception {
		assertConversation((client) -> {
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY.withoutLease(), () -> 7L)).isEqualTo(7);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY.withoutLease(), () -> 8L)).isEqualTo(8);
		}, """
				mg k k v f c N60
				< VA 0 kk f0 c1 W
				<
				ms k 1 k T300 C1 F4
				7
				< HD kk
				mg k k v f c N60
				< VA 0 kk f0 c2 Z
				<
				ms k 1 k T300 C2 F4
				8
				< EX kk
				""");
		assertThat(this.outcomes).containsExactly(LoadOutcome.WON, LoadOutcome.LOST);
	}

	@ParameterizedTest
	@EnumSource
	void whenMemcachedFailsWhileALockIsWaitedForTheValueIsLoadedAndNotKept(Caller caller) throws Exception {
		Failed failed = new Failed();
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			play(connection, """
					mn
					< ERROR
					get k
					< END
					add k/lock 4 10 1
					1
					< NOT_STORED
					get k
					< SERVER_ERROR busy
					""");
		}); MemcachedClient client = client(server, Duration.ofSeconds(5))) {
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY.listener(failed), () -> 7L)).isEqualTo(7);
			server.awaitScripts();
		}
		assertThat(failed.all).singleElement().isInstanceOf(MemcachedServerException.class);
		assertThat(this.outcomes).containsExactly(LoadOutcome.BYPASSED);
	}

	// A value that is stale, or due

	@ParameterizedTest
	@EnumSource
	void whoIsElectedReloadsAndStoresUnlessTheItemHasChanged(Caller caller) throws Exception {
		assertConversation((client) -> {
			assertThat(caller.<Long>getOrLoad(client, "k", STALE, () -> 7L)).isEqualTo(7);
			assertThat(caller.<Long>getOrLoad(client, "k", REFRESHED, () -> 8L)).isEqualTo(8);
		}, """
				mg k k v f c t N10
				< VA 1 kk f4 c1 t20 X W
				< 1
				ms k 1 k T300 C1 F4
				7
				< HD kk
				mg k k v f c t N10 R31
				< VA 1 kk f4 c2 t20 W
				< 1
				ms k 1 k T300 C2 F4
				8
				< HD kk
				""");
		assertThat(this.outcomes).containsExactly(LoadOutcome.WON, LoadOutcome.REFRESHED);
	}

	@ParameterizedTest
	@EnumSource
	void whoFailsToReloadMarksTheItemAgain(Caller caller) throws Exception {
		assertConversation((client) -> {
			assertFails(() -> caller.getOrLoad(client, "k", STALE, LoadCommandsTest::failing));
			assertFails(() -> caller.getOrLoad(client, "k", STALE, LoadCommandsTest::failing));
			assertFails(() -> caller.getOrLoad(client, "k", POLICY, LoadCommandsTest::failing));
			assertFails(() -> caller.getOrLoad(client, "k", POLICY, LoadCommandsTest::failing));
			assertFails(() -> caller.getOrLoad(client, "k", POLICY, LoadCommandsTest::failing));
		}, """
				mg k k v f c t N10
				< VA 1 kk f4 c1 t20 X W
				< 1
				md k k C1 I T20
				< HD kk
				mg k k v f c t N10
				< VA 1 kk f4 c2 t20 X W
				< 1
				md k k C2 I T20
				< SERVER_ERROR busy
				mg k k v f c N10
				< VA 1 kk f4 c3 X W
				< 1
				mg k k c t
				< HD kk c3 t20 X Z
				md k k C3 I T20
				< HD kk
				mg k k v f c N10
				< VA 1 kk f4 c4 X W
				< 1
				mg k k c t
				< HD kk c5 t20
				mg k k v f c N10
				< VA 1 kk f4 c6 X W
				< 1
				mg k k c t
				< SERVER_ERROR busy
				""");
	}

	@ParameterizedTest
	@EnumSource
	void whoFailsToRefreshLeavesTheItemAsItIs(Caller caller) throws Exception {
		assertConversation(
				(client) -> assertThat(caller.<Long>getOrLoad(client, "k", REFRESHED, LoadCommandsTest::failing))
					.isEqualTo(1),
				"""
						mg k k v f c t N10 R31
						< VA 1 kk f4 c1 t20 W
						< 1
						""");
		assertThat(this.outcomes).containsExactly(LoadOutcome.REFRESH_FAILED);
	}

	// Values that are no good

	@ParameterizedTest
	@EnumSource
	void valuesThatAreNoGoodAreRemovedAFewTimesAndThenReplaced(Caller caller) throws Exception {
		assertConversation((client) -> assertThat(caller.<Long>getOrLoad(client, "k", CHOOSY, () -> 7L)).isEqualTo(7),
				"""
						mg k k v f c N10
						< VA 1 kk f4 c1
						< 1
						md k k C1
						< HD kk
						mg k k v f c N10
						< VA 1 kk f4 c2
						< 1
						md k k C2
						< EX kk
						mg k k v f c N10
						< VA 1 kk f4 c3
						< 1
						md k k C3
						< NF kk
						mg k k v f c N10
						< VA 1 kk f4 c4
						< 1
						ms k 1 k T300 C4 F4
						7
						< HD kk
						""");
		assertThat(this.outcomes).containsExactly(LoadOutcome.WON);
	}

	@ParameterizedTest
	@EnumSource
	void aValueThatIsTooLargeToReadIsRemovedAndReplaced(Caller caller) throws Exception {
		assertConversation((client) -> assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 7L)).isEqualTo(7),
				"""
						mg k k v f c N10
						< VA 1001 kk f4 c1
						< %s
						md k k
						< HD kk
						mg k k v f c N10
						< VA 0 kk f0 c2 W
						<
						ms k 1 k T300 C2 F4
						7
						< HD kk
						""".formatted("1".repeat(1001)));
		assertThat(this.outcomes).containsExactly(LoadOutcome.WON);
	}

	@ParameterizedTest
	@EnumSource
	void whenAValueThatIsNoGoodCannotBeRemovedMemcachedHasFailed(Caller caller) throws Exception {
		Failed failed = new Failed();
		AtomicInteger loads = new AtomicInteger();
		assertConversation((client) -> {
			assertThat(caller.<Long>getOrLoad(client, "k", CHOOSY.listener(failed), () -> 7L + loads.getAndIncrement()))
				.as("not accepted")
				.isEqualTo(7);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY.listener(failed), () -> 7L + loads.getAndIncrement()))
				.as("not decoded")
				.isEqualTo(8);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY.listener(failed), () -> 7L + loads.getAndIncrement()))
				.as("not read")
				.isEqualTo(9);
		}, """
				mg k k v f c N10
				< VA 1 kk f4 c1
				< 1
				md k k C1
				< SERVER_ERROR busy
				mg k k v f c N10
				< VA 1 kk f1 c2
				< 1
				md k k C2
				< SERVER_ERROR busy
				mg k k v f c N10
				< VA 1001 kk f4 c1
				< %s
				md k k
				< SERVER_ERROR busy
				""".formatted("1".repeat(1001)));
		assertThat(failed.all).hasSize(3).allSatisfy((failure) -> assertThat(failure).hasMessageContaining("busy"));
		assertThat(this.outcomes).containsExactly(LoadOutcome.BYPASSED, LoadOutcome.BYPASSED, LoadOutcome.BYPASSED);
	}

	@Test
	void whenTheRemovalOfAValueThatIsNoGoodIsNotAnsweredMemcachedHasFailed() throws Exception {
		Caller.both((caller) -> {
			Failed failed = new Failed();
			try (ScriptedServer server = ScriptedServer.of((connection) -> {
				begin(connection);
				play(connection, """
						mg k k v f c N10
						< VA 1 kk f4 c1
						< 1
						md k k C1
						""");
			}); MemcachedClient client = client(server, Duration.ofSeconds(1))) {
				assertThat(caller.<Long>getOrLoad(client, "k", CHOOSY.listener(failed), () -> 7L)).isEqualTo(7);
				server.awaitScripts();
				assertThat(server.received())
					.containsExactly("mn\r\nversion\r\nstats\r\nmg k k v f c N10\r\nmd k k C1\r\n");
			}
			assertThat(failed.all).singleElement().isInstanceOf(MemcachedTimeoutException.class);
		});
		assertThat(this.outcomes).containsExactly(LoadOutcome.BYPASSED, LoadOutcome.BYPASSED);
	}

	// Taking a value back

	@ParameterizedTest
	@EnumSource
	void whatIsNotToBeServedStaleIsDeleted(Caller caller) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> play(connection, """
				delete k
				< DELETED
				delete k
				< NOT_FOUND
				delete k
				< SERVER_ERROR busy
				quit
				""")); MemcachedClient client = client(server, Duration.ofSeconds(5))) {
			assertThat(caller.invalidate(client, "k", Duration.ZERO)).isTrue();
			assertThat(caller.invalidate(client, "k", POLICY)).isFalse();
			assertThatExceptionOfType(MemcachedServerException.class)
				.isThrownBy(() -> caller.invalidate(client, "k", POLICY));
			client.quit();
			server.awaitScripts();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatMayBeServedStaleIsMarkedForNoLongerThanItHasToLive(Caller caller) throws Exception {
		assertConversation((client) -> {
			assertThat(caller.invalidate(client, "k", Duration.ofSeconds(30))).isTrue();
			assertThat(caller.invalidate(client, "k", STALE)).isTrue();
			assertThat(caller.invalidate(client, "k", STALE)).isTrue();
			assertThat(caller.invalidate(client, "k", STALE)).isFalse();
			assertThat(caller.invalidate(client, "k", STALE)).isFalse();
		}, """
				mg k k c t s
				< HD kk c1 t100 s1
				md k k I T30
				< HD kk
				mg k k c t s
				< HD kk c2 t20 s1
				md k k I T20
				< HD kk
				mg k k c t s
				< HD kk c3 t-1 s1
				md k k I T30
				< HD kk
				mg k k c t s
				< HD kk c4 t100 s1
				md k k I T30
				< NF kk
				mg k k c t s
				< EN
				""");
	}

	@ParameterizedTest
	@EnumSource
	void aPlaceholderIsDeletedWhateverThePolicySays(Caller caller) throws Exception {
		assertConversation((client) -> assertThat(caller.invalidate(client, "k", STALE)).isTrue(), """
				mg k k c t s
				< HD kk c1 t10 s0
				delete k
				< DELETED
				""");
	}

	@ParameterizedTest
	@EnumSource
	void aValueThatCannotBeTakenBackIsTheCallersToKnow(Caller caller) throws Exception {
		assertConversation((client) -> {
			assertThatExceptionOfType(MemcachedServerException.class)
				.isThrownBy(() -> caller.invalidate(client, "k", STALE));
			assertThatExceptionOfType(MemcachedServerException.class)
				.isThrownBy(() -> caller.invalidate(client, "k", STALE));
		}, """
				mg k k c t s
				< SERVER_ERROR busy
				mg k k c t s
				< HD kk c1 t100 s1
				md k k I T30
				< SERVER_ERROR busy
				""");
	}

	@ParameterizedTest
	@EnumSource
	void withoutMetaCommandsWhatIsTakenBackIsDeleted(Caller caller) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> play(connection, """
				mn
				< ERROR
				delete k
				< DELETED
				""")); MemcachedClient client = client(server, Duration.ofSeconds(5))) {
			assertThat(caller.invalidate(client, "k", STALE)).isTrue();
			server.awaitScripts();
		}
	}

	// Where the server takes the client's numbers

	@ParameterizedTest
	@EnumSource
	void placeholdersStoresAndMarksBearNumbersThatDoNotRecur(Caller caller) throws Exception {
		List<String> numbers = new ArrayList<>();
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			play(connection, """
					mn
					< MN
					version
					< VERSION 1.6.27
					""");
			for (int i = 0; i < 2; i++) {
				connection.expect("mg k k v f c N10 E");
				numbers.add(connection.readLine());
				connection.reply("VA 0 kk f0 c" + numbers.get(2 * i) + " W\r\n\r\n");
				connection.expect("ms k 1 k T300 C" + numbers.get(2 * i) + " F4 E");
				numbers.add(connection.readLine());
				connection.expect("7\r\n");
				connection.reply("HD kk\r\n");
			}
			play(connection, """
					mg k k c t s
					< HD kk c1 t100 s1
					""");
			connection.expect("md k k I T30 E");
			numbers.add(connection.readLine());
			connection.reply("HD kk\r\n");
			connection.expect("mg k k v f c N10 E");
			numbers.add(connection.readLine());
			connection.reply("VA 1 kk f4 c" + numbers.get(4) + " X W\r\n1\r\n");
			play(connection, """
					mg k k c t
					< HD kk c%s t20 X Z
					""".formatted(numbers.get(4)));
			connection.expect("md k k C" + numbers.get(4) + " I T20 E");
			numbers.add(connection.readLine());
			connection.reply("HD kk\r\n");
		}); MemcachedClient client = client(server, Duration.ofSeconds(5))) {
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 7L)).isEqualTo(7);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 7L)).isEqualTo(7);
			assertThat(caller.invalidate(client, "k", STALE)).isTrue();
			assertFails(() -> caller.getOrLoad(client, "k", POLICY, LoadCommandsTest::failing));
			server.awaitScripts();
		}
		assertThat(numbers).hasSize(7)
			.doesNotHaveDuplicates()
			.allSatisfy((number) -> assertThat(Long.parseLong(number)).isGreaterThanOrEqualTo(1L << 62));
	}

	/** A proxy may be newer than the servers behind it. */
	@ParameterizedTest
	@EnumSource
	void whereTheServerRefusesNumbersAfterAllItCounts(Caller caller) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			play(connection, """
					mn
					< MN
					version
					< VERSION 1.6.45
					""");
			connection.expect("mg k k v f c N10 E");
			connection.readLine();
			play(connection, """
					< CLIENT_ERROR invalid flag
					mg k k v f c N10
					< VA 0 kk f0 c1 W
					<
					stats
					< END
					ms k 1 k T300 C1 F4
					7
					< HD kk
					mg k k v f c N10
					< VA 0 kk f0 c3 W
					<
					ms k 1 k T300 C3 F4
					8
					< HD kk
					""");
		}); MemcachedClient client = client(server, Duration.ofSeconds(5))) {
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 7L)).isEqualTo(7);
			assertThat(caller.<Long>getOrLoad(client, "k", POLICY, () -> 8L)).isEqualTo(8);
			server.awaitScripts();
		}
		assertThat(this.outcomes).containsExactly(LoadOutcome.WON, LoadOutcome.WON);
	}

	// Tokens whose holder is gone

	/**
	 * Whoever finds it, on an item that has not changed, whatever memcached says to that.
	 */
	@Test
	void tokenThatWasTakenForALeaseIsGivenOutAgain() throws Exception {
		List<Hits> all = new ArrayList<>();
		try {
			for (Caller caller : Caller.values()) {
				for (boolean loads : List.of(false, true)) {
					all.addAll(hitsThatTellAll(caller, loads, loads ? """
							mg k k v f c t N2
							""" : """
							mg k k v f c t
							"""));
					all.addAll(hitsThatTellLittle(caller, loads, loads ? """
							mg k k v f c N2
							< VA 1 kk f4 c7 X Z
							""" : """
							mg k k v f
							< VA 1 kk f4 X Z
							"""));
				}
			}
			for (Hits each : all) {
				each.hitTwice();
			}
			long seen = System.nanoTime();
			Awaitility.await().until(() -> System.nanoTime() - seen > LEASE.toNanos());
			for (Hits each : all) {
				each.hitOn();
			}
		}
		finally {
			all.forEach(Hits::close);
		}
		assertThat(this.outcomes).isEmpty();
	}

	@Test
	void whenTheQuestionAboutATokenIsNotAnsweredTheValueIsReturnedAllTheSame() throws Exception {
		List<Future<?>> hits = new ArrayList<>();
		for (Caller caller : Caller.values()) {
			hits.add(this.threads.submit(() -> assertHit((client) -> caller.get(client, "k", POLICY), """
					mg k k v f
					< VA 1 kk f4 X Z
					< 1
					mg k k c t
					""")));
			hits.add(this.threads.submit(
					() -> assertHit((client) -> caller.getOrLoad(client, "k", POLICY, LoadCommandsTest::unexpected), """
							mg k k v f c N10
							< VA 1 kk f4 c7 X Z
							< 1
							mg k k c t
							""")));
		}
		for (Future<?> hit : hits) {
			hit.get(30, TimeUnit.SECONDS);
		}
		assertThat(this.outcomes).isEmpty();
	}

	private Void assertHit(Hit hit, String lines) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			begin(connection);
			play(connection, lines);
		}); MemcachedClient client = client(server, Duration.ofSeconds(1))) {
			client.meta().noop("k");
			assertThat(hit.on(client)).isEqualTo(1L);
			server.awaitScripts();
			return null;
		}
	}

	/** With a policy for which the server is asked for all that marking takes. */
	private List<Hits> hitsThatTellAll(Caller caller, boolean loads, String ask) {
		LoadPolicy policy = STALE.lease(LEASE);
		String first = ask + """
				< VA 1 kk f4 c7 t20 X Z
				< 1
				""";
		String changed = ask + """
				< VA 1 kk f4 c8 t17 X Z
				< 1
				""";
		String marked = ask + """
				< VA 1 kk f4 c7 t17 X Z
				< 1
				md k k C7 I T17
				< HD kk
				""";
		String markedInVain = ask + """
				< VA 1 kk f4 c7 t-1 X Z
				< 1
				md k k C7 I T0
				< SERVER_ERROR busy
				""";
		return List.of(new Hits(caller, policy, loads, first, marked, changed),
				new Hits(caller, policy, loads, first, markedInVain), new Hits(caller, policy, loads, first, changed));
	}

	/** With a policy for which it takes another question. */
	private List<Hits> hitsThatTellLittle(Caller caller, boolean loads, String askAndHit) {
		LoadPolicy policy = POLICY.lease(LEASE);
		String ask = askAndHit + """
				< 1
				mg k k c t
				""";
		String first = ask + """
				< HD kk c7 t20 X Z
				""";
		String changed = ask + """
				< HD kk c8 t17 X Z
				""";
		String marked = ask + """
				< HD kk c7 t17 X Z
				md k k C7 I T17
				< HD kk
				""";
		String askedInVain = ask + """
				< SERVER_ERROR busy
				""";
		return List.of(new Hits(caller, policy, loads, first, marked, changed),
				new Hits(caller, policy, loads, first, changed),
				new Hits(caller, policy, loads, askedInVain, askedInVain));
	}

	// Waiting long

	/** Forty pauses take about two seconds. */
	@Test
	void howeverOftenOneAsksAgainTheStackDoesNotGrow() throws Exception {
		List<Future<?>> waits = new ArrayList<>();
		for (Caller caller : Caller.values()) {
			waits.add(this.threads.submit(() -> assertThat(electedDepth(caller, 40)).as("%s", caller)
				.isLessThan(electedDepth(caller, 2) + FRAMES)));
			waits.add(this.threads.submit(() -> assertThat(lockedDepth(caller, 40)).as("%s, locking", caller)
				.isLessThan(lockedDepth(caller, 2) + FRAMES)));
		}
		for (Future<?> wait : waits) {
			wait.get(30, TimeUnit.SECONDS);
		}
	}

	private int electedDepth(Caller caller, int pauses) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			begin(connection);
			for (int i = 0; i < pauses; i++) {
				play(connection, """
						mg k k v f c N10
						< VA 0 kk f0 c1 Z
						<
						""");
			}
			play(connection, """
					mg k k v f c N10
					< VA 0 kk f0 c2 W
					<
					ms k 1 k T300 C2 F4
					7
					< HD kk
					""");
		}); MemcachedClient client = client(server, Duration.ofSeconds(5))) {
			return depthOf(caller, client, server);
		}
	}

	private int lockedDepth(Caller caller, int pauses) throws Exception {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			play(connection, """
					mn
					< ERROR
					""");
			for (int i = 0; i < pauses; i++) {
				play(connection, """
						get k
						< END
						add k/lock 4 10 1
						1
						< NOT_STORED
						""");
			}
			play(connection, """
					get k
					< END
					add k/lock 4 10 1
					1
					< STORED
					get k
					< END
					set k 4 300 1
					7
					< STORED
					delete k/lock
					< DELETED
					""");
		}); MemcachedClient client = client(server, Duration.ofSeconds(5))) {
			return depthOf(caller, client, server);
		}
	}

	/** How deep a load gets: in its loader, where it is told of, and where it ends. */
	private static int depthOf(Caller caller, MemcachedClient client, ScriptedServer server) throws Exception {
		AtomicInteger deepest = new AtomicInteger();
		Runnable measure = () -> deepest.accumulateAndGet(new Throwable().getStackTrace().length, Math::max);
		LoadPolicy policy = POLICY.listener(new LoadListener() {

			@Override
			public void stored() {
				measure.run();
			}

		});
		Supplier<Long> loader = () -> {
			measure.run();
			return 7L;
		};
		if (caller == Caller.BLOCKING) {
			assertThat(client.<Long>getOrLoad("k", policy, loader::get)).isEqualTo(7);
		}
		else {
			CompletableFuture<Long> value = client.async()
				.getOrLoad("k", policy, () -> CompletableFuture.completedFuture(loader.get()));
			assertThat(value.whenComplete((loaded, ex) -> measure.run()).get(20, TimeUnit.SECONDS)).isEqualTo(7);
		}
		server.awaitScripts();
		return deepest.get();
	}

	private static void begin(Connection connection) throws IOException {
		connection.introduce();
	}

	/**
	 * Has a client send exactly these commands.
	 * @param lines what it sends and, behind a {@code <}, what it is answered
	 */
	private void assertConversation(Talk talk, String lines) throws Exception {
		CountDownLatch said = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			try {
				begin(connection);
				play(connection, lines);
			}
			finally {
				said.countDown();
			}
			connection.expect("quit\r\n");
		}); MemcachedClient client = client(server, Duration.ofSeconds(5))) {
			client.meta().noop("k");
			talk.with(client);
			said.await();
			client.quit();
			server.awaitScripts();
		}
	}

	private static void play(Connection connection, String lines) throws IOException {
		for (String line : lines.lines().toList()) {
			if (line.startsWith("<")) {
				connection.reply(line.substring(1).stripLeading() + "\r\n");
			}
			else {
				connection.expect(line + "\r\n");
			}
		}
	}

	private static void assertFails(ThrowingCallable load) {
		assertThatIllegalStateException().isThrownBy(load).withMessage("no database");
	}

	private static <T> T failing() {
		throw new IllegalStateException("no database");
	}

	private static <T> T unexpected() {
		throw new AssertionError("nobody should load");
	}

	private MemcachedClient client(ScriptedServer server, Duration pollTimeout) {
		return MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(pollTimeout)
			.maxValueBytes(1000)
			.listener(new MemcachedListener() {

				@Override
				public void loadEnded(LoadOutcome outcome) {
					LoadCommandsTest.this.outcomes.add(outcome);
				}

			})
			.build();
	}

	/** Finds a value. */
	private interface Hit {

		Object on(MemcachedClient client) throws Exception;

	}

	/** What is done with a client. */
	private interface Talk {

		void with(MemcachedClient client) throws Exception;

	}

	/** Keeps what failed. */
	private static final class Failed implements LoadListener {

		private final List<MemcachedException> all = new CopyOnWriteArrayList<>();

		@Override
		public void failed(MemcachedException failure) {
			this.all.add(failure);
		}

	}

	/** Hits of a value, one after the other, and what each of them costs. */
	private final class Hits implements AutoCloseable {

		private final Caller caller;

		private final LoadPolicy policy;

		private final boolean loads;

		private final int further;

		/** One for each hit that has cost all it may. */
		private final Semaphore paid = new Semaphore(0);

		private final ScriptedServer server;

		private final MemcachedClient client;

		/**
		 * Prepares them.
		 * @param first what is said for each of the first two
		 * @param further what is said for the others, which come after a lease
		 */
		Hits(Caller caller, LoadPolicy policy, boolean loads, String first, String... further) {
			this.caller = caller;
			this.policy = policy;
			this.loads = loads;
			this.further = further.length;
			this.server = ScriptedServer.of((connection) -> {
				begin(connection);
				for (String lines : List.of(first, first)) {
					play(connection, lines);
					this.paid.release();
				}
				for (String lines : further) {
					play(connection, lines);
					this.paid.release();
				}
				connection.expect("quit\r\n");
			});
			this.client = client(this.server, Duration.ofSeconds(5));
			this.client.meta().noop("k");
		}

		void hitTwice() throws Exception {
			hit();
			hit();
		}

		void hitOn() throws Exception {
			for (int i = 0; i < this.further; i++) {
				hit();
			}
			this.client.quit();
			this.server.awaitScripts();
		}

		private void hit() throws Exception {
			assertThat(this.loads
					? this.caller.<Long>getOrLoad(this.client, "k", this.policy, LoadCommandsTest::unexpected)
					: this.caller.<Long>get(this.client, "k", this.policy))
				.as("%s", this.caller)
				.isEqualTo(1);
			assertThat(this.paid.tryAcquire(5, TimeUnit.SECONDS)).as("%s has sent all", this.caller).isTrue();
		}

		@Override
		public void close() {
			this.server.close();
			this.client.close();
		}

	}

}
