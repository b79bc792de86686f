package io.libmc.spring.cache;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;

import io.libmc.ErrorCode;
import io.libmc.MemcachedException;
import io.libmc.codec.EncodedValue;

/**
 * What lies on a server under the name of an entry, or is to lie there.
 *
 * @param generation the generation that it bears, or {@link Generation#NONE}
 * @param value the value, with {@link org.springframework.cache.support.NullValue} for
 * {@code null}; or {@code null} if what lies there is no entry of a cache
 * @param problem why there is no value, or why it cannot be stored
 * @param changed whether the reason is that another version of a class wrote it
 * @param lifetime how long it is to live
 * @param groups which groups it belongs to, with their numbers
 * @param encoded how it lies there, or {@code null} if nobody wants to know
 */
record Entry(long generation, @Nullable Object value, @Nullable String problem, boolean changed, Lifetime lifetime,
		GroupStamps groups, @Nullable EncodedValue encoded) {

	static Entry of(long generation, Object value) {
		return of(generation, value, Lifetime.OF_ALL, GroupStamps.NONE);
	}

	static Entry of(long generation, Object value, Lifetime lifetime, GroupStamps groups) {
		return of(generation, value, lifetime, groups, null);
	}

	static Entry of(long generation, Object value, Lifetime lifetime, GroupStamps groups,
			@Nullable EncodedValue encoded) {
		return new Entry(generation, value, null, false, lifetime, groups, encoded);
	}

	/** The same with its value or its bytes, or without. */
	Entry with(@Nullable Object newValue, @Nullable EncodedValue newEncoded) {
		return new Entry(this.generation, newValue, this.problem, this.changed, this.lifetime, this.groups, newEncoded);
	}

	/** The same with the numbers of its groups. */
	Entry in(GroupStamps numbers) {
		return new Entry(this.generation, this.value, this.problem, this.changed, this.lifetime, numbers, this.encoded);
	}

	/** An entry whose value is for its caller alone, and is not to be stored. */
	static Entry unstorable(long generation, Object value, IllegalArgumentException ex) {
		return new Entry(generation, value, String.valueOf(ex.getMessage()), false, Lifetime.OF_ALL, GroupStamps.NONE,
				null);
	}

	/** An entry that is no value: its class has changed, or somebody else wrote it. */
	static Entry undecodable(long generation, @Nullable String problem) {
		return new Entry(generation, null, String.valueOf(problem), false, Lifetime.OF_ALL, GroupStamps.NONE, null);
	}

	/** An entry that is no value, for the reason that the exception gives. */
	static Entry undecodable(long generation, UndecodableEntryException ex) {
		return (NestedExceptionUtils.getRootCause(ex) instanceof ChangedClassException changed) ? new Entry(generation,
				null, String.valueOf(changed.getMessage()), true, Lifetime.OF_ALL, GroupStamps.NONE, null)
				: undecodable(generation, ex.getMessage());
	}

	/** What was read, as an entry: an undecodable one if no cache wrote it. */
	static @Nullable Entry of(@Nullable Object read) {
		return (read == null || read instanceof Entry) ? (Entry) read
				: undecodable(Generation.NONE, "it is none of ours: " + read);
	}

	/**
	 * What was read and made no sense, as an entry.
	 * @param ex says so
	 * @throws MemcachedException the same, if it says anything else
	 */
	static Entry of(MemcachedException ex) {
		if (ex.code() != ErrorCode.INCOMPLETE_BUFFER_ERROR) {
			throw ex;
		}
		return undecodable(Generation.NONE, ex.getMessage());
	}

	/**
	 * An entry to be written, encoded already.
	 *
	 * @param generation the generation it is to bear
	 * @param body what the format made of its value
	 * @param lifetime how long it is to live
	 * @param groups which groups it belongs to, with the numbers it is to bear
	 */
	record Encoded(long generation, Object body, Lifetime lifetime, GroupStamps groups) {

		/** The same in a generation, and with the numbers of its groups. */
		Encoded in(long current, GroupStamps numbers) {
			return new Encoded(current, this.body, this.lifetime, numbers);
		}

	}

}
