package io.libmc;

import java.time.Duration;

/**
 * How a meta delete ({@code md}) deletes. Immutable: every method returns another one.
 */
public final class MetaDelete {

	/** Deletes whatever there is. */
	public static final MetaDelete DELETE = new MetaDelete(" k");

	private final String flags;

	private MetaDelete(String flags) {
		this.flags = flags;
	}

	/** The flags as they go on the wire, each with a space in front. */
	String flags() {
		return this.flags;
	}

	private MetaDelete with(String flag) {
		return new MetaDelete(MetaFlags.and(this.flags, flag));
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
		return with("I").with("T" + Ttl.toExptime(staleFor));
	}

}
