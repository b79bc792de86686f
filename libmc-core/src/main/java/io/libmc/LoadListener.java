package io.libmc;

import org.jspecify.annotations.Nullable;

/**
 * Told of what becomes of single calls of {@link MemcachedClient#getOrLoad getOrLoad}, by
 * the {@linkplain LoadPolicy#listener policy} they are made with. Every method does
 * nothing unless overridden. Called on the thread of the call or, of an asynchronous one,
 * on that of its replies: so it must not wait then. What a listener throws is logged and
 * costs nobody a value, but for what {@link #asking()} and {@link #failed} say.
 *
 * @since 0.1.0
 */
public interface LoadListener {

	/**
	 * memcached is about to be asked. Not told to callers that share another caller's
	 * answer.
	 * @throws MemcachedException to have it count as memcached's failure
	 */
	default void asking() {
	}

	/**
	 * memcached has answered, and this is the value of the key that was read
	 * {@linkplain LoadPolicy#beside beside}. Told before anything is made of the answer.
	 * @param value the value, or {@code null} if there is none or it cannot be decoded
	 */
	default void beside(@Nullable Object value) {
	}

	/**
	 * A value was read, or one that is {@linkplain LoadPolicy#knowing known} has not
	 * changed. Told with policies that {@linkplain LoadPolicy#versioned() ask for
	 * versions}, of values that are good enough and were not taken back.
	 * @param value the value that the call returns
	 * @param version which version it is
	 */
	default void read(Object value, ItemVersion version) {
	}

	/** There was a value. */
	default void found() {
	}

	/** There was no value, or none that is good enough. */
	default void missed() {
	}

	/**
	 * There was no value so far, and this call waits for another one, of whatever
	 * process, that looks for it or loads it. Told again where it looks again and waits
	 * on.
	 */
	default void waiting() {
	}

	/** A loaded value was stored. */
	default void stored() {
	}

	/**
	 * A loaded value, which its caller gets in any case, was not stored. Not told of one
	 * that was overtaken.
	 * @param cause a {@link MemcachedException}, or an {@link IllegalArgumentException}
	 * where it cannot be encoded or is too large
	 */
	default void notStored(RuntimeException cause) {
	}

	/**
	 * memcached failed before a value was found or loaded. The caller's loader runs next.
	 * @param failure what failed
	 * @throws MemcachedException to have it reach the caller instead
	 */
	default void failed(MemcachedException failure) {
	}

}
