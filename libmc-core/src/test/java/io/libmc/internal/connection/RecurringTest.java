package io.libmc.internal.connection;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.libmc.testing.LogLines;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecurringTest {

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

	private void warn(int times) {
		for (int i = 0; i < times; i++) {
			this.recurring.warn("it failed", new IllegalStateException("no"));
		}
	}

}
