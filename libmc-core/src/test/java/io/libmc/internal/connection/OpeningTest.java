package io.libmc.internal.connection;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import com.sun.management.ThreadMXBean;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.OutBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Operations that are given up at any moment while their connection opens and encodes
 * what has gathered in line.
 */
@Timeout(60)
class OpeningTest {

	private static final Duration LENGTH = Duration.ofMillis(Integer.getInteger("libmc.opening.millis", 2000));

	private static final int GATHERED = 8_000;

	private static final long DAYS = Duration.ofDays(10).toNanos();

	private final ExecutorService thread = Executors.newSingleThreadExecutor();

	private final MemoryServer server = new MemoryServer();

	/** How long the last opening took, to aim at the next one. */
	private long nanos = 1_000_000;

	private int sent;

	private int unsent;

	@AfterEach
	void stop() {
		this.thread.shutdownNow();
		this.server.close();
	}

	@Test
	void whatIsSaidNotToBeSentIsNot() throws Exception {
		for (long start = System.nanoTime(); System.nanoTime() - start < LENGTH.toNanos();) {
			Operation[] given = { count("first"), count("last") };
			String written = open(given);
			for (Operation operation : given) {
				boolean wasSent = written.contains(" " + name(operation) + " ");
				assertThat(wasSent && operation.progress() == Progress.UNSENT)
					.as("%s: %s", name(operation), operation.progress())
					.isFalse();
				this.sent += wasSent ? 1 : 0;
				this.unsent += (operation.progress() == Progress.UNSENT) ? 1 : 0;
			}
		}
		assertThat(this.sent).isPositive();
		assertThat(this.unsent).isPositive();
	}

	@Test
	void aCallersArrayIsNotReadOnceItHasItBack() throws Exception {
		for (long start = System.nanoTime(); System.nanoTime() - start < LENGTH.toNanos();) {
			byte[] data = new byte[100_000];
			Operation[] given = { store("first", DAYS, data), store("last", DAYS, data) };
			// what was encoded before may still be written, as it was then
			assertThat(open(() -> Arrays.fill(data, (byte) '!'), given)).doesNotContain("!");
		}
	}

	@Test
	void whatFindsNoRoomIsNotCopied() {
		Connection connection = this.server.connecting();
		for (int i = 0; i < 8; i++) {
			submit(connection, store("k", DAYS, 1_000_000));
		}
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		Operation late = store("late", 1_000_000, 1_000_000);
		long made = threads.getCurrentThreadAllocatedBytes();
		late.noReply();
		submit(connection, late);
		assertThat(late.failure()).isNotNull();
		assertThat(made - before).as("the caller's own").isGreaterThan(1_000_000);
		assertThat(threads.getCurrentThreadAllocatedBytes() - made).isLessThan(500_000);
	}

	private String open(Operation... given) throws Exception {
		return open(() -> {
		}, given);
	}

	private String open(Runnable afterwards, Operation... given) throws Exception {
		Connection connection = this.server.connecting();
		submit(connection, given[0]);
		for (int i = 0; i < GATHERED; i++) {
			submit(connection, count("k"));
		}
		submit(connection, given[1]);
		if (ThreadLocalRandom.current().nextInt(10) == 0) {
			giveUp(connection, given);
		}
		Recording transport = new Recording();
		long start = System.nanoTime();
		Future<Boolean> opening = this.thread.submit(() -> connection.open(transport));
		long wait = ThreadLocalRandom.current().nextLong(this.nanos * 5 / 4);
		while (System.nanoTime() - start < wait && !transport.isWritten()) {
			Thread.onSpinWait();
		}
		giveUp(connection, given);
		afterwards.run();
		// what was written before that is of no interest, nor is it a fault
		boolean late = transport.isWritten();
		opening.get(10, TimeUnit.SECONDS);
		this.nanos = (this.nanos * 7 + System.nanoTime() - start) / 8;
		return late ? "" : transport.written();
	}

	private static void giveUp(Connection connection, Operation... given) {
		for (Operation operation : given) {
			connection.deadlines().giveUp(operation);
		}
	}

	private static void submit(Connection connection, Operation operation) {
		operation.connection = connection;
		assertThat(connection.submit(operation, true)).isTrue();
	}

	private static Operation count(String key) {
		long now = System.nanoTime();
		return Operation.count(Command.INCR, now, now + DAYS, key.getBytes(StandardCharsets.US_ASCII), 1);
	}

	private static Operation store(String key, long nanos, int length) {
		return store(key, nanos, new byte[length]);
	}

	private static Operation store(String key, long nanos, byte[] data) {
		long now = System.nanoTime();
		return Operation.store(Command.SET, now, now + nanos, key.getBytes(StandardCharsets.US_ASCII), data, 0, 0, 0);
	}

	private static String name(Operation operation) {
		return new String(operation.key(), StandardCharsets.US_ASCII);
	}

	/** Keeps what is written. */
	private static final class Recording implements Transport {

		private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

		private volatile boolean written;

		boolean isWritten() {
			return this.written;
		}

		synchronized String written() {
			return this.bytes.toString(StandardCharsets.US_ASCII);
		}

		@Override
		public int read(byte[] target, int offset, int length, int timeoutMillis) {
			return -1;
		}

		@Override
		public boolean tryWrite(OutBuffer batch, long unanswered, int patienceMillis) {
			write(batch);
			return true;
		}

		@Override
		public synchronized void write(OutBuffer batch) {
			this.written = true;
			int length = batch.end() - batch.position();
			this.bytes.write(batch.bytes(), batch.position(), length);
			batch.take(length);
		}

		@Override
		public boolean isReadable() {
			return false;
		}

		@Override
		public void close() {
		}

	}

}
