package io.libmc.internal.protocol;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Requests on their way to the socket, in order. Small ones are copied together, so that
 * one system call takes them all; a large data block is kept by reference and written
 * from where it lies. It knows how far it was taken, so that what a socket did not take
 * can be written later, perhaps by another thread.
 */
public final class OutBuffer {

	/** Data from this size on is not copied. */
	static final int LARGE = 32 * 1024;

	private static final int INITIAL = 8 * 1024;

	/** A buffer that a burst has grown beyond this is not kept. */
	private static final int KEPT = 256 * 1024;

	/** Data from this size on is copied by itself where the buffer would not be kept. */
	private static final int MEDIUM = 1024;

	private static final byte[] QUIT = { 'q', 'u', 'i', 't', '\r', '\n' };

	private byte[] bytes = new byte[INITIAL];

	private int size;

	private long total;

	private final List<Block> blocks = new ArrayList<>();

	/** How many of the copied bytes were taken. */
	private int taken;

	/** Which data block is the first that was not taken as a whole. */
	private int block;

	/** How many of its bytes were taken. */
	private int takenOfBlock;

	/** A block of data and how many of the copied bytes come before it. */
	@SuppressWarnings("ArrayRecordComponent")
	private record Block(int position, byte[] data) {

	}

	public boolean isEmpty() {
		return this.total == 0;
	}

	/** How many bytes it holds. */
	public long size() {
		return this.total;
	}

	/**
	 * Asks the server to close the connection.
	 * @return how many bytes that took
	 */
	public int putQuit() {
		put(QUIT);
		return QUIT.length;
	}

	public void put(byte[] source) {
		ensure(source.length);
		System.arraycopy(source, 0, this.bytes, this.size, source.length);
		this.size += source.length;
		this.total += source.length;
	}

	void put(char ascii) {
		ensure(1);
		this.bytes[this.size++] = (byte) ascii;
		this.total++;
	}

	/** A space and what follows it. */
	void putArgument(byte[] argument) {
		ensure(1 + argument.length);
		this.bytes[this.size] = ' ';
		System.arraycopy(argument, 0, this.bytes, this.size + 1, argument.length);
		this.size += 1 + argument.length;
		this.total += 1 + argument.length;
	}

	void putLineEnd() {
		ensure(2);
		this.bytes[this.size++] = '\r';
		this.bytes[this.size++] = '\n';
		this.total += 2;
	}

	/** Takes the last line end back. */
	void dropLineEnd() {
		this.size -= 2;
		this.total -= 2;
	}

	/** A signed decimal number. */
	void putDecimal(long number) {
		ensure(20);
		long left = number;
		if (left < 0) {
			put('-');
		}
		int digits = 1;
		for (long n = left / 10; n != 0; n /= 10) {
			digits++;
		}
		for (int i = this.size + digits - 1; i >= this.size; i--) {
			this.bytes[i] = (byte) ('0' + Math.abs((int) (left % 10)));
			left /= 10;
		}
		this.size += digits;
		this.total += digits;
	}

	void putUnsigned(long number) {
		if (number >= 0) {
			putDecimal(number);
		}
		else {
			putDecimal(Long.divideUnsigned(number, 10));
			putDecimal(Long.remainderUnsigned(number, 10));
		}
	}

	/** A data block; not copied if it is large. */
	void putData(byte[] data) {
		if (data.length >= LARGE) {
			putBlock(data);
		}
		else if (data.length >= MEDIUM && this.size + data.length > KEPT) {
			putBlock(data.clone());
		}
		else {
			put(data);
		}
	}

	private void putBlock(byte[] data) {
		this.blocks.add(new Block(this.size, data));
		this.total += data.length;
	}

	/**
	 * Whether what is left lies together, from {@link #position} to {@link #end} of
	 * {@link #bytes}.
	 */
	public boolean isOnePiece() {
		return this.block == this.blocks.size();
	}

	public byte[] bytes() {
		return this.bytes;
	}

	public int position() {
		return this.taken;
	}

	public int end() {
		return this.size;
	}

	/** Of what lies together, so many bytes were taken. */
	public void take(int count) {
		this.taken += count;
	}

	/** Whether nothing is left to take. */
	public boolean isTaken() {
		return isOnePiece() && this.taken == this.size;
	}

	/** Moves as many bytes as there is room for. */
	public void takeInto(ByteBuffer target) {
		while (target.hasRemaining() && !isTaken()) {
			int end = isOnePiece() ? this.size : this.blocks.get(this.block).position();
			if (this.taken < end) {
				int count = Math.min(end - this.taken, target.remaining());
				target.put(this.bytes, this.taken, count);
				this.taken += count;
			}
			else {
				byte[] data = this.blocks.get(this.block).data();
				int count = Math.min(data.length - this.takenOfBlock, target.remaining());
				target.put(data, this.takenOfBlock, count);
				takeOfBlock(data, count);
			}
		}
	}

	private void takeOfBlock(byte[] data, int count) {
		this.takenOfBlock += count;
		if (this.takenOfBlock == data.length) {
			this.block++;
			this.takenOfBlock = 0;
		}
	}

	/** Writes what is left. */
	public void writeTo(OutputStream target) throws IOException {
		for (; !isOnePiece(); this.block++) {
			Block next = this.blocks.get(this.block);
			target.write(this.bytes, this.taken, next.position() - this.taken);
			this.taken = next.position();
			target.write(next.data(), this.takenOfBlock, next.data().length - this.takenOfBlock);
			this.takenOfBlock = 0;
		}
		target.write(this.bytes, this.taken, this.size - this.taken);
		this.taken = this.size;
		target.flush();
	}

	/** Lets go of all. */
	public void clear() {
		this.size = 0;
		this.total = 0;
		this.taken = 0;
		this.block = 0;
		if (!this.blocks.isEmpty()) {
			this.blocks.clear();
		}
		if (this.bytes.length > KEPT) {
			this.bytes = new byte[INITIAL];
		}
	}

	private void ensure(int more) {
		if (this.bytes.length - this.size < more) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(this.bytes.length * 2, this.size + more));
		}
	}

}
