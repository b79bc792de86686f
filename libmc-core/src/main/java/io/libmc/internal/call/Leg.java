package io.libmc.internal.call;

import io.libmc.MemcachedException;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * One operation and the server it is for, both of which may change from one attempt to
 * the next.
 */
public non-sealed class Leg implements Step, Failed {

	Node node;

	Operation operation;

	/** What the listener gave for it. */
	private @Nullable Object started;

	Leg(Node node, Operation operation) {
		this.node = node;
		this.operation = operation;
	}

	public final Node node() {
		return this.node;
	}

	public final Operation operation() {
		return this.operation;
	}

	/**
	 * Puts the operation in line, and tells the listener.
	 * @param more whether further ones for this server follow at once
	 */
	public final void begin(OperationEvents events, boolean more) {
		this.started = events.start(this.operation, this.node);
		this.node.submit(this.operation, more);
	}

	/** Tells the listener that the operation has ended. */
	public final void end(OperationEvents events) {
		events.stop(this.operation, this.node, this.started);
	}

	/** Whether it is to be performed again, there or elsewhere, now that it has ended. */
	boolean repeats() {
		return false;
	}

	/** This, if the operation failed or was answered with an error. */
	public @Nullable Failed failure() {
		return hasFailed() ? this : null;
	}

	final boolean hasFailed() {
		return Failures.isFailure(this.operation);
	}

	@Override
	public final MemcachedException exception() {
		return Failures.of(this.operation, this.node.name());
	}

}
