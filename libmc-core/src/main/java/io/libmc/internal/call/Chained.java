package io.libmc.internal.call;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * A script and another one, made of its result, that comes after it.
 *
 * @param <S> the first script's result
 * @param <T> what the API method returns
 */
final class Chained<S extends @Nullable Object, T extends @Nullable Object> implements Script<T> {

	private final Script<? extends S> first;

	private final Function<? super S, Script<T>> sequel;

	private @Nullable Script<T> second;

	Chained(Script<? extends S> first, Function<? super S, Script<T>> sequel) {
		this.first = first;
		this.sequel = sequel;
	}

	@Override
	public @Nullable Step next() {
		Script<T> next = this.second;
		if (next == null) {
			Step step = this.first.next();
			if (step != null || this.first.failure() != null) {
				return step;
			}
			next = this.sequel.apply(this.first.result());
			this.second = next;
		}
		return next.next();
	}

	@Override
	public @Nullable Failed failure() {
		return (this.second != null) ? this.second.failure() : this.first.failure();
	}

	@Override
	public T result() {
		if (this.second == null) {
			throw new IllegalStateException("not performed yet");
		}
		return this.second.result();
	}

}
