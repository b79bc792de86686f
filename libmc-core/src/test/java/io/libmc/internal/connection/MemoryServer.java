package io.libmc.internal.connection;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.libmc.internal.connection.Settings.ServerEvents;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Answer;
import io.libmc.internal.protocol.OutBuffer;

/**
 * A server in memory that misses every key. Deadlines are days away and a connection's
 * own thread never runs, so that a wake-up that callers lose is a call that never ends.
 */
final class MemoryServer implements Closeable {

	private static final long DAYS = Duration.ofDays(100).toNanos();

	private static final Settings SETTINGS = new Settings(DAYS, DAYS, DAYS, DAYS, 1, 10_000, 1 << 23, 1 << 20, null,
			null, false, new ServerEvents() {

				@Override
				public void goesDown() {
				}

				@Override
				public void down(String server, String reason) {
				}

				@Override
				public void up(String server, long downForNanos) {
				}

			});

	private final Watchdog watchdog = new Watchdog();

	private final Node node = new Node(new Endpoint("memory", "localhost", 1, null), SETTINGS, this.watchdog);

	Connection connecting() {
		return new Connection(this.node, SETTINGS, this.watchdog, "never started");
	}

	Connection connect() {
		Connection opened = connecting();
		try {
			opened.open(new Memory());
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		return opened;
	}

	/** Asks for a key; returns null if the connection was closed. */
	static Answer ask(Connection connection) {
		long now = System.nanoTime();
		Operation get = Operation.of(Command.GET, now, now + DAYS, new byte[] { 'k' });
		get.connection = connection;
		if (!connection.submit(get, false)) {
			return null;
		}
		get.await();
		return (get.failure() != null) ? null : get.answer();
	}

	@Override
	public void close() {
		this.watchdog.close();
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
		public boolean tryWrite(OutBuffer batch, long unanswered, int patienceMillis) {
			write(batch);
			return true;
		}

		@Override
		public synchronized void write(OutBuffer batch) {
			for (int i = batch.position(); i < batch.end(); i++) {
				this.unread += (batch.bytes()[i] == '\n') ? 1 : 0;
			}
			batch.take(batch.end() - batch.position());
			notifyAll();
		}

		@Override
		public synchronized boolean isReadable() {
			return this.unread > 0;
		}

		@Override
		public synchronized void close() {
			this.closed = true;
			notifyAll();
		}

	}

}
