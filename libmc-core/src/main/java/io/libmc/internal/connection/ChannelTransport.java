package io.libmc.internal.connection;

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

	private volatile boolean closed;

	/** The reader's own. */
	private final Window target = new Window();

	/** The writer's own. */
	private final Window source = new Window();

	/**
	 * What will be written together; made for the first large value. The writer's own.
	 */
	private @Nullable ByteBuffer gathered;

	/**
	 * Creates a transport.
	 * @param channel is connected; from now on it does not block
	 */
	ChannelTransport(SocketChannel channel) throws IOException {
		this.channel = channel;
		channel.configureBlocking(false);
		this.readable = Selector.open();
		try {
			channel.register(this.readable, SelectionKey.OP_READ);
		}
		catch (IOException | RuntimeException ex) {
			this.readable.close();
			throw ex;
		}
	}

	@Override
	public int read(byte[] bytes, int offset, int length, int timeoutMillis) throws IOException {
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
	public void write(byte[] bytes, int offset, int length, boolean more) throws IOException {
		if (this.gathered == null && !more && length < LARGE) {
			write(this.source.of(bytes, offset, length));
			return;
		}
		boolean goesOn = false;
		try {
			gather(bytes, offset, length, more);
			goesOn = more;
		}
		finally {
			if (!goesOn) {
				release();
			}
		}
	}

	private void gather(byte[] bytes, int offset, int length, boolean more) throws IOException {
		ByteBuffer gathering = acquire();
		int done = 0;
		while (done < length) {
			int part = Math.min(length - done, gathering.remaining());
			gathering.put(bytes, offset + done, part);
			done += part;
			if (!gathering.hasRemaining()) {
				write(gathering.flip());
				gathering.clear();
			}
		}
		if (!more) {
			write(gathering.flip());
		}
	}

	private ByteBuffer acquire() {
		ByteBuffer buffer = this.gathered;
		if (buffer == null) {
			buffer = acquireBuffer();
			this.gathered = buffer;
		}
		return buffer;
	}

	private void release() {
		ByteBuffer buffer = this.gathered;
		this.gathered = null;
		if (buffer != null) {
			BUFFERS.offer(buffer);
		}
	}

	private void write(ByteBuffer bytes) throws IOException {
		this.channel.write(bytes);
		while (bytes.hasRemaining()) {
			select(writable(), 0);
			this.channel.write(bytes);
		}
	}

	private Selector writable() throws IOException {
		Selector selector = this.writable;
		if (selector == null) {
			selector = Selector.open();
			this.writable = selector;
			if (this.closed) {
				selector.close();
			}
			this.channel.register(selector, SelectionKey.OP_WRITE);
		}
		return selector;
	}

	/** Waits; an interrupt is kept for the caller. */
	private static void select(Selector selector, long millis) throws IOException {
		boolean interrupted = Thread.interrupted();
		try {
			selector.select((awake) -> {
			}, millis);
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
		try (Selector selector = Selector.open()) {
			// another thread may sleep in ours
			this.channel.register(selector, SelectionKey.OP_READ);
			return selector.selectNow() > 0;
		}
	}

	@Override
	public int sendBufferSize() throws IOException {
		return this.channel.getOption(StandardSocketOptions.SO_SNDBUF);
	}

	@Override
	public void close() {
		this.closed = true;
		close(this.channel);
		close(this.readable);
		close(this.writable);
	}

	private static void close(@Nullable Closeable closeable) {
		try {
			if (closeable != null) {
				closeable.close();
			}
		}
		catch (IOException ex) {
			System.getLogger("io.libmc").log(System.Logger.Level.DEBUG, "closing a socket failed", ex);
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
