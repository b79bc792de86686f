package io.libmc.internal.connection;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/**
 * A TCP socket, blocking. A thread that waits for a reply sleeps in the read itself,
 * which is the cheapest way there is to be woken by a reply.
 */
final class SocketTransport implements Transport {

	private final Socket plain;

	private final Socket socket;

	private final InputStream in;

	private final OutputStream out;

	/** Only the reader touches it. */
	private int timeoutMillis;

	/**
	 * Creates one.
	 * @param plain the TCP socket
	 * @param socket what to read and write: the same, or a TLS socket on top of it
	 */
	SocketTransport(Socket plain, Socket socket) throws IOException {
		this.plain = plain;
		this.socket = socket;
		this.in = socket.getInputStream();
		this.out = socket.getOutputStream();
	}

	@Override
	public int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException {
		if (this.timeoutMillis != timeoutMillis) {
			this.socket.setSoTimeout(timeoutMillis);
			this.timeoutMillis = timeoutMillis;
		}
		return this.in.read(target, offset, length);
	}

	@Override
	public void write(byte[] source, int offset, int length) throws IOException {
		this.out.write(source, offset, length);
	}

	@Override
	public boolean isReadable() throws IOException {
		return this.plain.getInputStream().available() > 0 || this.in.available() > 0;
	}

	@Override
	public int sendBufferSize() throws IOException {
		return this.plain.getSendBufferSize();
	}

	@Override
	public boolean isForCallers() {
		return true;
	}

	@Override
	public void close() {
		try {
			this.plain.close();
		}
		catch (IOException ex) {
			System.getLogger("io.libmc").log(System.Logger.Level.DEBUG, "closing a socket failed", ex);
		}
	}

}
