package io.libmc.benchmarks.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.libmc.HashFunction;
import io.libmc.MemcachedClient;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Which server a key lives on. It is a binary search over 100 points for each server, so
 * ten times the servers may cost little more.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RingBenchmark {

	private static final int KEYS = 1024;

	/** How many. */
	@Param({ "10", "100", "1000" })
	public int servers;

	/** MD5 is the default; FNV-1a shows the search itself. */
	@Param({ "MD5", "FNV1A_32" })
	public HashFunction hash = HashFunction.MD5;

	private final List<String> keys = new ArrayList<>();

	private int next;

	private @Nullable MemcachedClient opened;

	/** Makes a ring; a client that is not used connects to nobody. */
	@Setup
	public void open() {
		List<String> names = new ArrayList<>();
		for (int i = 0; i < this.servers; i++) {
			names.add("memcached-" + i + ".example");
		}
		this.opened = MemcachedClient.builder().servers(names).hashFunction(this.hash).build();
		for (int i = 0; i < KEYS; i++) {
			this.keys.add("benchmark:" + i);
		}
	}

	/** Forgets it. */
	@TearDown
	public void close() {
		if (this.opened != null) {
			this.opened.close();
		}
	}

	@Benchmark
	public String serverFor() {
		if (this.opened == null) {
			throw new IllegalStateException("not opened");
		}
		this.next = (this.next + 1) % KEYS;
		return this.opened.serverFor(this.keys.get(this.next));
	}

}
