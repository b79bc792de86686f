package io.libmc.internal.connection;

import java.lang.System.Logger.Level;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Answer;
import io.libmc.internal.protocol.OutBuffer;
import io.libmc.internal.protocol.ReplyParser;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to reach a server: resolve, connect, TLS, authentication. Names are
 * resolved anew each time, so that a server may move. Runs on the connection's own
 * thread; {@link #close()} from another ends it.
 */
final class Connector implements Closeable {

	/** memcached takes a set under any key for authentication; libmc uses this one. */
	private static final byte[] AUTH_KEY = "auth".getBytes(StandardCharsets.US_ASCII);

	private final Endpoint endpoint;

	private final Settings settings;

	private volatile @Nullable Closeable underWay;

	private volatile boolean closed;

	/** Whether the system looks up a name, which nothing can end. */
	private volatile boolean resolving;

	/** When the handshake must be over; 0 while there is none. */
	private volatile long handshakeDeadline;

	/** Connects a socket. */
	@FunctionalInterface
	private interface Connecting {

		void connect() throws IOException;

	}

	/** Makes a connected socket a transport. */
	@FunctionalInterface
	private interface Opening {

		Transport open() throws IOException;

	}

	Connector(Endpoint endpoint, Settings settings) {
		this.endpoint = endpoint;
		this.settings = settings;
	}

	Transport connect() throws IOException {
		if (this.endpoint.isUnknown()) {
			throw new IOException("it has not told yet which servers there are");
		}
		String path = this.endpoint.path();
		return (path != null) ? connectUnix(path) : connectTcp();
	}

	/** Tries the name's addresses in turn; together they get the time of one. */
	private Transport connectTcp() throws IOException {
		InetAddress[] addresses = resolve();
		long deadline = System.nanoTime() + this.settings.connectNanos();
		IOException failure = null;
		for (int i = 0; i < addresses.length; i++) {
			long share = (deadline - System.nanoTime()) / (addresses.length - i);
			try {
				return connectTcp(new InetSocketAddress(addresses[i], this.endpoint.port()), share);
			}
			catch (IOException ex) {
				if (failure != null) {
					ex.addSuppressed(failure);
				}
				failure = ex;
			}
		}
		throw (failure != null) ? failure : new IOException("the name has no address");
	}

	private InetAddress[] resolve() throws IOException {
		this.resolving = true;
		try {
			return InetAddress.getAllByName(this.endpoint.host());
		}
		finally {
			this.resolving = false;
		}
	}

	private Transport connectTcp(InetSocketAddress address, long nanos) throws IOException {
		Supplier<SSLContext> ssl = this.settings.ssl();
		if (ssl != null) {
			SSLContext context = ssl.get();
			DeadlineSocket socket = new DeadlineSocket();
			// This makes it; one that is closed while it is made is left open.
			socket.setTcpNoDelay(true);
			this.underWay = socket;
			return open(socket, () -> connect(socket, address, nanos), () -> secured(socket, context));
		}
		SocketChannel channel = SocketChannel.open();
		this.underWay = channel;
		return open(channel, () -> connect(channel.socket(), address, nanos), () -> new ChannelTransport(channel));
	}

	private static void connect(Socket socket, InetSocketAddress address, long nanos) throws IOException {
		socket.setTcpNoDelay(true);
		socket.setKeepAlive(true);
		socket.connect(address, Transport.millis(nanos));
	}

	private Transport connectUnix(String path) throws IOException {
		SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
		this.underWay = channel;
		return open(channel, () -> channel.connect(UnixDomainSocketAddress.of(path)),
				() -> new ChannelTransport(channel));
	}

	/** Connects a socket and makes it ready for use, or closes it. */
	private Transport open(Closeable socket, Connecting connecting, Opening opening) throws IOException {
		Closeable last = socket;
		try {
			begin(socket);
			connecting.connect();
			this.handshakeDeadline = System.nanoTime() + this.settings.handshakeNanos();
			Transport transport = opening.open();
			last = transport;
			begin(transport);
			authenticate(transport);
			return transport;
		}
		catch (Throwable ex) {
			last.close();
			throw ex;
		}
		finally {
			this.handshakeDeadline = 0;
		}
	}

	/** A TLS socket on top of the plain one. */
	private Transport secured(DeadlineSocket plain, SSLContext context) throws IOException {
		try {
			SSLSocket secure = (SSLSocket) context.getSocketFactory()
				.createSocket(plain, this.endpoint.host(), this.endpoint.port(), true);
			if (this.settings.hostnameVerification()) {
				SSLParameters parameters = secure.getSSLParameters();
				parameters.setEndpointIdentificationAlgorithm("HTTPS");
				secure.setSSLParameters(parameters);
			}
			plain.readFor(Transport.millis(this.settings.handshakeNanos()));
			secure.startHandshake();
			return new TlsTransport(plain, secure);
		}
		catch (IOException ex) {
			throw new IOException("the TLS handshake failed: " + tlsReason(ex), ex);
		}
	}

	private void authenticate(Transport transport) throws IOException {
		Credentials credentials = this.settings.credentials();
		if (credentials != null) {
			Operation set = Operation.store(Command.SET, 0, 0, AUTH_KEY, credentials.data(), 0, -1, 0);
			try {
				ask(transport, set);
			}
			catch (IOException ex) {
				throw new IOException("the authentication failed: " + reason(ex), ex);
			}
			if (set.answer() != Answer.STORED) {
				throw new IOException("the server refused the credentials with \"" + set.text() + "\"");
			}
		}
		else if (this.settings.ssl() != null) {
			// a server tells only after the handshake that it refuses our certificate
			try {
				ask(transport, Operation.admin(Command.VERSION, 0, 0, ""));
			}
			catch (IOException ex) {
				throw new IOException("the TLS handshake failed: " + tlsReason(ex), ex);
			}
		}
	}

	private void ask(Transport transport, Operation operation) throws IOException {
		OutBuffer out = new OutBuffer();
		operation.encode(out);
		transport.write(out);
		ReplyParser parser = new ReplyParser(0);
		while (parser.parse(operation) == null) {
			int timeout = Transport.millis(this.handshakeDeadline - System.nanoTime());
			if (parser.fill((target, offset, length) -> transport.read(target, offset, length, timeout)) < 0) {
				throw new EOFException("the server closed the connection" + Failure.SILENCE);
			}
		}
	}

	/** A server that refuses a certificate may be gone before its alert is read. */
	private String tlsReason(IOException ex) {
		boolean brokenOff = ex instanceof SocketException || ex instanceof EOFException;
		return reason(ex) + (brokenOff
				? " (the server broke it off: it speaks no TLS, or it wants a certificate of the client, or another one)"
				: "");
	}

	private String reason(IOException ex) {
		boolean late = ex instanceof SocketTimeoutException || (this.closed && this.handshakeDeadline != 0);
		return late ? "it took longer than the handshakeTimeout" + Failure.SILENCE : String.valueOf(ex.getMessage());
	}

	private void begin(Closeable socket) throws IOException {
		this.underWay = socket;
		if (this.closed) {
			throw new IOException("the client was closed while connecting");
		}
	}

	/** Whether it waits for the system to look up a name. */
	boolean isResolving() {
		return this.resolving;
	}

	/**
	 * How long the handshake under way may still take; the longest time if there is none.
	 */
	long handshakeTimeLeft(long now) {
		long deadline = this.handshakeDeadline;
		return (deadline != 0) ? deadline - now : Long.MAX_VALUE;
	}

	@Override
	public void close() {
		this.closed = true;
		Closeable socket = this.underWay;
		if (socket != null) {
			try {
				socket.close();
			}
			catch (IOException ex) {
				Log.log(Level.DEBUG, "closing a socket failed", ex);
			}
		}
	}

}
