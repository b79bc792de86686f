package io.libmc.internal.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * One request and, once it has come, its reply. The request's fields are set before it is
 * encoded; the reply's are written by the one thread that parses, and may be read once
 * the exchange is known to be complete.
 */
public class Exchange {

	private static final byte[] EXPLICIT = { ' ', 'E' };

	private static final byte[] NOREPLY = { ' ', 'n', 'o', 'r', 'e', 'p', 'l', 'y' };

	private final Command command;

	/** The only key, or the first one; empty if there is none. */
	private final byte[] key;

	/** All keys, if there are more. */
	private final @Nullable Batch batch;

	private byte @Nullable [] data;

	/** The item's: of one to store, or of the value that came. */
	private int flags;

	/** Of a meta command, that of an item that is put where there is none is above it. */
	private long exptime;

	/**
	 * The delta of a counter, the unique number to compare with in a cas or, not zero, to
	 * be the item's after a meta command, or the longest value that a read takes, 0 for
	 * any.
	 */
	private long number;

	private boolean noReply;

	private @Nullable String arguments;

	/** Whether it must have a command of its own. */
	private boolean alone;

	/** Whether the one before it shares its command. */
	private boolean follows;

	/** The one whose key comes next in the same command, or null. */
	private volatile @Nullable Exchange follower;

	Answer answer = Answer.NONE;

	/** The message of an error, or the version. */
	@Nullable String text;

	/** What a counter stands at, or the number for a cas. */
	long replyNumber;

	/** The value of the only key; null is a miss. */
	private byte @Nullable [] value;

	private boolean hasValues;

	/** Its value was larger than the client takes. */
	boolean tooLarge;

	/** The flags of the reply to a meta command, or a map of statistics. */
	private @Nullable Object details;

	protected Exchange(Command command, byte[] key) {
		this.command = command;
		this.key = key;
		this.batch = null;
	}

	protected Exchange(Command command, byte[][] keys) {
		this.command = command;
		this.key = keys[0];
		this.batch = (keys.length > 1) ? new Batch(keys) : null;
		this.alone = true;
	}

	/** The same request once more. */
	protected Exchange(Exchange other) {
		this.command = other.command;
		this.key = other.key;
		this.batch = (other.batch != null) ? new Batch(other.batch.keys) : null;
		this.alone = other.alone;
		this.data = other.data;
		this.flags = other.flags;
		this.exptime = other.exptime;
		this.number = other.number;
		this.noReply = other.noReply;
		this.arguments = other.arguments;
	}

	protected final void storing(byte[] data, int flags, long exptime, long unique) {
		this.data = data;
		this.flags = flags;
		this.exptime = exptime;
		this.number = unique;
	}

	protected final void exptime(long exptime) {
		this.exptime = exptime;
	}

	protected final void delta(long delta) {
		this.number = delta;
	}

	protected final void maxBytes(int longest) {
		this.number = longest;
	}

	protected final void arguments(String arguments) {
		this.arguments = arguments;
	}

	protected final void meta(byte @Nullable [] stored, String requested, long timeToLive, long vivify) {
		this.data = stored;
		this.arguments = requested;
		this.exptime = (vivify << 32) | (timeToLive & 0xffffffffL);
	}

	/** Has the item that a meta command stores, marks or puts there bear this number. */
	public final void itemNumber(long unique) {
		this.number = unique;
	}

	/** Whether the number of the item is the request's to say. */
	public final boolean hasItemNumber() {
		return this.number != 0;
	}

	/**
	 * Asks the server for no reply.
	 */
	public final void noReply() {
		this.noReply = true;
	}

	/**
	 * Copies the data of one that asks for no reply, whose caller does not know when it
	 * will have been written.
	 */
	public final void keepData() {
		if (this.noReply && this.data != null) {
			this.data = this.data.clone();
		}
	}

	public final boolean isNoReply() {
		return this.noReply;
	}

	public final Command command() {
		return this.command;
	}

	/** The only key, or the first one; empty if there is none. */
	public final byte[] key() {
		return this.key;
	}

	/** The length of the data block, or 0. */
	public final int dataLength() {
		return (this.data != null) ? this.data.length : 0;
	}

