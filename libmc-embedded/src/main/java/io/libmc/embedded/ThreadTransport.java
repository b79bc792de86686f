package io.libmc.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * A virtual thread for each connection, which waits where it has to.
 */
final class ThreadTransport implements Transport {

	/** After a failure, such as too many open files, which will last. */
	private static final long PAUSE_NANOS = 10_000_000;

	/** Null where the JDK has no virtual threads. */
	private static final @Nullable ThreadFactory VIRTUAL = virtualThreads();

	private final Engine engine;

	private final ServerSocketChannel listener;

	private final Acceptance acceptance;

	private final ThreadFactory threads;

	private final Gate gate = new Gate();

	private final Set<Thread> serving = ConcurrentHashMap.newKeySet();

	private final Thread acceptor;

	private volatile boolean closed;

	private ThreadTransport(Engine engine, ServerSocketChannel listener, ThreadFactory threads) {
		this.engine = engine;
		this.listener = listener;
		this.acceptance = new Acceptance(engine);
		this.threads = threads;
		this.acceptor = new Thread(this::accept, "memcached-acceptor");
		this.acceptor.setDaemon(true);
	}

	/**
	 * One for a listening socket.
	 * @return null where the JDK has no virtual threads
	 */
	static @Nullable Transport of(Engine engine, ServerSocketChannel listener) {
		return (VIRTUAL != null) ? new ThreadTransport(engine, listener, VIRTUAL) : null;
	}

	/** Asked for by name, since the compiler is told of JDK 17 only. */
	private static @Nullable ThreadFactory virtualThreads() {
		try {
			Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
			return (ThreadFactory) Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
		}
		catch (ReflectiveOperationException ex) {
			return null;
		}
	}

	@Override
	public void start() {
		this.acceptor.start();
	}

	private void accept() {
		while (!this.closed) {
			try {
				SocketChannel channel = this.listener.accept();
				Connection connection = this.acceptance.accept(channel);
				if (connection != null) {
					serve(connection);
				}
			}
			catch (ClosedChannelException ex) {
				return;
			}
			catch (IOException ex) {
				this.engine.warn("accepting a connection failed", ex);
				LockSupport.parkNanos(PAUSE_NANOS);
			}
		}
	}

	private void serve(Connection connection) {
		Thread thread = this.threads.newThread(() -> {
			try {
				Connection.Wait wait;
				do {
					// the socket of a virtual thread may take a part, and makes it wait
					// the next time
					wait = connection.proceed(this.gate);
				}
				while (wait != Connection.Wait.NOT);
			}
			catch (IOException ex) {
				this.engine.log(1, "the connection of " + connection + " ended: " + ex);
			}
			finally {
				connection.close();
				this.serving.remove(Thread.currentThread());
			}
		});
		this.serving.add(thread);
		thread.start();
		if (this.closed) {
			connection.close();
		}
	}

	@Override
	public void pause() {
		this.gate.shut();
	}

	@Override
	public void resume() {
		this.gate.open();
	}

	@Override
	public void close() {
		this.closed = true;
		try {
			this.listener.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Threads.join(this.acceptor);
		this.engine.connections().forEach(Connection::close);
		this.serving.forEach(Thread::interrupt);
		this.serving.forEach(Threads::join);
	}

}
