package io.libmc.internal.call;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * A script whose result is made of another's.
 *
 * @param script the other
 * @param reader makes the result
 */
record Mapped<S extends @Nullable Object, T extends @Nullable Object>(Script<? extends S> script,
		Function<? super S, ? extends T> reader) implements Script<T> {

	@Override
	public @Nullable Step next() {
		return this.script.next();
	}

	@Override
	public @Nullable Failed failure() {
		return this.script.failure();
	}

	@Override
	public T result() {
		return this.reader.apply(this.script.result());
	}

}
