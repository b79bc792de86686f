package io.libmc;

import java.time.Duration;

/**
 * How a meta delete ({@code md}) deletes. Immutable: every method returns another one.
 *
 * @since 0.1.0
 */
public final class MetaDelete {

	/** Deletes whatever there is. */
	public static final MetaDelete DELETE = new MetaDelete(new MetaFlags(" k"));

	private final MetaFlags flags;

	private MetaDelete(MetaFlags flags) {
		this.flags = flags;
	}

	/**
	 * What it asks for, in memcached's own words.
	 * @return the flags
	 */
	public MetaFlags flags() {
		return this.flags;
	}

	private MetaDelete with(String flag) {
		return new MetaDelete(this.flags.and(flag));
	}

	/**
	 * Deletes only if the item still has this cas number ({@code C}).
	 * @param cas from {@link MetaReply#cas()}
	 * @return another request
	 */
	public MetaDelete compare(long cas) {
		return with("C" + Long.toUnsignedString(cas));
	}

	/**
	 * Marks the item stale instead of deleting it ({@code I T}): the next meta get elects
	 * its caller to load it anew, all others get the old value.
	 * @param staleFor how long the item then lives
	 * @return another request
	 */
	public MetaDelete invalidate(Duration staleFor) {
		return new MetaDelete(this.flags.and("I").andTimeToLive(staleFor));
	}

}
