package io.libmc.internal.connection;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.libmc.testing.LogLines;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class StandingTest {

	private static final Duration RETRY = Duration.ofSeconds(5);

	private final AtomicLong time = new AtomicLong();

	private final AtomicInteger downs = new AtomicInteger();

	private final AtomicInteger ups = new AtomicInteger();

	private final Watchdog watchdog = new Watchdog();

	private final AtomicInteger outages = new AtomicInteger();

	private final Standing standing = new Standing("cache1", false, settings(), this.watchdog, this.time::get);

	private final LogLines log = new LogLines();

	@AfterEach
	void close() {
		this.standing.close();
		this.watchdog.close();
		this.log.close();
	}

	@Test
	void aServerThatComesAndGoesIsOneLineAndOneWithHowOftenOnceItStays() {
		for (int outage = 1; outage <= 12; outage++) {
			fail("refused");
			pass(Duration.ofSeconds(1));
			fail("refused");
			pass(Duration.ofSeconds(1));
			recover();
			assertThat(this.downs).as("a listener is told each").hasValue(outage);
			assertThat(this.outages).hasValue(outage);
			pass(Duration.ofSeconds(3));
		}
		pass(Standing.LASTING.minusSeconds(4));
		assertThat(this.standing.check(0)).isEqualTo(Duration.ofSeconds(1).toNanos());
		assertThat(this.log.all())
			.containsExactly("WARNING memcached server cache1 is down: refused; it is retried every 5000 ms");
		pass(Duration.ofSeconds(1));
		this.watchdog.watch(0);
		Awaitility.await().until(() -> this.log.all().size() == 2);
		assertThat(this.log.all()).last()
			.isEqualTo("INFO memcached server cache1 is up again after 57000 ms, in which it went down 12 times,"
					+ " and has been for 30 s");
	}

	@Test
	void whatFollowsALastingRecoveryIsAnotherOutage() {
		for (int outage = 1; outage <= 2; outage++) {
			fail("refused");
			pass(Duration.ofSeconds(2));
			recover();
			pass(Standing.LASTING);
			this.watchdog.watch(0);
			int lines = 2 * outage;
			Awaitility.await().until(() -> this.log.all().size() == lines);
		}
		assertThat(this.log.all())
			.contains("INFO memcached server cache1 is up again after 2000 ms, and has been for 30 s")
			.filteredOn((line) -> line.startsWith("WARNING"))
			.hasSize(2);
		Awaitility.await().until(() -> this.standing.check(0) == Watched.GONE);
	}

	/** It takes effect at once, and is told on another thread. */
	private void fail(String reason) {
		this.standing.down(reason);
		assertThat(this.standing.isDead()).isTrue();
		Awaitility.await().until(() -> this.downs.get() == this.ups.get() + 1);
	}

	private void recover() {
		this.standing.up();
		assertThat(this.standing.isDown()).isFalse();
		Awaitility.await().until(() -> this.ups.get() == this.downs.get());
	}

	private void pass(Duration duration) {
		this.time.addAndGet(duration.toNanos());
	}

	private Settings settings() {
		return new Settings(1, 1, 1, RETRY.toNanos(), 1, 1, 1, 1, null, null, false, new Settings.ServerEvents() {

			@Override
			public void goesDown() {
				StandingTest.this.outages.incrementAndGet();
			}

			@Override
			public void down(String server, String reason) {
				StandingTest.this.downs.incrementAndGet();
			}

			@Override
			public void up(String server, long downForNanos) {
				StandingTest.this.ups.incrementAndGet();
			}

		});
	}

}
