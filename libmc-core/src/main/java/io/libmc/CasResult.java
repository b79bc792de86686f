package io.libmc;

/**
 * How a {@link MemcachedClient#cas cas} ended.
 *
 * @since 0.1.0
 */
public enum CasResult {

	/** Stored. */
	STORED,

	/** Not stored: somebody changed the item since it was read. */
	EXISTS,

	/** Not stored: the key is absent. */
	NOT_FOUND

}
