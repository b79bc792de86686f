package io.libmc.internal.connection;

import java.util.concurrent.atomic.LongAdder;

/**
 * How many bytes went to and came from a server, over all its connections.
 */
public final class Traffic {

	private final LongAdder written = new LongAdder();

	private final LongAdder read = new LongAdder();

	void addWritten(long bytes) {
		this.written.add(bytes);
	}

	/** Adds what a read returned, which is -1 at the end of the stream. */
	int addRead(int bytes) {
		if (bytes > 0) {
			this.read.add(bytes);
		}
		return bytes;
	}

	/** Bytes of requests. */
	public long written() {
		return this.written.sum();
	}

	/** Bytes of replies. */
	public long read() {
		return this.read.sum();
	}

}
