package io.libmc.internal.call;

import java.util.function.BiFunction;

import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * One operation on the server of its key; the same again, there or elsewhere, if it
 * failed and may be.
 *
 * @param <T> what the API method returns
 */
final class KeyCommand<T extends @Nullable Object> extends Leg implements Script<T> {

	private final Cluster cluster;

	private final byte[] key;

	private final BiFunction<Operation, Node, T> reader;

	private Attempts attempts = Attempts.NONE;

	private boolean begun;

	/**
	 * Creates a command.
	 * @param reader makes the result of the operation, which was answered without an
	 * error
	 */
	KeyCommand(Cluster cluster, byte[] key, Operation operation, BiFunction<Operation, Node, T> reader) {
		this(cluster, key, cluster.nodeFor(key), operation, reader);
	}

	private KeyCommand(Cluster cluster, byte[] key, Node node, Operation operation,
			BiFunction<Operation, Node, T> reader) {
		super(node, operation);
		this.cluster = cluster;
		this.key = key;
		this.reader = reader;
	}

	/** Goes on with what an operation has begun. */
	static <T extends @Nullable Object> KeyCommand<T> after(Cluster cluster, byte[] key, Node node, Operation performed,
			BiFunction<Operation, Node, T> reader) {
		KeyCommand<T> command = new KeyCommand<>(cluster, key, node, performed, reader);
		command.begun = true;
		return command;
	}

	@Override
	public @Nullable Step next() {
		boolean due = !this.begun || repeats();
		this.begun = true;
		return due ? this : null;
	}

	@Override
	boolean repeats() {
		Failure failure = this.operation.failure();
		if (failure == null) {
			return false;
		}
		// a key that it shared its command with may be the cause
		if (failure.kind() == Failure.Kind.LOST && this.operation.hasShared() && this.operation.hasTime()) {
			this.operation = this.operation.againAlone();
			return true;
		}
		this.attempts = this.attempts.and(this);
		Node next = this.cluster.next(this.key, this, this.attempts);
		if (next != null) {
			this.node = next;
			this.operation = this.operation.again();
		}
		return next != null;
	}

	@Override
	public T result() {
		return this.reader.apply(this.operation, this.node);
	}

}
