package io.libmc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a meta command: what was asked for, and who won.
 */
public final class MetaReply {

	static final MetaReply UNSUPPORTED = new MetaReply(Status.UNSUPPORTED, "", null);

	private final Status status;

	private final @Nullable RawValue value;

	private OptionalLong cas = OptionalLong.empty();

	private OptionalLong ttl = OptionalLong.empty();

	private OptionalLong size = OptionalLong.empty();

	private OptionalLong lastAccess = OptionalLong.empty();

	/** Flags of the form {@code name=value}, as {@code me} answers. */
	private final Map<String, String> facts = new LinkedHashMap<>();

	private boolean hitBefore;

	private boolean won;

	private boolean stale;

	private boolean winTaken;

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

	/**
	 * Creates one.
	 * @param flags the flags of the reply, separated by spaces
	 */
	MetaReply(Status status, String flags, byte @Nullable [] data) {
		this.status = status;
		int clientFlags = 0;
		for (String flag : flags.isEmpty() ? new String[0] : flags.split(" ", -1)) {
			int equals = flag.indexOf('=');
			if (equals > 0) {
				this.facts.put(flag.substring(0, equals), flag.substring(equals + 1));
				continue;
			}
			String token = flag.isEmpty() ? "" : flag.substring(1);
			switch (flag.isEmpty() ? ' ' : flag.charAt(0)) {
				case 'f' -> clientFlags = Integer.parseUnsignedInt(token);
				case 'c' -> this.cas = OptionalLong.of(Long.parseUnsignedLong(token));
				case 't' -> this.ttl = OptionalLong.of(Long.parseLong(token));
				case 's' -> this.size = OptionalLong.of(Long.parseLong(token));
				case 'l' -> this.lastAccess = OptionalLong.of(Long.parseLong(token));
				case 'h' -> this.hitBefore = token.equals("1");
				case 'W' -> this.won = true;
				case 'X' -> this.stale = true;
				case 'Z' -> this.winTaken = true;
				default -> {
				}
			}
		}
		this.value = (data != null) ? new RawValue(clientFlags, data) : null;
	}

	/** What a meta debug told; null if nothing. */
	@Nullable Map<String, String> facts() {
		return (this.status == Status.DONE) ? this.facts : null;
	}

	/** This reply with another value. */
	MetaReply with(RawValue joined) {
		MetaReply reply = new MetaReply(this.status, "f" + Integer.toUnsignedString(joined.flags()), joined.bytes());
		reply.cas = this.cas;
		reply.ttl = this.ttl;
		reply.size = this.size;
		reply.lastAccess = this.lastAccess;
		reply.hitBefore = this.hitBefore;
		reply.won = this.won;
		reply.stale = this.stale;
		reply.winTaken = this.winTaken;
		return reply;
	}

	/** This reply of an item whose chunks make no value: a miss that is in the way. */
	MetaReply broken() {
		MetaReply reply = new MetaReply(Status.NOT_FOUND, "", null);
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
		return this.cas;
	}

	/**
	 * How long the item has left to live, in seconds; −1 for ever; if it was asked for.
	 * @return the seconds, or empty
	 */
	public OptionalLong ttl() {
		return this.ttl;
	}

	/**
	 * The length of the item's data, if it was asked for.
	 * @return the bytes, or empty
	 */
	public OptionalLong size() {
		return this.size;
	}

	/**
	 * How long ago the item was last asked for, in seconds, if that was asked for.
	 * @return the seconds, or empty
	 */
	public OptionalLong lastAccess() {
		return this.lastAccess;
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

	@Override
	public String toString() {
		return "MetaReply[" + this.status + (this.won ? " won" : "") + (this.stale ? " stale" : "")
				+ (this.winTaken ? " winTaken" : "") + ((this.value != null) ? " " + this.value : "") + "]";
	}

}
