package io.libmc.internal.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.libmc.internal.protocol.Exchange.Answer;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one connection into replies. It may be left at any byte and resumed
 * there, by another thread if that one holds the connection's reading role. Lines are
 * matched byte by byte where they lie; a value that is not yet in the buffer is read
 * straight into its final array. Whatever memcached would never send is a
 * {@link ProtocolException}: a key that was not asked for, a reply of another command, a
 * length that does not fit.
 */
public final class ReplyParser {

	private static final int BUFFER = 16 * 1024;

	/** memcached's own upper limit for an item (-I). */
	private static final long LARGEST_ITEM = 1L << 30;

	private static final byte[] VALUE = ascii("VALUE ");

	private static final byte[] END = ascii("END");

	private static final byte[] STAT = ascii("STAT ");

	/** From {@code stats cachedump}. */
	private static final byte[] ITEM = ascii("ITEM ");

	/** From {@code stats detail dump}. */
	private static final byte[] PREFIX = ascii("PREFIX ");

	private static final byte[] VERSION = ascii("VERSION ");

	private static final byte[] ERROR = ascii("ERROR");

	private static final byte[] CLIENT_ERROR = ascii("CLIENT_ERROR");

	private static final byte[] SERVER_ERROR = ascii("SERVER_ERROR");

	private static final byte[] STORED = ascii("STORED");

	private static final byte[] NOT_STORED = ascii("NOT_STORED");

	private static final byte[] EXISTS = ascii("EXISTS");

	private static final byte[] NOT_FOUND = ascii("NOT_FOUND");

	private static final byte[] DELETED = ascii("DELETED");

	private static final byte[] TOUCHED = ascii("TOUCHED");

	private static final byte[] OK = ascii("OK");

	private static final byte[] RESET = ascii("RESET");

	private static final byte[] HD = ascii("HD");

	private static final byte[] VA = ascii("VA");

	private static final byte[] EN = ascii("EN");

	private static final byte[] NF = ascii("NF");

	private static final byte[] NS = ascii("NS");

	private static final byte[] EX = ascii("EX");

	private static final byte[] MN = ascii("MN");

	private static final byte[] ME = ascii("ME");

	private static final byte[] HTTP = ascii("HTTP/");

	private static final byte[] NOTHING = {};

	private final int maxValueBytes;

	private final byte[] buffer = new byte[BUFFER];

	private int start;

	private int end;

	/** How far the current line was searched for its end. */
	private int searched;

	/** The value under way, or null; larger ones than allowed are skipped. */
	private byte @Nullable [] value;

	private int filled;

	private long skip;

	private boolean inData;

	private int position;

	private int flags;

	private long unique;

	private boolean tooLarge;

	private boolean midReply;

	/** Where bytes come from. */
	@FunctionalInterface
	public interface Source {

		/** As {@link java.io.InputStream#read(byte[], int, int)}. */
		int read(byte[] target, int offset, int length) throws IOException;

	}

	public ReplyParser(int maxValueBytes) {
		this.maxValueBytes = maxValueBytes;
	}

	/** Whether bytes are left that {@link #parse} has not looked at. */
	public boolean hasBytes() {
		return this.start < this.end;
	}

	/** Whether the current reply has begun. */
	public boolean isMidReply() {
		return this.midReply || this.start < this.end;
	}

	/**
	 * Reads once.
	 * @return how many bytes came, or -1 at the end of the stream
	 */
	public int fill(Source source) throws IOException {
		byte[] target = this.value;
		if (target != null && this.filled < target.length && this.start == this.end) {
			int count = source.read(target, this.filled, target.length - this.filled);
			this.filled += Math.max(count, 0);
			return count;
		}
		if (this.start == this.end) {
			this.start = 0;
			this.end = 0;
			this.searched = 0;
		}
		else if (this.end == this.buffer.length) {
			System.arraycopy(this.buffer, this.start, this.buffer, 0, this.end - this.start);
			this.end -= this.start;
			this.searched -= this.start;
			this.start = 0;
		}
		int count = source.read(this.buffer, this.end, this.buffer.length - this.end);
		this.end += Math.max(count, 0);
		return count;
	}

