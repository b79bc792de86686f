package io.libmc.internal.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What the flags of a reply to a meta command say. They are read before the next reply
 * is, and nothing is taken on trust: a flag that was not asked for, one that is there
 * twice, has no value or one that it cannot have, another key and, in a reply that tells
 * of an item, one that was asked for and is not there make no sense.
 */
public final class ReplyFlags {

	private static final long MOST_CLIENT_FLAGS = 0xffffffffL;

	/** What memcached tells of elections without being asked. */
	private static final long ELECTION = bit('W') | bit('X') | bit('Z');

	/** No flag: the value itself. */
	private static final long VALUE = bit('v');

	/** The letters that are there. */
	private long present;

	private int clientFlags;

	private long cas;

	private int ttl;

	private int size;

	private int lastAccess;

	private boolean hitBefore;

	private ReplyFlags() {
	}

	/**
	 * Reads the flags that lie there.
	 * @param spare what holds for the server if it is a spare one, else null
	 * @param item whether the reply tells of an item, so that all that was asked for must
	 * be there
	 */
	static ReplyFlags read(ReplyBuffer buffer, Exchange exchange, @Nullable SpareRules spare, int from, int to,
			boolean item) throws ProtocolException {
		long asked = askedFor(exchange) & ~VALUE;
		long possible = (exchange.command() == Command.MG) ? asked | ELECTION : asked;
		ReplyFlags flags = new ReplyFlags();
		int end;
		for (int at = from; at < to; at = end + 1) {
			end = buffer.findSpace(at, to);
			long letter = bit(buffer.at(at));
			if ((letter & possible) == 0 || (letter & flags.present) != 0 || !flags.take(buffer, exchange, at, end)) {
				throw buffer.nonsense("the reply to " + exchange.command() + " has flags that make no sense", from, to);
			}
			flags.present |= letter;
		}
		if (item && (flags.present & asked) != asked) {
			throw buffer.nonsense("the reply to " + exchange.command() + " lacks a flag that was asked for", from, to);
		}
		if (spare != null) {
			flags.cas = spare.number(flags.cas);
		}
		return flags;
	}

	/** Whether the value was asked for. */
	static boolean asksForValue(Exchange exchange) {
		return (askedFor(exchange) & VALUE) != 0;
	}

	/**
	 * Whether the value has to be there; one that is compared need not if it is known.
	 */
	static boolean needsValue(Exchange exchange) {
		return asksForValue(exchange) && !exchange.arguments().contains(" C");
	}

	/** The flags of a request that ask for an answer are lower-case letters. */
	private static long askedFor(Exchange exchange) {
		String request = exchange.arguments();
		long asked = 0;
		for (int i = 1; i < request.length(); i++) {
			char c = request.charAt(i);
			if (c >= 'a' && c <= 'z' && request.charAt(i - 1) == ' ') {
				asked |= bit(c);
			}
		}
		return asked;
	}

	private static long bit(int letter) {
		return (letter >= 'A' && letter <= 'z') ? 1L << (letter - 'A') : 0;
	}

	/** Takes one flag; returns whether it makes sense. */
	private boolean take(ReplyBuffer buffer, Exchange exchange, int at, int end) throws ProtocolException {
		int from = at + 1;
		switch (buffer.at(at)) {
			case 'k' -> {
				return buffer.position(exchange, from, end) >= 0;
			}
			case 'f' -> {
				long number = buffer.decimal(from, end, at, end);
				this.clientFlags = (int) number;
				return number >= 0 && number <= MOST_CLIENT_FLAGS;
			}
			case 'c' -> this.cas = buffer.decimal(from, end, at, end);
			case 't' -> {
				boolean forEver = end - from == 2 && buffer.at(from) == '-' && buffer.at(from + 1) == '1';
				this.ttl = forEver ? -1 : small(buffer, from, end);
				return forEver || this.ttl >= 0;
			}
			case 's' -> {
				this.size = small(buffer, from, end);
				return this.size >= 0;
			}
			case 'l' -> {
				this.lastAccess = small(buffer, from, end);
				return this.lastAccess >= 0;
			}
			case 'h' -> {
				this.hitBefore = end > from && buffer.at(from) == '1';
				return end - from == 1 && (this.hitBefore || buffer.at(from) == '0');
			}
			case 'W', 'X', 'Z' -> {
				return end == from;
			}
			default -> {
				return false;
			}
		}
		return true;
	}

	/** Seconds or a length; negative if memcached has no such number of them. */
	private static int small(ReplyBuffer buffer, int from, int end) throws ProtocolException {
		long number = buffer.decimal(from, end, from, end);
		return (number >= 0 && number <= Integer.MAX_VALUE) ? (int) number : -1;
	}

	/** Whether there is one of this letter. */
	public boolean has(char letter) {
		return (this.present & bit(letter)) != 0;
	}

	public int clientFlags() {
		return this.clientFlags;
	}

	/** Unsigned. */
	public long cas() {
		return this.cas;
	}

	/** In seconds; -1 for ever. */
	public long ttl() {
		return this.ttl;
	}

	public long size() {
		return this.size;
	}

	/** In seconds. */
	public long lastAccess() {
		return this.lastAccess;
	}

	public boolean hitBefore() {
		return this.hitBefore;
	}

	@Override
	public String toString() {
		return Long.toHexString(this.present) + " " + this.clientFlags + " " + this.cas + " " + this.ttl + " "
				+ this.size + " " + this.lastAccess + " " + this.hitBefore;
	}

}
