package io.libmc.internal.connection;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;

import io.libmc.internal.protocol.OutBuffer;

/**
 * The thin seam at the socket: bytes in, bytes out. One thread reads and one writes at a
 * time, perhaps at the same time; any thread may ask and close.
 */
interface Transport extends Closeable {

	/**
	 * Reads at least one byte.
	 * @param timeoutMillis how long to wait for it; 0 waits for ever
	 * @return how many came, or -1 at the end of the stream
	 * @throws SocketTimeoutException if none came in time; the transport goes on
	 */
	int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException;

	/**
	 * Writes as much as the peer takes.
	 * @param unanswered how many bytes of requests have no reply yet, these included
	 * @param patienceMillis how long to wait each time it takes nothing; 0 for not at all
	 * @return whether that was all
	 */
	boolean tryWrite(OutBuffer batch, long unanswered, int patienceMillis) throws IOException;

	/** Writes what is left; waits as long as the peer does not take it. */
	void write(OutBuffer batch) throws IOException;

	/** As many milliseconds as a socket waits at least so long. */
	static int millis(long nanos) {
		return (int) Math.min(Integer.MAX_VALUE, Math.max(1, (nanos + 999_999) / 1_000_000));
	}

	/**
	 * Until when a read under way may take that cannot see to that itself, in the clock
	 * of {@link System#nanoTime()}, or 0.
	 */
	default long readsUntil() {
		return 0;
	}

	/** Whether a read would not wait. */
	boolean isReadable() throws IOException;

	/** Never blocks; frees a thread that is blocked in a read or a write. */
	@Override
	void close();

}
