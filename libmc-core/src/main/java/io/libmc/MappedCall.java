package io.libmc;

import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * A call whose result is made of another's.
 *
 * @param <S> the other's result
 * @param <T> what the API method returns
 */
final class MappedCall<S, T extends @Nullable Object> implements Call<T> {

	private final Call<S> call;

	private final Function<S, T> reader;

	MappedCall(Call<S> call, Function<S, T> reader) {
		this.call = call;
		this.reader = reader;
	}

	@Override
	public List<Leg> next() {
		return this.call.next();
	}

	@Override
	public T result() {
		return this.reader.apply(this.call.result());
	}

}
