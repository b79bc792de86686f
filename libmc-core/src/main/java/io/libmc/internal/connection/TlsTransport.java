package io.libmc.internal.connection;

import java.lang.System.Logger.Level;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import javax.net.ssl.SSLSocket;

import io.libmc.internal.protocol.OutBuffer;

/**
 * A TLS socket on top of a plain one, which is the one to close: closing a TLS socket
 * waits for the thread that writes to it.
 */
final class TlsTransport implements Transport {

	/** What a TLS record takes. */
	private static final int RECORD_BYTES = 16 * 1024;

	private final DeadlineSocket plain;

	private final InputStream in;

	private final OutputStream out;

	private final long takenAtOnce;

	/**
	 * Creates a transport.
	 * @param plain the TCP socket
	 * @param secure the TLS socket on top of it
	 */
	TlsTransport(DeadlineSocket plain, SSLSocket secure) throws IOException {
		this.plain = plain;
		this.in = secure.getInputStream();
		this.out = new BufferedOutputStream(secure.getOutputStream(), RECORD_BYTES);
		this.takenAtOnce = plain.getSendBufferSize() / 2;
	}

	@Override
	public int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException {
		StackRoom.ensureForTls();
		this.plain.readFor(timeoutMillis);
		try {
			return this.in.read(target, offset, length);
		}
		finally {
			this.plain.readFor(0);
		}
	}

	/**
	 * Reading waits for a write under way where TLS wants an answer of its own to what
	 * was read.
	 */
	@Override
	public long readsUntil() {
		return this.plain.readsUntil();
	}

	/**
	 * A TLS socket writes all or waits. What is not answered fits into half of the
	 * system's buffer, or it might wait.
	 */
	@Override
	public boolean tryWrite(OutBuffer batch, long unanswered, int patienceMillis) throws IOException {
		if (unanswered > this.takenAtOnce) {
			return false;
		}
		write(batch);
		return true;
	}

	@Override
	public void write(OutBuffer batch) throws IOException {
		StackRoom.ensureForTls();
		batch.writeTo(this.out);
	}

	@Override
	public boolean isReadable() throws IOException {
		StackRoom.ensureForTls();
		return this.plain.getInputStream().available() > 0 || this.in.available() > 0;
	}

	@Override
	public void close() {
		StackRoom.ensureForTls();
		try {
			this.plain.close();
		}
		catch (IOException ex) {
			Log.log(Level.DEBUG, "closing a socket failed", ex);
		}
	}

}
