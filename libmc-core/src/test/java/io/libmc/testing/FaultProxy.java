package io.libmc.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on loopback between a client and a real memcached, where a test says what
 * becomes of the bytes: on all connections or on one, in either direction, from now on
 * and until it says otherwise.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.to(server)) {
 *     ... // a client of proxy.address()
 *     proxy.replies(Fault.swallow());
 *     ...
 *     proxy.heal();
 * }
 * }</pre>
 *
 * A connection is two pumps, one thread for each direction, which read a piece, hand it
 * to the {@link Fault} in force and go on. What the proxy holds back it holds in the
 * pump, so that TCP slows the sender down as it would on a slow network.
 */
public final class FaultProxy implements AutoCloseable {

	private static final int PORTS_TO_TRY = 50;

	/** With much less, TCP itself comes to a halt between probes of a closed window. */
	private static final int SMALL_BUFFER = 16 * 1024;

	private final InetSocketAddress server;

	private final int bufferBytes;

	private final int port;

	private final List<Link> links = new CopyOnWriteArrayList<>();

	private final AtomicInteger accepted = new AtomicInteger();

	private volatile @Nullable ServerSocket listener;

	private @Nullable Thread acceptor;

	private @Nullable UnansweredPort unanswered;

	private volatile Fault requests = Fault.none();

	private volatile Fault replies = Fault.none();

