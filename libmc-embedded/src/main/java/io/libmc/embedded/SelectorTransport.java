package io.libmc.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;

import io.libmc.embedded.Connection.Wait;

/**
 * One thread for all connections, which waits for none.
 */
final class SelectorTransport implements Transport {

	private static final long WAIT_NANOS = 100_000;

	private final Engine engine;

	private final ServerSocketChannel listener;

	private final Acceptance acceptance;

	private final Selector selector;

	private final Thread thread;

	/** Always open: what was selected is served. */
	private final Gate gate = new Gate();

	private volatile boolean paused;

	private volatile boolean closed;

	/** Whether no connection is selected, since the server pauses. */
	private volatile boolean silent;

	SelectorTransport(Engine engine, ServerSocketChannel listener) throws IOException {
		this.engine = engine;
		this.listener = listener;
		this.acceptance = new Acceptance(engine);
		this.selector = Selector.open();
		listener.configureBlocking(false);
		listener.register(this.selector, SelectionKey.OP_ACCEPT);
		this.thread = new Thread(this::run, "memcached-selector");
		this.thread.setDaemon(true);
	}

	@Override
	public void start() {
		this.thread.start();
	}

	private void run() {
		try (this.selector) {
			while (!this.closed) {
				if (this.silent != this.paused) {
					boolean silence = this.paused;
					this.selector.keys().forEach((key) -> select(key, silence));
					this.silent = silence;
				}
				this.selector.select(this::serve);
			}
			for (SelectionKey key : this.selector.keys()) {
				if (key.attachment() instanceof Connection connection) {
					connection.close();
				}
			}
		}
		catch (IOException ex) {
			this.engine.warn("the server ends", ex);
		}
	}

	private void serve(SelectionKey key) {
		if (!key.isValid()) {
			return;
		}
		if (key.attachment() instanceof Connection connection) {
			proceed(connection, key);
		}
		else {
			accept();
		}
	}

	private void accept() {
		try {
			SocketChannel channel = this.listener.accept();
			if (channel == null) {
				return;
			}
			channel.configureBlocking(false);
			Connection connection = this.acceptance.accept(channel);
			if (connection != null) {
				register(channel, connection);
			}
		}
		catch (ClosedChannelException ex) {
			this.closed = true;
		}
		catch (IOException ex) {
			this.engine.warn("accepting a connection failed", ex);
		}
	}

	private void register(SocketChannel channel, Connection connection) throws IOException {
		SelectionKey key = channel.register(this.selector, 0, connection);
		key.interestOps(this.silent ? 0 : SelectionKey.OP_READ);
	}

	private void proceed(Connection connection, SelectionKey key) {
		Wait wait = Wait.NOT;
		try {
			wait = connection.proceed(this.gate);
		}
		catch (IOException | RuntimeException ex) {
			this.engine.log(1, "the connection of " + connection + " ended: " + ex);
		}
		finally {
			if (wait == Wait.NOT) {
				connection.close();
			}
			else {
				key.interestOps((wait == Wait.TO_READ) ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
			}
		}
	}

	/** Selects a connection again, or no longer. */
	private static void select(SelectionKey key, boolean silence) {
		if (key.isValid() && key.attachment() instanceof Connection) {
			key.interestOps(silence ? 0 : (SelectionKey.OP_READ | SelectionKey.OP_WRITE));
		}
	}

	@Override
	public void pause() {
		silence(true);
	}

	@Override
	public void resume() {
		silence(false);
	}

	private void silence(boolean silence) {
		this.paused = silence;
		this.selector.wakeup();
		while (this.thread.isAlive() && this.silent != silence) {
			LockSupport.parkNanos(WAIT_NANOS);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.selector.wakeup();
		Threads.join(this.thread);
		try {
			this.listener.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
