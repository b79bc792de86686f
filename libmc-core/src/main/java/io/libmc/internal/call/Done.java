package io.libmc.internal.call;

import org.jspecify.annotations.Nullable;

/**
 * A script with nothing left to do.
 *
 * @param failure why it failed, or null if it did not
 * @param result its result if it did not
 */
record Done<T extends @Nullable Object>(@Nullable Failed failure, T result) implements Script<T> {

	@Override
	public @Nullable Step next() {
		return null;
	}

}
