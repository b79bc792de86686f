package io.libmc.embedded;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * Adding to a number that is stored as decimal digits, or subtracting from it: 64 bits
 * without a sign, round beyond the largest, and never below 0.
 */
final class Arithmetic {

	enum Outcome {

		DONE, NOT_FOUND, NOT_A_NUMBER, EXISTS

	}

	private static final int LARGE = 512 * 1024;

	private final boolean incr;

	private final long delta;

	/** The number that the item has to bear, 0 for any. */
	private final long compared;

	private Outcome outcome = Outcome.NOT_FOUND;

	private long number;

	Arithmetic(boolean incr, long delta, long compared) {
		this.incr = incr;
		this.delta = delta;
		this.compared = compared;
	}

	Outcome outcome() {
		return this.outcome;
	}

	/** The sum, as digits. */
	String digits() {
		return Long.toUnsignedString(this.number);
	}

	/** What comes of an item; called while nobody else changes it. */
	@Nullable Item apply(@Nullable Item old, Store store, int now) {
		OptionalLong before = (old != null && old.length() <= LARGE) ? number(old.value()) : OptionalLong.empty();
		this.outcome = judge(old, before);
		if (this.outcome != Outcome.DONE || old == null) {
			return old;
		}
		this.number = sum(before.orElseThrow());
		byte[] digits = digits().getBytes(StandardCharsets.ISO_8859_1);
		long cas = store.nextCas();
		if (digits.length > old.length()) {
			return Item.of(digits, old.flags(), old.expiresAt(), cas, false, now);
		}
		byte[] padded = Arrays.copyOf(digits, old.length());
		Arrays.fill(padded, digits.length, padded.length, (byte) ' ');
		old.use().lastAt = now;
		return old.withValue(padded, cas);
	}

	/** Of a large item memcached sees at once that it is no number, whatever its own. */
	private Outcome judge(@Nullable Item old, OptionalLong before) {
		if (old == null) {
			return Outcome.NOT_FOUND;
		}
		if (old.length() == 0 || old.length() > LARGE) {
			return Outcome.NOT_A_NUMBER;
		}
		if (this.compared != 0 && this.compared != old.cas()) {
			return Outcome.EXISTS;
		}
		return before.isPresent() ? Outcome.DONE : Outcome.NOT_A_NUMBER;
	}

	private static OptionalLong number(byte[] value) {
		return Decimal.unsigned(value, 0, value.length);
	}

	private long sum(long before) {
		if (this.incr) {
			return before + this.delta;
		}
		return (Long.compareUnsigned(this.delta, before) > 0) ? 0 : before - this.delta;
	}

}
