package io.libmc;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One call of the API, as rounds of operations: those of a round run side by side, and
 * once all have ended the call says what comes next, until there is a result. The
 * blocking client waits between rounds, the asynchronous one is called back; the call
 * does not know.
 * <p>
 * Used by one thread at a time. Everything that can be wrong with the arguments is found
 * when it is made.
 *
 * @param <T> what the API method returns
 */
interface Call<T extends @Nullable Object> {

	/**
	 * The operations to perform next; empty once there is a result.
	 * @throws MemcachedException if the call failed
	 */
	List<Leg> next();

	/**
	 * The result.
	 * @throws MemcachedException if the call failed
	 */
	T result();

	/**
	 * Performs it on the caller's thread.
	 * @throws MemcachedException if the call failed
	 */
	default T perform(Cluster cluster) {
		for (List<Leg> legs = next(); !legs.isEmpty(); legs = next()) {
			cluster.perform(legs);
		}
		return result();
	}

}
