package io.libmc.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A socket in the clear.
 */
final class PlainWire implements Wire {

	private final SocketChannel channel;

	PlainWire(SocketChannel channel) {
		this.channel = channel;
	}

	@Override
	public int read(ByteBuffer target) throws IOException {
		return this.channel.read(target);
	}

	@Override
	public int await(ByteBuffer target) throws IOException {
		return this.channel.read(target);
	}

	@Override
	public boolean write(ByteBuffer source) throws IOException {
		this.channel.write(source);
		return !source.hasRemaining();
	}

	@Override
	public boolean wantsToWrite() {
		return false;
	}

	@Override
	public void close() throws IOException {
		this.channel.close();
	}

}
