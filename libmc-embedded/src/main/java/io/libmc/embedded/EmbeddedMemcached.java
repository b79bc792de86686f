package io.libmc.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * A memcached server in this JVM, for development and tests. It speaks memcached's text
 * protocol, classic and meta commands, and answers byte for byte as memcached does.
 * <pre>{@code
 * try (EmbeddedMemcached memcached = EmbeddedMemcached.start()) {
 *     MemcachedClient client = MemcachedClient.builder().servers(memcached.address()).build();
 *     …
 * }
 * }</pre>
 * <p>
 * It listens on the loopback interface unless told otherwise, keeps what it stores in the
 * heap, up to a number of bytes, and drops what was used least recently. Its threads are
 * daemons. All methods may be called by several threads.
 *
 * @since 0.1.0
 */
public final class EmbeddedMemcached implements AutoCloseable {

	/** Systems take the ports of outgoing connections from above. */
	private static final int FIRST_PORT = 15_000;

	private static final int LAST_PORT = 32_000;

	private static final int PORTS_TO_TRY = 50;

	private final Settings settings;

	/** Where it listens, the same after a restart. */
	private final SocketAddress address;

	/** Starting, stopping and pausing; a lock that pins no virtual thread. */
	private final ReentrantLock lock = new ReentrantLock();

	/** Of the unix socket, if it has one: another server may have made another since. */
	private @Nullable Object fileKey;

	private volatile @Nullable Engine engine;

	private @Nullable Transport transport;

