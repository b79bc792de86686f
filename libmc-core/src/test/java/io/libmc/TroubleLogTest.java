package io.libmc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.libmc.testing.FaultProxy;
import io.libmc.testing.LogLines;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The log tells once of what goes wrong, however many calls it goes wrong for.
 */
@Timeout(60)
@Memcached
class TroubleLogTest {

	private static final Duration SEVERAL_ATTEMPTS = Duration.ofMillis(100);

	private static final int CALLS = 50;

	private final LogLines log = new LogLines();

	private final AtomicInteger ups = new AtomicInteger();

	@AfterEach
	void stopListening() {
		this.log.close();
	}

	/** That it is up again is logged when that has lasted. */
	@Test
	void ofAThousandFailingCallsOneLineIsWrittenAlsoWhereTheServerComesAndGoes(MemcachedServer server) {
		try (FaultProxy proxy = FaultProxy.to(server);
				MemcachedClient client = builder(proxy.address()).retryTimeout(Duration.ofMillis(5))
					.listener(new MemcachedListener() {

						@Override
						public void serverUp(String up, Duration downFor) {
							TroubleLogTest.this.ups.incrementAndGet();
						}

					})
					.build()) {
			client.set("k", "v");
			assertThat(this.log.all()).as("a server that is well").isEmpty();
			for (int outage = 1; outage <= 5; outage++) {
				proxy.refuse();
				Awaitility.await().until(() -> !answers(client));
				long start = System.nanoTime();
				for (int failed = 0; failed < 200 || System.nanoTime() - start < SEVERAL_ATTEMPTS.toNanos(); failed++) {
					assertThat(answers(client)).isFalse();
				}
				proxy.heal();
				Awaitility.await().until(() -> answers(client));
				int told = outage;
				Awaitility.await().until(() -> this.ups.get() == told);
			}
			assertThat(this.log.all()).containsExactly("WARNING memcached server " + proxy.address()
					+ " is down: connecting failed: Connection refused; it is retried every 5 ms");
		}
	}

	@Test
	void refreshesThatFailAreOneLine(MemcachedServer server) throws Exception {
		LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofSeconds(60)).refreshAhead(Duration.ofSeconds(45));
		LoadPolicy due = LoadPolicy.timeToLive(Duration.ofSeconds(30));
		try (MemcachedClient client = builder(server.address()).build()) {
			for (int i = 0; i < CALLS; i++) {
				assertThat(client.<String>getOrLoad("k" + i, due, () -> "present")).isEqualTo("present");
				assertThat(client.<String>getOrLoad("k" + i, policy, () -> {
					throw new IllegalStateException("no");
				})).isEqualTo("present");
			}
		}
		assertThat(this.log.all()).singleElement().asString().contains("refreshing \"k0\" failed");
	}

	@Test
	void aLoadsListenerThatThrowsIsOneLine(MemcachedServer server) throws Exception {
		LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofSeconds(60)).listener(new LoadListener() {

			@Override
			public void missed() {
				throw new IllegalStateException("no");
			}

		});
		try (MemcachedClient client = builder(server.address()).build()) {
			for (int i = 0; i < CALLS; i++) {
				assertThat(client.<String>getOrLoad("k" + i, policy, () -> "loaded")).isEqualTo("loaded");
			}
		}
		assertThat(this.log.all()).containsExactly("WARNING the listener of a load threw");
	}

	@Test
	void anExecutorThatRefusesIsOneLine(MemcachedServer server) {
		try (MemcachedClient client = builder(server.address()).executor((task) -> {
			throw new RejectedExecutionException("full");
		}).build()) {
			List<CompletableFuture<Object>> found = IntStream.range(0, CALLS)
				.mapToObj((i) -> client.async().get("k" + i))
				.toList();
			found.forEach((future) -> assertThat(future.join()).isNull());
		}
		assertThat(this.log.all())
			.containsExactly("WARNING the executor refused the completion of an asynchronous call");
	}

	/** Patient: what is late is another test's affair. */
	private static MemcachedClientBuilder builder(String server) {
		return MemcachedClient.builder()
			.servers(server)
			.connectTimeout(Duration.ofSeconds(5))
			.pollTimeout(Duration.ofSeconds(5));
	}

	private static boolean answers(MemcachedClient client) {
		try {
			client.get("k");
			return true;
		}
		catch (MemcachedException ex) {
			return false;
		}
	}

}
