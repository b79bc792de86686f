package io.libmc.embedded;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

/**
 * Makes connections of the sockets that were accepted, or sends them away.
 */
final class Acceptance {

	private static final byte[] TOO_MANY = "ERROR Too many open connections\r\n".getBytes(StandardCharsets.US_ASCII);

	private final Engine engine;

	Acceptance(Engine engine) {
		this.engine = engine;
	}

	/**
	 * A connection for a client, or null if there are too many or it has gone again.
	 */
	@Nullable Connection accept(SocketChannel channel) {
		Settings settings = this.engine.settings;
		try {
			if (this.engine.connections().size() >= settings.maxConnections()) {
				this.engine.stats.rejectedConnections.increment();
				channel.write(ByteBuffer.wrap(TOO_MANY));
				channel.close();
				return null;
			}
			if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
				channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			}
			SSLContext ssl = settings.ssl();
			Wire wire = (ssl != null) ? new TlsWire(channel, ssl, settings.knownClientsOnly()) : new PlainWire(channel);
			Connection connection = new Connection(this.engine, wire, String.valueOf(channel.getRemoteAddress()));
			this.engine.connections().add(connection);
			this.engine.stats.connections.increment();
			this.engine.log(2, "<" + connection + " new client connection");
			return connection;
		}
		catch (IOException ex) {
			this.engine.log(1, "a client went while it was accepted: " + ex);
			return null;
		}
	}

}
