package io.libmc;

import java.time.Duration;

/**
 * How a meta arithmetic ({@code ma}) counts. Immutable: every method returns another one.
 * Numbers are unsigned and have 64 bits: counting up goes on at 0 after the last one, and
 * counting down ends at 0.
 *
 * @since 0.1.0
 */
public final class MetaArithmetic {

	/** Adds 1 to a counter that is there. */
	public static final MetaArithmetic INCREMENT = new MetaArithmetic(new MetaFlags(" k v"));

	/** Takes 1 from a counter that is there. */
	public static final MetaArithmetic DECREMENT = INCREMENT.with("MD");

	private final MetaFlags flags;

	private MetaArithmetic(MetaFlags flags) {
		this.flags = flags;
	}

	/**
	 * What it asks for, in memcached's own words.
	 * @return the flags
	 */
	public MetaFlags flags() {
		return this.flags;
	}

	private MetaArithmetic with(String flag) {
		return new MetaArithmetic(this.flags.and(flag));
	}

	/**
	 * Counts by another number than 1 ({@code D}).
	 * @param delta zero or more
	 * @return another request
	 * @throws IllegalArgumentException if it is negative
	 */
	public MetaArithmetic delta(long delta) {
		if (delta < 0) {
			throw new IllegalArgumentException(
					"delta: " + delta + " is negative; count in the other direction with a positive one");
		}
		return with("D" + delta);
	}

	/**
	 * If the key is absent, puts a counter there ({@code N J}), which is not counted from
	 * but is the answer. memcached stores it without client flags: {@code incr} counts it
	 * too, while {@code get} finds bytes.
	 * @param value where it begins, unsigned
	 * @param ttl how long it then lives
	 * @return another request
	 */
	public MetaArithmetic initial(long value, Duration ttl) {
		return new MetaArithmetic(this.flags.and("J" + Long.toUnsignedString(value)).andVivify(ttl));
	}

	/**
	 * Counts only if the item still has this cas number ({@code C}).
	 * @param cas from {@link MetaReply#cas()}
	 * @return another request
	 */
	public MetaArithmetic compare(long cas) {
		return with("C" + Long.toUnsignedString(cas));
	}

	/**
	 * Also gives the counter a new time to live ({@code T}).
	 * @param ttl from now
	 * @return another request
	 */
	public MetaArithmetic touch(Duration ttl) {
		return new MetaArithmetic(this.flags.andTimeToLive(ttl));
	}

	/**
	 * Also asks for the counter's cas number ({@code c}).
	 * @return another request
	 */
	public MetaArithmetic cas() {
		return with("c");
	}

	/**
	 * Also asks how long the counter has left to live ({@code t}). After
	 * {@link #touch(Duration)} that is its new time, before it the old one.
	 * @return another request
	 */
	public MetaArithmetic ttl() {
		return with("t");
	}

}
