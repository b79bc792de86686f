package io.libmc.internal.call;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * One call of the API, as steps: it says what is to be done next, given what the last
 * step brought, until there is a result. The runner knows how to wait; the script does
 * not know.
 * <p>
 * Used by one thread at a time. Everything that can be wrong with the arguments is found
 * when it is made.
 *
 * @param <T> what the API method returns
 */
public interface Script<T extends @Nullable Object> {

	/** What is to be done next, or null once it has failed or has a result. */
	@Nullable Step next();

	/** Why it failed, or null if it did not; once there is no next step. */
	default @Nullable Failed failure() {
		return null;
	}

	/** The result, once there is no next step; not asked for if it failed. */
	T result();

	/**
	 * It could not be run to its end.
	 * @param thrown by a step, or by itself
	 */
	default void broken(Throwable thrown) {
	}

	/** A script with nothing left to do. */
	static <T extends @Nullable Object> Script<T> done(T result) {
		return new Done<>(null, result);
	}

	/** A script that has failed, whatever its result would have been. */
	static <T extends @Nullable Object> Script<T> failed(Failed failure, T result) {
		return new Done<>(failure, result);
	}

	/**
	 * A script whose result is made of this one's.
	 * @param reader may throw what the API method throws
	 */
	default <U extends @Nullable Object> Script<U> map(Function<? super T, ? extends U> reader) {
		return new Mapped<>(this, reader);
	}

	/** A script that goes on with another one, made of this one's result. */
	default <U extends @Nullable Object> Script<U> then(Function<? super T, Script<U>> sequel) {
		return new Chained<>(this, sequel);
	}

}
