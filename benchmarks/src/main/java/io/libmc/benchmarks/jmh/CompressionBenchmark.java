package io.libmc.benchmarks.jmh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.libmc.MemcachedClient;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * A hit on 10 kB of text, stored as it is or compressed to about a third.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class CompressionBenchmark {

	private static final int SIZE = 10_000;

	/** In bytes; 0 never compresses. */
	@Param({ "0", "1000" })
	public int compressionThreshold;

	private @Nullable ServerProcess server;

	private @Nullable MemcachedClient opened;

	/** Starts the server and stores the text. */
	@Setup(Level.Trial)
	public void open() throws IOException, InterruptedException {
		ServerProcess started = ServerProcess.memcached();
		this.server = started;
		MemcachedClient client = MemcachedClient.builder()
			.servers(started.address())
			.compressionThreshold(this.compressionThreshold)
			.build();
		this.opened = client;
		byte[] text = new byte[SIZE];
		Random random = new Random(1);
		for (int i = 0; i < SIZE; i++) {
			text[i] = (byte) ('a' + random.nextInt(4));
		}
		client.set("text", new String(text, StandardCharsets.US_ASCII));
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
	public String hit() {
		String text = (this.opened != null) ? this.opened.get("text", String.class) : null;
		if (text == null) {
			throw new IllegalStateException("a miss");
		}
		return text;
	}

}
