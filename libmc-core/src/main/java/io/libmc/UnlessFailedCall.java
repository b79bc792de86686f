package io.libmc;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A call whose result is another's, or null if that failed.
 *
 * @param <T> what the API method returns
 */
final class UnlessFailedCall<T> implements Call<@Nullable T> {

	private final Call<T> call;

	UnlessFailedCall(Call<T> call) {
		this.call = call;
	}

	@Override
	public List<Leg> next() {
		return this.call.next();
	}

	@Override
	@SuppressWarnings("NullAway") // it does not see that this type variable includes null
	public @Nullable T result() {
		try {
			return this.call.result();
		}
		catch (MemcachedException ex) {
			return null;
		}
	}

}
