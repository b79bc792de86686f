package io.libmc.internal.connection;

import java.lang.System.Logger.Level;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

import io.libmc.internal.protocol.OutBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A TCP or unix socket that does not block: a thread that has to wait for it sleeps in a
 * selector. So an interrupt, which would close a blocking channel under everyone, only
 * wakes that thread, which sleeps on. A large value goes to the system in one piece
 * rather than in pieces of 128 kB, as by a {@link java.net.Socket}: each piece would wake
 * the server.
 */
final class ChannelTransport implements Transport {

	/** More goes through a buffer of our own: the JDK would keep one for each thread. */
	private static final int LARGE = 64 * 1024;

	private static final int BUFFER_BYTES = 1024 * 1024;

	/**
	 * For the large reads and writes of all connections; freeing one takes the JDK long.
	 */
	private static final Queue<ByteBuffer> BUFFERS = new ArrayBlockingQueue<>(16);

	private final SocketChannel channel;

	private final Selector readable;

	/** Made when the peer first does not take a write at once. */
	private volatile @Nullable Selector writable;

	/** Made when it is first asked whether bytes have come. */
	private volatile @Nullable Selector looking;

	private volatile boolean closed;

	/** The reader's own. */
	private final Window target = new Window();

	/** The writer's own. */
	private final Window source = new Window();

	/** What is left of a large write under way, or null. The writer's own. */
	private @Nullable ByteBuffer gathered;

	/**
	 * Creates a transport.
	 * @param channel is connected; from now on it does not block
	 */
	ChannelTransport(SocketChannel channel) throws IOException {
		this.channel = channel;
		channel.configureBlocking(false);
		this.readable = open(SelectionKey.OP_READ);
	}

	@Override
	public int read(byte[] bytes, int offset, int length, int timeoutMillis) throws IOException {
		StackRoom.ensure();
		long deadline = (timeoutMillis > 0) ? System.nanoTime() + timeoutMillis * 1_000_000L : 0;
		int count = read(bytes, offset, length);
		while (count == 0) {
			long left = timeoutMillis;
			if (deadline != 0) {
				left = (deadline - System.nanoTime() + 999_999) / 1_000_000;
				if (left <= 0) {
					throw new SocketTimeoutException("nothing came in time");
				}
			}
			select(this.readable, left);
			count = read(bytes, offset, length);
		}
		return count;
	}

	private int read(byte[] bytes, int offset, int length) throws IOException {
		if (length <= LARGE) {
			return this.channel.read(this.target.of(bytes, offset, length));
		}
		ByteBuffer buffer = acquireBuffer();
		try {
			int count = this.channel.read(buffer.limit(Math.min(length, BUFFER_BYTES)));
			buffer.flip().get(bytes, offset, Math.max(count, 0));
			return count;
		}
		finally {
			BUFFERS.offer(buffer);
		}
	}

	private static ByteBuffer acquireBuffer() {
		ByteBuffer buffer = BUFFERS.poll();
		return (buffer != null) ? buffer.clear() : ByteBuffer.allocateDirect(BUFFER_BYTES);
	}

	@Override
	public boolean tryWrite(OutBuffer batch, long unanswered, int patienceMillis) throws IOException {
		StackRoom.ensure();
		boolean all = tryWrite(batch);
		while (!all && patienceMillis > 0 && select(writable(), patienceMillis)) {
			all = tryWrite(batch);
		}
		return all;
	}

	@Override
	public void write(OutBuffer batch) throws IOException {
		StackRoom.ensure();
		while (!tryWrite(batch)) {
			select(writable(), 0);
		}
	}

	private boolean tryWrite(OutBuffer batch) throws IOException {
		int length = batch.end() - batch.position();
		if (this.gathered == null && batch.isOnePiece() && length < LARGE) {
			int count = this.channel.write(this.source.of(batch.bytes(), batch.position(), length));
			batch.take(count);
			return count == length;
		}
		return tryGathered(batch);
	}

	/** In as few pieces as possible, however many blocks it has. */
	private boolean tryGathered(OutBuffer batch) throws IOException {
		ByteBuffer buffer = this.gathered;
		if (buffer == null) {
			buffer = acquireBuffer().limit(0);
			this.gathered = buffer;
		}
		while (buffer.hasRemaining() || !batch.isTaken()) {
			if (!buffer.hasRemaining()) {
				batch.takeInto(buffer.clear());
				buffer.flip();
			}
			this.channel.write(buffer);
			if (buffer.hasRemaining()) {
				return false;
			}
		}
		this.gathered = null;
		BUFFERS.offer(buffer);
		return true;
	}

	private Selector writable() throws IOException {
		Selector selector = this.writable;
		if (selector == null) {
			selector = open(SelectionKey.OP_WRITE);
			this.writable = selector;
			closeIfLate(selector);
		}
		return selector;
	}

	private Selector open(int interest) throws IOException {
		Selector selector = Selector.open();
		try {
			this.channel.register(selector, interest);
		}
		catch (Throwable ex) {
			selector.close();
			throw ex;
		}
		return selector;
	}

	/** Closing does not see what was made after it. */
	private void closeIfLate(Selector selector) throws IOException {
		if (this.closed) {
			selector.close();
		}
	}

	/**
	 * Waits; an interrupt, which ends that, is kept for the caller.
	 * @return whether it is ready
	 */
	private static boolean select(Selector selector, long millis) throws IOException {
		boolean interrupted = Thread.interrupted();
		try {
			return selector.select((awake) -> {
			}, millis) > 0;
		}
		catch (ClosedSelectorException ex) {
			throw new IOException("the connection was closed", ex);
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@Override
	public boolean isReadable() throws IOException {
		StackRoom.ensure();
		try {
			return looking().selectNow((key) -> {
			}) > 0;
		}
		catch (ClosedSelectorException ex) {
			throw new IOException("the connection was closed", ex);
		}
	}

	/** Another thread may sleep in the reader's. */
	private synchronized Selector looking() throws IOException {
		Selector selector = this.looking;
		if (selector == null) {
			selector = open(SelectionKey.OP_READ);
			this.looking = selector;
			closeIfLate(selector);
		}
		return selector;
	}

	@Override
	public void close() {
		StackRoom.ensure();
		this.closed = true;
		close(this.channel);
		close(this.readable);
		close(this.writable);
		close(this.looking);
	}

	private static void close(@Nullable Closeable closeable) {
		try {
			if (closeable != null) {
				closeable.close();
			}
		}
		catch (IOException ex) {
			Log.log(Level.DEBUG, "closing a socket failed", ex);
		}
	}

	/** A part of an array, which is likely to be one of the last two. */
	private static final class Window {

		private byte @Nullable [] array;

		private ByteBuffer buffer = ByteBuffer.allocate(0);

		private byte @Nullable [] otherArray;

		private ByteBuffer otherBuffer = this.buffer;

		ByteBuffer of(byte[] bytes, int offset, int length) {
			// not to be held on to
			if (bytes.length > LARGE) {
				return ByteBuffer.wrap(bytes, offset, length);
			}
			if (this.array != bytes) {
				byte[] wanted = this.otherArray;
				ByteBuffer found = this.otherBuffer;
				this.otherArray = this.array;
				this.otherBuffer = this.buffer;
				this.array = bytes;
				this.buffer = (wanted == bytes) ? found : ByteBuffer.wrap(bytes);
			}
			return this.buffer.limit(offset + length).position(offset);
		}

	}

}
