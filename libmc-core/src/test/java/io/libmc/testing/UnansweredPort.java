package io.libmc.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port on loopback where a connect gets no answer, neither yes nor no, as from a host
 * behind a firewall that drops packets: the queue of its listener is full. Only Linux
 * does it so.
 */
public final class UnansweredPort implements AutoCloseable {

	private static final int BACKLOG = 1;

	/** A connect on loopback that takes longer gets no answer. */
	private static final int ENOUGH_MILLIS = 200;

	private final ServerSocket listener;

	private final List<Socket> queued = new ArrayList<>();

	/** Opens one. */
	public UnansweredPort() {
		this(0);
	}

	UnansweredPort(int port) {
		try {
			this.listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
			for (int i = 0; i <= BACKLOG && queue(); i++) {
				// full once the queue holds one more than its length
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Queues a connection; false if others have filled the queue already. */
	private boolean queue() throws IOException {
		Socket socket = new Socket();
		this.queued.add(socket);
		try {
			socket.connect(this.listener.getLocalSocketAddress(), ENOUGH_MILLIS);
			return true;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
	}

	/**
	 * The port as a client is told of it.
	 * @return {@code 127.0.0.1:port}
	 */
	public String address() {
		return "127.0.0.1:" + this.listener.getLocalPort();
	}

	@Override
	public void close() {
		try {
			for (Socket socket : this.queued) {
				socket.close();
			}
			this.listener.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
