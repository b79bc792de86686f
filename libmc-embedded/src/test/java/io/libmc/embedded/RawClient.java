package io.libmc.embedded;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import javax.net.ssl.SSLContext;

/** A socket that says whatever a test wants. */
final class RawClient implements Closeable {

	private final Socket socket;

	private final InputStream in;

	RawClient(int port) throws IOException {
		this(new Socket(InetAddress.getLoopbackAddress(), port));
	}

	RawClient(int port, SSLContext context) throws IOException {
		this(context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port));
	}

	private RawClient(Socket socket) throws IOException {
		this.socket = socket;
		socket.setTcpNoDelay(true);
		socket.setSoTimeout(10_000);
		this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
	}

	Socket socket() {
		return this.socket;
	}

	RawClient say(String text) throws IOException {
		this.socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
		this.socket.getOutputStream().flush();
		return this;
	}

	/** What comes up to and with a text, or to the end. */
	String hearTo(String end) throws IOException {
		ByteArrayOutputStream heard = new ByteArrayOutputStream();
		byte[] last = end.getBytes(StandardCharsets.ISO_8859_1);
		for (int matched = 0; matched < last.length;) {
			int next = this.in.read();
			if (next < 0) {
				return heard.toString(StandardCharsets.ISO_8859_1) + "[closed]";
			}
			heard.write(next);
			matched = (next == last[matched]) ? matched + 1 : (next == last[0]) ? 1 : 0;
		}
		return heard.toString(StandardCharsets.ISO_8859_1);
	}

	String ask(String text) throws IOException {
		return say(text).hearTo("\r\n");
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
