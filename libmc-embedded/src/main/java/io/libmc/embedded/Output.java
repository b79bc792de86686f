package io.libmc.embedded;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Replies on their way to a client: never more than a buffer full, whether the client
 * reads or not.
 */
final class Output {

	private static final int CAPACITY = 16 * 1024;

	private final byte[] bytes = new byte[CAPACITY];

	private int size;

	/** What was written out already. */
	private int sent;

	int size() {
		return this.size;
	}

	int room() {
		return CAPACITY - this.size;
	}

	/** Forgets what is not written out yet. */
	void forgetUnsent() {
		this.size = this.sent;
	}

	Output put(char c) {
		this.bytes[this.size++] = (byte) c;
		return this;
	}

	@SuppressWarnings("deprecation") // the one that copies ASCII and allocates nothing
	Output put(String text) {
		text.getBytes(0, text.length(), this.bytes, this.size);
		this.size += text.length();
		return this;
	}

	Output put(byte[] source, int from, int count) {
		System.arraycopy(source, from, this.bytes, this.size, count);
		this.size += count;
		return this;
	}

	Output put(long number) {
		return (number < 0) ? put(Long.toString(number)) : putUnsigned(number);
	}

	Output putUnsigned(int number) {
		return putUnsigned(Integer.toUnsignedLong(number));
	}

	/** The number as one of 64 bits without a sign. */
	Output putUnsigned(long number) {
		if (number < 0) {
			return put(Long.toUnsignedString(number));
		}
		int digits = 1;
		for (long rest = number; rest > 9; rest /= 10) {
			digits++;
		}
		long rest = number;
		for (int i = this.size + digits - 1; i >= this.size; i--) {
			this.bytes[i] = (byte) ('0' + rest % 10);
			rest /= 10;
		}
		this.size += digits;
		return this;
	}

	Output endLine() {
		return put('\r').put('\n');
	}

	Output line(String text) {
		return put(text).endLine();
	}

	/** What is still to be written out, to be handed back with {@link #sent}. */
	ByteBuffer unsent() {
		return ByteBuffer.wrap(this.bytes, this.sent, this.size - this.sent);
	}

	void sent(int count) {
		this.sent += count;
		if (this.sent == this.size) {
			this.sent = 0;
			this.size = 0;
		}
	}

	/** For tests: takes everything. */
	byte[] takeAll() {
		byte[] all = new byte[this.size];
		System.arraycopy(this.bytes, 0, all, 0, this.size);
		this.size = 0;
		return all;
	}

	@Override
	public String toString() {
		return new String(this.bytes, 0, this.size, StandardCharsets.ISO_8859_1);
	}

}
