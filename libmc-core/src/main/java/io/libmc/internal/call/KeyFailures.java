package io.libmc.internal.call;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import io.libmc.MemcachedException;
import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Answer;
import org.jspecify.annotations.Nullable;

/**
 * Why keys of one call failed. Keys of a server that failed alike share one exception: a
 * stack trace for each of a hundred thousand takes longer than the call may.
 */
final class KeyFailures {

	private final Map<String, MemcachedException> byKey = new LinkedHashMap<>();

	/** By what they are or, of legs, by what they say. */
	private final Map<Object, MemcachedException> made = new HashMap<>();

	/** All that an exception says, but for the time that it took. */
	private record Reason(String server, Command command, @Nullable Failure failure, Progress progress, Answer answer,
			@Nullable String text) {

		static Reason of(Leg leg) {
			return new Reason(leg.node.name(), leg.operation.command(), leg.operation.failure(),
					leg.operation.progress(), leg.operation.answer(), leg.operation.text());
		}

	}

	/** Notes why a key failed, unless it is known. */
	void add(String key, Failed failed) {
		if (!this.byKey.containsKey(key)) {
			this.byKey.put(key, exceptionOf(failed));
		}
	}

	void add(String key, MemcachedException failure) {
		this.byKey.putIfAbsent(key, failure);
	}

	/** The exception that all have who failed alike. */
	MemcachedException exceptionOf(Failed failed) {
		Object alike = (failed instanceof Leg leg) ? Reason.of(leg) : failed;
		return this.made.computeIfAbsent(alike, (reason) -> failed.exception());
	}

	boolean contains(String key) {
		return this.byKey.containsKey(key);
	}

	Map<String, MemcachedException> byKey() {
		return this.byKey;
	}

}
