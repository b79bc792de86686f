package io.libmc.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Many threads that wait for a server which has stopped, over and over: each call ends at
 * its own deadline.
 */
@Timeout(60)
@Memcached
@ExtendWith(Leaks.class)
class DeadlinesTest {

	private static final Duration POLL = Duration.ofMillis(250);

	private static final int CALLS = 8;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@AfterEach
	void close() {
		this.threads.shutdownNow();
	}

	@ParameterizedTest(name = "{0} threads")
	@ValueSource(ints = { 1, 64, 256 })
	void everyCallEndsAtItsDeadlineHoweverManyWait(int callers, MemcachedServer server) throws Exception {
		try (MemcachedClient client = MemcachedClient.builder().servers(server.address()).pollTimeout(POLL).build()) {
			client.set("k", "v");
			server.pause();
			longestOf(client); // the first failure of a JVM loads classes
			List<Future<Duration>> longest = new ArrayList<>();
			for (int i = 0; i < callers; i++) {
				int delay = i % (int) POLL.toMillis();
				longest.add(this.threads.submit(() -> {
					TimeUnit.MILLISECONDS.sleep(delay);
					return longestOf(client);
				}));
			}
			Duration most = Duration.ZERO;
			for (Future<Duration> each : longest) {
				Duration one = each.get(30, TimeUnit.SECONDS);
				most = (one.compareTo(most) > 0) ? one : most;
			}
			System.out.printf(Locale.ROOT, "deadlines: %d threads, %d calls each, longest %.1f ms of %d%n", callers,
					CALLS, most.toNanos() / 1e6, POLL.toMillis());
			assertThat(most).isLessThanOrEqualTo(POLL.plus(Patience.TOLERANCE));
		}
		finally {
			server.resume();
		}
	}

	private static Duration longestOf(MemcachedClient client) {
		long longest = 0;
		for (int i = 0; i < CALLS; i++) {
			long start = System.nanoTime();
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"));
			longest = Math.max(longest, System.nanoTime() - start);
		}
		return Duration.ofNanos(longest);
	}

}
