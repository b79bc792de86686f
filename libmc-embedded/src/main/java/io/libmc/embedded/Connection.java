package io.libmc.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

import io.libmc.embedded.Session.Need;
import io.libmc.embedded.Stats.Count;

/**
 * A session and its socket. It costs one buffer each way, and a value that is on its way
 * in, whatever the client does or leaves undone.
 */
final class Connection {

	/** What a connection waits for. */
	enum Wait {

		TO_READ, TO_WRITE,

		/** For the others to have their turns. */
		FOR_OTHERS,

		/** Nothing: it is over. */
		NOT

	}

	private static final long FIRST_WAIT_NANOS = 50_000;

	private static final long LONGEST_WAIT_NANOS = 10_000_000;

	/** Buffers full that are answered before others have their turn. */
	private static final int STEPS = 4;

	private final Engine engine;

	private final Wire wire;

	private final String client;

	private final Session session;

	private final Input in = new Input();

	private final Output out = new Output();

	private Need need = Need.INPUT;

	/** How long to wait for a client that reads nothing. */
	private long waitNanos = FIRST_WAIT_NANOS;

	Connection(Engine engine, Wire wire, String client) {
		this.engine = engine;
		this.wire = wire;
		this.client = client;
		this.session = new Session(engine);
	}

	/**
	 * Reads, answers and writes for a while, on a socket that does not block.
	 * @return what to wait for before the next turn, or that it is over
	 */
	Wait turn() throws IOException {
		for (int i = 0; i < STEPS; i++) {
			if (this.out.size() > 0 && !write()) {
				return Wait.TO_WRITE;
			}
			if (this.need == Need.END) {
				return Wait.NOT;
			}
			if (this.need == Need.INPUT) {
				int count = received(this.wire.read(this.in.room()));
				if (count < 0) {
					return Wait.NOT;
				}
				if (count == 0) {
					return this.wire.wantsToWrite() ? Wait.TO_WRITE : Wait.TO_READ;
				}
			}
			this.need = this.session.process(this.in, this.out);
		}
		return Wait.FOR_OTHERS;
	}

	/**
	 * Waits for the client, on a socket that blocks if there is something to read.
	 * @return whether the client is still there
	 */
	boolean await(Wait wait) throws IOException {
		switch (wait) {
			case TO_READ -> {
				int count = received(this.wire.await(this.in.room()));
				if (count > 0) {
					this.need = Need.ROOM;
				}
				return count >= 0;
			}
			// a wait for the socket would write, also while the server pauses
			case TO_WRITE -> {
				LockSupport.parkNanos(this.waitNanos);
				this.waitNanos = Math.min(2 * this.waitNanos, LONGEST_WAIT_NANOS);
			}
			// a virtual thread that yields is run again before those that were woken
			case FOR_OTHERS -> LockSupport.parkNanos(1);
			case NOT -> {
				return false;
			}
		}
		return true;
	}

	private int received(int count) {
		if (count > 0) {
			this.in.received(count);
			this.engine.stats.add(Count.BYTES_READ, count);
		}
		return count;
	}

	private boolean write() throws IOException {
		ByteBuffer unsent = this.out.unsent();
		int before = unsent.remaining();
		boolean everything = this.wire.write(unsent);
		int count = before - unsent.remaining();
		this.out.sent(count);
		if (count > 0) {
			this.waitNanos = FIRST_WAIT_NANOS;
		}
		this.engine.stats.add(Count.BYTES_WRITTEN, count);
		return everything;
	}

	/** Called by whoever has its turns, or when nobody has. */
	void close() {
		this.engine.connections().remove(this);
		this.session.close();
		try {
			this.wire.close();
		}
		catch (IOException | RuntimeException ex) {
			this.engine.log(1, "closing the connection of " + this + " failed: " + ex);
		}
	}

	@Override
	public String toString() {
		return this.client;
	}

}
