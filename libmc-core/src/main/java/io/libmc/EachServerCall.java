package io.libmc;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import io.libmc.internal.connection.Operation;

/**
 * The same command on every server.
 *
 * @param <T> what the API method returns
 */
final class EachServerCall<T> implements Call<T> {

	private final List<Leg> legs;

	private final Function<List<Leg>, T> reader;

	private boolean begun;

	/**
	 * Creates one.
	 * @param reader makes the result of the servers that answered without an error
	 */
	EachServerCall(Cluster cluster, Supplier<Operation> operation, Function<List<Leg>, T> reader) {
		this.legs = cluster.nodes().stream().map((node) -> new Leg(node, operation.get())).toList();
		this.reader = reader;
	}

	@Override
	public List<Leg> next() {
		if (this.begun) {
			return List.of();
		}
		this.begun = true;
		return this.legs;
	}

	@Override
	public T result() {
		return this.reader.apply(this.legs.stream().filter((leg) -> leg.failure() == null).toList());
	}

}
