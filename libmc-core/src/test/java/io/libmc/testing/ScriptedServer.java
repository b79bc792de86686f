package io.libmc.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A TCP server on loopback that does to its clients what a test says, byte by byte.
 *
 * <pre>{@code
 * try (ScriptedServer server = ScriptedServer.of((client) -> {
 *     client.expect("get k\r\n");
 *     client.reply("VALUE k 0 1\r\nv\r\nEND\r\n");
 * })) {
 *     ...
 * }
 * }</pre>
 *
 * The first connection runs the first script, the second the second, and every further
 * one the last. A script runs on a thread of its own and may block as it likes, on a
 * latch of the test for instance. A connection outlives its script, and what else its
 * client sends is read and recorded, until one side closes it. A script that fails closes
 * its connection, and {@link #close()} fails the test.
 * <p>
 * Text is ISO-8859-1 throughout: one character is one byte.
 */
public final class ScriptedServer implements AutoCloseable {

	private static final int PATIENCE_MILLIS = 10_000;

	private final ServerSocket listener;

	private final List<Script> scripts;

	private final List<Connection> connections = new CopyOnWriteArrayList<>();

	private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

	private volatile boolean closed;

	private ScriptedServer(List<Script> scripts) throws IOException {
		this.scripts = scripts;
		this.listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
		daemon("scripted-server", this::accept).start();
	}

	/**
	 * Starts a server.
	 * @param first what the first connection does, and every one that has no script
	 * @param further what the further connections do; the last script serves all the rest
	 * @return a server that accepts connections
	 */
	public static ScriptedServer of(Script first, Script... further) {
		try {
			return new ScriptedServer(Stream.concat(Stream.of(first), Stream.of(further)).toList());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The server as a client is told of it.
	 * @return {@code 127.0.0.1:port}
	 */
	public String address() {
		return "127.0.0.1:" + port();
	}

	/**
	 * The port.
	 * @return the port
	 */
	public int port() {
		return this.listener.getLocalPort();
	}

	/**
	 * What clients have sent so far, whether a script read it or not.
	 * @return one text for each connection, in the order they were accepted
	 */
	public List<String> received() {
		return this.connections.stream().map(Connection::received).toList();
	}

	/**
	 * Waits for the scripts of all connections accepted so far to end.
	 * @throws AssertionError if one has failed, or does not end within 10 seconds
	 */
	public void awaitScripts() {
		this.connections.forEach(Connection::awaitScript);
		throwFailures();
	}

	/**
	 * Closes everything. A script that has not ended is interrupted, which is no failure.
	 * @throws AssertionError if a script has failed
	 */
	@Override
	public void close() {
		this.closed = true;
		closeUnchecked(this.listener);
		this.connections.forEach(Connection::abort);
		throwFailures();
	}

	private void accept() {
		try {
			while (!this.closed) {
				Script script = this.scripts.get(Math.min(this.connections.size(), this.scripts.size() - 1));
				Connection connection = new Connection(this.listener.accept(), script);
				this.connections.add(connection);
				connection.thread.start();
				if (this.closed) {
					connection.abort();
				}
			}
		}
		catch (IOException ex) {
			fail(ex);
		}
	}

	private void fail(Throwable failure) {
		if (!this.closed) {
			this.failures.add(failure);
		}
	}

	private void throwFailures() {
		Throwable first = this.failures.poll();
		if (first != null) {
			AssertionError error = new AssertionError("a script failed: " + first.getMessage(), first);
			this.failures.forEach(error::addSuppressed);
			throw error;
		}
	}

	private static Thread daemon(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

	private static void closeUnchecked(Closeable closeable) {
		try {
			closeable.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String shown(CharSequence text) {
		return '"' + text.toString().replace("\r", "\\r").replace("\n", "\\n") + '"';
	}

	/** What the server does on one connection. */
	@FunctionalInterface
	public interface Script {

		/**
		 * Plays the server.
		 * @param client the connection to the client
		 * @throws Exception anything, and the test fails
		 */
		void run(Connection client) throws Exception;

	}

	/** A connection as its script sees it. Reads give up after 10 seconds. */
	public final class Connection {

		private final Socket socket;

		private final Recording recording;

		private final InputStream in;

		private final Thread thread;

		private final CountDownLatch scriptEnded = new CountDownLatch(1);

		private Connection(Socket socket, Script script) throws IOException {
			this.socket = socket;
			this.recording = new Recording(socket.getInputStream());
			this.in = new BufferedInputStream(this.recording);
			this.thread = daemon("scripted-server-connection", () -> play(script));
		}

		/**
		 * Answers what a client asks first that is going to elect: as a server that
		 * speaks meta commands, counts the numbers of its items itself and began long
		 * ago.
		 * @throws IOException if the connection breaks
		 */
		public void introduce() throws IOException {
			expect("mn\r\n");
			reply("MN\r\n");
			tellVersionAndRun();
		}

		/**
		 * The second half of {@link #introduce()}.
		 * @throws IOException if the connection breaks
		 */
		public void tellVersionAndRun() throws IOException {
			expect("version\r\n");
			reply("VERSION 1.6.18\r\n");
			expect("stats\r\n");
			reply("STAT pid 1\r\nSTAT uptime 1000\r\nSTAT time 1700000000\r\nEND\r\n");
		}

		/**
		 * Reads exactly this text.
		 * @param text what the client must send next
		 * @throws IOException if the connection breaks
		 */
		public void expect(String text) throws IOException {
			StringBuilder got = new StringBuilder();
			while (got.length() < text.length()) {
				got.append((char) readByte("expected " + shown(text) + ", got " + shown(got)));
				if (!text.startsWith(got.toString())) {
					throw new AssertionError("expected " + shown(text) + ", got " + shown(got));
				}
			}
		}

		/**
		 * Reads a line, whatever it says.
		 * @return the line without its {@code \r\n}
		 * @throws IOException if the connection breaks
		 */
		public String readLine() throws IOException {
			StringBuilder line = new StringBuilder();
			while (line.indexOf("\r\n") < 0) {
				line.append((char) readByte("expected a line, got " + shown(line)));
			}
			return line.substring(0, line.length() - 2);
		}

		/**
		 * Reads a line, whatever it says, unless the client is done.
		 * @return the line without its {@code \r\n}, or null if the client closed or
		 * reset the connection instead
		 * @throws IOException if the connection breaks
		 */
		public @Nullable String nextLine() throws IOException {
			try {
				this.in.mark(1);
				if (this.in.read() < 0) {
					return null;
				}
				this.in.reset();
			}
			catch (SocketException ex) {
				return null;
			}
			return readLine();
		}

		/**
		 * Reads bytes, whatever they are.
		 * @param count how many
		 * @return the bytes
		 * @throws IOException if the connection breaks
		 */
		public byte[] read(int count) throws IOException {
			byte[] bytes = new byte[count];
			for (int i = 0; i < count; i++) {
				bytes[i] = (byte) readByte("expected " + count + " bytes, got " + i);
			}
			return bytes;
		}

		/**
		 * Waits for the client to close or reset the connection without a further byte.
		 * @throws IOException if the connection breaks
		 */
		public void expectClose() throws IOException {
			try {
				int b = this.in.read();
				if (b >= 0) {
					throw new AssertionError("expected the end of the connection, got " + shown("" + (char) b));
				}
			}
			catch (SocketTimeoutException ex) {
				throw new AssertionError("expected the end of the connection, which stayed open", ex);
			}
			catch (SocketException ex) {
				// a reset is an end, too
			}
		}

		/**
		 * Sends text, at once.
		 * @param text such as {@code "END\r\n"}
		 * @throws IOException if the connection breaks
		 */
		public void reply(String text) throws IOException {
			reply(text.getBytes(StandardCharsets.ISO_8859_1));
		}

		/**
		 * Sends bytes, at once.
		 * @param bytes what to send
		 * @throws IOException if the connection breaks
		 */
		public void reply(byte[] bytes) throws IOException {
			this.socket.getOutputStream().write(bytes);
		}

		/**
		 * Closes the connection: the client reads its end.
		 * @throws IOException if that fails
		 */
		public void close() throws IOException {
			this.socket.close();
		}

		/**
		 * Resets the connection: the client's reads and writes fail.
		 * @throws IOException if that fails
		 */
		public void reset() throws IOException {
			this.socket.setSoLinger(true, 0);
			this.socket.close();
		}

		private int readByte(String complaint) throws IOException {
			try {
				int b = this.in.read();
				if (b >= 0) {
					return b;
				}
				throw new AssertionError(complaint + " and then the end of the connection");
			}
			catch (SocketTimeoutException ex) {
				throw new AssertionError(complaint + " and then nothing for " + PATIENCE_MILLIS + " ms", ex);
			}
		}

		private void play(Script script) {
			try {
				this.socket.setTcpNoDelay(true);
				this.socket.setSoTimeout(PATIENCE_MILLIS);
				script.run(this);
				this.scriptEnded.countDown();
				drain();
			}
			catch (Throwable ex) {
				fail(ex);
			}
			finally {
				this.scriptEnded.countDown();
				closeUnchecked(this.socket);
			}
		}

		private void drain() throws IOException {
			try {
				this.socket.setSoTimeout(0);
				this.in.transferTo(OutputStream.nullOutputStream());
			}
			catch (SocketException ex) {
				// either side closed or reset the connection
			}
		}

		private void awaitScript() {
			try {
				if (!this.scriptEnded.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
					throw new AssertionError("a script has not ended; so far it has received " + shown(received()));
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new AssertionError("interrupted while a script was running", ex);
			}
		}

		private void abort() {
			this.thread.interrupt();
			closeUnchecked(this.socket);
		}

		private String received() {
			return this.recording.text();
		}

	}

	/** Remembers what was read. */
	private static final class Recording extends FilterInputStream {

		private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

		Recording(InputStream in) {
			super(in);
		}

		@Override
		public int read(byte[] buffer, int offset, int length) throws IOException {
			int count = super.read(buffer, offset, length);
			if (count > 0) {
				this.bytes.write(buffer, offset, count);
			}
			return count;
		}

		String text() {
			return this.bytes.toString(StandardCharsets.ISO_8859_1);
		}

	}

}
