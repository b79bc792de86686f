package io.libmc.spring.cache;

import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Says which groups each entry of a cache belongs to, so that all entries of a group can
 * be evicted together, by {@link BulkCache#evictGroup}. A bean of this type is used by
 * its name, as in {@code libmc.cache.groups-by: orderGroups}. Must be thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface CacheGroups {

	/**
	 * The groups that an entry belongs to from when it is put until it is replaced.
	 * @param key the entry's key, as the cache was given it
	 * @param value its value
	 * @return the names of up to four groups, or none. With more, {@code null}, or an
	 * exception, the value is treated as one that cannot be cached: it is returned to the
	 * caller without being cached, or the exception is, as
	 * {@linkplain LibmcCacheSettings#onError the cache is told}
	 */
	Collection<String> groups(Object key, @Nullable Object value);

	/**
	 * Groups by expressions on {@code #key} and {@code #value}, such as
	 * {@code #value.authorId} or {@code 'author:' + #value.authorId}. Each gives the name
	 * of a group: a text, number, enum, UUID or truth value; or a collection, an array or
	 * an {@code Optional} of such; or {@code null} for no group. One that asks a
	 * {@code null} value for something gives no group.
	 * @param expressions in Spring's expression language, without beans and types
	 * @return the groups that all of them give
	 * @throws IllegalArgumentException if one is no expression
	 */
	static CacheGroups expressions(String... expressions) {
		return new GroupExpressions(List.of(expressions));
	}

}
