package io.libmc.spring.cache;

import org.jspecify.annotations.Nullable;

import io.libmc.ErrorCode;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;

/**
 * What lies under one of our names and which even the client cannot read: somebody else
 * wrote it. That is no failure of memcached.
 *
 * @param reason what the client says
 */
record Foreign(String reason) {

	/**
	 * Reads what lies there.
	 * @return a value, a {@link Foreign}, or {@code null}
	 */
	static @Nullable Object get(MemcachedClient client, String key) {
		try {
			return client.get(key);
		}
		catch (MemcachedException ex) {
			return of(ex);
		}
	}

	/** The foreign thing of which a failure tells, unless it tells of another. */
	static Foreign of(MemcachedException ex) {
		if (ex.code() != ErrorCode.INCOMPLETE_BUFFER_ERROR) {
			throw ex;
		}
		return new Foreign(String.valueOf(ex.getMessage()));
	}

}
