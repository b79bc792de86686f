package io.libmc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a policy's listener is told of single calls, and what it may do to them.
 */
@Timeout(60)
@Memcached
class LoadListenerTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private static final List<LoadPolicy> LEASED_AND_NOT = List.of(POLICY, POLICY.withoutLease());

	private static final LoadPolicy REFRESHED = LoadPolicy.timeToLive(Duration.ofSeconds(60))
		.refreshAhead(Duration.ofSeconds(45));

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<LoadOutcome> outcomes = new CopyOnWriteArrayList<>();

	private final Events events = new Events();

	private MemcachedClient client;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.listener(new MemcachedListener() {

				@Override
				public void loadEnded(LoadOutcome outcome) {
					LoadListenerTest.this.outcomes.add(outcome);
				}

			})
			.build();
	}

	@AfterEach
	void close() {
		this.client.close();
		this.threads.shutdownNow();
	}

	@ParameterizedTest
	@EnumSource
	void theListenerIsToldWhatBecomesOfEachCall(Caller caller) throws Exception {
		LoadPolicy policy = POLICY.listener(this.events);
		caller.getOrLoad(this.client, "k", policy, () -> "v");
		caller.getOrLoad(this.client, "k", policy, LoadListenerTest::unexpected);
		assertThat(this.events.all).containsExactly("asking", "missed", "stored", "asking", "found");
	}

	@ParameterizedTest
	@EnumSource
	void theListenerIsToldThatALoadedValueCannotBeStored(Caller caller) throws Exception {
		LoadPolicy policy = POLICY.staleFor(Duration.ofSeconds(30)).listener(this.events);
		this.client.set("k", "old");
		caller.invalidate(this.client, "k", policy);
		caller.getOrLoad(this.client, "k", policy, Object::new);
		assertThat(this.events.all).containsExactly("asking", "missed", "not stored");
	}

	@ParameterizedTest
	@EnumSource
	void aFailureOfMemcachedIsTheListenersToThrowBeforeAnythingIsLoaded(Caller caller, MemcachedServer server)
			throws Exception {
		server.kill();
		assertThat(caller.<String>getOrLoad(this.client, "k", POLICY.listener(this.events), () -> "loaded"))
			.isEqualTo("loaded");
		assertThat(this.events.all).containsExactly("asking", "failed");
		LoadPolicy strict = POLICY.listener(new LoadListener() {

			@Override
			public void failed(MemcachedException failure) {
				throw failure;
			}

		});
		assertThatExceptionOfType(MemcachedException.class)
			.isThrownBy(() -> caller.getOrLoad(this.client, "k", strict, LoadListenerTest::unexpected));
	}

	@ParameterizedTest
	@EnumSource
	void aListenerThatThrowsCostsNobodyALoadedValue(Caller caller) throws Exception {
		for (LoadPolicy policy : LEASED_AND_NOT) {
			for (Events throwing : throwingAt("missed", "stored")) {
				this.client.delete("k");
				this.outcomes.clear();
				assertThat(caller.<String>getOrLoad(this.client, "k", policy.listener(throwing), () -> "loaded"))
					.as("%s", throwing)
					.isEqualTo("loaded");
				assertThat(throwing.all).containsExactly("asking", "missed", "stored");
				assertThat(this.client.get("k", String.class)).as("kept, though %s", throwing).isEqualTo("loaded");
				assertThat(this.outcomes).containsExactly(LoadOutcome.WON);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void aListenerThatThrowsCostsNobodyAValueThatCannotBeStored(Caller caller) throws Exception {
		Object refused = new Object();
		for (LoadPolicy policy : LEASED_AND_NOT) {
			for (Events throwing : throwingAt("not stored")) {
				this.outcomes.clear();
				assertThat(caller.<Object>getOrLoad(this.client, "k", policy.listener(throwing), () -> refused))
					.as("%s", throwing)
					.isSameAs(refused);
				assertThat(throwing.all).containsExactly("asking", "missed", "not stored");
				assertThat(this.outcomes).containsExactly(LoadOutcome.LOST);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void aListenerThatThrowsCostsNobodyAValueThatIsThere(Caller caller) throws Exception {
		this.client.set("k", "there");
		for (LoadPolicy policy : LEASED_AND_NOT) {
			for (Events throwing : throwingAt("found")) {
				assertThat(caller.<String>getOrLoad(this.client, "k", policy.listener(throwing),
						LoadListenerTest::unexpected))
					.as("%s", throwing)
					.isEqualTo("there");
				assertThat(throwing.all).containsExactly("asking", "found");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void aListenerThatThrowsCostsNobodyARefreshedValue(Caller caller) throws Exception {
		for (Events throwing : throwingAt("found", "stored")) {
			this.client.set("k", "present", Duration.ofSeconds(30));
			this.outcomes.clear();
			assertThat(caller.<String>getOrLoad(this.client, "k", REFRESHED.listener(throwing), () -> "refreshed"))
				.as("%s", throwing)
				.isEqualTo("refreshed");
			assertThat(throwing.all).containsExactly("asking", "found", "stored");
			assertThat(this.client.get("k", String.class)).as("kept, though %s", throwing).isEqualTo("refreshed");
			assertThat(this.outcomes).containsExactly(LoadOutcome.REFRESHED);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aListenerThatThrowsCostsNeitherWhoFollowsNorWhoLeads(Caller caller) throws Exception {
		for (Events throwing : throwingAt("missed", "waiting")) {
			this.client.delete("k");
			CountDownLatch loading = new CountDownLatch(1);
			CountDownLatch finish = new CountDownLatch(1);
			Future<String> leader = this.threads
				.submit(() -> caller.<String>getOrLoad(this.client, "k", POLICY, this.threads, () -> {
					loading.countDown();
					finish.await();
					return "shared";
				}));
			loading.await();
			Future<String> follower = this.threads.submit(() -> caller.<String>getOrLoad(this.client, "k",
					POLICY.listener(throwing), LoadListenerTest::unexpected));
			Awaitility.await().until(() -> throwing.all.contains("waiting"));
			finish.countDown();
			assertThat(leader.get(5, TimeUnit.SECONDS)).isEqualTo("shared");
			assertThat(follower.get(5, TimeUnit.SECONDS)).as("%s", throwing).isEqualTo("shared");
			assertThat(throwing.all).containsExactly("missed", "waiting");
		}
	}

	@ParameterizedTest
	@EnumSource
	void whoWaitsForAnotherProcessIsToldSo(Caller caller, MemcachedServer server) throws Exception {
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		try (MemcachedClient other = MemcachedClient.builder().servers(server.address()).build()) {
			Future<String> elected = this.threads.submit(() -> other.getOrLoad("k", POLICY, () -> {
				loading.countDown();
				finish.await();
				return "theirs";
			}));
			loading.await();
			Future<String> waiter = this.threads.submit(() -> caller.<String>getOrLoad(this.client, "k",
					POLICY.listener(this.events), LoadListenerTest::unexpected));
			Awaitility.await().until(() -> this.events.all.contains("waiting"));
			finish.countDown();
			assertThat(elected.get(5, TimeUnit.SECONDS)).isEqualTo("theirs");
			assertThat(waiter.get(5, TimeUnit.SECONDS)).isEqualTo("theirs");
			assertThat(this.events.all).startsWith("asking", "missed", "waiting").doesNotContain("found", "stored");
		}
	}

	private static List<Events> throwingAt(String... events) {
		return Stream.of(events)
			.flatMap((event) -> Stream.of(new Events(event, new IllegalStateException("a bug")),
					new Events(event, new AssertionError("a bug"))))
			.toList();
	}

	private static <T> T unexpected() {
		throw new AssertionError("nobody should load");
	}

	/** Keeps what it is told, and throws at one event if it is to. */
	private static final class Events implements LoadListener {

		private final List<String> all = new CopyOnWriteArrayList<>();

		private final String at;

		private final Throwable thrown;

		Events() {
			this("", null);
		}

		Events(String at, Throwable thrown) {
			this.at = at;
			this.thrown = thrown;
		}

		private void add(String event) {
			this.all.add(event);
			if (!event.equals(this.at)) {
				return;
			}
			if (this.thrown instanceof Error error) {
				throw error;
			}
			throw (RuntimeException) this.thrown;
		}

		@Override
		public void asking() {
			add("asking");
		}

		@Override
		public void found() {
			add("found");
		}

		@Override
		public void missed() {
			add("missed");
		}

		@Override
		public void waiting() {
			add("waiting");
		}

		@Override
		public void stored() {
			add("stored");
		}

		@Override
		public void notStored(RuntimeException cause) {
			add("not stored");
		}

		@Override
		public void failed(MemcachedException failure) {
			add("failed");
		}

		@Override
		public String toString() {
			return "the listener throws " + this.thrown + " at \"" + this.at + '"';
		}

	}

}
