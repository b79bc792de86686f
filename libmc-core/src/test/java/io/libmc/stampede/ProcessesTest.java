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

	private final AtomicInteger loads = new AtomicInteger();

	private MemcachedClient client;

	private MemcachedClient another;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = client(server);
		this.another = client(server);
		this.client.set("loads", 0);
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
		try {
			for (int i = 0; i < 4; i++) {
				processes.add(LoadingProcess.start(server.address(), "k", 50, Duration.ofMillis(300), 10, 0, TTL));
			}
			for (LoadingProcess process : processes) {
				process.await("ready");
			}
			for (LoadingProcess process : processes) {
				process.go();
			}
			List<String> values = processes.stream().flatMap((process) -> process.values().stream()).toList();

			assertThat(values).hasSize(200).containsOnly(values.get(0)).first().asString().startsWith("loaded by ");
			assertThat(this.client.get("loads", Long.class)).isEqualTo(1);
		}
		finally {
			processes.forEach(LoadingProcess::close);
		}
	}

	@Test
	void winnerThatIsKilledIsReplacedAfterItsLeaseAndNobodyWaitsLonger(MemcachedServer server) throws Exception {
		killWhileItLoads(server, 0);
		long start = System.nanoTime();
		List<Future<String>> callers = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			MemcachedClient one = (i % 2 == 0) ? this.client : this.another;
			callers.add(this.threads.submit(() -> one.getOrLoad("k", POLICY, this::load)));
		}
		for (Future<String> caller : callers) {
			assertThat(caller.get(30, TimeUnit.SECONDS)).isEqualTo("loaded here, 1");
		}
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(UNTIL_ANOTHER_HAS_LOADED);
	}

	@Test
	void reloaderThatIsKilledIsReplacedAfterItsLeaseAndNobodyWaitsMeanwhile(MemcachedServer server) throws Exception {
		this.client.getOrLoad("k", POLICY, () -> "old");
		this.client.invalidate("k", Duration.ofSeconds(TTL));
		killWhileItLoads(server, 0);
		awaitOneLoad(POLICY, UNTIL_ANOTHER_HAS_LOADED);
	}

	@Test
	void refresherThatIsKilledIsReplacedAfterItsLeaseAndNobodyWaitsMeanwhile(MemcachedServer server) throws Exception {
		int refreshAhead = TTL - 1;
		LoadPolicy refreshing = POLICY.refreshAhead(Duration.ofSeconds(refreshAhead));
		this.client.getOrLoad("k", refreshing, () -> "old");
		this.client.touch("k", Duration.ofSeconds(TTL / 2));
		killWhileItLoads(server, refreshAhead);
		awaitOneLoad(refreshing, UNTIL_ANOTHER_HAS_LOADED);
	}

	/** Another process wins, begins to load, and dies. */
	private void killWhileItLoads(MemcachedServer server, int refreshAhead) throws Exception {
		try (LoadingProcess winner = LoadingProcess.start(server.address(), "k", 1, SLOWER_THAN_THE_TEST, LEASE,
				refreshAhead, TTL)) {
			winner.await("ready");
			winner.go();
			winner.await("loading");
			winner.kill();
		}
		assertThat(this.client.get("loads", Long.class)).isEqualTo(1);
	}

	/** Everybody gets the old value at once until one has loaded another. */
	private void awaitOneLoad(LoadPolicy policy, Duration longest) {
		Awaitility.await().atMost(longest).pollInterval(Duration.ofMillis(20)).until(() -> {
			long start = System.nanoTime();
			String value = this.client.getOrLoad("k", policy, this::load);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(900));
			assertThat(value).isIn("old", "loaded here, 1");
			return !value.equals("old");
		});
		assertThat(this.another.<String>getOrLoad("k", policy, this::load)).isEqualTo("loaded here, 1");
		assertThat(this.loads).hasValue(1);
	}

	private String load() {
		return "loaded here, " + this.loads.incrementAndGet();
	}

	private static MemcachedClient client(MemcachedServer server) {
		return MemcachedClient.builder().servers(server.address()).pollTimeout(Duration.ofSeconds(5)).build();
	}

}
