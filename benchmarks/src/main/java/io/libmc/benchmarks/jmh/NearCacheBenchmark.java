package io.libmc.benchmarks.jmh;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.libmc.MemcachedClient;
import io.libmc.benchmarks.client.Book;
import io.libmc.benchmarks.compare.ServerProcess;
import io.libmc.spring.cache.EntryFormat;
import io.libmc.spring.cache.LibmcCacheManager;
import io.libmc.spring.cache.LibmcCacheSettings;
import io.libmc.spring.cache.NearSettings;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.cache.Cache;
import org.springframework.cache.caffeine.CaffeineCache;

/**
 * A hit of {@code Cache.get} in the process, of one key: beside Spring's own Caffeine
 * cache, configured as usual, and what it costs to decode the entry by itself.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class NearCacheBenchmark {

	private static final Long KEY = 42L;

	private @Nullable ServerProcess server;

	private @Nullable MemcachedClient client;

	private @Nullable Cache byReference;

	private @Nullable Cache byValue;

	private @Nullable Cache remote;

	private @Nullable Cache caffeine;

	/** Starts the server, and has the entry wherever it can be. */
	@Setup(Level.Trial)
	public void open() throws IOException, InterruptedException {
		ServerProcess started = ServerProcess.memcached();
		this.server = started;
		MemcachedClient opened = MemcachedClient.builder().servers(started.address()).build();
		this.client = opened;
		NearSettings near = NearSettings.timeToLive(Duration.ofSeconds(1));
		this.byReference = cache(opened, near.withByReference(true));
		this.byValue = cache(opened, near);
		this.remote = cache(opened, null);
		this.caffeine = new CaffeineCache("caffeine",
				Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofHours(1)).recordStats().build());
		Book book = new Book(42, "The Winter of Small Letters", "Summer North", new BigDecimal("19.90"),
				LocalDate.of(1984, 2, 1), List.of("river", "glass", "night"));
		for (Cache each : List.of(this.remote, this.caffeine)) {
			each.put(KEY, book);
		}
	}

	private static Cache cache(MemcachedClient client, @Nullable NearSettings near) {
		EntryFormat json = EntryFormat.json(Book.class.getClassLoader(), List.of(Book.class.getName()));
		LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings().format(json).near(near));
		manager.initializeCaches();
		return Objects.requireNonNull(manager.getCache("books"));
	}

	/** Stops the server. */
	@TearDown(Level.Trial)
	public void close() {
		if (this.client != null) {
			this.client.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	/** Spring's. */
	@Benchmark
	public Object caffeine() {
		return hit(this.caffeine);
	}

	/** The same object for all. */
	@Benchmark
	public Object byReference() {
		return hit(this.byReference);
	}

	/** A record of six fields of one's own, from JSON. */
	@Benchmark
	public Object byValue() {
		return hit(this.byValue);
	}

	/** The same from memcached. */
	@Benchmark
	public Object memcached() {
		return hit(this.remote);
	}

	private static Object hit(@Nullable Cache cache) {
		return Objects.requireNonNull(Objects.requireNonNull(cache).get(KEY));
	}

}
