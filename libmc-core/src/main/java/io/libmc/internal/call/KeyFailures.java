package io.libmc.internal.call;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import io.libmc.MemcachedException;
import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Operation;
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

	/**
	 * The one that was asked about last, and its exception: its neighbours failed alike.
	 */
	private @Nullable Failed last;

	private @Nullable MemcachedException ofLast;

	/** Notes why a key failed, unless it is known. */
	void add(String key, Failed failed) {
		this.byKey.putIfAbsent(key, exceptionOf(failed));
	}

	void add(String key, MemcachedException failure) {
		this.byKey.putIfAbsent(key, failure);
	}

	/** The exception that all have who failed alike. */
	MemcachedException exceptionOf(Failed failed) {
		MemcachedException known = this.ofLast;
		if (known != null && isLikeLast(failed)) {
			return known;
		}
		Object alike = (failed instanceof Leg leg) ? Reason.of(leg) : failed;
		MemcachedException exception = this.made.computeIfAbsent(alike, (reason) -> failed.exception());
		this.last = failed;
		this.ofLast = exception;
		return exception;
	}

	/** Without an object for each: a million of them take longer than the call may. */
	private boolean isLikeLast(Failed failed) {
		if (failed == this.last) {
			return true;
		}
		if (!(failed instanceof Leg leg) || !(this.last instanceof Leg other) || leg.node != other.node) {
			return false;
		}
		Operation one = leg.operation;
		Operation two = other.operation;
		return one.command() == two.command() && one.progress() == two.progress() && one.answer() == two.answer()
				&& Objects.equals(one.failure(), two.failure()) && Objects.equals(one.text(), two.text());
	}

	boolean contains(String key) {
		return this.byKey.containsKey(key);
	}

	Map<String, MemcachedException> byKey() {
		return this.byKey;
	}

}
