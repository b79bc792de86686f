package io.libmc.benchmarks.compare;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Threads that do one thing over and over: for a while to warm up, then measured. An
 * operation counts where it starts. CPU and allocation are the whole process's, whichever
 * threads of a client they fall on.
 */
final class Load {

	private static final long LONGEST = TimeUnit.SECONDS.toNanos(60);

	private enum Phase {

		WARM_UP, MEASURE, STOP

	}

	/** What to do; the argument is a random number, not negative. */
	interface Action {

		void run(int random) throws Exception;

	}

	private volatile Phase phase = Phase.WARM_UP;

	private final Action action;

	private final List<Looping> loops = new ArrayList<>();

	private final CountDownLatch running;

	private Load(Action action, int threads) {
		this.action = action;
		this.running = new CountDownLatch(threads);
		for (int i = 0; i < threads; i++) {
			this.loops.add(new Looping(i + 1));
		}
	}

	static Map<Metric, Double> run(Action action, Step step, long warmupMillis, long measureMillis)
			throws InterruptedException {
		Load load = new Load(action, step.threads());
		List<Thread> threads = new ArrayList<>();
		ThreadFactory factory = Threads.factory(step.virtual());
		load.loops.forEach((loop) -> threads.add(factory.newThread(loop)));
		threads.forEach(Thread::start);
		load.running.await();
		TimeUnit.MILLISECONDS.sleep(warmupMillis);
		Usage before = Usage.now();
		load.phase = Phase.MEASURE;
		TimeUnit.MILLISECONDS.sleep(measureMillis);
		load.phase = Phase.STOP;
		Usage used = Usage.now().minus(before);
		for (Thread thread : threads) {
			thread.join();
		}
		return load.result(used);
	}

	private Map<Metric, Double> result(Usage used) {
		Histogram histogram = new Histogram(LONGEST, 2);
		long errors = 0;
		Exception error = null;
		for (Looping loop : this.loops) {
			histogram.add(loop.histogram);
			errors += loop.errors;
			error = (error != null) ? error : loop.error;
		}
		if (error != null) {
			System.err.println(errors + " operations failed, one of them so: " + error);
		}
		long count = histogram.getTotalCount();
		if (count == 0) {
			throw new IllegalStateException("not one operation succeeded" + ((error != null) ? ": " + error : ""),
					error);
		}
		Map<Metric, Double> result = new EnumMap<>(Metric.class);
		result.put(Metric.THROUGHPUT, count * 1e9 / used.nanos());
		result.put(Metric.P50, histogram.getValueAtPercentile(50) / 1e3);
		result.put(Metric.P99, histogram.getValueAtPercentile(99) / 1e3);
		result.put(Metric.P999, histogram.getValueAtPercentile(99.9) / 1e3);
		result.put(Metric.MAX, histogram.getMaxValue() / 1e3);
		result.put(Metric.CPU, used.cpuNanos() / 1e3 / count);
		result.put(Metric.ALLOCATED, (double) used.allocatedBytes() / count);
		result.put(Metric.ERRORS, (double) errors);
		return result;
	}

	/** One thread, with everything it counts. */
	private final class Looping implements Runnable {

		private final Histogram histogram = new Histogram(LONGEST, 2);

		private int random;

		private long errors;

		private @Nullable Exception error;

		Looping(int seed) {
			this.random = seed * 0x9E3779B9 | 1;
		}

		@Override
		public void run() {
			Load.this.running.countDown();
			for (Phase now = Load.this.phase; now != Phase.STOP; now = Load.this.phase) {
				this.random ^= this.random << 13;
				this.random ^= this.random >>> 17;
				this.random ^= this.random << 5;
				long start = System.nanoTime();
				try {
					Load.this.action.run(this.random >>> 1);
					if (now == Phase.MEASURE) {
						this.histogram.recordValue(Math.min(System.nanoTime() - start, LONGEST));
					}
				}
				catch (Exception ex) {
					if (now == Phase.MEASURE) {
						this.errors++;
						this.error = ex;
					}
				}
			}
		}

	}

}
