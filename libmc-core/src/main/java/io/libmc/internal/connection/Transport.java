package io.libmc.internal.connection;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;

import io.libmc.internal.protocol.OutBuffer;

/**
 * The thin seam at the socket: bytes in, bytes out. One thread reads and one writes at a
 * time, perhaps at the same time; any thread may ask and close.
 */
interface Transport extends OutBuffer.Sink, Closeable {

	/**
	 * Reads at least one byte.
	 * @param timeoutMillis how long to wait for it; 0 waits for ever
	 * @return how many came, or -1 at the end of the stream
	 * @throws SocketTimeoutException if none came in time; the transport goes on
	 */
	int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException;

	/**
	 * Writes all of it, or keeps it for the next write if more follows; blocks as long as
	 * the peer does not take it.
	 */
	@Override
	void write(byte[] source, int offset, int length, boolean more) throws IOException;

	/** As many milliseconds as a socket waits at least so long. */
	static int millis(long nanos) {
		return (int) Math.min(Integer.MAX_VALUE, Math.max(1, (nanos + 999_999) / 1_000_000));
	}

	/** Whether a read would not wait. */
	boolean isReadable() throws IOException;

	/** How many bytes may be written while the peer reads nothing. */
	int sendBufferSize() throws IOException;

	/** Never blocks; frees a thread that is blocked in a read or a write. */
	@Override
	void close();

}
