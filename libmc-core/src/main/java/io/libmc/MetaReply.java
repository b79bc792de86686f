package io.libmc;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

import io.libmc.internal.protocol.Command;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a meta command: what was asked for, and who won.
 */
public final class MetaReply {

	static final MetaReply UNSUPPORTED = new MetaReply(Status.UNSUPPORTED);

	static final MetaReply NOOP = new MetaReply(Status.DONE);

	private static final long ABSENT = Long.MIN_VALUE;

	private final Status status;

	private @Nullable RawValue value;

	private int clientFlags;

	private boolean hasCas;

	private long cas;

	private long ttl = ABSENT;

	private long size = ABSENT;

	private long lastAccess = ABSENT;

	private boolean hasNumber;

	private long number;

	private boolean hitBefore;

	private boolean won;

	private boolean stale;

	private boolean winTaken;

	private @Nullable Map<String, String> facts;

	private boolean broken;

	/** How a meta command ended. */
	public enum Status {

		/** Done: a hit, or stored, deleted, marked. */
		DONE,

		/** The key is absent. */
		NOT_FOUND,

		/**
		 * The mode did not apply: an add to a present key, a replace of an absent one.
		 */
		NOT_STORED,

		/** The item has another cas number than the one to compare with. */
		EXISTS,

		/**
		 * The server has no meta commands (before memcached 1.6, or a proxy): nothing was
		 * done.
		 */
		UNSUPPORTED

	}

	MetaReply(Status status) {
		this.status = status;
	}

	/**
	 * Creates one.
	 * @param flags the flags of the reply, separated by spaces
	 * @throws NumberFormatException if there is none where one belongs
	 */
	static MetaReply of(Command command, Status status, String flags, byte @Nullable [] data) {
		MetaReply reply = new MetaReply(status);
		if (command == Command.ME) {
			reply.readFacts(flags);
		}
		else {
			reply.readFlags(flags);
		}
		if (data != null && command == Command.MA) {
			reply.hasNumber = true;
			reply.number = Long.parseUnsignedLong(new String(data, StandardCharsets.US_ASCII));
		}
		else if (data != null) {
			reply.value = new RawValue(reply.clientFlags, data);
		}
		return reply;
	}

	/** Reads the flags where they lie: every read of a cache comes by here. */
	private void readFlags(String flags) {
		int end;
		for (int at = 0; at < flags.length(); at = end + 1) {
			int space = flags.indexOf(' ', at);
			end = (space >= 0) ? space : flags.length();
			int token = at + 1;
			switch (flags.charAt(at)) {
				case 'f' -> this.clientFlags = Integer.parseUnsignedInt(flags, token, end, 10);
				case 'c' -> {
					this.hasCas = true;
					this.cas = Long.parseUnsignedLong(flags, token, end, 10);
				}
				case 't' -> this.ttl = Long.parseLong(flags, token, end, 10);
				case 's' -> this.size = Long.parseLong(flags, token, end, 10);
				case 'l' -> this.lastAccess = Long.parseLong(flags, token, end, 10);
				case 'h' -> this.hitBefore = flags.charAt(token) == '1';
				case 'W' -> this.won = true;
				case 'X' -> this.stale = true;
				case 'Z' -> this.winTaken = true;
				default -> {
				}
			}
		}
	}

	/** What a meta debug answers, {@code name=value}. */
	private void readFacts(String text) {
		Map<String, String> all = new LinkedHashMap<>();
		for (String fact : text.split(" ", -1)) {
			int equals = fact.indexOf('=');
			if (equals > 0) {
				all.put(fact.substring(0, equals), fact.substring(equals + 1));
			}
		}
		this.facts = all;
	}

	/** What a meta debug told; null if nothing. */
	@Nullable Map<String, String> facts() {
		return (this.status == Status.DONE) ? this.facts : null;
	}

	/** This reply with the value that its chunks make up. */
	MetaReply with(RawValue joined) {
		this.value = joined;
		return this;
	}

	/** This reply of an item whose chunks make no value: a miss that is in the way. */
	MetaReply broken() {
		MetaReply reply = new MetaReply(Status.NOT_FOUND);
		reply.hasCas = this.hasCas;
		reply.cas = this.cas;
		reply.broken = true;
		return reply;
	}

	boolean isBroken() {
		return this.broken;
	}

	/**
	 * How the command ended.
	 * @return the status
	 */
	public Status status() {
		return this.status;
	}

	/**
	 * The item, if it was asked for and is there. That of a key whose value is only being
	 * loaded is empty.
	 * @return flags and bytes, chunks joined and compression left, or {@code null}
	 */
	public @Nullable RawValue value() {
		return this.value;
	}

	/**
	 * The item's number for a compare-and-set, unsigned, if it was asked for.
	 * @return the number, or empty
	 */
	public OptionalLong cas() {
		return this.hasCas ? OptionalLong.of(this.cas) : OptionalLong.empty();
	}

	/**
	 * How long the item has left to live, in seconds; −1 for ever; if it was asked for.
	 * @return the seconds, or empty
	 */
	public OptionalLong ttl() {
		return optional(this.ttl);
	}

	/**
	 * The length of the item's data, if it was asked for.
	 * @return the bytes, or empty
	 */
	public OptionalLong size() {
		return optional(this.size);
	}

	/**
	 * How long ago the item was last asked for, in seconds, if that was asked for.
	 * @return the seconds, or empty
	 */
	public OptionalLong lastAccess() {
		return optional(this.lastAccess);
	}

	/**
	 * What the counter stands at after a meta arithmetic, unsigned.
	 * @return the number, or empty if nothing was counted
	 */
	public OptionalLong number() {
		return this.hasNumber ? OptionalLong.of(this.number) : OptionalLong.empty();
	}

	/**
	 * Whether somebody had asked for the item before, if that was asked for.
	 * @return whether it was
	 */
	public boolean hitBefore() {
		return this.hitBefore;
	}

	/**
	 * Whether this caller was elected to load the value ({@code W}): nobody else is until
	 * it is stored, or expires.
	 * @return whether it was
	 */
	public boolean won() {
		return this.won;
	}

	/**
	 * Whether the item was marked stale ({@code X}).
	 * @return whether it was
	 */
	public boolean stale() {
		return this.stale;
	}

	/**
	 * Whether another caller was elected to load the value ({@code Z}).
	 * @return whether one was
	 */
	public boolean winTaken() {
		return this.winTaken;
	}

	private static OptionalLong optional(long number) {
		return (number != ABSENT) ? OptionalLong.of(number) : OptionalLong.empty();
	}

	@Override
	public String toString() {
		return "MetaReply[" + this.status + (this.hasNumber ? " " + Long.toUnsignedString(this.number) : "")
				+ (this.won ? " won" : "") + (this.stale ? " stale" : "") + (this.winTaken ? " winTaken" : "")
				+ ((this.value != null) ? " " + this.value : "") + "]";
	}

}