	/**
	 * Goes on with the reply to an exchange as far as the bytes go.
	 * @return whether it is complete
	 */
	public boolean parse(Exchange exchange) throws ProtocolException {
		while (true) {
			if (this.inData) {
				if (!takeData(exchange)) {
					return false;
				}
				if (exchange.command().replies == Command.Replies.META) {
					return complete(exchange, Answer.DONE);
				}
			}
			int lineEnd = findLineEnd();
			if (lineEnd < 0) {
				return false;
			}
			int from = this.start;
			this.start = lineEnd + 2;
			this.searched = this.start;
			this.midReply = true;
			Answer answer = answerTo(exchange, from, lineEnd);
			if (answer != Answer.NONE) {
				return complete(exchange, answer);
			}
		}
	}

	private boolean complete(Exchange exchange, Answer answer) {
		exchange.answer = this.tooLarge ? Answer.TOO_LARGE : answer;
		this.tooLarge = false;
		this.midReply = false;
		return true;
	}

	/** The bytes that no exchange waits for, for a message. */
	public ProtocolException unexpected() {
		return nonsense("it sent bytes that no operation waits for", this.start, this.end);
	}

	/** Whether a whole line is there that reports an error. */
	public boolean nextIsError() throws ProtocolException {
		int lineEnd = findLineEnd();
		return lineEnd >= 0 && (startsWith(ERROR, this.start, lineEnd) || startsWith(CLIENT_ERROR, this.start, lineEnd)
				|| startsWith(SERVER_ERROR, this.start, lineEnd));
	}

	/** Whether a whole line is there. */
	public boolean hasLine() throws ProtocolException {
		return findLineEnd() >= 0;
	}

	/** The index of the next line's CR, or -1 if the line is not complete. */
	private int findLineEnd() throws ProtocolException {
		byte[] bytes = this.buffer;
		for (int i = this.searched; i < this.end; i++) {
			if (bytes[i] == '\n') {
				if (i == this.start || bytes[i - 1] != '\r') {
					throw nonsense("a line does not end in CR LF", this.start, i);
				}
				this.searched = i;
				return i - 1;
			}
		}
		this.searched = this.end;
		if (this.end - this.start == this.buffer.length) {
			throw nonsense("a line is longer than " + BUFFER + " bytes", this.start, this.end);
		}
		return -1;
	}

	/** Moves on through a data block; returns whether its end has come. */
	private boolean takeData(Exchange exchange) throws ProtocolException {
		byte[] target = this.value;
		if (target != null) {
			int count = Math.min(target.length - this.filled, this.end - this.start);
			System.arraycopy(this.buffer, this.start, target, this.filled, count);
			this.filled += count;
			this.start += count;
			if (this.filled < target.length) {
				return false;
			}
		}
		else {
			int count = (int) Math.min(this.skip, this.end - this.start);
			this.skip -= count;
			this.start += count;
			if (this.skip > 0) {
				return false;
			}
		}
		this.searched = this.start;
		if (this.end - this.start < 2) {
			return false;
		}
		if (this.buffer[this.start] != '\r' || this.buffer[this.start + 1] != '\n') {
			throw nonsense("a value is not as long as announced", this.start, this.end);
		}
		this.start += 2;
		this.searched = this.start;
		this.inData = false;
		this.value = null;
		if (target != null) {
			exchange.value(this.position, target, this.flags, this.unique);
		}
		return true;
	}

