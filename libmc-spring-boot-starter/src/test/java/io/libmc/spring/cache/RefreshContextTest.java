package io.libmc.spring.cache;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.micrometer.context.ContextRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A loader that refreshes an entry in the background runs with what belongs to the caller
 * on whose behalf it does: its thread locals and its observation, and so its trace.
 */
@Memcached
@Timeout(60)
class RefreshContextTest {

	private static final String TENANT_KEY = "io.libmc.test.tenant";

	private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

	private final ObservationRegistry observations = ObservationRegistry.create();

	private MemcachedClient client;

	private LibmcCacheManager manager;

	private LibmcCache cache;

	@BeforeEach
	void createCache(MemcachedServer server) {
		ContextRegistry.getInstance().registerThreadLocalAccessor(TENANT_KEY, TENANT);
		this.client = LibmcCacheTest.client(List.of(server));
		this.observations.observationConfig().observationHandler((context) -> true);
		this.manager = new LibmcCacheManager(this.client,
				new LibmcCacheSettings().timeToLive(Duration.ofSeconds(60))
					.refreshAhead(Duration.ofSeconds(45))
					.refreshInBackground(true));
		this.manager.afterPropertiesSet();
		this.cache = (LibmcCache) Objects.requireNonNull(this.manager.getCache("books"));
	}

	@AfterEach
	void close() {
		TENANT.remove();
		ContextRegistry.getInstance().removeThreadLocalAccessor(TENANT_KEY);
		this.manager.destroy();
		this.client.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void theLoaderRunsWithItsCallersContext(boolean async) {
		Observation observation = Observation.start("caller", this.observations);
		for (String tenant : List.of("one", "other")) {
			this.cache.put("k", "old");
			this.client.touch(new WireKeys("", "books").entry("k"), Duration.ofSeconds(30));
			CompletableFuture<Seen> seen = new CompletableFuture<>();
			TENANT.set(tenant);
			observation.scoped(() -> assertThat(async ? this.cache.retrieve("k", () -> {
				seen.complete(look());
				return CompletableFuture.completedFuture("new");
			}).join() : this.cache.get("k", () -> {
				seen.complete(look());
				return "new";
			})).isEqualTo("old"));
			TENANT.set("somebody else");
			assertThat(seen.join().thread()).startsWith("libmc-refresh-");
			assertThat(seen.join()).extracting(Seen::tenant, Seen::observation).containsExactly(tenant, observation);
		}
		observation.stop();
	}

	private Seen look() {
		return new Seen(Thread.currentThread().getName(), TENANT.get(), this.observations.getCurrentObservation());
	}

	/** What a loader sees. */
	private record Seen(String thread, String tenant, Observation observation) {

	}

}
