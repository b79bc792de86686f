package io.libmc.spring.cache;

import io.libmc.codec.DecodingBudget;

/**
 * Turns values into bytes and back: an {@linkplain EntryFormat#of entry format} of the
 * application's own. A bean of this type is used by its name, as in
 * {@code libmc.cache.serializer: orderSerializer}. Must be thread-safe.
 *
 * @since 0.1.0
 */
public interface CacheValueSerializer {

	/**
	 * Encodes a value.
	 * @param value never {@code null}
	 * @return its bytes
	 * @throws RuntimeException if it cannot be cached; it is then returned to the caller
	 * without being cached, or the exception is, as
	 * {@linkplain LibmcCacheSettings#onError the cache is told}
	 */
	byte[] serialize(Object value);

	/**
	 * Decodes a value. The bytes may come from whoever can write to memcached: no class
	 * should be created for them that the application does not expect.
	 * @param bytes what {@link #serialize} returned, or anything else
	 * @param budget what this may cost; a serializer that decodes what it does not trust
	 * spends from it before it allocates
	 * @return the value, never {@code null}
	 * @throws RuntimeException if the bytes make no sense: the entry is then absent
	 */
	Object deserialize(byte[] bytes, DecodingBudget budget);

}
