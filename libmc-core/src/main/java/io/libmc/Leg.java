package io.libmc;

import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a call and the server it is for.
 */
final class Leg {

	private static final int[] NO_INDICES = {};

	final Node node;

	final Operation operation;

	/** Which of the call's keys the operation's are. */
	final int[] indices;

	/** What was tried for these keys before. */
	final Attempts attempts;

	/** What the listener gave for it. */
	@Nullable Object started;

	Leg(Node node, Operation operation) {
		this(node, operation, NO_INDICES, Attempts.NONE);
	}

	Leg(Node node, Operation operation, int[] indices, Attempts attempts) {
		this.node = node;
		this.operation = operation;
		this.indices = indices;
		this.attempts = attempts;
	}

	/** These attempts and this one, which failed. */
	Attempts failedAttempts() {
		return this.attempts.and(this.operation, this.node);
	}

	/** Why it failed, or null if it did not. */
	@Nullable MemcachedException failure() {
		return Failures.of(this.operation, this.node.name());
	}

}
