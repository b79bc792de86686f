package io.libmc.internal.protocol;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The commands of memcached's text protocol that this client sends, and the statuses that
 * each can be answered with.
 */
public enum Command {

	GET(Replies.VALUES, "END"), GETS(Replies.VALUES, "END"), GAT(Replies.VALUES, "END"),

	SET(Replies.STATUS, "STORED", "NOT_STORED"), ADD(Replies.STATUS, "STORED", "NOT_STORED"),
	REPLACE(Replies.STATUS, "STORED", "NOT_STORED"), APPEND(Replies.STATUS, "STORED", "NOT_STORED"),
	PREPEND(Replies.STATUS, "STORED", "NOT_STORED"), CAS(Replies.STATUS, "STORED", "NOT_STORED", "EXISTS", "NOT_FOUND"),

	DELETE(Replies.STATUS, "DELETED", "NOT_FOUND"), TOUCH(Replies.STATUS, "TOUCHED", "NOT_FOUND"),
	INCR(Replies.NUMBER, "NOT_FOUND"), DECR(Replies.NUMBER, "NOT_FOUND"),

	VERSION(Replies.VERSION), STATS(Replies.STATS, "END", "OK", "RESET"), FLUSH_ALL(Replies.STATUS, "OK"),

	/** The meta commands: get, set, delete, arithmetic, debug, no-op. */
	MG(Replies.META, "HD", "EN"), MS(Replies.META, "HD", "NS", "EX", "NF"), MD(Replies.META, "HD", "NF", "EX"),
	MA(Replies.META, "HD", "NF", "EX", "NS"), ME(Replies.META, "EN"), MN(Replies.META, "MN");

	/** What the replies to a command look like, but for statuses and errors. */
	enum Replies {

		STATUS, VALUES, NUMBER, VERSION, STATS, META

	}

	/** A word that answers a command by itself; flags may follow a meta command's. */
	@SuppressWarnings("ArrayRecordComponent")
	record Status(byte[] word, Answer answer) {

		private static final Map<String, Answer> SHORT = Map.of("HD", Answer.DONE, "MN", Answer.DONE, "EN",
				Answer.NOT_FOUND, "NF", Answer.NOT_FOUND, "NS", Answer.NOT_STORED, "EX", Answer.EXISTS, "RESET",
				Answer.OK);

		static Status of(String word) {
			Answer known = SHORT.get(word);
			return new Status(word.getBytes(StandardCharsets.US_ASCII), (known != null) ? known : Answer.valueOf(word));
		}

	}

	final Replies replies;

	/** Whether the key is sent, besides telling where the command goes. */
	final boolean namesKey;

	// nobody writes to it
	@SuppressWarnings("ImmutableEnumChecker")
	final Status[] statuses;

	// nobody writes to it
	@SuppressWarnings("ImmutableEnumChecker")
	final byte[] word;

	private final String lowerCase;

	Command(Replies replies, String... statuses) {
		this.replies = replies;
		this.namesKey = !List.of("VERSION", "STATS", "FLUSH_ALL", "MN").contains(name());
		this.statuses = Stream.of(statuses).map(Status::of).toArray(Status[]::new);
		this.lowerCase = name().toLowerCase(Locale.ROOT);
		this.word = this.lowerCase.getBytes(StandardCharsets.US_ASCII);
	}

	/** Whether a data block follows the command's line. */
	public boolean carriesData() {
		return switch (this) {
			case SET, ADD, REPLACE, APPEND, PREPEND, CAS, MS -> true;
			default -> false;
		};
	}

	/** Whether it asks for values. */
	public boolean readsValues() {
		return this.replies == Replies.VALUES || this == MG;
	}

	/** Whether a meta command can be answered with data. */
	boolean readsMetaValue() {
		return this == MG || this == MA;
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
