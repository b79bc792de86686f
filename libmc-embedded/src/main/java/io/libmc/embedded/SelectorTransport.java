package io.libmc.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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

	private final SelectionKey accepting;

	private final Thread thread;

	/** Connections that have more to do. */
	private final Set<SelectionKey> busy = new LinkedHashSet<>();

	private volatile boolean paused;

	private volatile boolean closed;

	/** Whether no connection is selected, since the server pauses. */
	private volatile boolean silent;

	SelectorTransport(Engine engine, ServerSocketChannel listener) throws IOException {
		this.engine = engine;
		this.listener = listener;
		this.acceptance = new Acceptance(engine, listener, this::register);
		listener.configureBlocking(false);
		this.selector = Selector.open();
		this.accepting = listener.register(this.selector, SelectionKey.OP_ACCEPT);
		this.thread = new Thread(this::run, "memcached-selector");
		this.thread.setDaemon(true);
	}

	@Override
	public void start() {
		this.thread.start();
	}

	private void run() {
		while (!this.closed) {
			try {
				turn();
			}
			catch (Throwable ex) {
				recover(ex);
			}
		}
		for (SelectionKey key : this.selector.keys()) {
			if (key.attachment() instanceof Connection connection) {
				connection.close();
			}
		}
	}

	private void turn() throws IOException {
		if (this.silent != this.paused) {
			boolean silence = this.paused;
			this.selector.keys().forEach((key) -> select(key, silence));
			this.silent = silence;
		}
		select();
		if (!this.silent) {
			for (SelectionKey key : List.copyOf(this.busy)) {
				this.busy.remove(key);
				serve(key);
			}
		}
	}

	/** Without memory even this may fail. */
	private void recover(Throwable failure) {
		try {
			this.engine.warn("the server goes on after a failure", failure);
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
		}
		catch (Throwable ex) {
			// what clients have is freed as they go
		}
	}

	private void select() throws IOException {
		if (!this.busy.isEmpty() && !this.silent) {
			this.selector.selectNow(this::serve);
		}
		else if (this.accepting.interestOps() == 0) {
			this.selector.select(this::serve, PAUSE_MILLIS);
			this.accepting.interestOps(SelectionKey.OP_ACCEPT);
		}
		else {
			this.selector.select(this::serve);
		}
	}

	private void serve(SelectionKey key) {
		if (!key.isValid()) {
			return;
		}
		if (key.attachment() instanceof Connection connection) {
			serve(connection, key);
		}
		else {
			accept();
		}
	}

	private void accept() {
		try {
			if (!this.acceptance.accept()) {
				this.accepting.interestOps(0);
			}
		}
		catch (ClosedChannelException ex) {
			this.closed = true;
		}
	}

	private void register(Connection connection, SocketChannel channel) throws IOException {
		channel.register(this.selector, this.silent ? 0 : SelectionKey.OP_READ, connection);
	}

	private void serve(Connection connection, SelectionKey key) {
		Wait wait = Wait.NOT;
		try {
			wait = connection.turn();
			switch (wait) {
				case TO_READ -> key.interestOps(SelectionKey.OP_READ);
				case TO_WRITE -> key.interestOps(SelectionKey.OP_WRITE);
				case FOR_OTHERS -> {
					key.interestOps(0);
					this.busy.add(key);
				}
				case NOT -> connection.close();
			}
		}
		catch (Throwable ex) {
			connection.close();
			this.engine.log(1, "the connection of " + connection + " ended: " + ex);
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
		try (this.selector) {
			this.listener.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
