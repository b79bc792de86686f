package io.libmc.internal.connection;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A unix socket. An interrupt of a thread inside a channel closes it under everyone, so
 * only the connection's own threads come here. Reads have no timeout of their own: the
 * {@link Watchdog} closes the channel when the server is silent for too long.
 */
final class UnixTransport implements Transport {

	private final SocketChannel channel;

	UnixTransport(SocketChannel channel) {
		this.channel = channel;
	}

	@Override
	public int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException {
		return this.channel.read(ByteBuffer.wrap(target, offset, length));
	}

	@Override
	public void write(byte[] source, int offset, int length) throws IOException {
		ByteBuffer bytes = ByteBuffer.wrap(source, offset, length);
		while (bytes.hasRemaining()) {
			this.channel.write(bytes);
		}
	}

	@Override
	public boolean isReadable() {
		return false;
	}

	@Override
	public int sendBufferSize() throws IOException {
		return this.channel.getOption(StandardSocketOptions.SO_SNDBUF);
	}

	@Override
	public boolean isForCallers() {
		return false;
	}

	@Override
	public void close() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			System.getLogger("io.libmc").log(System.Logger.Level.DEBUG, "closing a socket failed", ex);
		}
	}

}
