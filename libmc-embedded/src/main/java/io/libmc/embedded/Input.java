package io.libmc.embedded;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a client has sent and nobody has taken yet. It grows with a line that lists many
 * keys, and shrinks again.
 */
final class Input {

	private static final int CAPACITY = 16 * 1024;

	private byte[] bytes = new byte[CAPACITY];

	/** What is not taken begins here. */
	private int start;

	private int end;

	/** No line ends before. */
	private int searched;

	byte[] bytes() {
		return this.bytes;
	}

	int start() {
		return this.start;
	}

	int size() {
		return this.end - this.start;
	}

	/** How much larger it is than at first. */
	int grown() {
		return this.bytes.length - CAPACITY;
	}

	/**
	 * Where the next line ends.
	 * @return the index of its line feed, or -1 if that has not come yet
	 */
	int lineEnd() {
		for (int i = Math.max(this.searched, this.start); i < this.end; i++) {
			if (this.bytes[i] == '\n') {
				this.searched = i;
				return i;
			}
		}
		this.searched = this.end;
		return -1;
	}

	/** Takes everything before an index. */
	void takenTo(int index) {
		this.start = index;
	}

	/** Takes a number of bytes. */
	void take(int count) {
		this.start += count;
	}

	/**
	 * Room for what comes next, to be handed back with {@link #received}. Never so much
	 * that the JDK keeps a large buffer for the thread.
	 */
	ByteBuffer room() {
		int size = size();
		boolean large = this.bytes.length > CAPACITY && size <= CAPACITY / 2;
		if (size == 0 || large || this.end == this.bytes.length) {
			int capacity = large ? CAPACITY
					: (size > this.bytes.length / 2) ? this.bytes.length * 2 : this.bytes.length;
			byte[] target = (capacity != this.bytes.length) ? new byte[capacity] : this.bytes;
			System.arraycopy(this.bytes, this.start, target, 0, size);
			this.bytes = target;
			this.searched = Math.max(0, this.searched - this.start);
			this.start = 0;
			this.end = size;
		}
		return ByteBuffer.wrap(this.bytes, this.end, Math.min(CAPACITY, this.bytes.length - this.end));
	}

	void received(int count) {
		this.end += count;
	}

	/** For tests. */
	void add(byte[] more) {
		for (int from = 0; from < more.length;) {
			ByteBuffer room = room();
			int count = Math.min(room.remaining(), more.length - from);
			room.put(more, from, count);
			received(count);
			from += count;
		}
	}

	@Override
	public String toString() {
		return Arrays.toString(Arrays.copyOfRange(this.bytes, this.start, this.end));
	}

}
