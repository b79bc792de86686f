package io.libmc.spring.cache;

import java.util.Objects;

/**
 * A group of a cache's entries, in the place of a key: to evict it is to evict the
 * group's entries. So annotations can:
 *
 * <pre class="code">
 * &#64;CacheEvict(cacheNames = "books", key = "T(io.libmc.spring.cache.CacheGroup).of(#author.id)")
 * </pre>
 *
 * It is good for nothing else: no entry can have it as its key.
 *
 * @param name the group's name
 * @since 0.1.0
 */
public record CacheGroup(String name) {

	/**
	 * Creates a group.
	 * @param name the group's name
	 */
	public CacheGroup {
		Objects.requireNonNull(name, "name");
	}

	/**
	 * A group whose name may be of any type that {@link CacheGroups#expressions} takes.
	 * @param name a text, number, enum, UUID or truth value
	 * @return the group
	 * @throws IllegalArgumentException if it is anything else
	 */
	public static CacheGroup of(Object name) {
		return new CacheGroup(GroupExpressions.name(name));
	}

}
