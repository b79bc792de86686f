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
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two hundred callers who go on asking for one key, through four clients that stand for
 * processes. Each caller pauses between its calls, as one that serves requests does.
 * memcached counts whole seconds: so the times are short, and there are twenty of them.
 */
@Timeout(120)
@Memcached
class SteadyLoadTest {

	private static final int CALLERS = 200;

	private static final int PERIODS = 20;

	private static final Duration LOAD = Duration.ofMillis(600);

	/** Longer than a call takes that does not wait for a loader. */
	private static final Duration LONG = Duration.ofMillis(400);

	private static final Duration PAUSE = Duration.ofMillis(50);

	private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS);

	private final List<MemcachedClient> clients = new ArrayList<>();

	/** How long calls took that did not load, where that was long. */
	private final List<Duration> waits = new CopyOnWriteArrayList<>();

	private final AtomicInteger loads = new AtomicInteger();

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
		this.clients.get(0).getOrLoad("k", policy, this::load);
		ask(policy, ttl.minus(refreshAhead).multipliedBy(PERIODS));
		assertThat(this.loads.get() - 1).isBetween(PERIODS - 1, PERIODS + 1);
		assertThat(this.waits).isEmpty();
	}

	@Test
	void aValueTakenBackIsLoadedOnceAndNobodyButTheElectedWaits() throws Exception {
		LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofMinutes(1)).staleFor(Duration.ofSeconds(30));
		this.clients.get(0).getOrLoad("k", policy, this::load);
		for (int i = 1; i <= 5; i++) {
			this.clients.get(i % 4).invalidate("k", policy);
			ask(policy, LOAD.plus(LOAD));
			assertThat(this.loads).hasValue(1 + i);
		}
		assertThat(this.waits).isEmpty();
	}

	private void ask(LoadPolicy policy, Duration duration) throws Exception {
		long end = System.nanoTime() + duration.toNanos();
		List<Future<?>> callers = new ArrayList<>();
		for (int i = 0; i < CALLERS; i++) {
			MemcachedClient client = this.clients.get(i % 4);
			callers.add(this.threads.submit(() -> {
				while (System.nanoTime() - end < 0) {
					callOnce(client, policy);
					TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
				}
				return null;
			}));
		}
		for (Future<?> caller : callers) {
			caller.get();
		}
	}

	private void callOnce(MemcachedClient client, LoadPolicy policy) {
		AtomicInteger own = new AtomicInteger();
		long start = System.nanoTime();
		String value = client.getOrLoad("k", policy, () -> {
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
