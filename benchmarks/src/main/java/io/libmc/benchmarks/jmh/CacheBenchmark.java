package io.libmc.benchmarks.jmh;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.libmc.MemcachedClient;
import io.libmc.benchmarks.compare.ServerProcess;
import io.libmc.spring.cache.BulkCache;
import io.libmc.spring.cache.LibmcCacheManager;
import io.libmc.spring.cache.LibmcCacheSettings;
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

/**
 * What a cache takes for a hit, a change and an eviction on one memcached of its own: by
 * itself, with groups, and where each put asks for the cache's generation.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CacheBenchmark {

	private static final int KEYS = 1_000;

	private static final int GROUPS = 100;

	private static final String VALUE = "v".repeat(100);

	private final List<String> keys = new ArrayList<>();

	private int next;

	private @Nullable ServerProcess server;

	private @Nullable MemcachedClient client;

	private @Nullable BulkCache plain;

	private @Nullable BulkCache grouped;

	private @Nullable BulkCache idle;

	private @Nullable BulkCache asking;

	/** Starts the server and stores what is read. */
	@Setup(Level.Trial)
	public void open() throws IOException, InterruptedException {
		ServerProcess started = ServerProcess.memcached();
		this.server = started;
		this.client = MemcachedClient.builder().servers(started.address()).build();
		LibmcCacheSettings settings = new LibmcCacheSettings();
		this.plain = cache("plain", settings, Duration.ofSeconds(1));
		this.grouped = cache("grouped", settings.groups((key, value) -> List.of(group(key.hashCode()))),
				Duration.ofSeconds(1));
		this.idle = cache("idle", settings.timeToIdle(Duration.ofMinutes(5)), Duration.ofSeconds(1));
		this.asking = cache("asking", settings, Duration.ZERO);
		for (int i = 0; i < KEYS; i++) {
			this.keys.add("key" + i);
			this.plain.put("key" + i, VALUE);
			this.grouped.put("key" + i, VALUE);
			this.idle.put("key" + i, VALUE);
		}
	}

	private BulkCache cache(String name, LibmcCacheSettings settings, Duration clearVisibility) {
		LibmcCacheManager manager = new LibmcCacheManager(Objects.requireNonNull(this.client), settings);
		manager.setClearVisibility(clearVisibility);
		manager.initializeCaches();
		return (BulkCache) Objects.requireNonNull(manager.getCache(name));
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

	@Benchmark
	public Object get() {
		return Objects.requireNonNull(opened(this.plain).get(key()));
	}

	@Benchmark
	public Object getGrouped() {
		return Objects.requireNonNull(opened(this.grouped).get(key()));
	}

	/** Each hit prolongs the entry's life. */
	@Benchmark
	public Object getIdle() {
		return Objects.requireNonNull(opened(this.idle).get(key()));
	}

	@Benchmark
	public Object getAllOfAHundred() {
		return opened(this.plain).getAll(this.keys.subList(0, 100));
	}

	@Benchmark
	public void put() {
		opened(this.plain).put(key(), VALUE);
	}

	@Benchmark
	public void putGrouped() {
		opened(this.grouped).put(key(), VALUE);
	}

	/** As it is without a copy of the generation: two round trips. */
	@Benchmark
	public void putAsking() {
		opened(this.asking).put(key(), VALUE);
	}

	@Benchmark
	public void evict() {
		opened(this.asking).evict(key());
	}

	@Benchmark
	public void evictGroup() {
		opened(this.grouped).evictGroup(group(this.next++));
	}

	@Benchmark
	public void clear() {
		opened(this.asking).clear();
	}

	private String key() {
		return this.keys.get(this.next++ % KEYS);
	}

	private static String group(int number) {
		return "group" + Math.floorMod(number, GROUPS);
	}

	private static BulkCache opened(@Nullable BulkCache cache) {
		return Objects.requireNonNull(cache);
	}

}
