package io.libmc.internal.connection;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

import io.libmc.internal.protocol.OutBuffer;

/**
 * Questions to a server that is on no list, on a connection of their own, which is
 * secured and authenticated as any other.
 */
public final class Inquiry implements Closeable {

	private static final int LONGEST_REPLY = 1 << 20;

	private static final Pattern WHOLE = Pattern
		.compile("END\r\n|(ERROR|CLIENT_ERROR|SERVER_ERROR)[^\r\n]*\r\n|.*\r\nEND\r\n", Pattern.DOTALL);

	private final Transport transport;

	private final Settings settings;

	private Inquiry(Transport transport, Settings settings) {
		this.transport = transport;
		this.settings = settings;
	}

	/** Connects, within the client's times. */
	public static Inquiry open(Endpoint endpoint, Settings settings) throws IOException {
		return new Inquiry(new Connector(endpoint, settings).connect(), settings);
	}

	/**
	 * Asks one thing.
	 * @param line a command whose reply is an error, or ends with {@code END}
	 * @return the reply
	 */
	public String ask(String line) throws IOException {
		OutBuffer out = new OutBuffer();
		out.put((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
		this.transport.write(out);
		long deadline = System.nanoTime() + this.settings.pollNanos();
		StringBuilder reply = new StringBuilder();
		byte[] bytes = new byte[8192];
		while (!WHOLE.matcher(reply).matches()) {
			long left = deadline - System.nanoTime();
			if (left <= 0 || reply.length() > LONGEST_REPLY) {
				throw new IOException("the reply to \"" + line + "\" has no end");
			}
			int count = this.transport.read(bytes, 0, bytes.length, Transport.millis(left));
			if (count < 0) {
				throw new EOFException("the server closed the connection" + Failure.SILENCE);
			}
			reply.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
		}
		return reply.toString();
	}

	@Override
	public void close() {
		this.transport.close();
	}

}
