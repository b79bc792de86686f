package io.libmc.spring.cache;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Says how long each entry of a cache is to live. A bean of this type is used by its
 * name, as in {@code libmc.cache.time-to-live-by: orderTimes}. Must be thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TimeToLive {

	/**
	 * How long an entry is to live once it is put. The cache's
	 * {@linkplain LibmcCacheSettings#timeToLiveJitter jitter} may shorten it.
	 * @param key the entry's key, as the cache was given it
	 * @param value its value
	 * @return {@link Duration#ZERO} for ever, or 1 second or more. With anything else, or
	 * an exception, the value is treated as one that cannot be cached: it is returned to
	 * the caller without being cached, or the exception is, as
	 * {@linkplain LibmcCacheSettings#onError the cache is told}
	 */
	Duration timeToLive(Object key, @Nullable Object value);

}
