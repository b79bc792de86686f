package io.libmc.internal.call;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

import io.libmc.MetaReply;
import io.libmc.RawValue;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.ReplyFlags;
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

	private MetaAnswer(Status status, @Nullable RawValue value, OptionalLong cas, boolean broken) {
		this(status, value, cas, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(),
				false, false, false, false, broken);
	}

	/** What an operation was answered. */
	static MetaAnswer of(Status status, Operation done) {
		byte[] data = done.takeValue(0);
		ReplyFlags flags = done.replyFlags();
		if (flags == null) {
			return new MetaAnswer(status, null, OptionalLong.empty(), false);
		}
		boolean counts = done.command() == Command.MA;
		return new MetaAnswer(status, (data != null && !counts) ? new RawValue(flags.clientFlags(), data) : null,
				optional(flags, 'c', flags.cas()), optional(flags, 't', flags.ttl()),
				optional(flags, 's', flags.size()), optional(flags, 'l', flags.lastAccess()),
				(data != null && counts) ? OptionalLong.of(done.counter()) : OptionalLong.empty(), flags.hitBefore(),
				flags.has('W'), flags.has('X'), flags.has('Z'), false);
	}

	private static OptionalLong optional(ReplyFlags flags, char letter, long number) {
		return flags.has(letter) ? OptionalLong.of(number) : OptionalLong.empty();
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
