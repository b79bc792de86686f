package io.libmc.embedded;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

import javax.net.ssl.SSLContext;

import io.libmc.embedded.Stats.Count;

/**
 * Makes connections of what a listening socket accepts, or sends clients away.
 */
final class Acceptance {

	/** What serves a connection from then on. */
	interface Service {

		void serve(Connection connection, SocketChannel channel) throws IOException;

	}

	private static final byte[] TOO_MANY = "ERROR Too many open connections\r\n".getBytes(StandardCharsets.US_ASCII);

	private final Engine engine;

	private final ServerSocketChannel listener;

	private final Service service;

	/** Whether the last attempt failed, which is told once. */
	private boolean failing;

	Acceptance(Engine engine, ServerSocketChannel listener, Service service) {
		this.engine = engine;
		this.listener = listener;
		this.service = service;
	}

	/**
	 * Accepts a client, if there is one. Whatever goes wrong with it closes its socket.
	 * @return whether there may be others; if not there are too many open files, or
	 * something else is wrong with the server that will last
	 * @throws ClosedChannelException if the server listens no longer
	 */
	boolean accept() throws ClosedChannelException {
		try {
			SocketChannel channel = this.listener.accept();
			this.failing = false;
			if (channel != null) {
				welcome(channel);
			}
			return true;
		}
		catch (ClosedChannelException ex) {
			throw ex;
		}
		catch (Throwable ex) {
			if (!this.failing) {
				this.failing = true;
				this.engine.warn("accepting connections fails, and is tried again until it does not", ex);
			}
			return false;
		}
	}

	private void welcome(SocketChannel channel) throws IOException {
		Connection connection = null;
		boolean served = false;
		try {
			channel.configureBlocking(false);
			if (this.engine.connections().size() >= this.engine.settings.maxConnections()) {
				this.engine.stats.count(Count.REJECTED_CONNECTIONS);
				channel.write(ByteBuffer.wrap(TOO_MANY));
				return;
			}
			connection = connection(channel);
			this.engine.connections().add(connection);
			this.engine.stats.count(Count.TOTAL_CONNECTIONS);
			this.engine.log(2, "<" + connection + " new client connection");
			this.service.serve(connection, channel);
			served = true;
		}
		catch (Throwable ex) {
			this.engine.log(1, "a client could not be accepted: " + ex);
		}
		finally {
			if (!served && connection != null) {
				this.engine.connections().remove(connection);
			}
			if (!served) {
				channel.close();
			}
		}
	}

	private Connection connection(SocketChannel channel) throws IOException {
		if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
			channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
		}
		Settings settings = this.engine.settings;
		SSLContext ssl = settings.ssl();
		Wire wire = (ssl != null) ? new TlsWire(channel, ssl, settings.knownClientsOnly()) : new PlainWire(channel);
		return new Connection(this.engine, wire, String.valueOf(channel.getRemoteAddress()));
	}

}
