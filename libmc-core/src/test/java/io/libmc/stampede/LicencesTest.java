package io.libmc.stampede;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.MemcachedListener;
import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.MetaGet;
import io.libmc.MetaSet;
import io.libmc.RawValue;
import io.libmc.testing.Caller;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever was elected on one server, or on one run of it, stores nothing on another,
 * though the numbers of the items there are the same. Each client stands for a process.
 */
@Timeout(60)
class LicencesTest {

	private static final String KEY = "k";

	private static final Duration LEASE = Duration.ofSeconds(30);

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5)).lease(LEASE).wait(LEASE);

	private static final LoadPolicy REFRESHED = POLICY.refreshAhead(Duration.ofMinutes(4));

	/** Long before a lease is over. */
	private static final Duration SOON = Duration.ofSeconds(5);

	/** From then on a server's run is told from the one before by its start. */
	private static final int OLD_ENOUGH_SECONDS = 6;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<AutoCloseable> resources = new ArrayList<>();

	private final List<LoadOutcome> outcomes = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() throws Exception {
		this.threads.shutdownNow();
		for (AutoCloseable each : this.resources) {
			each.close();
		}
	}

	/** How a caller comes to be the one who loads. */
	private enum Elected {

		MISSING {

			@Override
			void prepare(MemcachedClient client) {
			}

		},

		DUE {

			@Override
			void prepare(MemcachedClient client) {
				client.set(KEY, "old", Duration.ofMinutes(2));
			}

		},

		STALE {

			@Override
			void prepare(MemcachedClient client) {
				client.set(KEY, "old");
				client.invalidate(KEY, Duration.ofMinutes(2));
			}

		};

		abstract void prepare(MemcachedClient client);

	}

	@ParameterizedTest
	@MethodSource("io.libmc.stampede.Release#andCallers")
	void whoWasElectedOnOneServerStoresNothingOnAnother(Release release, Caller caller) throws Exception {
		for (Elected elected : Elected.values()) {
			MemcachedServer one = start(release);
			MemcachedServer another = start(release);
			MemcachedClient overtaken = client(one.address(), another.address());
			MemcachedClient other = client(one.address(), another.address());
			boolean first = overtaken.serverFor(KEY).equals(one.address());
			MemcachedServer home = first ? one : another;
			MemcachedServer substitute = first ? another : one;
			Load old = elect(caller, elected, overtaken, home);
			home.kill();
			assertThatOldIsNotStored(caller, old, overtaken, other, substitute);
		}
	}

	@ParameterizedTest
	@MethodSource("io.libmc.stampede.Release#andCallers")
	void whoWasElectedOnAServerStoresNothingOnItsSpare(Release release, Caller caller) throws Exception {
		for (Elected elected : Elected.values()) {
			MemcachedServer home = start(release);
			MemcachedServer spare = start(release);
			MemcachedClient overtaken = clientWithSpare(home, spare);
			MemcachedClient other = clientWithSpare(home, spare);
			Load old = elect(caller, elected, overtaken, home);
			home.kill();
			assertThatOldIsNotStored(caller, old, overtaken, other, spare);
		}
	}

	@ParameterizedTest
	@MethodSource("io.libmc.stampede.Release#andCallers")
	void whoWasElectedBeforeARestartStoresNothingAfterIt(Release release, Caller caller) throws Exception {
		for (Elected elected : Elected.values()) {
			MemcachedServer server = start(release);
			MemcachedClient overtaken = client(server.address());
			MemcachedClient other = client(server.address());
			Load old = elect(caller, elected, overtaken, server);
			server.restart();
			assertThatOldIsNotStored(caller, old, overtaken, other, server);
		}
	}

	/** The substitute's item is as the home's was, and the home is back, empty. */
	@ParameterizedTest
	@MethodSource("io.libmc.stampede.Release#andCallers")
	void whoWasElectedOnASubstituteStoresNothingOnceTheHomeIsBack(Release release, Caller caller) throws Exception {
		MemcachedServer one = start(release);
		MemcachedServer another = start(release);
		MemcachedClient overtaken = client(one.address(), another.address());
		MemcachedClient other = client(one.address(), another.address());
		boolean first = overtaken.serverFor(KEY).equals(one.address());
		MemcachedServer home = first ? one : another;
		assertThatWhoWasElectedElsewhereStoresNothing(caller, overtaken, other, home, first ? another : one);
	}

	@ParameterizedTest
	@MethodSource("io.libmc.stampede.Release#andCallers")
	void whoWasElectedOnASpareStoresNothingOnceTheHomeIsBack(Release release, Caller caller) throws Exception {
		MemcachedServer home = start(release);
		MemcachedServer spare = start(release);
		MemcachedClient overtaken = clientWithSpare(home, spare);
		MemcachedClient other = clientWithSpare(home, spare);
		assertThatWhoWasElectedElsewhereStoresNothing(caller, overtaken, other, home, spare);
	}

	private void assertThatWhoWasElectedElsewhereStoresNothing(Caller caller, MemcachedClient overtaken,
			MemcachedClient other, MemcachedServer home, MemcachedServer substitute) throws Exception {
		home.kill();
		Load old = elect(caller, Elected.MISSING, overtaken, substitute);
		home.restart();
		for (MemcachedClient each : List.of(overtaken, other)) {
			Awaitility.await().atMost(SOON).until(() -> home.address().equals(each.liveServerFor(KEY)));
		}
		assertThatOldIsNotStored(caller, old, overtaken, other, home);
		assertThat(caller.<String>get(directly(substitute), KEY, POLICY)).isNull();
	}

	/**
	 * Everybody is on the same server, the value was taken back, and another one is
	 * elected there whose placeholder has the number that the first one knows.
	 */
	private void assertThatOldIsNotStored(Caller caller, Load old, MemcachedClient overtaken, MemcachedClient other,
			MemcachedServer server) throws Exception {
		Awaitility.await().atMost(SOON).ignoreExceptions().until(() -> {
			caller.invalidate(other, KEY, Duration.ZERO);
			return true;
		});
		recur(server, old.number());
		Load fresh = load(caller, other, POLICY, "new");
		long number = numberOn(server);
		old.finish();
		assertThat(old.value()).isEqualTo("old");
		fresh.finish();
		assertThat(fresh.value()).isEqualTo("new");
		for (MemcachedClient each : List.of(overtaken, other)) {
			assertThat(caller.<String>getOrLoad(each, KEY, POLICY, () -> "new"))
				.as("elected with %d, overtaken by %d", old.number(), number)
				.isEqualTo("new");
		}
	}

	@ParameterizedTest
	@MethodSource("io.libmc.stampede.Release#andCallers")
	void aLoadThatOutlivesItsConnectionIsStoredOnTheSameRunOfTheServer(Release release, Caller caller)
			throws Exception {
		MemcachedServer server = start(release);
		MemcachedClient asking = directly(server);
		Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> isOldEnough(asking));
		for (Elected elected : Elected.values()) {
			FaultProxy proxy = FaultProxy.to(server);
			this.resources.add(proxy);
			MemcachedClient client = client(proxy.address());
			directly(server).delete(KEY);
			this.outcomes.clear();
			Load load = elect(caller, elected, client, server);
			proxy.reset();
			load.finish();
			assertThat(load.value()).isEqualTo("old");
			assertThat(this.outcomes)
				.containsExactly((elected == Elected.DUE) ? LoadOutcome.REFRESHED : LoadOutcome.WON);
			assertThat(directly(server).get(KEY, String.class)).isEqualTo("old");
		}
	}

	/** Whether the old one's licence can be shown to be good or not. */
	@ParameterizedTest
	@MethodSource("io.libmc.stampede.Release#andCallers")
	void aLicenceThatIsLostKeepsNobodyWaiting(Release release, Caller caller) throws Exception {
		MemcachedServer server = start(release);
		FaultProxy proxy = FaultProxy.to(server);
		this.resources.add(proxy);
		MemcachedClient client = client(proxy.address());
		MemcachedClient other = client(server.address());
		Load load = elect(caller, Elected.MISSING, client, server);
		Future<String> waiting = this.threads
			.submit(() -> caller.<String>getOrLoad(other, KEY, POLICY, () -> "taken over"));
		proxy.reset();
		load.finish();
		assertThat(load.value()).isEqualTo("old");
		assertThat(waiting.get(SOON.toSeconds(), TimeUnit.SECONDS)).isIn("old", "taken over");
	}

	private static boolean isOldEnough(MemcachedClient client) {
		return client.stats()
			.values()
			.stream()
			.allMatch((stats) -> Integer.parseInt(stats.get("uptime")) >= OLD_ENOUGH_SECONDS);
	}

	/** A load that goes on until it is told to finish. */
	private record Load(Future<String> result, CountDownLatch finishing, long number) {

		void finish() {
			this.finishing.countDown();
		}

		String value() throws Exception {
			return this.result.get(10, TimeUnit.SECONDS);
		}

	}

	private Load elect(Caller caller, Elected elected, MemcachedClient client, MemcachedServer server)
			throws Exception {
		elected.prepare(directly(server));
		Load load = load(caller, client, (elected == Elected.DUE) ? REFRESHED : POLICY, "old");
		return new Load(load.result(), load.finishing(), numberOn(server));
	}

	private Load load(Caller caller, MemcachedClient client, LoadPolicy policy, String value) throws Exception {
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch finishing = new CountDownLatch(1);
		Callable<String> loader = () -> {
			loading.countDown();
			finishing.await();
			return value;
		};
		Future<String> result = this.threads
			.submit(() -> caller.<String>getOrLoad(client, KEY, policy, this.threads, loader));
		assertThat(loading.await(10, TimeUnit.SECONDS)).isTrue();
		return new Load(result, finishing, 0);
	}

	/** Uses up the numbers before one, unless it is none of the server's own. */
	private void recur(MemcachedServer server, long number) {
		MemcachedClient client = directly(server);
		while (number < 1000 && storeAnother(client) < number - 1) {
		}
	}

	private static long storeAnother(MemcachedClient client) {
		return client.meta().set("another", new RawValue(0, new byte[] { 1 }), MetaSet.SET.cas()).cas().orElseThrow();
	}

	private long numberOn(MemcachedServer server) {
		return directly(server).meta().get(KEY, MetaGet.NO_VALUE.cas()).cas().orElseThrow();
	}

	private MemcachedServer start(Release release) {
		MemcachedServer server = release.start();
		this.resources.add(0, server);
		// so that the number of what is elected on has not been used up when it is to
		// recur
		recur(server, 20);
		return server;
	}

	private MemcachedClient directly(MemcachedServer server) {
		return client(server.address());
	}

	private MemcachedClient client(String... servers) {
		return client(MemcachedClient.builder().servers(servers).failover(true));
	}

	private MemcachedClient clientWithSpare(MemcachedServer home, MemcachedServer spare) {
		return client(MemcachedClient.builder()
			.servers(home.address())
			.spares(spare.address())
			.spareTimeToLive(Duration.ofMinutes(5)));
	}

	private MemcachedClient client(MemcachedClientBuilder builder) {
		MemcachedClient client = builder.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofSeconds(5))
			.retryTimeout(Duration.ofMillis(200))
			.listener(new MemcachedListener() {

				@Override
				public void loadEnded(LoadOutcome outcome) {
					LicencesTest.this.outcomes.add(outcome);
				}

			})
			.build();
		this.resources.add(0, client);
		return client;
	}

}
