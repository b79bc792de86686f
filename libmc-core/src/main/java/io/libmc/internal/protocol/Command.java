package io.libmc.internal.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The commands of memcached's text protocol that this client sends.
 */
public enum Command {

	GET(Replies.VALUES), GETS(Replies.VALUES), GAT(Replies.VALUES),

	SET(Replies.STORAGE), ADD(Replies.STORAGE), REPLACE(Replies.STORAGE), APPEND(Replies.STORAGE),
	PREPEND(Replies.STORAGE), CAS(Replies.STORAGE),

	DELETE(Replies.DELETION), TOUCH(Replies.TOUCH), INCR(Replies.NUMBER), DECR(Replies.NUMBER),

	VERSION(Replies.VERSION), STATS(Replies.STATS), FLUSH_ALL(Replies.OK),

	/** The meta commands: get, set, delete, arithmetic, debug, no-op. */
	MG(Replies.META), MS(Replies.META), MD(Replies.META), MA(Replies.META), ME(Replies.META), MN(Replies.META);

	/** What the replies to a command look like. */
	enum Replies {

		VALUES, STORAGE, DELETION, TOUCH, NUMBER, VERSION, STATS, OK, META

	}

	final Replies replies;

	@SuppressWarnings("ImmutableEnumChecker") // nobody writes to it
	final byte[] word;

	private final String lowerCase;

	Command(Replies replies) {
		this.replies = replies;
		this.lowerCase = name().toLowerCase(Locale.ROOT);
		this.word = this.lowerCase.getBytes(StandardCharsets.US_ASCII);
	}

	/** Whether a data block follows the command's line. */
	public boolean carriesData() {
		return this.replies == Replies.STORAGE || this == MS;
	}

	/**
	 * Whether replies can be large: those of a read can, all others are one short line.
	 */
	public boolean repliesAtLength() {
		return this.replies == Replies.VALUES || this.replies == Replies.STATS || this == MG || this == ME;
	}

	/** Whether it asks for values. */
	public boolean readsValues() {
		return this.replies == Replies.VALUES || this == MG;
	}

	/** Whether sending it twice does the same as sending it once. */
	public boolean isRead() {
		return this.replies == Replies.VALUES || this.replies == Replies.VERSION || this.replies == Replies.STATS
				|| this == ME || this == MN;
	}

	/** The command as memcached writes it. */
	@Override
	public String toString() {
		return this.lowerCase;
	}

}
