package io.libmc.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.libmc.embedded.Session.Need;

/**
 * A session and its socket. It costs one buffer each way, and a value that is on its way
 * in, whatever the client does or leaves undone.
 */
final class Connection {

	/** What a connection waits for whose socket does not block. */
	enum Wait {

		TO_READ, TO_WRITE, NOT

	}

	private final Engine engine;

	private final Wire wire;

	private final String client;

	private final Session session;

	private final Input in = new Input();

	private final Output out = new Output();

	private Need need = Need.INPUT;

	Connection(Engine engine, Wire wire, String client) {
		this.engine = engine;
		this.wire = wire;
		this.client = client;
		this.session = new Session(engine);
	}

	/**
	 * Reads, answers and writes for as long as it can. If the socket blocks it waits
	 * there, and can go on at once.
	 * @param gate stands between what was read and its answer
	 * @return what to wait for, or that it is over
	 */
	Wait proceed(Gate gate) throws IOException {
		while (true) {
			gate.pass();
			if (this.out.size() > 0 && !write()) {
				return Wait.TO_WRITE;
			}
			switch (this.need) {
				case END -> {
					return Wait.NOT;
				}
				case INPUT -> {
					ByteBuffer room = this.in.room();
					int count = this.wire.read(room);
					if (count < 0) {
						return Wait.NOT;
					}
					if (count == 0) {
						return this.wire.wantsToWrite() ? Wait.TO_WRITE : Wait.TO_READ;
					}
					this.in.received(count);
					this.engine.stats.bytesRead.add(count);
					gate.pass();
				}
				case ROOM -> {
				}
			}
			this.need = this.session.process(this.in, this.out);
		}
	}

	private boolean write() throws IOException {
		ByteBuffer unsent = this.out.unsent();
		int before = unsent.remaining();
		boolean everything = this.wire.write(unsent);
		int count = before - unsent.remaining();
		this.out.sent(count);
		this.engine.stats.bytesWritten.add(count);
		return everything;
	}

	void close() {
		this.engine.connections().remove(this);
		try {
			this.wire.close();
		}
		catch (IOException ex) {
			this.engine.log(1, "closing the connection of " + this + " failed: " + ex);
		}
	}

	@Override
	public String toString() {
		return this.client;
	}

}
