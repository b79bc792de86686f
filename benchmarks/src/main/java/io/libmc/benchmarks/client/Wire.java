package io.libmc.benchmarks.client;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * One blocking socket and just enough of memcached's text protocol.
 */
final class Wire implements Closeable {

	private static final byte[] GET = ascii("get");

	private static final byte[] SET = ascii("set ");

	private static final byte[] STORED = ascii("STORED");

	private static final byte[] END = ascii("END");

	private static final byte[] CRLF = ascii("\r\n");

	private final Socket socket = new Socket();

	private final InputStream in;

	private final OutputStream out;

	private byte[] pending = new byte[16 * 1024];

	private int pendingLength;

	private final byte[] received = new byte[16 * 1024];

	private int position;

	private int limit;

	/** Where the line last read begins in what was received; it ends before its CR. */
	private int lineStart;

	private int lineEnd;

	/** How many keys of a batch went here. */
	int expected;

	Wire(InetSocketAddress address) throws IOException {
		this.socket.setTcpNoDelay(true);
		this.socket.connect(address);
		this.in = this.socket.getInputStream();
		this.out = this.socket.getOutputStream();
	}

	boolean isEmpty() {
		return this.pendingLength == 0;
	}

	void startGet() {
		add(GET, GET.length);
	}

	// the quickest way to ASCII bytes
	@SuppressWarnings("deprecation")
	void addKey(String key) {
		int length = key.length();
		ensure(length + 1);
		this.pending[this.pendingLength++] = ' ';
		key.getBytes(0, length, this.pending, this.pendingLength);
		this.pendingLength += length;
	}

	void endGet() {
		add(CRLF, CRLF.length);
	}

	// as above
	@SuppressWarnings("deprecation")
	void addSet(String key, byte[] value) {
		int length = key.length();
		ensure(length + value.length + 64);
		add(SET, SET.length);
		key.getBytes(0, length, this.pending, this.pendingLength);
		this.pendingLength += length;
		byte[] rest = ascii(" 0 0 " + value.length + "\r\n");
		add(rest, rest.length);
		add(value, value.length);
		add(CRLF, CRLF.length);
	}

	void flush() throws IOException {
		if (this.pendingLength > 0) {
			this.out.write(this.pending, 0, this.pendingLength);
			this.pendingLength = 0;
		}
	}

	byte @Nullable [] readValue() throws IOException {
		readLine();
		if (isLine(END)) {
			return null;
		}
		byte[] value = readData();
		readLine();
		if (!isLine(END)) {
			throw unexpected();
		}
		return value;
	}

	void readValues(Map<String, byte[]> target) throws IOException {
		for (readLine(); !isLine(END); readLine()) {
			int from = this.lineStart + "VALUE ".length();
			int to = from;
			while (this.received[to] != ' ') {
				to++;
			}
			String key = new String(this.received, from, to - from, StandardCharsets.ISO_8859_1);
			target.put(key, readData());
		}
	}

	void readStored() throws IOException {
		readLine();
		if (!isLine(STORED)) {
			throw unexpected();
		}
	}

	/** Reads the value that the line last read announces. */
	private byte[] readData() throws IOException {
		if (this.received[this.lineStart] != 'V') {
			throw unexpected();
		}
		int length = 0;
		int digits = this.lineEnd;
		while (this.received[digits - 1] != ' ') {
			digits--;
		}
		for (; digits < this.lineEnd; digits++) {
			length = length * 10 + this.received[digits] - '0';
		}
		byte[] value = new byte[length];
		int had = Math.min(length, this.limit - this.position);
		System.arraycopy(this.received, this.position, value, 0, had);
		this.position += had;
		while (had < length) {
			had += checkEnd(this.in.read(value, had, length - had));
		}
		// the CR LF after it
		readLine();
		return value;
	}

	private void readLine() throws IOException {
		int at = this.position;
		while (true) {
			for (; at < this.limit; at++) {
				if (this.received[at] == '\n') {
					this.lineStart = this.position;
					this.lineEnd = at - 1;
					this.position = at + 1;
					return;
				}
			}
			at -= this.position;
			System.arraycopy(this.received, this.position, this.received, 0, at);
			this.position = 0;
			this.limit = at;
			this.limit += checkEnd(this.in.read(this.received, at, this.received.length - at));
		}
	}

	private boolean isLine(byte[] text) {
		return Arrays.equals(this.received, this.lineStart, this.lineEnd, text, 0, text.length);
	}

	private void add(byte[] bytes, int length) {
		ensure(length);
		System.arraycopy(bytes, 0, this.pending, this.pendingLength, length);
		this.pendingLength += length;
	}

	private void ensure(int more) {
		if (this.pendingLength + more > this.pending.length) {
			this.pending = Arrays.copyOf(this.pending, Math.max(2 * this.pending.length, this.pendingLength + more));
		}
	}

	private IOException unexpected() {
		return new IOException("unexpected reply: " + new String(this.received, this.lineStart,
				this.lineEnd - this.lineStart, StandardCharsets.ISO_8859_1));
	}

	private static int checkEnd(int read) throws EOFException {
		if (read < 0) {
			throw new EOFException("memcached closed the connection");
		}
		return read;
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