	EmbeddedMemcached(Settings settings) {
		this.settings = settings;
		ServerSocketChannel listener = listen(settings.address());
		try {
			this.address = listener.getLocalAddress();
			serve(listener);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Starts a server on any free port of the loopback interface, with 64 MiB for items
	 * of up to 1 MiB.
	 * @return a server that answers
	 * @throws IllegalStateException if there is no free port
	 */
	public static EmbeddedMemcached start() {
		return builder().start();
	}

	/**
	 * For a server with other settings.
	 * @return a new builder
	 */
	public static EmbeddedMemcachedBuilder builder() {
		return new EmbeddedMemcachedBuilder();
	}

	private void serve(ServerSocketChannel listener) throws IOException {
		boolean serves = false;
		try {
			this.fileKey = fileKey(this.address);
			Engine next = new Engine(this.settings, new Clock());
			Transport serving = this.settings.virtualThreads() ? ThreadTransport.of(next, listener) : null;
			this.transport = (serving != null) ? serving : new SelectorTransport(next, listener);
			this.engine = next;
			this.transport.start();
			next.log(1, "listening on " + address());
			serves = true;
		}
		finally {
			if (!serves) {
				stop();
				listener.close();
				removeSocket();
			}
		}
	}

	private static ServerSocketChannel listen(SocketAddress address) {
		makeWay(address);
		if (address instanceof InetSocketAddress inet && inet.getPort() == 0) {
			for (int i = 0; i < PORTS_TO_TRY; i++) {
				int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
				try {
					return bind(new InetSocketAddress(inet.getAddress(), port));
				}
				catch (BindException ex) {
					// somebody else's
				}
				catch (IOException ex) {
					throw cannotListen(address, ex);
				}
			}
		}
		try {
			return bind(address);
		}
		catch (IOException ex) {
			throw cannotListen(address, ex);
		}
	}

	private static ServerSocketChannel bind(SocketAddress address) throws IOException {
		boolean inet = address instanceof InetSocketAddress;
		ServerSocketChannel listener = inet ? ServerSocketChannel.open()
				: ServerSocketChannel.open(StandardProtocolFamily.UNIX);
		try {
			if (inet) {
				listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
			}
			listener.bind(address, 1024);
			if (!inet) {
				closeToOthers(Path.of(text(address)));
			}
			return listener;
		}
		catch (IOException | RuntimeException ex) {
			listener.close();
			throw ex;
		}
	}

	/** As memcached does unless {@code -a} says otherwise. */
	private static void closeToOthers(Path socket) throws IOException {
		PosixFileAttributeView view = Files.getFileAttributeView(socket, PosixFileAttributeView.class);
		if (view != null) {
			view.setPermissions(PosixFilePermissions.fromString("rwx------"));
		}
	}

	private static IllegalStateException cannotListen(SocketAddress address, IOException cause) {
		String text = text(address);
		if (cause instanceof BindException && address instanceof InetSocketAddress
				&& String.valueOf(cause.getMessage()).contains("in use")) {
			return new IllegalStateException("Cannot listen on " + text
					+ ": the port is in use. Stop what listens there, or choose another port, or 0 for any free one.",
					cause);
		}
		return new IllegalStateException("Cannot listen on " + text + ": " + cause.getMessage()
				+ ". Choose an address of this machine and a port or path that this user may use.", cause);
	}

	/** Removes what a server has left that is no more. */
	private static void makeWay(SocketAddress address) {
		try {
			if (fileKey(address) == null) {
				return;
			}
			if (isAnswered(address)) {
				throw new IllegalStateException("Cannot listen on " + text(address)
						+ ": a server answers there. Stop it, or choose another path.");
			}
			Files.delete(Path.of(text(address)));
		}
		catch (IOException ex) {
			throw cannotListen(address, ex);
		}
	}

	private static boolean isAnswered(SocketAddress address) {
		try (SocketChannel channel = SocketChannel.open(address)) {
			return channel.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** What a unix socket is told from another at the same path by, or null. */
	private static @Nullable Object fileKey(SocketAddress address) throws IOException {
		if (!(address instanceof UnixDomainSocketAddress unix)
				|| !Files.exists(unix.getPath(), LinkOption.NOFOLLOW_LINKS)) {
			return null;
		}
		BasicFileAttributes file = Files.readAttributes(unix.getPath(), BasicFileAttributes.class,
				LinkOption.NOFOLLOW_LINKS);
		return file.isOther() ? Objects.requireNonNullElse(file.fileKey(), file.creationTime()) : null;
	}

	/** What this server would leave, unless another one has taken its place. */
	private void removeSocket() {
		try {
			if (this.fileKey != null && this.fileKey.equals(fileKey(this.address))) {
				Files.delete(Path.of(text(this.address)));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The port, which stays the same when the server is restarted.
	 * @return the port
	 * @throws IllegalStateException if the server listens on a unix socket
	 */
	public int port() {
		if (this.address instanceof InetSocketAddress inet) {
			return inet.getPort();
		}
		throw new IllegalStateException("This server listens on the unix socket " + address() + ", which has no port.");
	}

	boolean hasPort() {
		return this.address instanceof InetSocketAddress;
	}

	/**
	 * The server as clients are told of it.
	 * @return such as {@code 127.0.0.1:21345}, or the path of a unix socket
	 */
	public String address() {
		return text(this.address);
	}

	private static String text(SocketAddress address) {
		if (address instanceof InetSocketAddress inet) {
			String host = inet.getAddress().getHostAddress();
			return ((host.indexOf(':') >= 0) ? "[" + host + "]" : host) + ":" + inet.getPort();
		}
		return address.toString();
	}

	/**
	 * What the server has done, as memcached's {@code stats} tells it.
	 * @return names and values, such as {@code curr_items} and {@code get_hits}
	 * @throws IllegalStateException if the server is stopped
	 */
	public Map<String, String> stats() {
		return new StatsCommand(running()).general();
	}

	/**
	 * Removes everything that is stored.
	 * @throws IllegalStateException if the server is stopped
	 */
	public void flushAll() {
		running().store.flush();
	}

	private Engine running() {
		Engine running = this.engine;
		if (running == null) {
			throw new IllegalStateException("The server of " + address() + " is stopped; restart() starts it again.");
		}
		return running;
	}

	/**
	 * Whether it was started and not stopped, though it may pause.
	 * @return whether clients can connect
	 */
	public boolean isRunning() {
		return this.engine != null;
	}

	/**
	 * Accepts connections from now on, but neither reads nor answers, as a server that
	 * hangs: what it has not answered when this returns it does after the pause. Does
	 * nothing if the server is stopped.
	 */
	public void pause() {
		locked(() -> {
			if (this.transport != null) {
				this.transport.pause();
			}
		});
	}

	/** Answers again after a pause, also what came meanwhile. */
	public void resume() {
		locked(() -> {
			if (this.transport != null) {
				this.transport.resume();
			}
		});
	}

	/**
	 * Hangs up on all clients, forgets everything and refuses connections, as a server
	 * that has died. Does nothing if the server is stopped.
	 */
	public void stop() {
		locked(() -> {
			if (this.transport != null) {
				this.transport.close();
				this.transport = null;
				this.engine = null;
				removeSocket();
			}
		});
	}

	/**
	 * Stops the server if it runs, and starts it again at the same address, empty and not
	 * pausing.
	 * @throws IllegalStateException if somebody else has taken the port meanwhile
	 */
	public void restart() {
		locked(() -> {
			stop();
			try {
				serve(listen(this.address));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		});
	}

	private void locked(Runnable action) {
		this.lock.lock();
		try {
			action.run();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** {@linkplain #stop() Stops} the server. */
	@Override
	public void close() {
		stop();
	}

	@Override
	public String toString() {
		return "embedded memcached " + this.settings.version() + " at " + address();
	}

}
