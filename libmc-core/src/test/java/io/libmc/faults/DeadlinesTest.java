package io.libmc.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.locks.LockSupport;

import io.libmc.MemcachedClient;
import io.libmc.testing.ScriptedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Deadlines that no caller waits for.
 */
@Timeout(60)
@ExtendWith(Leaks.class)
class DeadlinesTest {

	private static final Duration POLL = Duration.ofMillis(20);

	private static final int CALLERS = 8;

	@Test
	void asynchronousCallsEndInTimeHoweverManyConnectionsAreWatched() throws Exception {
		LongAccumulator longest = new LongAccumulator(Math::max, 0);
		ExecutorService threads = Executors.newCachedThreadPool();
		List<ScriptedServer> silent = new ArrayList<>();
		for (int i = 0; i < CALLERS; i++) {
			silent.add(ScriptedServer.of((connection) -> {
			}));
		}
		try {
			List<Future<?>> callers = new ArrayList<>();
			long[] late = new long[CALLERS];
			try (MemcachedClient client = MemcachedClient.builder()
				.servers(silent.stream().map(ScriptedServer::address).toList())
				.pollTimeout(POLL)
				.build()) {
				for (int t = 0; t < CALLERS; t++) {
					int id = t;
					callers.add(threads.submit(() -> {
						for (int i = 0; i < 300; i++) {
							LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(3_000_000));
							long start = System.nanoTime();
							CompletableFuture<?> call = client.async().get("k" + id + "." + i);
							call.handle((value, ex) -> {
								long took = System.nanoTime() - start;
								longest.accumulate(took);
								if (took > POLL.plusMillis(15).toNanos()) {
									late[id]++;
								}
								return null;
							}).join();
						}
					}));
				}
				for (Future<?> caller : callers) {
					caller.get(50, TimeUnit.SECONDS);
				}
			}
			System.out.println("late " + java.util.Arrays.toString(late) + " longest " + longest.get() / 1000000);
			assertThat(Duration.ofNanos(longest.get())).isLessThanOrEqualTo(POLL.plus(Patience.TOLERANCE));
		}
		finally {
			threads.shutdownNow();
			silent.forEach(ScriptedServer::close);
		}
	}

}
