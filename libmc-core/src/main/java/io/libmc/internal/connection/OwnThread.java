package io.libmc.internal.connection;

import java.util.concurrent.locks.LockSupport;

/**
 * A connection's own thread. It connects, reads while only such operations are in line
 * whose callers cannot read, and takes the role of the reader when nobody has used the
 * connection for a while: so a server that went away is noticed at once. The connection
 * does not outlive it.
 */
final class OwnThread {

	/** Unused for so long, the connection is at rest. */
	private static final long REST_NANOS = 1_000_000_000L;

	private final Connection connection;

	private final Connector connector;

	private final Line line;

	private final Inbox inbox;

	private final Thread thread;

	private volatile boolean nominated;

	OwnThread(Connection connection, Connector connector, Line line, Inbox inbox, String name) {
		this.connection = connection;
		this.connector = connector;
		this.line = line;
		this.inbox = inbox;
		this.thread = Threads.daemon(name, this::run);
	}

	void start() {
		this.thread.start();
	}

	String name() {
		return this.thread.getName();
	}

	/** Offers it the role of the reader. */
	void nominate() {
		this.nominated = true;
		wake();
	}

	/** Lets it see that the connection has ended. */
	void wake() {
		LockSupport.unpark(this.thread);
	}

	private void run() {
		try {
			if (connect()) {
				serve();
			}
		}
		catch (Throwable ex) {
			this.connection.broken = ex;
			this.connection.endIfBroken();
		}
	}

	private boolean connect() {
		try {
			Transport connected = this.connector.connect();
			boolean opened = this.connection.open(connected);
			if (!opened) {
				connected.close();
			}
			return opened;
		}
		catch (Throwable ex) {
			this.connector.close();
			this.connection.connectFailed(ex);
			return false;
		}
	}

	private void serve() {
		while (this.connection.isOpen() && !(this.connection.isEnding() && this.connection.closeIfDrained())) {
			long seen = this.line.entered();
			if (!this.nominated) {
				LockSupport.parkNanos(this, REST_NANOS);
			}
			boolean atRest = this.line.isEmpty() && this.line.entered() == seen;
			if (this.nominated || atRest) {
				this.nominated = false;
				if (!(this.connection.isEnding() && this.line.isEmpty())) {
					this.inbox.readOnOwnThread();
				}
			}
		}
		this.connection.endIfBroken();
	}

}
