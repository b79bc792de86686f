package io.libmc.internal.connection;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;

import org.jspecify.annotations.Nullable;

/**
 * One attempt to reach a server. Names are resolved anew for each, so that a server may
 * move. Runs on the connection's own thread; {@link #close()} from another ends it.
 */
final class Connector implements Closeable {

	private final Endpoint endpoint;

	private final long connectNanos;

	private volatile @Nullable Closeable underWay;

	private volatile boolean closed;

	Connector(Endpoint endpoint, long connectNanos) {
		this.endpoint = endpoint;
		this.connectNanos = connectNanos;
	}

	Transport connect() throws IOException {
		String path = this.endpoint.path();
		return (path != null) ? connectUnix(path) : connectTcp();
	}

	/** Tries the name's addresses in turn; together they get the time of one. */
	private Transport connectTcp() throws IOException {
		InetAddress[] addresses = InetAddress.getAllByName(this.endpoint.host());
		long deadline = System.nanoTime() + this.connectNanos;
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

	private Transport connectTcp(InetSocketAddress address, long nanos) throws IOException {
		Socket socket = new Socket();
		try {
			begin(socket);
			socket.setTcpNoDelay(true);
			socket.setKeepAlive(true);
			socket.connect(address, Connection.millis(nanos));
			return new SocketTransport(socket);
		}
		catch (IOException | RuntimeException ex) {
			socket.close();
			throw ex;
		}
	}

	private Transport connectUnix(String path) throws IOException {
		SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
		try {
			begin(channel);
			channel.connect(UnixDomainSocketAddress.of(path));
			return new UnixTransport(channel);
		}
		catch (IOException | RuntimeException ex) {
			channel.close();
			throw ex;
		}
	}

	private void begin(Closeable socket) throws IOException {
		this.underWay = socket;
		if (this.closed) {
			throw new IOException("the client was closed while connecting");
		}
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
				System.getLogger("io.libmc").log(System.Logger.Level.DEBUG, "closing a socket failed", ex);
			}
		}
	}

}
