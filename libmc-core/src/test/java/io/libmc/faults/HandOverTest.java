package io.libmc.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.libmc.MemcachedClient;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Callers, the connection's own thread and its writing thread hand the roles of reader
 * and writer to each other all the time, and connections end at any moment of it. A
 * wake-up that is lost shows as a call that waits for its whole time, or a thread that
 * outlives its connection.
 */
@Timeout(60)
@Memcached
@ExtendWith(Leaks.class)
class HandOverTest {

	private static final Duration POLL = Duration.ofSeconds(10);

	private static final Duration LENGTH = Duration.ofMillis(Integer.getInteger("libmc.hand-over.millis", 5000));

	@Test
	void noWakeUpIsLostHoweverRolesAndConnectionsChange(MemcachedServer server) throws Exception {
		ExecutorService threads = Executors.newCachedThreadPool();
		AtomicBoolean over = new AtomicBoolean();
		try (FaultProxy proxy = FaultProxy.to(server);
				MemcachedClient client = MemcachedClient.builder()
					.servers(proxy.address())
					.pollTimeout(POLL)
					.connectTimeout(POLL)
					.retryTimeout(Duration.ofMillis(1))
					.build()) {
			List<Future<Duration>> callers = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				callers.add(threads.submit(() -> call(over, client, Way.SINGLE)));
				callers.add(threads.submit(() -> call(over, client, Way.MULTI)));
				callers.add(threads.submit(() -> callAsync(over, client)));
			}
			long start = System.nanoTime();
			while (System.nanoTime() - start < LENGTH.toNanos()) {
				int before = proxy.accepted();
				Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> !proxy.links().isEmpty());
				proxy.reset();
				Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> proxy.accepted() > before);
			}
			over.set(true);
			for (Future<Duration> caller : callers) {
				assertThat(caller.get(20, TimeUnit.SECONDS)).isLessThan(POLL.dividedBy(2));
			}
		}
		finally {
			over.set(true);
			threads.shutdownNow();
		}
	}

	private static Duration call(AtomicBoolean over, MemcachedClient client, Way way) {
		Duration longest = Duration.ZERO;
		while (!over.get()) {
			Duration took = way.read(client, List.of("a", "b")).longest;
			longest = (took.compareTo(longest) > 0) ? took : longest;
		}
		return longest;
	}

	private static Duration callAsync(AtomicBoolean over, MemcachedClient client) {
		long longest = 0;
		Semaphore room = new Semaphore(16);
		byte[] value = new byte[1000];
		while (!over.get()) {
			long start = System.nanoTime();
			room.acquireUninterruptibly();
			var unused = client.async().set("a", value).whenComplete((stored, ex) -> room.release());
			longest = Math.max(longest, System.nanoTime() - start);
		}
		long start = System.nanoTime();
		room.acquireUninterruptibly(16);
		return Duration.ofNanos(Math.max(longest, System.nanoTime() - start));
	}

}