	/** What the line answers; NONE if the reply goes on after it. */
	private Answer answerTo(Exchange exchange, int from, int to) throws ProtocolException {
		switch (exchange.command().replies) {
			case VALUES -> {
				if (startsWith(VALUE, from, to)) {
					takeValueLine(exchange, from + VALUE.length, to);
					return Answer.NONE;
				}
				if (is(END, from, to)) {
					return Answer.END;
				}
			}
			case STORAGE -> {
				if (is(STORED, from, to)) {
					return Answer.STORED;
				}
				if (is(NOT_STORED, from, to)) {
					return Answer.NOT_STORED;
				}
				if (exchange.command() == Command.CAS && is(EXISTS, from, to)) {
					return Answer.EXISTS;
				}
				if (exchange.command() == Command.CAS && is(NOT_FOUND, from, to)) {
					return Answer.NOT_FOUND;
				}
			}
			case DELETION -> {
				if (is(DELETED, from, to)) {
					return Answer.DELETED;
				}
				if (is(NOT_FOUND, from, to)) {
					return Answer.NOT_FOUND;
				}
			}
			case TOUCH -> {
				if (is(TOUCHED, from, to)) {
					return Answer.TOUCHED;
				}
				if (is(NOT_FOUND, from, to)) {
					return Answer.NOT_FOUND;
				}
			}
			case NUMBER -> {
				if (isDigit(this.buffer[from])) {
					int last = to;
					while (this.buffer[last - 1] == ' ') {
						last--;
					}
					exchange.replyNumber = decimal(from, last, from, to);
					return Answer.NUMBER;
				}
				if (is(NOT_FOUND, from, to)) {
					return Answer.NOT_FOUND;
				}
			}
			case VERSION -> {
				if (startsWith(VERSION, from, to)) {
					exchange.text = text(from + VERSION.length, to);
					return Answer.VERSION;
				}
			}
			case STATS -> {
				if (startsWith(STAT, from, to)) {
					takeStatLine(exchange, from + STAT.length, to);
					return Answer.NONE;
				}
				if (startsWith(ITEM, from, to) || startsWith(PREFIX, from, to)) {
					takeStatLine(exchange, findSpace(from, to) + 1, to);
					return Answer.NONE;
				}
				if (is(END, from, to)) {
					return Answer.END;
				}
				if (is(OK, from, to) || is(RESET, from, to)) {
					return Answer.OK;
				}
			}
			case OK -> {
				if (is(OK, from, to)) {
					return Answer.OK;
				}
			}
			case META -> {
				Answer answer = metaAnswer(exchange, from, to);
				if (answer != null) {
					return answer;
				}
			}
		}
		return error(exchange, from, to);
	}

	/**
	 * What a meta command's line answers; NONE if data follow; null if it is no such
	 * line.
	 */
	private @Nullable Answer metaAnswer(Exchange exchange, int from, int to) throws ProtocolException {
		int wordEnd = findSpace(from, to);
		int rest = Math.min(wordEnd + 1, to);
		if (is(VA, from, wordEnd) && (exchange.command() == Command.MG || exchange.command() == Command.MA)) {
			takeMetaValueLine(exchange, rest, to);
			return Answer.NONE;
		}
		Answer answer = metaStatus(exchange.command(), from, wordEnd);
		if (answer != null) {
			takeMetaFlags(exchange, rest, to);
			return answer;
		}
		if (is(MN, from, to) && exchange.command() == Command.MN) {
			return Answer.DONE;
		}
		if (is(ME, from, wordEnd) && exchange.command() == Command.ME) {
			exchange.text = text(Math.min(findSpace(rest, to) + 1, to), to);
			return Answer.DONE;
		}
		return null;
	}

	/**
	 * What a status that flags can follow says; null if the command has no such status.
	 */
	private @Nullable Answer metaStatus(Command command, int from, int to) {
		boolean reads = command == Command.MG || command == Command.ME;
		if (command == Command.MN) {
			return null;
		}
		if (is(HD, from, to)) {
			return (command != Command.ME) ? Answer.DONE : null;
		}
		if (is(EN, from, to)) {
			return reads ? Answer.NOT_FOUND : null;
		}
		if (reads) {
			return null;
		}
		if (is(NF, from, to)) {
			return Answer.NOT_FOUND;
		}
		if (is(EX, from, to)) {
			return Answer.EXISTS;
		}
		return (is(NS, from, to) && command != Command.MD) ? Answer.NOT_STORED : null;
	}

	/** {@code <bytes> <flag>*}. */
	private void takeMetaValueLine(Exchange exchange, int from, int to) throws ProtocolException {
		int lengthEnd = findSpace(from, to);
		long length = decimal(from, lengthEnd, from, to);
		takeMetaFlags(exchange, Math.min(lengthEnd + 1, to), to);
		this.position = 0;
		this.flags = 0;
		this.unique = 0;
		startData(exchange, length, from, to);
	}

	/**
	 * Keeps the flags of a reply, and compares the key among them with the one asked for.
	 */
	private void takeMetaFlags(Exchange exchange, int from, int to) throws ProtocolException {
		for (int i = from; i < to; i = findSpace(i, to) + 1) {
			if (this.buffer[i] == 'k' && exchange.positionOf(this.buffer, i + 1, findSpace(i, to)) < 0) {
				throw nonsense("it answered about a key that was not asked for", i, to);
			}
		}
		exchange.text = text(from, to);
	}

