package io.libmc.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.libmc.embedded.Connection.Wait;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread for each connection, which waits where it has to. A connection has its
 * turns within the gate and waits outside, so that a pause waits for no client.
 */
final class ThreadTransport implements Transport {

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
		this.acceptance = new Acceptance(engine, listener, this::serve);
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
				if (!this.acceptance.accept()) {
					rest();
				}
			}
			catch (ClosedChannelException ex) {
				return;
			}
			catch (Throwable ex) {
				// without memory even telling of that may fail
				rest();
			}
		}
	}

	private static void rest() {
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
	}

	private void serve(Connection connection, SocketChannel channel) {
		Thread thread = this.threads.newThread(() -> {
			try {
				converse(connection, channel);
			}
			catch (Throwable ex) {
				this.engine.log(1, "the connection of " + connection + " ended: " + ex);
			}
			finally {
				this.serving.remove(Thread.currentThread());
				connection.close();
			}
		});
		this.serving.add(thread);
		try {
			thread.start();
		}
		catch (Throwable ex) {
			this.serving.remove(thread);
			throw ex;
		}
	}

	private void converse(Connection connection, SocketChannel channel) throws IOException, InterruptedException {
		Wait wait = Wait.FOR_OTHERS;
		while (!this.closed && connection.await(wait)) {
			this.gate.enter();
			try {
				channel.configureBlocking(false);
				wait = connection.turn();
			}
			finally {
				this.gate.leave();
			}
			channel.configureBlocking(wait == Wait.TO_READ);
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

	/** A thread that waits for a socket is interrupted with it, which closes that. */
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
		this.serving.forEach(Thread::interrupt);
		this.serving.forEach(Threads::join);
	}

}
