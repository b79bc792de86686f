package io.libmc;

import java.time.Duration;

/**
 * How a meta set ({@code ms}) stores. Immutable: every method returns another one.
 *
 * @since 0.1.0
 */
public final class MetaSet {

	/** Stores whatever there is, for ever, with flags 0. */
	public static final MetaSet SET = new MetaSet(new MetaFlags(" k"));

	/** Stores if the key is absent. */
	public static final MetaSet ADD = SET.with("ME");

	/** Stores if the key is present. */
	public static final MetaSet REPLACE = SET.with("MR");

	/**
	 * Adds behind the data that there are. memcached answers
	 * {@link MetaReply.Status#NOT_STORED} where there are none, and also where the item
	 * would become too large.
	 */
	public static final MetaSet APPEND = SET.with("MA");

	/** Adds before the data that there are; the same holds. */
	public static final MetaSet PREPEND = SET.with("MP");

	private final MetaFlags flags;

	private MetaSet(MetaFlags flags) {
		this.flags = flags;
	}

	/**
	 * What it asks for, in memcached's own words.
	 * @return the flags
	 */
	public MetaFlags flags() {
		return this.flags;
	}

	private MetaSet with(String flag) {
		return new MetaSet(this.flags.and(flag));
	}

	/**
	 * Gives the item a time to live ({@code T}).
	 * @param ttl from now
	 * @return another request
	 */
	public MetaSet ttl(Duration ttl) {
		return new MetaSet(this.flags.andTimeToLive(ttl));
	}

	/**
	 * Stores only if the item still has this cas number ({@code C}).
	 * @param cas from {@link MetaReply#cas()}
	 * @return another request
	 */
	public MetaSet compare(long cas) {
		return with("C" + Long.toUnsignedString(cas));
	}

	/**
	 * With {@link #compare}: if the item has a higher number, stores and marks it stale
	 * ({@code I}).
	 * @return another request
	 */
	public MetaSet invalidate() {
		return with("I");
	}

	/**
	 * Asks for the new item's cas number ({@code c}).
	 * @return another request
	 */
	public MetaSet cas() {
		return with("c");
	}

}