	private Answer error(Exchange exchange, int from, int to) throws ProtocolException {
		if (startsWith(SERVER_ERROR, from, to)) {
			exchange.text = text(from, to);
			return Answer.SERVER_ERROR;
		}
		if (startsWith(ERROR, from, to) || startsWith(CLIENT_ERROR, from, to)) {
			exchange.text = text(from, to);
			return Answer.CLIENT_ERROR;
		}
		throw nonsense("the reply to " + exchange.command() + " makes no sense", from, to);
	}

	/** {@code <key> <flags> <bytes> [<unique>]}. */
	private void takeValueLine(Exchange exchange, int from, int to) throws ProtocolException {
		int keyEnd = findSpace(from, to);
		this.position = exchange.positionOf(this.buffer, from, keyEnd);
		if (this.position < 0 || exchange.hasValue(this.position)) {
			throw nonsense("it sent a value under a key that was not asked for", from, keyEnd);
		}
		int flagsEnd = findSpace(keyEnd + 1, to);
		int lengthEnd = findSpace(flagsEnd + 1, to);
		long flags = decimal(keyEnd + 1, flagsEnd, from, to);
		long length = decimal(flagsEnd + 1, lengthEnd, from, to);
		boolean withUnique = exchange.command() == Command.GETS;
		if (flags < 0 || flags > 0xffffffffL || withUnique != (lengthEnd < to)) {
			throw nonsense("a value's line makes no sense", from, to);
		}
		this.flags = (int) flags;
		this.unique = withUnique ? decimal(lengthEnd + 1, to, from, to) : 0;
		startData(exchange, length, from, to);
	}

	private void startData(Exchange exchange, long length, int from, int to) throws ProtocolException {
		if (length < 0 || length > LARGEST_ITEM) {
			throw nonsense("a value's length makes no sense", from, to);
		}
		this.inData = true;
		this.filled = 0;
		if (length > this.maxValueBytes) {
			this.tooLarge = true;
			exchange.text = "the value has " + length + " bytes";
			this.skip = length;
		}
		else {
			this.value = (length == 0) ? NOTHING : new byte[(int) length];
		}
	}

	private void takeStatLine(Exchange exchange, int from, int to) {
		int nameEnd = findSpace(from, to);
		exchange.stat(text(from, nameEnd), text(Math.min(nameEnd + 1, to), to));
	}

	private int findSpace(int from, int to) {
		int i = from;
		while (i < to && this.buffer[i] != ' ') {
			i++;
		}
		return i;
	}

	/** An unsigned 64-bit number. */
	private long decimal(int from, int to, int lineFrom, int lineTo) throws ProtocolException {
		if (from >= to || to - from > 20) {
			throw nonsense("a number is missing or too long", lineFrom, lineTo);
		}
		long number = 0;
		for (int i = from; i < to; i++) {
			byte digit = this.buffer[i];
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

	private static boolean isDigit(byte b) {
		return b >= '0' && b <= '9';
	}

	private boolean is(byte[] word, int from, int to) {
		return to - from == word.length && startsWith(word, from, to);
	}

	private boolean startsWith(byte[] word, int from, int to) {
		return to - from >= word.length && Arrays.equals(word, 0, word.length, this.buffer, from, from + word.length);
	}

	private String text(int from, int to) {
		return new String(this.buffer, from, to - from, StandardCharsets.UTF_8);
	}

	/**
	 * Says what the bytes look like without showing them: they may be somebody's value.
	 */
	private ProtocolException nonsense(String what, int from, int to) {
		String likeness = "";
		if (startsWith(HTTP, from, to)) {
			likeness = "; it speaks HTTP";
		}
		else if (to - from >= 2 && (this.buffer[from] == 0x15 || this.buffer[from] == 0x16)
				&& this.buffer[from + 1] == 3) {
			likeness = "; it speaks TLS";
		}
		return new ProtocolException(what + " (" + (to - from) + " bytes" + likeness + ")");
	}

	private static byte[] ascii(String word) {
		return word.getBytes(StandardCharsets.US_ASCII);
	}

}
