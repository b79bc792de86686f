package io.libmc.internal.call;

import java.util.HashSet;
import java.util.Set;

import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;

/**
 * What was tried for a key.
 *
 * @param unreachable the servers that could not be reached
 * @param losses how often a connection was lost
 */
record Attempts(Set<Node> unreachable, int losses) {

	static final Attempts NONE = new Attempts(Set.of(), 0);

	/** These, and one more that failed. */
	Attempts and(Leg failed) {
		Failure failure = failed.operation.failure();
		if (failure == null || failure.kind() != Failure.Kind.UNREACHABLE) {
			return new Attempts(this.unreachable, this.losses + 1);
		}
		Set<Node> nodes = new HashSet<>(this.unreachable);
		nodes.add(failed.node);
		return new Attempts(nodes, this.losses);
	}

}