	/** Whether its data block is written from the caller's own array. */
	public final boolean sharesData() {
		return dataLength() >= OutBuffer.LARGE;
	}

	/** An upper bound of the bytes that {@link #encode} adds. */
	public final long maxEncodedLength() {
		int keys = (this.batch != null) ? this.batch.encodedLength() : this.key.length;
		return 96L + keys + dataLength() + ((this.arguments != null) ? this.arguments.length() : 0);
	}

	/** Whether its own keys are several. */
	public final boolean hasSeveralKeys() {
		return this.batch != null;
	}

	/** Has it sent in a command of its own. */
	protected final void alone() {
		this.alone = true;
	}

	/** Whether it and others like it can share a command. */
	public final boolean mayShare() {
		return this.command == Command.GET && !this.alone;
	}

	/** Whether it shared its command: what became of it may be due to another key. */
	public final boolean hasShared() {
		return this.follows || this.follower != null;
	}

	/**
	 * Adds the key to the command of the get that was encoded just before: one command
	 * costs the server less than two.
	 */
	public final void encodeBehind(Exchange previous, OutBuffer out) {
		this.follows = true;
		previous.follower = this;
		out.dropLineEnd();
		out.putArgument(this.key);
		out.putLineEnd();
	}

	/** Adds the request's bytes. */
	public final void encode(OutBuffer out) {
		encode(out, null);
	}

	/**
	 * Adds the request's bytes.
	 * @param spare what holds for the server if it is a spare one, else null
	 */
	public final void encode(OutBuffer out, @Nullable SpareRules spare) {
		boolean touches = this.command == Command.GAT && (spare == null || spare.mayTouch(this.exptime));
		out.put((this.command == Command.GAT && !touches) ? Command.GET.word : this.command.word);
		if (touches) {
			out.put(' ');
			out.putDecimal(this.exptime);
		}
		if (this.batch != null) {
			for (byte[] each : this.batch.keys) {
				out.putArgument(each);
			}
		}
		else if (this.key.length > 0 && this.command.namesKey) {
			out.putArgument(this.key);
		}
		switch (this.command) {
			case SET, ADD, REPLACE, APPEND, PREPEND, CAS -> encodeItem(out, spare);
			case TOUCH -> {
				out.put(' ');
				out.putDecimal(life(this.exptime, spare));
			}
			case INCR, DECR -> {
				out.put(' ');
				out.putUnsigned(this.number);
			}
			case MS -> {
				out.put(' ');
				out.putDecimal(dataLength());
			}
			default -> {
			}
		}
		if (this.arguments != null && this.command.replies == Command.Replies.META) {
			putFlags(out, (spare != null) ? spare.flags(this.command, this.arguments, touch()) : this.arguments, spare);
		}
		else if (this.arguments != null) {
			out.put(this.arguments.getBytes(StandardCharsets.UTF_8));
		}
		if (this.noReply) {
			out.put(NOREPLY);
		}
		out.putLineEnd();
		if (this.data != null) {
			out.putData(this.data);
			out.putLineEnd();
		}
	}

