package io.libmc.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * A socket that is encrypted, whether it blocks or not.
 */
final class TlsWire implements Wire {

	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	private final SocketChannel channel;

	private final SSLEngine engine;

	/** Encrypted, as it came; ready to be filled. */
	private ByteBuffer in;

	/** Decrypted, and not asked for yet; ready to be read. */
	private ByteBuffer clear;

	/** Encrypted, and not written out yet; ready to be read. */
	private ByteBuffer out;

	/** Whether the first handshake is over. */
	private boolean established;

	TlsWire(SocketChannel channel, SSLContext context, boolean knownClientsOnly) {
		this.channel = channel;
		this.engine = context.createSSLEngine();
		this.engine.setUseClientMode(false);
		this.engine.setNeedClientAuth(knownClientsOnly);
		this.in = ByteBuffer.allocate(this.engine.getSession().getPacketBufferSize());
		this.clear = ByteBuffer.allocate(this.engine.getSession().getApplicationBufferSize()).flip();
		this.out = ByteBuffer.allocate(this.engine.getSession().getPacketBufferSize()).flip();
	}

	@Override
	public int read(ByteBuffer target) throws IOException {
		try {
			return readRecords(target);
		}
		catch (SSLException ex) {
			sayWhy();
			throw ex;
		}
	}

	@Override
	public int await(ByteBuffer target) throws IOException {
		return Math.min(0, this.channel.read(this.in));
	}

	private int readRecords(ByteBuffer target) throws IOException {
		while (true) {
			if (this.clear.hasRemaining()) {
				return move(target);
			}
			if (!flush()) {
				return 0;
			}
			switch (this.engine.getHandshakeStatus()) {
				case NEED_TASK -> runTasks();
				case NEED_WRAP -> wrap(NOTHING);
				default -> {
					SSLEngineResult.Status status = unwrap();
					if (status == SSLEngineResult.Status.CLOSED) {
						return -1;
					}
					int count = (status == SSLEngineResult.Status.BUFFER_UNDERFLOW) ? this.channel.read(this.in) : 1;
					if (count <= 0) {
						return count;
					}
				}
			}
		}
	}

	private int move(ByteBuffer target) {
		int count = Math.min(target.remaining(), this.clear.remaining());
		target.put(this.clear.slice(this.clear.position(), count));
		this.clear.position(this.clear.position() + count);
		return count;
	}

	private SSLEngineResult.Status unwrap() throws SSLException {
		this.in.flip();
		this.clear.clear();
		SSLEngineResult result;
		try {
			result = this.engine.unwrap(this.in, this.clear);
		}
		finally {
			this.clear.flip();
		}
		this.in.compact();
		judge(result);
		switch (result.getStatus()) {
			case BUFFER_OVERFLOW -> {
				int size = Math.max(this.clear.capacity() * 2, this.engine.getSession().getApplicationBufferSize());
				this.clear = ByteBuffer.allocate(size).flip();
			}
			case BUFFER_UNDERFLOW -> {
				if (!this.in.hasRemaining()) {
					int size = Math.max(this.in.capacity() * 2, this.engine.getSession().getPacketBufferSize());
					this.in = ByteBuffer.allocate(size).put(this.in.flip());
				}
			}
			default -> {
			}
		}
		return result.getStatus();
	}

	@Override
	public boolean write(ByteBuffer source) throws IOException {
		while (flush() && source.hasRemaining()) {
			if (this.engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
				runTasks();
			}
			else if (wrap(source) == SSLEngineResult.Status.CLOSED) {
				throw new SSLException("the client has closed the connection");
			}
		}
		return !this.out.hasRemaining() && !source.hasRemaining();
	}

	private SSLEngineResult.Status wrap(ByteBuffer source) throws SSLException {
		SSLEngineResult result;
		this.out.compact();
		try {
			result = this.engine.wrap(source, this.out);
		}
		finally {
			this.out.flip();
		}
		judge(result);
		if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
			int size = this.engine.getSession().getPacketBufferSize() + this.out.remaining();
			this.out = ByteBuffer.allocate(size).put(this.out).flip();
		}
		return result.getStatus();
	}

	/**
	 * There is no second handshake, as with memcached: until it is over nothing could be
	 * written. TLS 1.3 has none.
	 */
	private void judge(SSLEngineResult result) throws SSLException {
		this.established |= result.getHandshakeStatus() == HandshakeStatus.FINISHED;
		if (this.established && result.getHandshakeStatus() == HandshakeStatus.NEED_TASK
				&& !this.engine.getSession().getProtocol().equals("TLSv1.3")) {
			throw new SSLException("the client wants to negotiate again");
		}
	}

	private boolean flush() throws IOException {
		if (this.out.hasRemaining()) {
			this.channel.write(this.out);
		}
		return !this.out.hasRemaining();
	}

	private void runTasks() {
		for (Runnable task = this.engine.getDelegatedTask(); task != null; task = this.engine.getDelegatedTask()) {
			task.run();
		}
	}

	@Override
	public boolean wantsToWrite() {
		return this.out.hasRemaining();
	}

	/** Says good-bye if the socket takes it at once. */
	@Override
	public void close() throws IOException {
		try (this.channel) {
			if (this.channel.isOpen() && !this.channel.isBlocking()) {
				this.engine.closeOutbound();
				wrap(NOTHING);
				flush();
			}
		}
	}

	/**
	 * Tells the client what is wrong. The engine throws a failure once more before it
	 * does.
	 */
	private void sayWhy() throws IOException {
		for (int i = 0; i < 2 && this.engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP; i++) {
			try {
				wrap(NOTHING);
			}
			catch (SSLException ex) {
				// known
			}
		}
		flush();
	}

}
