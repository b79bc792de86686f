package io.libmc.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * A connection to a real server that is no client of ours: it shows how items lie there
 * and what the server counts. Text is ISO-8859-1: one character is one byte.
 */
public final class RawConnection implements AutoCloseable {

	private final SocketChannel channel;

	private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024).flip();

	private RawConnection(SocketChannel channel) {
		this.channel = channel;
	}

	/**
	 * Connects.
	 * @param server the server, without TLS
	 * @return a connection
	 */
	public static RawConnection to(MemcachedServer server) {
		try {
			String address = server.address();
			SocketAddress socket = address.startsWith("/") ? UnixDomainSocketAddress.of(address)
					: new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
			SocketChannel channel = address.startsWith("/") ? SocketChannel.open(StandardProtocolFamily.UNIX)
					: SocketChannel.open();
			channel.connect(socket);
			return new RawConnection(channel);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * An item as it lies on the server.
	 *
	 * @param flags its flags
	 * @param data its data
	 */
	@SuppressWarnings("ArrayRecordComponent")
	public record Item(long flags, byte[] data) {

		/**
		 * The data as text.
		 * @return one character for each byte
		 */
		public String text() {
			return new String(this.data, StandardCharsets.ISO_8859_1);
		}

	}

	/**
	 * Reads an item.
	 * @param key its key, as it goes on the wire
	 * @return the item, or null if there is none
	 */
	public @Nullable Item item(String key) {
		String[] head = ask("get " + key + "\r\n").split(" ", -1);
		if (head.length == 1) {
			return null;
		}
		byte[] data = read(Integer.parseInt(head[3]));
		readLine();
		readLine();
		return new Item(Long.parseLong(head[2]), data);
	}

	/**
	 * Reads how long an item will live.
	 * @param key its key, as it goes on the wire
	 * @return seconds, or -1 for ever
	 */
	public long ttl(String key) {
		return Long.parseLong(ask("mg " + key + " t\r\n").substring("HD t".length()));
	}

	/**
	 * Reads one of the server's general statistics.
	 * @param name such as {@code curr_connections}
	 * @return its value
	 */
	public String stat(String name) {
		String value = "";
		for (String line = ask("stats\r\n"); !line.equals("END"); line = readLine()) {
			if (line.startsWith("STAT " + name + " ")) {
				value = line.substring(("STAT " + name + " ").length());
			}
		}
		return value;
	}

	/**
	 * Sends a request and reads the first line of the reply.
	 * @param request such as {@code "version\r\n"}
	 * @return the line without its {@code \r\n}
	 */
	public String ask(String request) {
		try {
			ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1));
			while (bytes.hasRemaining()) {
				this.channel.write(bytes);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return readLine();
	}

	private String readLine() {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (byte last = 0; last != '\n'; line.write(last)) {
			last = readByte();
		}
		byte[] bytes = line.toByteArray();
		return new String(Arrays.copyOf(bytes, bytes.length - 2), StandardCharsets.ISO_8859_1);
	}

	private byte[] read(int count) {
		byte[] bytes = new byte[count];
		for (int i = 0; i < count; i++) {
			bytes[i] = readByte();
		}
		return bytes;
	}

	private byte readByte() {
		try {
			if (!this.buffer.hasRemaining()) {
				int count = this.channel.read(this.buffer.clear());
				this.buffer.flip();
				if (count < 0) {
					throw new EOFException("the server closed the connection");
				}
			}
			return this.buffer.get();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
