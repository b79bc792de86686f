package io.libmc.spring.autoconfigure;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
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

	/**
	 * Where an entry was found. A registry may refuse meters of one name whose tags
	 * differ, so that either all caches have it or none.
	 */
	private static final String TIER = "tier";

	private static final class LibmcCacheMeters extends CacheMeterBinder<LibmcCache> {

		private final Tags ofNear;

		LibmcCacheMeters(LibmcCache cache, Iterable<Tag> tags) {
			super(cache, cache.getName(), cache.isTiered() ? Tags.of(tags).and(TIER, "memcached") : tags);
			this.ofNear = Tags.of(tags).and("cache", cache.getName()).and(TIER, "near");
		}

		@Override
		protected @Nullable Long size() {
			return null;
		}

		@Override
		protected long hitCount() {
			return statistics().hits() - statistics().nearHits();
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
			if (cache != null && cache.isNear()) {
				bindNear(cache, registry);
			}
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

		private void bindNear(LibmcCache cache, MeterRegistry registry) {
			FunctionCounter.builder("cache.gets", cache, (near) -> near.getStatistics().nearHits())
				.description("Lookups that found an entry in the process")
				.tags(this.ofNear)
				.tag("result", "hit")
				.register(registry);
			FunctionCounter.builder("cache.evictions", cache, LibmcCache::getNearEvictions)
				.description("Entries that had to leave the process because there were too many")
				.tags(this.ofNear)
				.register(registry);
			Gauge.builder("cache.size", cache, LibmcCache::getNearSize)
				.description("Entries in the process")
				.tags(this.ofNear)
				.register(registry);
		}

		private LibmcCacheStatistics statistics() {
			LibmcCache cache = getCache();
			return (cache != null) ? cache.getStatistics() : new LibmcCacheStatistics(0, 0, 0, 0, 0, 0, 0);
		}

	}

}
