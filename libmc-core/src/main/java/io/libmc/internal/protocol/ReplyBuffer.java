package io.libmc.internal.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.libmc.internal.protocol.ReplyParser.Source;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that have come and were not looked at yet. Lines are matched where they lie:
 * the positions that {@link #findLineEnd} and {@link #start} give hold until the next
 * {@link #fill}.
 */
final class ReplyBuffer {

	/** So many bytes without a line's end are nonsense. */
	private static final int SIZE = 16 * 1024;

	/** The size from the first time on that a read has filled it. */
	private static final int LARGE = 256 * 1024;

	private static final byte[] HTTP = "HTTP/".getBytes(StandardCharsets.US_ASCII);

	private byte[] bytes = new byte[SIZE];

	private boolean filled;

	private int start;

	private int end;

	/** How far the current line was searched for its end. */
	private int searched;

	boolean isEmpty() {
		return this.start == this.end;
	}

	/** Where the bytes begin. */
	int start() {
		return this.start;
	}

	/**
	 * Reads once.
	 * @return how many bytes came, or -1 at the end of the stream
	 */
	int fill(Source source) throws IOException {
		if (this.start == this.end) {
			this.start = 0;
			this.end = 0;
			this.searched = 0;
			if (this.filled && this.bytes.length < LARGE) {
				this.bytes = new byte[LARGE];
			}
		}
		else if (this.end == this.bytes.length) {
			System.arraycopy(this.bytes, this.start, this.bytes, 0, this.end - this.start);
			this.end -= this.start;
			this.searched -= this.start;
			this.start = 0;
		}
		int count = source.read(this.bytes, this.end, this.bytes.length - this.end);
		this.end += Math.max(count, 0);
		this.filled = this.end == this.bytes.length;
		return count;
	}

	/** The index of the next line's CR, or -1 if the line is not complete. */
	int findLineEnd() throws ProtocolException {
		for (int i = this.searched; i < this.end; i++) {
			if (this.bytes[i] == '\n') {
				if (i == this.start || this.bytes[i - 1] != '\r') {
					throw nonsense("a line does not end in CR LF", this.start, i);
				}
				this.searched = i;
				return i - 1;
			}
		}
		this.searched = this.end;
		if (this.end - this.start >= SIZE) {
			throw nonsense("a line is longer than " + SIZE + " bytes", this.start, this.end);
		}
		return -1;
	}

	/** Takes as many bytes as there are and the target has room for behind the offset. */
	int take(byte[] target, int offset) {
		int count = Math.min(target.length - offset, this.end - this.start);
		System.arraycopy(this.bytes, this.start, target, offset, count);
		skip(count);
		return count;
	}

	/** Drops bytes, no more than there are; returns how many. */
	long skip(long most) {
		int count = (int) Math.min(most, this.end - this.start);
		this.start += count;
		this.searched = this.start;
		return count;
	}

	/** Takes the CR LF behind a data block, once it is there. */
	boolean takeDataEnd() throws ProtocolException {
		if (this.end - this.start < 2) {
			return false;
		}
		if (this.bytes[this.start] != '\r' || this.bytes[this.start + 1] != '\n') {
			throw nonsense("a value is not as long as announced");
		}
		skip(2);
		return true;
	}

	byte at(int index) {
		return this.bytes[index];
	}

	boolean isDigit(int index) {
		return isDigit(this.bytes[index]);
	}

	private static boolean isDigit(byte b) {
		return b >= '0' && b <= '9';
	}

	/** Whether just this word lies there. */
	boolean is(byte[] word, int from, int to) {
		return to - from == word.length && startsWith(word, from, to);
	}

	boolean startsWith(byte[] word, int from, int to) {
		return to - from >= word.length && Arrays.equals(word, 0, word.length, this.bytes, from, from + word.length);
	}

	/** Whether what is there, which may be nothing, is the word or its beginning. */
	boolean mayStartWith(byte[] word) {
		int length = Math.min(word.length, this.end - this.start);
		return Arrays.equals(word, 0, length, this.bytes, this.start, this.start + length);
	}

	/** The position of the key that lies there, or -1 if it was not asked for. */
	int position(Exchange exchange, int from, int to) {
		return exchange.positionOf(this.bytes, from, to);
	}

	/** Whose key lies there of those that come after an exchange in its command. */
	@Nullable Exchange followerFor(Exchange exchange, int from, int to) {
		return exchange.followerFor(this.bytes, from, to);
	}

	/** The index of the next space, or the end. */
	int findSpace(int from, int to) {
		int i = from;
		while (i < to && this.bytes[i] != ' ') {
			i++;
		}
		return i;
	}

	/**
	 * An unsigned 64-bit number.
	 * @param lineFrom where the line begins that it is on
	 * @param lineTo where that ends
	 */
	long decimal(int from, int to, int lineFrom, int lineTo) throws ProtocolException {
		if (from >= to || to - from > 20) {
			throw nonsense("a number is missing or too long", lineFrom, lineTo);
		}
		long number = 0;
		for (int i = from; i < to; i++) {
			byte digit = this.bytes[i];
			if (!isDigit(digit)) {
				throw nonsense("a number holds something else than digits", lineFrom, lineTo);
			}
			if (i - from == 19) {
				return lastDigit(number, digit - '0', lineFrom, lineTo);
			}
			number = number * 10 + (digit - '0');
		}
		return number;
	}

	private long lastDigit(long number, int digit, int lineFrom, int lineTo) throws ProtocolException {
		long most = Long.divideUnsigned(-1L, 10);
		if (Long.compareUnsigned(number, most) > 0 || (number == most && digit > 5)) {
			throw nonsense("a number has more than 64 bits", lineFrom, lineTo);
		}
		return number * 10 + digit;
	}

	String text(int from, int to) {
		return new String(this.bytes, from, to - from, StandardCharsets.UTF_8);
	}

	/** All bytes at hand make no sense. */
	ProtocolException nonsense(String what) {
		return nonsense(what, this.start, this.end);
	}

	/**
	 * Says what the bytes look like without showing them: they may be somebody's value.
	 */
	ProtocolException nonsense(String what, int from, int to) {
		String likeness = "";
		if (startsWith(HTTP, from, to)) {
			likeness = "; it speaks HTTP";
		}
		else if (to - from >= 2 && (this.bytes[from] == 0x15 || this.bytes[from] == 0x16)
				&& this.bytes[from + 1] == 3) {
			likeness = "; it speaks TLS";
		}
		return new ProtocolException(what + " (" + (to - from) + " bytes" + likeness + ")");
	}

}
