/**
 * Spring's cache abstraction on memcached. Start at
 * {@link io.libmc.spring.cache.LibmcCacheManager}.
 */
@NullMarked
package io.libmc.spring.cache;

import org.jspecify.annotations.NullMarked;
