package io.libmc;

import java.util.List;
import java.util.function.BiFunction;

import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A call of one operation on the server of its key; the same again, there or elsewhere,
 * if it failed and may be.
 *
 * @param <T> what the API method returns
 */
final class KeyCall<T extends @Nullable Object> implements Call<T> {

	private final Cluster cluster;

	private final byte[] key;

	private final BiFunction<Operation, Node, T> reader;

	private Node node;

	private Operation operation;

	private Attempts attempts = Attempts.NONE;

	private boolean begun;

	/**
	 * Creates one.
	 * @param reader makes the result of the operation, which was answered without an
	 * error
	 */
	KeyCall(Cluster cluster, byte[] key, Operation operation, BiFunction<Operation, Node, T> reader) {
		this(cluster, key, cluster.nodeFor(key), operation, false, reader);
	}

	private KeyCall(Cluster cluster, byte[] key, Node node, Operation operation, boolean begun,
			BiFunction<Operation, Node, T> reader) {
		this.cluster = cluster;
		this.key = key;
		this.reader = reader;
		this.operation = operation;
		this.node = node;
		this.begun = begun;
	}

	/** Goes on with what an operation has begun. */
	static <T extends @Nullable Object> KeyCall<T> after(Cluster cluster, byte[] key, Node node, Operation performed,
			BiFunction<Operation, Node, T> reader) {
		return new KeyCall<>(cluster, key, node, performed, true, reader);
	}

	@Override
	public List<Leg> next() {
		if (!this.begun) {
			this.begun = true;
			return List.of(new Leg(this.node, this.operation));
		}
		return repeats() ? List.of(new Leg(this.node, this.operation)) : List.of();
	}

	/** Whether the operation is to be performed again, after it failed. */
	private boolean repeats() {
		Failure failure = this.operation.failure();
		if (failure == null) {
			return false;
		}
		// whoever it shared its command with may be the cause
		if (failure.kind() == Failure.Kind.LOST && this.operation.hasShared() && this.operation.hasTime()) {
			this.operation = this.operation.againAlone();
			return true;
		}
		this.attempts = this.attempts.and(this.operation, this.node);
		Node next = this.cluster.next(this.key, this.operation, this.node, this.attempts);
		if (next == null) {
			return false;
		}
		this.node = next;
		this.operation = this.operation.again();
		return true;
	}

	@Override
	public T perform(Cluster performer) {
		boolean due = !this.begun || repeats();
		this.begun = true;
		while (due) {
			performer.perform(this.node, this.operation);
			due = repeats();
		}
		return result();
	}

	@Override
	public T result() {
		MemcachedException failed = Failures.of(this.operation, this.node.name());
		if (failed != null) {
			throw failed;
		}
		return this.reader.apply(this.operation, this.node);
	}

}
