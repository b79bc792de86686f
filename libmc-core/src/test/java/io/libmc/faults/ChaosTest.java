package io.libmc.faults;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.libmc.MemcachedClient;
import io.libmc.faults.Trouble.Stage;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Three servers that are never all well, and 64 threads, asynchronous callers and, where
 * there are any, 64 virtual threads that do not care. Half a minute unless
 * {@code -Dlibmc.chaos.seconds} says otherwise; {@code -Dlibmc.chaos.seed} repeats the
 * same choices.
 */
@Memcached(servers = 3)
@ExtendWith(Leaks.class)
class ChaosTest {

	private static final Duration POLL = Duration.ofMillis(300);

	private static final Duration RETRY = Duration.ofMillis(300);

	private static final int THREADS = 64;

	private static final int ASYNCHRONOUS = 4;

	/** What idle clients may hold more than before, buffers that have grown above all. */
	private static final long MEMORY_GROWTH = 32L << 20;

	private final long seconds = Long.getLong("libmc.chaos.seconds", 30);

	private final long seed = Long.getLong("libmc.chaos.seed", new Random().nextInt(1_000_000));

	@Test
	void underChaosNoValueIsWrongNoCallHangsAndNothingIsLost(List<MemcachedServer> servers) throws Exception {
		System.out.println("chaos: seed " + this.seed + ", " + this.seconds + " s");
		List<FaultProxy> proxies = servers.stream().map(FaultProxy::to).toList();
		List<Stage> stages = new ArrayList<>();
		for (int i = 0; i < servers.size(); i++) {
			stages.add(new Stage(servers.get(i), proxies.get(i), POLL, this.seed));
		}
		Chaos chaos = new Chaos(stages, this.seed);
		Workload workload = new Workload(this.seed);
		ExecutorService threads = Executors.newCachedThreadPool();
		ExecutorService virtual = virtualThreads();
		try (MemcachedClient client = client(proxies, false); MemcachedClient withFailover = client(proxies, true)) {
			awaitService(client, proxies);
			awaitService(withFailover, proxies);
			long before = memory();
			List<Future<?>> callers = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				MemcachedClient called = (i % 2 == 0) ? client : withFailover;
				callers.add(threads.submit(workload.blocking(called)));
				if (virtual != null) {
					callers.add(virtual.submit(workload.blocking(called)));
				}
			}
			for (int i = 0; i < ASYNCHRONOUS; i++) {
				callers.add(threads.submit(workload.asynchronous((i % 2 == 0) ? client : withFailover)));
			}
			Future<?> trouble = threads.submit(chaos);
			assertThatExceptionOfType(TimeoutException.class).as("the trouble goes on")
				.isThrownBy(() -> trouble.get(this.seconds, TimeUnit.SECONDS));
			chaos.stop();
			trouble.get(30, TimeUnit.SECONDS);
			awaitService(client, proxies);
			awaitService(withFailover, proxies);
			workload.stop();
			for (Future<?> caller : callers) {
				caller.get(POLL.plus(Patience.TOLERANCE).toMillis(), TimeUnit.MILLISECONDS);
			}
			long after = memory();
			print(workload, chaos, before, after);
			assertThat(workload.wrong).isEmpty();
			assertThat(workload.longest()).isLessThanOrEqualTo(POLL.plus(Patience.TOLERANCE));
			assertThat(workload.answered.sum()).isGreaterThan(1_000 * this.seconds);
			Awaitility.await()
				.untilAsserted(() -> assertThat(memory() - before).as("growth of memory").isLessThan(MEMORY_GROWTH));
		}
		finally {
			chaos.stop();
			workload.stop();
			threads.shutdownNow();
			if (virtual != null) {
				virtual.shutdownNow();
			}
			proxies.forEach(FaultProxy::close);
		}
	}

	private static void awaitService(MemcachedClient client, List<FaultProxy> proxies) {
		long start = System.nanoTime();
		Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> client.version().size() == proxies.size());
		assertThat(Duration.ofNanos(System.nanoTime() - start)).as("service is back")
			.isLessThanOrEqualTo(RETRY.plus(POLL).plus(Patience.TOLERANCE));
	}

	/** What the heap and direct buffers hold. */
	private static long memory() {
		System.gc();
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
				+ ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)
					.stream()
					.mapToLong(BufferPoolMXBean::getMemoryUsed)
					.sum();
	}

	private void print(Workload workload, Chaos chaos, long before, long after) {
		int troubles = chaos.counts().values().stream().mapToInt(Integer::intValue).sum();
		System.out.printf(Locale.ROOT,
				"chaos: seed %d, %d s, %d troubles, %,d calls answered, %,d failed, %,d values looked at, %d wrong, "
						+ "longest call %d ms, memory %d and %d MB%n%s%n",
				this.seed, this.seconds, troubles, workload.answered.sum(), workload.failed.sum(),
				workload.values.sum(), workload.wrong.size(), workload.longest().toMillis(), before >> 20, after >> 20,
				chaos.counts());
	}

	private static MemcachedClient client(List<FaultProxy> proxies, boolean failover) {
		return MemcachedClient.builder()
			.servers(proxies.stream().map(FaultProxy::address).toList())
			.failover(failover)
			.pollTimeout(POLL)
			.retryTimeout(RETRY)
			.build();
	}

	/** One for each task; null before JDK 21. */
	private static ExecutorService virtualThreads() throws ReflectiveOperationException {
		if (Runtime.version().feature() < 21) {
			return null;
		}
		return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
	}

}