	private FaultProxy(int serverPort, int bufferBytes) {
		this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort);
		this.bufferBytes = bufferBytes;
		this.port = listenAnywhere();
	}

	/**
	 * Starts a proxy in front of a server.
	 * @param server one that listens on a port
	 * @return a proxy that accepts connections and passes everything on
	 */
	public static FaultProxy to(MemcachedServer server) {
		return new FaultProxy(server.port(), 0);
	}

	/**
	 * Starts a proxy whose sockets hold so little that a side that does not read soon
	 * stops the other one from writing.
	 * @param server one that listens on a port
	 * @return a proxy that accepts connections and passes everything on
	 */
	public static FaultProxy withSmallBuffers(MemcachedServer server) {
		return new FaultProxy(server.port(), SMALL_BUFFER);
	}

	/**
	 * The proxy as a client is told of it.
	 * @return {@code 127.0.0.1:port}
	 */
	public String address() {
		return "127.0.0.1:" + this.port;
	}

	/**
	 * How many connections were accepted so far.
	 * @return the count
	 */
	public int accepted() {
		return this.accepted.get();
	}

	/**
	 * The connections of now.
	 * @return those that neither side has ended, the oldest first
	 */
	public List<Link> links() {
		return List.copyOf(this.links);
	}

	/**
	 * Says what becomes of requests, on every connection of now and of later.
	 * @param fault what is done to them from now on
	 */
	public void requests(Fault fault) {
		this.requests = fault;
		this.links.forEach((link) -> link.requests(fault));
	}

	/**
	 * Says what becomes of replies, on every connection of now and of later.
	 * @param fault what is done to them from now on
	 */
	public void replies(Fault fault) {
		this.replies = fault;
		this.links.forEach((link) -> link.replies(fault));
	}

	/** Passes everything on again, and accepts connections. */
	public void heal() {
		requests(Fault.none());
		replies(Fault.none());
		answer();
		if (this.listener == null) {
			listen(this.port);
		}
	}

	/** Resets every connection and leaves connects without an answer. */
	public void ignore() {
		refuse();
		this.unanswered = new UnansweredPort(this.port);
	}

	private void answer() {
		if (this.unanswered != null) {
			this.unanswered.close();
			this.unanswered = null;
		}
	}

	/**
	 * Resets every connection and refuses new ones, as a host without the server does.
	 */
	public void refuse() {
		refuseMore();
		reset();
	}

	/** Refuses new connections, as a server does that has all it can have. */
	public void refuseMore() {
		answer();
		ServerSocket open = this.listener;
		this.listener = null;
		if (open != null) {
			close(open);
			awaitEnd(this.acceptor);
		}
	}

	/** The port is free only once nobody is within {@code accept} any more. */
	private static void awaitEnd(Thread thread) {
		try {
			thread.join(5_000);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted while a port was closed", ex);
		}
	}

	/** Resets every connection. */
	public void reset() {
		this.links.forEach(Link::reset);
	}

	@Override
	public void close() {
		refuse();
	}

	/** Tries ports as {@link MemcachedServer} does, and for its reasons. */
	private int listenAnywhere() {
		for (int i = 0; i < PORTS_TO_TRY; i++) {
			int candidate = ThreadLocalRandom.current().nextInt(MemcachedServer.FIRST_PORT, MemcachedServer.LAST_PORT);
			try {
				listen(candidate);
				return candidate;
			}
			catch (UncheckedIOException ex) {
				// somebody else has it
			}
		}
		throw new IllegalStateException("no free port in " + PORTS_TO_TRY + " attempts");
	}

	private void listen(int onPort) {
		try {
			ServerSocket opened = new ServerSocket();
			try {
				if (this.bufferBytes > 0) {
					opened.setReceiveBufferSize(this.bufferBytes);
				}
				opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort), 1024);
			}
			catch (IOException ex) {
				opened.close();
				throw ex;
			}
			this.listener = opened;
			this.acceptor = daemon("fault-proxy-" + onPort, () -> accept(opened));
			this.acceptor.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept(ServerSocket from) {
		while (!from.isClosed()) {
			Socket client = null;
			try {
				client = from.accept();
				this.accepted.incrementAndGet();
				new Link(client).start();
			}
			catch (IOException ex) {
				// the listener was closed, or the server is not there
				if (client != null) {
					reset(client);
				}
			}
		}
	}

	private static void reset(Socket socket) {
		try {
			socket.setSoLinger(true, 0);
		}
		catch (IOException ex) {
			// it is closed already
		}
		close(socket);
	}

	private static void close(Closeable closeable) {
		try {
			closeable.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Thread daemon(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

	/** One connection of a client, and the one to the server that belongs to it. */
	public final class Link {

		private final Socket client;

		private final Socket server = new Socket();

		private final Pump requests;

		private final Pump replies;

		private final AtomicInteger pumping = new AtomicInteger(2);

		private Link(Socket client) throws IOException {
			this.client = client;
			limitBuffers();
			try {
				this.server.connect(FaultProxy.this.server);
			}
			catch (IOException ex) {
				this.server.close();
				throw ex;
			}
			this.client.setTcpNoDelay(true);
			this.server.setTcpNoDelay(true);
			this.requests = new Pump(this, this.client, this.server, FaultProxy.this.requests);
			this.replies = new Pump(this, this.server, this.client, FaultProxy.this.replies);
		}

		private void limitBuffers() throws IOException {
			if (FaultProxy.this.bufferBytes > 0) {
				this.client.setSendBufferSize(FaultProxy.this.bufferBytes);
				this.server.setSendBufferSize(FaultProxy.this.bufferBytes);
				this.server.setReceiveBufferSize(FaultProxy.this.bufferBytes);
			}
		}

		private void start() {
			FaultProxy.this.links.add(this);
			daemon("fault-proxy-requests", this.requests::run).start();
			daemon("fault-proxy-replies", this.replies::run).start();
			this.requests.fault(FaultProxy.this.requests);
			this.replies.fault(FaultProxy.this.replies);
			if (FaultProxy.this.listener == null) {
				reset();
			}
		}

		/**
		 * Says what becomes of the requests of this connection.
		 * @param fault what is done to them from now on
		 */
		public void requests(Fault fault) {
			this.requests.fault(fault);
		}

		/**
		 * Says what becomes of the replies of this connection.
		 * @param fault what is done to them from now on
		 */
		public void replies(Fault fault) {
			this.replies.fault(fault);
		}

		/** Resets the connection on both sides. */
		public void reset() {
			FaultProxy.reset(this.client);
			FaultProxy.reset(this.server);
			this.requests.wake();
			this.replies.wake();
		}

		/** A direction has ended in good order; the connection does with the second. */
		void ended() {
			if (this.pumping.decrementAndGet() == 0) {
				FaultProxy.this.links.remove(this);
				FaultProxy.close(this.client);
				FaultProxy.close(this.server);
			}
		}

	}

}
