package io.libmc.stampede;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two hundred callers who go on asking for one key, through four clients that stand for
 * processes: as many who block and as many who do not, with a key of their own. Each
 * caller pauses between its calls, as one that serves requests does. memcached counts
 * whole seconds: so the times are short, and there are twenty of them.
 */
@Timeout(120)
@Memcached
@Tag("alone")
class SteadyLoadTest {

	private static final int CALLERS = 200;

	private static final int PERIODS = 20;

	private static final Duration LOAD = Duration.ofMillis(600);

	/** Longer than a call takes that does not wait for a loader. */
	private static final Duration LONG = Duration.ofMillis(400);

	private static final Duration PAUSE = Duration.ofMillis(100);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<MemcachedClient> clients = new ArrayList<>();

	@BeforeEach
	void connect(MemcachedServer server) {
		for (int i = 0; i < 4; i++) {
			this.clients
				.add(MemcachedClient.builder().servers(server.address()).pollTimeout(Duration.ofSeconds(5)).build());
		}
	}

	@AfterEach
	void close() {
		this.threads.shutdownNow();
		this.clients.forEach(MemcachedClient::close);
	}

	@Test
	void aValueIsRefreshedOnceInEachPeriodAndNobodyButTheElectedWaits() throws Exception {
		Duration ttl = Duration.ofSeconds(3);
		Duration refreshAhead = Duration.ofSeconds(2);
		LoadPolicy policy = LoadPolicy.timeToLive(ttl).refreshAhead(refreshAhead);
		Caller.both((caller) -> {
			Crowd crowd = new Crowd(caller, policy);
			crowd.callOnce(this.clients.get(0));
			crowd.ask(ttl.minus(refreshAhead).multipliedBy(PERIODS));
			assertThat(crowd.loads.get() - 1).isBetween(PERIODS - 1, PERIODS + 1);
			assertThat(crowd.waits).isEmpty();
		});
	}

	@Test
	void aValueTakenBackIsLoadedOnceAndNobodyButTheElectedWaits() throws Exception {
		LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofMinutes(1)).staleFor(Duration.ofSeconds(30));
		Caller.both((caller) -> {
			Crowd crowd = new Crowd(caller, policy);
			crowd.callOnce(this.clients.get(0));
			for (int i = 1; i <= 5; i++) {
				caller.invalidate(this.clients.get(i % 4), crowd.key, policy);
				crowd.ask(LOAD.plus(LOAD));
				assertThat(crowd.loads).hasValue(1 + i);
			}
			assertThat(crowd.waits).isEmpty();
		});
	}

	/** All who ask for one key. */
	private final class Crowd {

		private final Caller caller;

		private final String key;

		private final LoadPolicy policy;

		/** How long calls took that did not load, where that was long. */
		private final List<Duration> waits = new CopyOnWriteArrayList<>();

		private final AtomicInteger loads = new AtomicInteger();

		Crowd(Caller caller, LoadPolicy policy) {
			this.caller = caller;
			this.key = caller.name();
			this.policy = policy;
		}

		void ask(Duration duration) throws Exception {
			long end = System.nanoTime() + duration.toNanos();
			List<Future<?>> calls = new ArrayList<>();
			for (int i = 0; i < CALLERS; i++) {
				MemcachedClient client = SteadyLoadTest.this.clients.get(i % 4);
				calls.add(SteadyLoadTest.this.threads.submit(() -> {
					while (System.nanoTime() - end < 0) {
						callOnce(client);
						TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
					}
					return null;
				}));
			}
			for (Future<?> call : calls) {
				call.get();
			}
		}

		void callOnce(MemcachedClient client) throws Exception {
			AtomicInteger own = new AtomicInteger();
			long start = System.nanoTime();
			String value = this.caller.getOrLoad(client, this.key, this.policy, SteadyLoadTest.this.threads, () -> {
				own.incrementAndGet();
				return load();
			});
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			assertThat(value).startsWith("value");
			if (own.get() == 0 && took.compareTo(LONG) > 0) {
				this.waits.add(took);
			}
		}

		private String load() throws InterruptedException {
			int number = this.loads.incrementAndGet();
			TimeUnit.NANOSECONDS.sleep(LOAD.toNanos());
			return "value " + number;
		}

	}

}
