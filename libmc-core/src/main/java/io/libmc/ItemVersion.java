package io.libmc;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Which version of an item a value is, as {@link LoadListener#read} tells it. It is of
 * use to {@link LoadPolicy#knowing}: an item that has not changed since need not be sent
 * again.
 *
 * @since 0.1.0
 */
public interface ItemVersion {

	/**
	 * For how long, from the question on, the item is sure to live unless it is changed.
	 * @return {@code null} if it does not expire, or the server does not tell; memcached
	 * counts in seconds
	 */
	@Nullable Duration timeLeft();

}
