package io.libmc.stampede;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One loader among JVMs that share nothing but memcached, and what becomes of the others
 * if it is killed.
 */
@Timeout(120)
@Memcached
class ProcessesTest {

	private static final int LEASE = 2;

	private static final int TTL = 60;

	private static final Duration SLOWER_THAN_THE_TEST = Duration.ofSeconds(50);

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofSeconds(TTL))
		.lease(Duration.ofSeconds(LEASE));

	/** A lease, the second that memcached's clock may be late, and time to load. */
	private static final Duration UNTIL_ANOTHER_HAS_LOADED = Duration.ofSeconds(LEASE + 1 + 3);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private MemcachedClient client;

	private MemcachedClient another;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = client(server);
		this.another = client(server);
	}

	@AfterEach
	void close() {
		this.threads.shutdownNow();
		this.client.close();
		this.another.close();
	}

	@Test
	void ofTwoHundredCallersInFourProcessesOneLoadsAndAllGetItsValue(MemcachedServer server) throws Exception {
		List<LoadingProcess> processes = new ArrayList<>();
		this.client.set(LoadingProcess.loadsOf("k"), 0);
		try {
			for (int i = 0; i < 4; i++) {
				Caller caller = (i % 2 == 0) ? Caller.BLOCKING : Caller.ASYNC;
				processes
					.add(LoadingProcess.start(caller, server.address(), "k", 50, Duration.ofMillis(300), 10, 0, TTL));
			}
			for (LoadingProcess process : processes) {
				process.await("ready");
			}
			for (LoadingProcess process : processes) {
				process.go();
			}
			List<String> values = processes.stream().flatMap((process) -> process.values().stream()).toList();

			assertThat(values).hasSize(200).containsOnly(values.get(0)).first().asString().startsWith("loaded by ");
			assertThat(this.client.get(LoadingProcess.loadsOf("k"), Long.class)).isEqualTo(1);
		}
		finally {
			processes.forEach(LoadingProcess::close);
		}
	}

	@Test
	void winnerThatIsKilledIsReplacedAfterItsLeaseAndNobodyWaitsLonger(MemcachedServer server) throws Exception {
		Caller.both((caller) -> {
			Loader loader = new Loader(caller);
			killWhileItLoads(server, caller, 0);
			long start = System.nanoTime();
			List<Future<String>> callers = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				MemcachedClient one = (i % 2 == 0) ? this.client : this.another;
				callers.add(this.threads.submit(() -> loader.getOrLoad(one, POLICY)));
			}
			for (Future<String> each : callers) {
				assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo("loaded here, 1");
			}
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(UNTIL_ANOTHER_HAS_LOADED);
		});
	}

	@Test
	void reloaderThatIsKilledIsReplacedAfterItsLeaseAndNobodyWaitsMeanwhile(MemcachedServer server) throws Exception {
		Caller.both((caller) -> {
			caller.getOrLoad(this.client, caller.name(), POLICY, () -> "old");
			caller.invalidate(this.client, caller.name(), Duration.ofSeconds(TTL));
			killWhileItLoads(server, caller, 0);
			awaitOneLoad(new Loader(caller), POLICY);
		});
	}

	@Test
	void refresherThatIsKilledIsReplacedAfterItsLeaseAndNobodyWaitsMeanwhile(MemcachedServer server) throws Exception {
		// What is loaded anew is not due again while a busy machine asks for it
		int refreshAhead = TTL * 3 / 4;
		LoadPolicy refreshing = POLICY.refreshAhead(Duration.ofSeconds(refreshAhead));
		Caller.both((caller) -> {
			caller.getOrLoad(this.client, caller.name(), refreshing, () -> "old");
			this.client.touch(caller.name(), Duration.ofSeconds(TTL / 2));
			killWhileItLoads(server, caller, refreshAhead);
			awaitOneLoad(new Loader(caller), refreshing);
		});
	}

	/** Another process wins, begins to load, and dies. */
	private void killWhileItLoads(MemcachedServer server, Caller caller, int refreshAhead) throws Exception {
		String key = caller.name();
		this.client.set(LoadingProcess.loadsOf(key), 0);
		try (LoadingProcess winner = LoadingProcess.start(caller, server.address(), key, 1, SLOWER_THAN_THE_TEST, LEASE,
				refreshAhead, TTL)) {
			winner.await("ready");
			winner.go();
			winner.await("loading");
			winner.kill();
		}
		assertThat(this.client.get(LoadingProcess.loadsOf(key), Long.class)).isEqualTo(1);
	}

	/** Everybody gets the old value at once until one has loaded another. */
	private void awaitOneLoad(Loader loader, LoadPolicy policy) throws Exception {
		Awaitility.await().atMost(UNTIL_ANOTHER_HAS_LOADED).pollInterval(Duration.ofMillis(20)).until(() -> {
			long start = System.nanoTime();
			String value = loader.getOrLoad(this.client, policy);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(900));
			assertThat(value).isIn("old", "loaded here, 1");
			return !value.equals("old");
		});
		assertThat(loader.getOrLoad(this.another, policy)).isEqualTo("loaded here, 1");
		assertThat(loader.loads).hasValue(1);
	}

	/** Loads a key of the caller's own. */
	private record Loader(Caller caller, AtomicInteger loads) {

		Loader(Caller caller) {
			this(caller, new AtomicInteger());
		}

		String getOrLoad(MemcachedClient client, LoadPolicy policy) throws Exception {
			return this.caller.getOrLoad(client, this.caller.name(), policy,
					() -> "loaded here, " + this.loads.incrementAndGet());
		}

	}

	private static MemcachedClient client(MemcachedServer server) {
		return MemcachedClient.builder().servers(server.address()).pollTimeout(Duration.ofSeconds(5)).build();
	}

}
