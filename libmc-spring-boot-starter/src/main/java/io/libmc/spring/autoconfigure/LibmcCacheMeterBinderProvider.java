package io.libmc.spring.autoconfigure;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.cache.CacheMeterBinder;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.cache.metrics.CacheMeterBinderProvider;

import io.libmc.spring.cache.LibmcCache;
import io.libmc.spring.cache.LibmcCacheStatistics;

/**
 * Turns a cache's statistics into the meters that Boot has for every cache, and into
 * {@code cache.errors}.
 */
final class LibmcCacheMeterBinderProvider implements CacheMeterBinderProvider<LibmcCache> {

	@Override
	public @Nullable MeterBinder getMeterBinder(LibmcCache cache, Iterable<Tag> tags) {
		return cache.isStatisticsEnabled() ? new LibmcCacheMeters(cache, tags) : null;
	}

	private static final class LibmcCacheMeters extends CacheMeterBinder<LibmcCache> {

		LibmcCacheMeters(LibmcCache cache, Iterable<Tag> tags) {
			super(cache, cache.getName(), tags);
		}

		@Override
		protected @Nullable Long size() {
			return null;
		}

		@Override
		protected long hitCount() {
			return statistics().hits();
		}

		@Override
		protected Long missCount() {
			return statistics().misses();
		}

		@Override
		protected Long evictionCount() {
			return statistics().evictions();
		}

		@Override
		protected long putCount() {
			return statistics().puts();
		}

		@Override
		protected void bindImplementationSpecificMetrics(MeterRegistry registry) {
			LibmcCache cache = getCache();
			if (cache != null) {
				FunctionCounter.builder("cache.errors", cache, (errors) -> errors.getStatistics().failures())
					.description("Operations on the cache that memcached failed")
					.tags(getTagsWithCacheName())
					.tag("error", "failed")
					.register(registry);
				FunctionCounter.builder("cache.errors", cache, (errors) -> errors.getStatistics().undecodable())
					.description("Entries that could not be decoded")
					.tags(getTagsWithCacheName())
					.tag("error", "undecodable")
					.register(registry);
				FunctionCounter.builder("cache.errors", cache, (errors) -> errors.getStatistics().uncacheable())
					.description("Values that could not be cached")
					.tags(getTagsWithCacheName())
					.tag("error", "uncacheable")
					.register(registry);
				FunctionCounter.builder("cache.errors", cache, (errors) -> errors.getStatistics().changed())
					.description("Entries that another version of their class wrote")
					.tags(getTagsWithCacheName())
					.tag("error", "changed")
					.register(registry);
			}
		}

		private LibmcCacheStatistics statistics() {
			LibmcCache cache = getCache();
			return (cache != null) ? cache.getStatistics() : new LibmcCacheStatistics(0, 0, 0, 0, 0, 0, 0);
		}

	}

}
