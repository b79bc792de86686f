package io.libmc.internal.call;

import io.libmc.internal.connection.Operation;

/**
 * How much of one call is under way to one server.
 */
public final class SendWindow {

	private static final long MAX_BYTES = 256 * 1024;

	private static final int MAX_OPERATIONS = 1024;

	private int operations;

	private long bytes;

	private boolean full;

	/** Whether it goes with this window; once one does not, none behind it does. */
	public boolean takes(Operation operation) {
		long cost = operation.maxEncodedLength();
		this.full |= this.operations >= MAX_OPERATIONS || (this.operations > 0 && this.bytes + cost > MAX_BYTES);
		if (!this.full) {
			this.operations++;
			this.bytes += cost;
		}
		return !this.full;
	}

}
