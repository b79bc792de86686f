package io.libmc.spring.cache;

/**
 * What this application did to a cache since it started. What other applications did does
 * not count.
 *
 * @param hits lookups that found an entry
 * @param misses lookups that found none
 * @param puts entries written
 * @param evictions entries evicted one by one, whether or not they existed
 * @param failures operations that memcached failed, lookups among them
 * @param undecodable entries found that were no values; they also count as misses
 * @param uncacheable values that could not be cached: of a class that is not allowed, not
 * serializable, or too large
 * @param changed entries found that another version of their class wrote; they also count
 * as misses
 * @param nearHits how many of the hits were found in the process, without asking
 * memcached
 * @since 0.1.0
 */
public record LibmcCacheStatistics(long hits, long misses, long puts, long evictions, long failures, long undecodable,
		long uncacheable, long changed, long nearHits) {

	/**
	 * Creates statistics of a cache without a near cache.
	 * @param hits as above
	 * @param misses as above
	 * @param puts as above
	 * @param evictions as above
	 * @param failures as above
	 * @param undecodable as above
	 * @param uncacheable as above
	 * @param changed as above
	 */
	public LibmcCacheStatistics(long hits, long misses, long puts, long evictions, long failures, long undecodable,
			long uncacheable, long changed) {
		this(hits, misses, puts, evictions, failures, undecodable, uncacheable, changed, 0);
	}

	/**
	 * Creates statistics of a cache whose classes have not changed.
	 * @param hits as above
	 * @param misses as above
	 * @param puts as above
	 * @param evictions as above
	 * @param failures as above
	 * @param undecodable as above
	 * @param uncacheable as above
	 */
	public LibmcCacheStatistics(long hits, long misses, long puts, long evictions, long failures, long undecodable,
			long uncacheable) {
		this(hits, misses, puts, evictions, failures, undecodable, uncacheable, 0);
	}

	/**
	 * Creates statistics of a cache that could cache all values.
	 * @param hits as above
	 * @param misses as above
	 * @param puts as above
	 * @param evictions as above
	 * @param failures as above
	 * @param undecodable as above
	 */
	public LibmcCacheStatistics(long hits, long misses, long puts, long evictions, long failures, long undecodable) {
		this(hits, misses, puts, evictions, failures, undecodable, 0);
	}

}
