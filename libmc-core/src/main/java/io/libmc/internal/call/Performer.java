package io.libmc.internal.call;

import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Performs operations and runs scripts on the thread of its caller.
 */
public interface Performer {

	/** Performs an operation, which tells how it went. */
	void perform(Node node, Operation operation);

	/** Runs a script to its end; throws what it failed with. */
	<T extends @Nullable Object> T run(Script<T> script);

}