	/**
	 * Adds the flags of a meta command, each of the two times behind its letter, and the
	 * number that its item is to bear.
	 */
	private void putFlags(OutBuffer out, String text, @Nullable SpareRules spare) {
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			out.put(c);
			if ((c == 'T' || c == 'N') && text.charAt(i - 1) == ' ') {
				out.putDecimal(life((c == 'T') ? touch() : this.exptime >> 32, spare));
			}
		}
		if (this.number != 0) {
			out.put(EXPLICIT);
			out.putUnsigned(this.number);
		}
	}

	/** The time of a meta command's {@code T}. */
	private int touch() {
		return (int) this.exptime;
	}

	private static long life(long exptime, @Nullable SpareRules spare) {
		return (spare != null) ? spare.life(exptime) : exptime;
	}

	private void encodeItem(OutBuffer out, @Nullable SpareRules spare) {
		boolean grows = this.command == Command.APPEND || this.command == Command.PREPEND;
		out.put(' ');
		out.putDecimal(this.flags & 0xffffffffL);
		out.put(' ');
		out.putDecimal(grows ? this.exptime : life(this.exptime, spare));
		out.put(' ');
		out.putDecimal(dataLength());
		if (this.command == Command.CAS) {
			out.put(' ');
			out.putUnsigned((spare != null) ? spare.number(this.number) : this.number);
		}
	}

	/** What was asked for besides the key, or nothing. */
	final String arguments() {
		return (this.arguments != null) ? this.arguments : "";
	}

	/** How memcached answered. */
	public final Answer answer() {
		return this.answer;
	}

	/** The message of an error, or the version; null for every other answer. */
	public final @Nullable String text() {
		return this.text;
	}

	/** The flags of the reply to a meta command; null if it has none. */
	public final @Nullable ReplyFlags replyFlags() {
		return (this.details instanceof ReplyFlags flags) ? flags : null;
	}

	final void replyFlags(ReplyFlags flags) {
		this.details = flags;
	}

	/** What the counter stands at; unsigned. */
	public final long counter() {
		return this.replyNumber;
	}

	/** The longest value to take, of those that the client takes. */
	final long longestValue(int most) {
		boolean limits = this.command == Command.GET && this.number > 0;
		return limits ? Math.min(this.number, most) : most;
	}

	/** The value of the key at this position is too large, and dropped. */
	final void tooLarge(int position, String why) {
		if (this.batch != null) {
			this.batch.tooLarge(position, why);
		}
		else {
			this.tooLarge = true;
			this.text = why;
		}
	}

	/**
	 * What there is to say about the value of the key at this position, of several, if
	 * that is too large; else null.
	 */
	public final @Nullable String tooLarge(int position) {
		return (this.batch != null) ? this.batch.tooLarge(position) : null;
	}

	/** Whether any of the keys was found. */
	public final boolean hasValues() {
		return this.hasValues;
	}

	/** Takes the value of the key at this position out; null is a miss. */
	public final byte @Nullable [] takeValue(int position) {
		if (this.batch != null) {
			return this.batch.takeValue(position);
		}
		byte[] taken = this.value;
		this.value = null;
		return taken;
	}

	/** The flags of the value at this position. */
	public final int flags(int position) {
		return (this.batch != null) ? this.batch.flags(position) : this.flags;
	}

	/** The number for a cas of the value of the only key. */
	public final long unique() {
		return this.replyNumber;
	}

	// nobody else makes a map
	@SuppressWarnings("unchecked")
	public final Map<String, String> stats() {
		return (this.details instanceof Map) ? (Map<String, String>) this.details : Map.of();
	}

	/** Whether the reply goes on with that to another exchange. */
	final boolean isFollowed() {
		return this.follower != null;
	}

	/**
	 * Which of those that share its command and come after it waits for the key that lies
	 * in these bytes; null if none does. Proxies may answer in another order.
	 */
	final @Nullable Exchange followerFor(byte[] buffer, int from, int to) {
		Exchange each = this.follower;
		while (each != null && (each.positionOf(buffer, from, to) < 0 || each.hasArrived(0))) {
			each = each.follower;
		}
		return each;
	}

	/**
	 * The position of the key that lies in these bytes, or -1 if it was not asked for.
	 */
	final int positionOf(byte[] buffer, int from, int to) {
		if (this.batch != null) {
			return this.batch.positionOf(buffer, from, to);
		}
		return isKey(this.key, buffer, from, to) ? 0 : -1;
	}

	static boolean isKey(byte[] key, byte[] buffer, int from, int to) {
		return Arrays.equals(key, 0, key.length, buffer, from, to);
	}

	/** Whether the value of the key at this position has come. */
	final boolean hasArrived(int position) {
		return (this.batch != null) ? this.batch.hasValue(position) : this.hasValues || this.tooLarge;
	}

	final void value(int position, byte[] read, int readFlags, long unique) {
		this.hasValues = true;
		if (this.batch != null) {
			this.batch.put(position, read, readFlags);
		}
		else {
			this.value = read;
			this.flags = readFlags;
			this.replyNumber = unique;
		}
	}

	/**
	 * Keeps a statistic.
	 * @return how many bytes of them have come, in the place of a counter
	 */
	final long stat(String name, String value, int bytes) {
		if (this.details == null) {
			this.details = new LinkedHashMap<String, String>();
		}
		stats().put(name, value);
		this.replyNumber += bytes;
		return this.replyNumber;
	}

}
