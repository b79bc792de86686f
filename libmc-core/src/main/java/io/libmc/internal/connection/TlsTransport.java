package io.libmc.internal.connection;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

import javax.net.ssl.SSLSocket;

/**
 * A TLS socket on top of a plain one, which is the one to close: closing a TLS socket
 * waits for the thread that writes to it.
 */
final class TlsTransport implements Transport {

	/** What a TLS record takes. */
	private static final int RECORD_BYTES = 16 * 1024;

	private final Socket plain;

	private final SSLSocket secure;

	private final InputStream in;

	private final OutputStream out;

	/** Only the reader touches it. */
	private int timeoutMillis;

	/**
	 * Creates a transport.
	 * @param plain the TCP socket
	 * @param secure the TLS socket on top of it
	 */
	TlsTransport(Socket plain, SSLSocket secure) throws IOException {
		this.plain = plain;
		this.secure = secure;
		this.in = secure.getInputStream();
		this.out = new BufferedOutputStream(secure.getOutputStream(), RECORD_BYTES);
	}

	@Override
	public int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException {
		if (this.timeoutMillis != timeoutMillis) {
			this.secure.setSoTimeout(timeoutMillis);
			this.timeoutMillis = timeoutMillis;
		}
		return this.in.read(target, offset, length);
	}

	@Override
	public void write(byte[] source, int offset, int length, boolean more) throws IOException {
		this.out.write(source, offset, length);
		if (!more) {
			this.out.flush();
		}
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
	public void close() {
		try {
			this.plain.close();
		}
		catch (IOException ex) {
			System.getLogger("io.libmc").log(System.Logger.Level.DEBUG, "closing a socket failed", ex);
		}
	}

}
