package io.libmc.internal.connection;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * A socket below TLS, of which a read ends in time however the bytes come. TLS reads as
 * often as a record takes, and a socket's own timeout begins anew with each byte.
 */
final class DeadlineSocket extends Socket {

	/** In the clock of {@link System#nanoTime()}, or 0. Only the reader writes it. */
	private volatile long readsUntil;

	/**
	 * Sets how long reading may take from now on.
	 * @param millis 0 for as long as it takes
	 */
	void readFor(int millis) {
		this.readsUntil = (millis > 0) ? (System.nanoTime() + millis * 1_000_000L) | 1 : 0;
	}

	long readsUntil() {
		return this.readsUntil;
	}

	@Override
	public InputStream getInputStream() throws IOException {
		return new FilterInputStream(super.getInputStream()) {

			@Override
			public int read() throws IOException {
				limit();
				return super.read();
			}

			@Override
			public int read(byte[] target, int offset, int length) throws IOException {
				limit();
				return super.read(target, offset, length);
			}

		};
	}

	private void limit() throws IOException {
		if (this.readsUntil == 0) {
			setSoTimeout(0);
			return;
		}
		long left = this.readsUntil - System.nanoTime();
		if (left <= 0) {
			throw new SocketTimeoutException("Read timed out");
		}
		setSoTimeout(Transport.millis(left));
	}

}
