package io.libmc.internal.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.protocol.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hand-over of a connection's roles among callers that meet on it at the same moment,
 * tens of thousands of times. The code is the engine's own, from submitting to the reply;
 * only the socket is a piece of memory that answers, and deadlines are days away, so that
 * a wake-up that is lost is a call that never ends. Model checkers see less: the engine
 * parks with a timeout, and to them any timeout may be up.
 */
@Timeout(60)
class RolesTest {

	private static final Duration LENGTH = Duration.ofMillis(Integer.getInteger("libmc.roles.millis", 1000));

	private static final int CALLS = 3;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final MemoryServer server = new MemoryServer();

	private volatile Connection connection;

	private volatile boolean over;

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
		this.server.close();
	}

	@ParameterizedTest(name = "{0} callers, closed meanwhile: {1}")
	@CsvSource({ "2, false", "3, false", "8, false", "2, true", "8, true" })
	void everyCallEndsHoweverTheCallersMeet(int callers, boolean closed) throws Exception {
		AtomicLong rounds = new AtomicLong();
		long start = System.nanoTime();
		CyclicBarrier meeting = new CyclicBarrier(callers + (closed ? 1 : 0), () -> {
			this.over = System.nanoTime() - start > LENGTH.toNanos();
			this.connection = this.server.connect();
			rounds.incrementAndGet();
		});
		List<Future<?>> all = new ArrayList<>();
		for (int i = 0; i < callers; i++) {
			all.add(this.threads.submit(() -> {
				for (meeting.await(); !this.over; meeting.await()) {
					for (int call = 0; call < CALLS; call++) {
						assertThat(MemoryServer.ask(this.connection)).isIn(Answer.END, closed ? null : Answer.END);
					}
				}
				return null;
			}));
		}
		if (closed) {
			all.add(this.threads.submit(() -> {
				for (meeting.await(); !this.over; meeting.await()) {
					this.connection.close(new Failure(Kind.LOST, "it was closed", null));
				}
				return null;
			}));
		}
		for (Future<?> each : all) {
			each.get(LENGTH.plusSeconds(20).toMillis(), TimeUnit.MILLISECONDS);
		}
		assertThat(rounds.get()).isGreaterThan(LENGTH.toMillis() / 10);
	}

}
