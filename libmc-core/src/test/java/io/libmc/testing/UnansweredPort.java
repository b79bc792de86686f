package io.libmc.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * A port on loopback where a connect gets no answer, neither yes nor no, as from a host
 * behind a firewall that drops packets: the queue of its listener is full. Only Linux
 * does it so.
 */
public final class UnansweredPort implements AutoCloseable {

	private static final int BACKLOG = 1;

	private final ServerSocket listener;

	private final List<Socket> queued = new ArrayList<>();

	/** Opens one. */
	public UnansweredPort() {
		this(0);
	}

	UnansweredPort(int port) {
		try {
			this.listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
			for (int i = 0; i <= BACKLOG; i++) {
				this.queued.add(new Socket(this.listener.getInetAddress(), this.listener.getLocalPort()));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
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
