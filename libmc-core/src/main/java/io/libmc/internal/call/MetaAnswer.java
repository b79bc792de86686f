package io.libmc.internal.call;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

import io.libmc.MetaReply;
import io.libmc.RawValue;
import io.libmc.internal.protocol.Command;
import org.jspecify.annotations.Nullable;

/**
 * A reply to a meta command, taken apart.
 *
 * @param broken whether there is an item whose chunks make no value: a miss that is in
 * the way
 */
public record MetaAnswer(Status status, @Nullable RawValue value, OptionalLong cas, OptionalLong ttl, OptionalLong size,
		OptionalLong lastAccess, OptionalLong number, boolean hitBefore, boolean won, boolean stale, boolean winTaken,
		boolean broken) implements MetaReply {

	static final MetaAnswer UNSUPPORTED = new MetaAnswer(Status.UNSUPPORTED, null, OptionalLong.empty(), false);

	static final MetaAnswer NOOP = new MetaAnswer(Status.DONE, null, OptionalLong.empty(), false);

	static final MetaAnswer NOT_STORED = new MetaAnswer(Status.NOT_STORED, null, OptionalLong.empty(), false);

	private MetaAnswer(Status status, @Nullable RawValue value, OptionalLong cas, boolean broken) {
		this(status, value, cas, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(),
				false, false, false, false, broken);
	}

	/**
	 * Takes a reply apart. Flags are read where they lie: every read of a cache comes by
	 * here.
	 * @param flags the flags of the reply, separated by spaces
	 * @throws NumberFormatException if there is none where one belongs
	 */
	static MetaAnswer of(Command command, Status status, String flags, byte @Nullable [] data) {
		int clientFlags = 0;
		OptionalLong cas = OptionalLong.empty();
		OptionalLong ttl = cas;
		OptionalLong size = cas;
		OptionalLong lastAccess = cas;
		boolean hitBefore = false;
		boolean won = false;
		boolean stale = false;
		boolean winTaken = false;
		int end;
		for (int at = 0; at < flags.length(); at = end + 1) {
			int space = flags.indexOf(' ', at);
			end = (space >= 0) ? space : flags.length();
			int token = at + 1;
			switch (flags.charAt(at)) {
				case 'f' -> clientFlags = Integer.parseUnsignedInt(flags, token, end, 10);
				case 'c' -> cas = OptionalLong.of(Long.parseUnsignedLong(flags, token, end, 10));
				case 't' -> ttl = OptionalLong.of(Long.parseLong(flags, token, end, 10));
				case 's' -> size = OptionalLong.of(Long.parseLong(flags, token, end, 10));
				case 'l' -> lastAccess = OptionalLong.of(Long.parseLong(flags, token, end, 10));
				case 'h' -> hitBefore = flags.charAt(token) == '1';
				case 'W' -> won = true;
				case 'X' -> stale = true;
				case 'Z' -> winTaken = true;
				default -> {
				}
			}
		}
		boolean counts = command == Command.MA && data != null;
		OptionalLong number = counts
				? OptionalLong.of(Long.parseUnsignedLong(new String(data, StandardCharsets.US_ASCII)))
				: OptionalLong.empty();
		RawValue value = (counts || data == null) ? null : new RawValue(clientFlags, data);
		return new MetaAnswer(status, value, cas, ttl, size, lastAccess, number, hitBefore, won, stale, winTaken,
				false);
	}

	/** What a meta debug answers, {@code name=value}. */
	static Map<String, String> facts(String text) {
		Map<String, String> facts = new LinkedHashMap<>();
		for (String fact : text.split(" ", -1)) {
			int equals = fact.indexOf('=');
			if (equals > 0) {
				facts.put(fact.substring(0, equals), fact.substring(equals + 1));
			}
		}
		return facts;
	}

	/** This answer with the value that its chunks make up, or null if they make none. */
	MetaAnswer withChunks(@Nullable Item joined) {
		return (joined == null) ? new MetaAnswer(Status.NOT_FOUND, null, this.cas, true)
				: new MetaAnswer(this.status, new RawValue(joined.flags(), joined.bytes()), this.cas, this.ttl,
						this.size, this.lastAccess, this.number, this.hitBefore, this.won, this.stale, this.winTaken,
						false);
	}

	/** Whether there is more than the empty item of an election, whatever it is worth. */
	public boolean hasValue() {
		return this.broken || (this.value != null && this.value.bytes().length > 0);
	}

}
