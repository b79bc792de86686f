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
 */
public record LibmcCacheStatistics(long hits, long misses, long puts, long evictions, long failures, long undecodable) {

}
