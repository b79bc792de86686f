package io.libmc;

import java.time.Duration;

/**
 * What a meta get ({@code mg}) asks for besides the value. Immutable: every method
 * returns another one. The flags are those of memcached's {@code doc/protocol.txt}.
 *
 * @since 0.1.0
 */
public final class MetaGet {

	/** The longest time that memcached takes as left to live. */
	static final Duration LONGEST_REMAINING = Duration.ofSeconds(Integer.MAX_VALUE);

	/** The value and its flags, and nothing else. */
	public static final MetaGet VALUE = new MetaGet(new MetaFlags(" k v f"));

	/** That there is an item, and nothing else. */
	public static final MetaGet NO_VALUE = new MetaGet(new MetaFlags(" k"));

	private final MetaFlags flags;

	private MetaGet(MetaFlags flags) {
		this.flags = flags;
	}

	/**
	 * What it asks for, in memcached's own words.
	 * @return the flags
	 */
	public MetaFlags flags() {
		return this.flags;
	}

	private MetaGet with(String flag) {
		return new MetaGet(this.flags.and(flag));
	}

	/**
	 * Also asks for the item's cas number ({@code c}).
	 * @return another request
	 */
	public MetaGet cas() {
		return with("c");
	}

	/**
	 * Leaves the value out if the item still has this number ({@code C}). memcached knows
	 * that from 1.6.40 on; earlier releases send the value in any case.
	 * @param cas the number that it had when the value was read
	 * @return another request
	 */
	public MetaGet compare(long cas) {
		return with("C" + Long.toUnsignedString(cas));
	}

	/**
	 * Also asks how long the item has left to live ({@code t}). After
	 * {@link #touch(Duration)} that is its new time, before it the old one.
	 * @return another request
	 */
	public MetaGet ttl() {
		return with("t");
	}

	/**
	 * Also asks for the length of the item's data ({@code s}).
	 * @return another request
	 */
	public MetaGet size() {
		return with("s");
	}

	/**
	 * Also asks whether the item had been asked for before ({@code h}).
	 * @return another request
	 */
	public MetaGet hitBefore() {
		return with("h");
	}

	/**
	 * Also asks how long ago the item was last asked for ({@code l}).
	 * @return another request
	 */
	public MetaGet lastAccess() {
		return with("l");
	}

	/**
	 * Also gives the item a new time to live ({@code T}).
	 * @param ttl from now
	 * @return another request
	 */
	public MetaGet touch(Duration ttl) {
		return new MetaGet(this.flags.andTimeToLive(ttl));
	}

	/**
	 * If the key is absent, puts an empty item there for so long and elects this caller
	 * to load the value ({@code N}). Until it is stored all others find the empty item.
	 * @param lease how long the empty item lives
	 * @return another request
	 */
	public MetaGet vivify(Duration lease) {
		return new MetaGet(this.flags.andVivify(lease));
	}

	/**
	 * If the item has less than this left to live, elects this caller to load it anew
	 * ({@code R}), unless another one is already.
	 * @param remaining in whole seconds, 0 to 2<sup>31</sup> - 1
	 * @return another request
	 * @throws IllegalArgumentException if it is out of that range
	 */
	public MetaGet recache(Duration remaining) {
		if (remaining.isNegative() || remaining.toSeconds() > LONGEST_REMAINING.toSeconds()) {
			throw new IllegalArgumentException("remaining: " + remaining + " is out of range; give 0 to "
					+ LONGEST_REMAINING + ", as memcached counts in 32 bits");
		}
		return with("R" + remaining.toSeconds());
	}

}
