package io.libmc.internal.connection;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import io.libmc.internal.connection.Settings.ServerEvents;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Exchange.Answer;
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

	private static final long DAYS = Duration.ofDays(100).toNanos();

	private static final Duration LENGTH = Duration.ofMillis(Integer.getInteger("libmc.roles.millis", 1000));

	private static final int CALLS = 3;

	private static final Settings SETTINGS = new Settings(DAYS, DAYS, DAYS, DAYS, 1, 100, 1 << 20, 1 << 20, null, null,
			false, new ServerEvents() {

				@Override
				public void down(String server, String reason) {
				}

				@Override
				public void up(String server, long downForNanos) {
				}

			});

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final Watchdog watchdog = new Watchdog();

	private final Node node = new Node(new Endpoint("memory", "localhost", 1, null), SETTINGS, this.watchdog);

	private volatile Connection connection;

	private volatile boolean over;

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
		this.watchdog.close();
	}

	@ParameterizedTest(name = "{0} callers, closed meanwhile: {1}")
	@CsvSource({ "2, false", "3, false", "8, false", "2, true", "8, true" })
	void everyCallEndsHoweverTheCallersMeet(int callers, boolean closed) throws Exception {
		AtomicLong rounds = new AtomicLong();
		long start = System.nanoTime();
		CyclicBarrier meeting = new CyclicBarrier(callers + (closed ? 1 : 0), () -> {
			this.over = System.nanoTime() - start > LENGTH.toNanos();
			this.connection = open();
			rounds.incrementAndGet();
		});
		List<Future<?>> all = new ArrayList<>();
		for (int i = 0; i < callers; i++) {
			all.add(this.threads.submit(() -> {
				for (meeting.await(); !this.over; meeting.await()) {
					for (int call = 0; call < CALLS; call++) {
						call(this.connection, !closed);
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

	private Connection open() {
		Connection opened = new Connection(this.node, SETTINGS, this.watchdog, "never started");
		try {
			opened.open(new Memory());
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		return opened;
	}

	private static void call(Connection connection, boolean mustSucceed) {
		long now = System.nanoTime();
		Operation get = Operation.of(Command.GET, now, now + DAYS, new byte[] { 'k' });
		get.connection = connection;
		if (connection.submit(get, false)) {
			get.await();
			assertThat(get.isEnded()).isTrue();
			assertThat(get.failure() != null || get.answer() == Answer.END).isTrue();
		}
		assertThat(!mustSucceed || (get.failure() == null && get.answer() == Answer.END)).isTrue();
	}

	/** Answers each line that is written with a miss. */
	private static final class Memory implements Transport {

		private static final byte[] MISS = "END\r\n".getBytes(StandardCharsets.US_ASCII);

		private int unread;

		private boolean closed;

		@Override
		public synchronized int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException {
			try {
				while (this.unread == 0 && !this.closed) {
					wait();
				}
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
			if (this.closed) {
				return -1;
			}
			this.unread--;
			System.arraycopy(MISS, 0, target, offset, MISS.length);
			return MISS.length;
		}

		@Override
		public synchronized void write(byte[] source, int offset, int length, boolean more) {
			for (int i = offset; i < offset + length; i++) {
				this.unread += (source[i] == '\n') ? 1 : 0;
			}
			notifyAll();
		}

		@Override
		public synchronized boolean isReadable() {
			return this.unread > 0;
		}

		@Override
		public int sendBufferSize() {
			return 1 << 16;
		}

		@Override
		public synchronized void close() {
			this.closed = true;
			notifyAll();
		}

	}

}
