package io.libmc.internal.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

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

	/** memcached's own upper limit for an item (-I). */
	private static final long LARGEST_ITEM = 1L << 30;

	/** More than a server has to tell of itself. */
	private static final long MOST_STATS = 1L << 20;

	private static final byte[] VALUE = ascii("VALUE ");

	private static final byte[] END = ascii("END");

	private static final byte[] STAT = ascii("STAT ");

	/** From {@code stats cachedump}. */
	private static final byte[] ITEM = ascii("ITEM ");

	/** From {@code stats detail dump}. */
	private static final byte[] PREFIX = ascii("PREFIX ");

	private static final byte[] VERSION = ascii("VERSION ");

	private static final byte[] VA = ascii("VA");

	private static final byte[] ME = ascii("ME");

	private static final byte[] ERROR = ascii("ERROR");

	private static final byte[] CLIENT_ERROR = ascii("CLIENT_ERROR");

	private static final byte[] SERVER_ERROR = ascii("SERVER_ERROR");

	private static final byte[] NOTHING = {};

	private final int maxValueBytes;

	/** What holds for the server if it is a spare one, else null. */
	private final @Nullable SpareRules spare;

	private final ReplyBuffer buffer = new ReplyBuffer();

	/** The value under way, or null; larger ones than allowed are skipped. */
	private byte @Nullable [] value;

	private int filled;

	/** The length of a value of which nothing has come; else 0. */
	private int announced;

	private long skip;

	private boolean inData;

	/** Whose value is under way, and which of its keys' it is. */
	private @Nullable Exchange receiver;

	private int position;

	private int flags;

	private long unique;

	private boolean midReply;

	private boolean lastWasError;

	/** Whether anything has ever come. */
	private boolean hasRead;

	/** Where bytes come from. */
	@FunctionalInterface
	public interface Source {

		/** As {@link java.io.InputStream#read(byte[], int, int)}. */
		int read(byte[] target, int offset, int length) throws IOException;

	}

	public ReplyParser(int maxValueBytes) {
		this(maxValueBytes, null);
	}

	public ReplyParser(int maxValueBytes, @Nullable SpareRules spare) {
		this.maxValueBytes = maxValueBytes;
		this.spare = spare;
	}

	/** Whether bytes are left that {@link #parse} has not looked at. */
	public boolean hasBytes() {
		return !this.buffer.isEmpty();
	}

	/** Whether the current reply has begun. */
	public boolean isMidReply() {
		return this.midReply || hasBytes();
	}

	/**
	 * Reads once.
	 * @return how many bytes came, or -1 at the end of the stream
	 */
	public int fill(Source source) throws IOException {
		byte[] target = this.value;
		if (target != null && this.filled < target.length && this.buffer.isEmpty()) {
			int count = source.read(target, this.filled, target.length - this.filled);
			this.filled += Math.max(count, 0);
			return count;
		}
		int count = this.buffer.fill(source);
		this.hasRead |= count > 0;
		return count;
	}

	/** Whether anything has ever come. Another thread may see it late. */
	public boolean hasRead() {
		return this.hasRead;
	}

	/**
	 * Goes on with the reply to an exchange as far as the bytes go.
	 * @return what is answered now: the exchange or, before its turn, one that shares its
	 * command; null if more bytes are needed
	 */
	public @Nullable Exchange parse(Exchange exchange) throws ProtocolException {
		while (true) {
			if (this.inData) {
				Exchange taker = takeData();
				if (taker == null) {
					return null;
				}
				if (exchange.command().replies == Command.Replies.META) {
					return complete(exchange, Answer.DONE);
				}
				if (taker != exchange) {
					checkNextLine();
					answer(taker, Answer.END);
					return taker;
				}
			}
			if (exchange.isFollowed() && exchange.hasArrived(0)) {
				checkNextLine();
				return complete(exchange, Answer.END);
			}
			int lineEnd = this.buffer.findLineEnd();
			if (lineEnd < 0) {
				return null;
			}
			int from = this.buffer.start();
			this.midReply = true;
			Answer answer = answerTo(exchange, from, lineEnd);
			boolean alsoTheFollowers = exchange.isFollowed() && answer != Answer.NONE;
			if (!alsoTheFollowers) {
				this.buffer.skip(lineEnd + 2 - from);
			}
			if (answer != Answer.NONE) {
				return complete(exchange, answer);
			}
		}
	}

	/**
	 * A value that is given away before its reply has ended is whole if the reply goes on
	 * after it, as far as that has come.
	 */
	private void checkNextLine() throws ProtocolException {
		if (!this.buffer.mayStartWith(VALUE) && !this.buffer.mayStartWith(END) && !this.buffer.mayStartWith(ERROR)
				&& !this.buffer.mayStartWith(SERVER_ERROR) && !this.buffer.mayStartWith(CLIENT_ERROR)) {
			throw this.buffer.nonsense("a value is not as long as announced");
		}
	}

	private Exchange complete(Exchange exchange, Answer answer) {
		if (exchange.answer == Answer.NONE) {
			answer(exchange, answer);
		}
		this.lastWasError = answer.isError();
		this.midReply = false;
		return exchange;
	}

	private static void answer(Exchange exchange, Answer answer) {
		exchange.answer = (exchange.tooLarge && !answer.isError()) ? Answer.TOO_LARGE : answer;
	}

	/**
	 * Whether the last line that completed a reply was an error, even if the exchange had
	 * its value by then.
	 */
	public boolean lastWasError() {
		return this.lastWasError;
	}

	/** The bytes that no exchange waits for, for a message. */
	public ProtocolException unexpected() {
		return this.buffer.nonsense("it sent bytes that no operation waits for");
	}

	/** Whether a whole line is there that reports an error. */
	public boolean nextIsError() throws ProtocolException {
		int from = this.buffer.start();
		int lineEnd = this.buffer.findLineEnd();
		return lineEnd >= 0
				&& (this.buffer.startsWith(ERROR, from, lineEnd) || this.buffer.startsWith(CLIENT_ERROR, from, lineEnd)
						|| this.buffer.startsWith(SERVER_ERROR, from, lineEnd));
	}

	/** Whether a whole line is there. */
	public boolean hasLine() throws ProtocolException {
		return this.buffer.findLineEnd() >= 0;
	}

	/** Moves on through a data block; returns whose it is once its end has come. */
	private @Nullable Exchange takeData() throws ProtocolException {
		if (this.announced > 0) {
			if (this.buffer.isEmpty()) {
				return null;
			}
			allocate();
		}
		byte[] target = this.value;
		if (target != null) {
			this.filled += this.buffer.take(target, this.filled);
			if (this.filled < target.length) {
				return null;
			}
		}
		else {
			this.skip -= this.buffer.skip(this.skip);
			if (this.skip > 0) {
				return null;
			}
		}
		if (!this.buffer.takeDataEnd()) {
			return null;
		}
		this.inData = false;
		this.value = null;
		Exchange taker = this.receiver;
		this.receiver = null;
		if (target != null && taker != null && taker.command() == Command.MA) {
			taker.value(this.position, target, 0, counter(target));
		}
		else if (target != null && taker != null) {
			taker.value(this.position, target, this.flags, this.unique);
		}
		return taker;
	}

	/** Only now that its bytes begin to come: a server may announce what never does. */
	private void allocate() {
		int length = this.announced;
		this.announced = 0;
		try {
			this.value = new byte[length];
		}
		catch (OutOfMemoryError ex) {
			// it costs the one whose value it is
			Exchange receiving = this.receiver;
			if (receiving != null) {
				receiving.tooLarge(this.position,
						"the value has " + length + " bytes, for which this process had no memory left");
			}
			this.skip = length;
		}
	}

	/** What the line answers; NONE if the reply goes on after it. */
	private Answer answerTo(Exchange exchange, int from, int to) throws ProtocolException {
		Command command = exchange.command();
		boolean hasFlags = command.replies == Command.Replies.META && command != Command.MN;
		int wordEnd = hasFlags ? this.buffer.findSpace(from, to) : to;
		for (Command.Status status : command.statuses) {
			if (this.buffer.is(status.word(), from, wordEnd)) {
				if (hasFlags) {
					takeMetaStatus(exchange, status.answer(), Math.min(wordEnd + 1, to), to);
				}
				return status.answer();
			}
		}
		Answer answer = switch (command.replies) {
			case VALUES -> valueLine(exchange, from, to);
			case NUMBER -> number(exchange, from, to);
			case STATS -> statLine(exchange, from, to);
			case META -> metaLine(exchange, from, wordEnd, to);
			case VERSION -> version(exchange, from, to);
			case STATUS -> null;
		};
		return (answer != null) ? answer : error(exchange, from, to);
	}

	/** What a counter stands at that came as data. */
	private long counter(byte[] data) throws ProtocolException {
		String digits = new String(data, StandardCharsets.ISO_8859_1).stripTrailing();
		try {
			if (!digits.startsWith("+")) {
				return Long.parseUnsignedLong(digits);
			}
		}
		catch (NumberFormatException ex) {
			// as below
		}
		throw this.buffer.nonsense("a counter's value is no number");
	}

	/** A counter that became shorter is followed by spaces. */
	private @Nullable Answer number(Exchange exchange, int from, int to) throws ProtocolException {
		if (!this.buffer.isDigit(from)) {
			return null;
		}
		int last = to;
		while (this.buffer.at(last - 1) == ' ') {
			last--;
		}
		exchange.replyNumber = this.buffer.decimal(from, last, from, to);
		return Answer.NUMBER;
	}

	private @Nullable Answer version(Exchange exchange, int from, int to) {
		if (!this.buffer.startsWith(VERSION, from, to)) {
			return null;
		}
		exchange.text = this.buffer.text(from + VERSION.length, to);
		return Answer.VERSION;
	}

	private @Nullable Answer statLine(Exchange exchange, int from, int to) throws ProtocolException {
		if (!this.buffer.startsWith(STAT, from, to) && !this.buffer.startsWith(ITEM, from, to)
				&& !this.buffer.startsWith(PREFIX, from, to)) {
			return null;
		}
		int nameFrom = this.buffer.findSpace(from, to) + 1;
		int nameEnd = this.buffer.findSpace(nameFrom, to);
		long bytes = exchange.stat(this.buffer.text(nameFrom, nameEnd), this.buffer.text(Math.min(nameEnd + 1, to), to),
				to - from + 2);
		if (bytes > MOST_STATS) {
			throw this.buffer.nonsense("its statistics have more than " + MOST_STATS + " bytes", from, to);
		}
		return Answer.NONE;
	}

	/**
	 * A meta command's line that is no status: a value's, or what is known of an item.
	 */
	private @Nullable Answer metaLine(Exchange exchange, int from, int wordEnd, int to) throws ProtocolException {
		int rest = Math.min(wordEnd + 1, to);
		if (this.buffer.is(VA, from, wordEnd) && exchange.command().readsMetaValue()) {
			takeMetaValueLine(exchange, rest, to);
			return Answer.NONE;
		}
		if (this.buffer.is(ME, from, wordEnd) && exchange.command() == Command.ME) {
			int keyEnd = this.buffer.findSpace(rest, to);
			if (this.buffer.position(exchange, rest, keyEnd) < 0) {
				throw this.buffer.nonsense("it answered about a key that was not asked for", from, to);
			}
			exchange.text = this.buffer.text(Math.min(keyEnd + 1, to), to);
			return Answer.DONE;
		}
		return null;
	}

	/** {@code <bytes> <flag>*}. */
	private void takeMetaValueLine(Exchange exchange, int from, int to) throws ProtocolException {
		int lengthEnd = this.buffer.findSpace(from, to);
		long length = this.buffer.decimal(from, lengthEnd, from, to);
		if (!ReplyFlags.asksForValue(exchange)) {
			throw this.buffer.nonsense("it sent a value that was not asked for", from, to);
		}
		exchange.replyFlags(ReplyFlags.read(this.buffer, exchange, this.spare, Math.min(lengthEnd + 1, to), to, true));
		this.position = 0;
		this.flags = 0;
		this.unique = 0;
		startData(exchange, length, from, to);
	}

	private void takeMetaStatus(Exchange exchange, Answer answer, int from, int to) throws ProtocolException {
		boolean item = answer == Answer.DONE;
		if (item && ReplyFlags.needsValue(exchange)) {
			throw this.buffer.nonsense("it did not send the value that was asked for", from, to);
		}
		exchange.replyFlags(ReplyFlags.read(this.buffer, exchange, this.spare, from, to, item));
	}

	private Answer error(Exchange exchange, int from, int to) throws ProtocolException {
		boolean ofServer = this.buffer.startsWith(SERVER_ERROR, from, to);
		if (!ofServer && !this.buffer.startsWith(ERROR, from, to) && !this.buffer.startsWith(CLIENT_ERROR, from, to)) {
			throw this.buffer.nonsense("the reply to " + exchange.command() + " makes no sense", from, to);
		}
		if (exchange.answer == Answer.NONE) {
			exchange.text = ServerText.escaped(this.buffer.text(from, to));
		}
		return ofServer ? Answer.SERVER_ERROR : Answer.CLIENT_ERROR;
	}

	/** {@code VALUE <key> <flags> <bytes> [<unique>]}. */
	private @Nullable Answer valueLine(Exchange exchange, int lineFrom, int to) throws ProtocolException {
		if (!this.buffer.startsWith(VALUE, lineFrom, to)) {
			return null;
		}
		int from = lineFrom + VALUE.length;
		int keyEnd = this.buffer.findSpace(from, to);
		Exchange asking = exchange;
		this.position = this.buffer.position(exchange, from, keyEnd);
		if (this.position < 0 || exchange.hasArrived(this.position)) {
			asking = this.buffer.followerFor(exchange, from, keyEnd);
			this.position = 0;
		}
		if (asking == null) {
			throw this.buffer.nonsense("it sent a value under a key that was not asked for", from, keyEnd);
		}
		int flagsEnd = this.buffer.findSpace(keyEnd + 1, to);
		int lengthEnd = this.buffer.findSpace(flagsEnd + 1, to);
		long flags = this.buffer.decimal(keyEnd + 1, flagsEnd, from, to);
		long length = this.buffer.decimal(flagsEnd + 1, lengthEnd, from, to);
		boolean withUnique = exchange.command() == Command.GETS;
		if (flags < 0 || flags > 0xffffffffL || withUnique != (lengthEnd < to)) {
			throw this.buffer.nonsense("a value's line makes no sense", from, to);
		}
		this.flags = (int) flags;
		this.unique = withUnique ? unique(this.buffer.decimal(lengthEnd + 1, to, from, to)) : 0;
		startData(asking, length, from, to);
		return Answer.NONE;
	}

	private long unique(long number) {
		return (this.spare != null) ? this.spare.number(number) : number;
	}

	private void startData(Exchange exchange, long length, int from, int to) throws ProtocolException {
		if (length < 0 || length > LARGEST_ITEM) {
			throw this.buffer.nonsense("a value's length makes no sense", from, to);
		}
		this.inData = true;
		this.receiver = exchange;
		this.filled = 0;
		long most = exchange.longestValue(this.maxValueBytes);
		if (length > most) {
			exchange.tooLarge(this.position,
					(most < this.maxValueBytes)
							? "a chunk has " + length + " bytes, more than " + most + ", which libmc never writes"
							: "the value has " + length
									+ " bytes, more than this client takes; raise maxValueBytes if that is intended");
			this.skip = length;
		}
		else {
			this.announced = (int) length;
			this.value = (length == 0) ? NOTHING : null;
		}
	}

	private static byte[] ascii(String word) {
		return word.getBytes(StandardCharsets.US_ASCII);
	}

}
