package io.libmc.internal.connection;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.libmc.testing.LogLines;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecurringTest {

	private static final int TOGETHER = 4;

	private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1);

	private final Recurring recurring = new Recurring(this.time::get);

	@Test
	void aStormIsOneLineAMinuteThatSaysHowMuchMoreThereWas() {
		try (LogLines log = new LogLines()) {
			warn(100);
			this.time.addAndGet(Recurring.PAUSE.toNanos() - 1);
			warn(1);
			assertThat(log.all()).containsExactly("WARNING it failed");
			this.time.addAndGet(1);
			warn(2);
			this.time.addAndGet(Duration.ofHours(1).toNanos());
			warn(1);
			this.time.addAndGet(Duration.ofHours(1).toNanos());
			warn(1);
			assertThat(log.all()).containsExactly("WARNING it failed",
					"WARNING it failed (and 100 times more since this was last said)",
					"WARNING it failed (and 1 times more since this was last said)", "WARNING it failed");
		}
	}

	/**
	 * Whoever comes second is counted for the next line, not for the one being written.
	 */
	@Test
	void theFirstLineOfManyThatComeTogetherSpeaksOfNoOther() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(TOGETHER);
		try (LogLines log = new LogLines()) {
			for (int i = 0; i < 5000; i++) {
				Recurring fresh = new Recurring(this.time::get);
				CyclicBarrier start = new CyclicBarrier(TOGETHER);
				List<Future<?>> all = IntStream.range(0, TOGETHER).<Future<?>>mapToObj((n) -> threads.submit(() -> {
					start.await();
					fresh.warn("it failed", new IllegalStateException("no"));
					return null;
				})).toList();
				for (Future<?> one : all) {
					one.get(10, TimeUnit.SECONDS);
				}
			}
			assertThat(log.all()).hasSize(5000).containsOnly("WARNING it failed");
		}
		finally {
			threads.shutdownNow();
		}
	}

	private void warn(int times) {
		for (int i = 0; i < times; i++) {
			this.recurring.warn("it failed", new IllegalStateException("no"));
		}
	}

}
