package io.libmc.benchmarks.jmh;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.libmc.MemcachedClient;
import io.libmc.MultiGetResult;
import io.libmc.MultiResult;
import io.libmc.benchmarks.compare.ServerProcess;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Operations of the client on one memcached of its own: how many, how long, and, with
 * {@code -prof gc}, what they allocate.
 */
@State(Scope.Benchmark)
@BenchmarkMode({ Mode.Throughput, Mode.SampleTime })
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class ClientBenchmark {

	private static final int KEYS = 100;

	/** In bytes. */
	@Param({ "100", "10000" })
	public int size;

	private final List<String> keys = new ArrayList<>();

	private final Map<String, byte[]> entries = new HashMap<>();

	private byte[] value = {};

	private @Nullable ServerProcess server;

	private @Nullable MemcachedClient opened;

	/** Starts the server and stores what is read. */
	@Setup(Level.Trial)
	public void open() throws IOException, InterruptedException {
		ServerProcess started = ServerProcess.memcached();
		this.server = started;
		MemcachedClient client = MemcachedClient.builder().servers(started.address()).build();
		this.opened = client;
		this.value = new byte[this.size];
		new Random(1).nextBytes(this.value);
		for (int i = 0; i < KEYS; i++) {
			this.keys.add("benchmark:" + i);
			this.entries.put("benchmark:" + i, this.value);
		}
		if (!client.setMulti(this.entries).succeeded()) {
			throw new IllegalStateException("memcached did not store the values");
		}
	}

	/** Stops the server. */
	@TearDown(Level.Trial)
	public void close() {
		if (this.opened != null) {
			this.opened.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	@Benchmark
	public Object get() {
		return found(client().get("benchmark:7"));
	}

	@Benchmark
	@Threads(8)
	public Object getWith8Threads() {
		return found(client().get("benchmark:7"));
	}

	@Benchmark
	public boolean set() {
		return client().set("benchmark:7", this.value);
	}

	@Benchmark
	public MultiGetResult<Object> getMulti() {
		return client().getMulti(this.keys);
	}

	@Benchmark
	public MultiResult setMulti() {
		return client().setMulti(this.entries);
	}

	private MemcachedClient client() {
		if (this.opened == null) {
			throw new IllegalStateException("not opened");
		}
		return this.opened;
	}

	private static Object found(@Nullable Object value) {
		if (value == null) {
			throw new IllegalStateException("a miss");
		}
		return value;
	}

}
