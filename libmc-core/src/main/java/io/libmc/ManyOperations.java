package io.libmc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * One operation for each of many keys, pipelined. Its result is itself.
 */
final class ManyOperations implements Call<ManyOperations> {

	private final Cluster cluster;

	private final byte[][] keys;

	private final IntFunction<Operation> operations;

	/** The last leg of each key. */
	private final @Nullable Leg[] done;

	private List<Leg> legs = List.of();

	private boolean begun;

	/**
	 * Creates one.
	 * @param operations makes the operation of the key at an index
	 */
	ManyOperations(Cluster cluster, byte[][] keys, IntFunction<Operation> operations) {
		this.cluster = cluster;
		this.keys = keys;
		this.operations = operations;
		this.done = new Leg[keys.length];
	}

	@Override
	public List<Leg> next() {
		List<Leg> next = new ArrayList<>();
		if (!this.begun) {
			this.begun = true;
			for (int i = 0; i < this.keys.length; i++) {
				next.add(new Leg(this.cluster.nodeFor(this.keys[i]), this.operations.apply(i), new int[] { i },
						Attempts.NONE));
			}
		}
		else {
			this.legs.forEach((leg) -> end(leg, next));
		}
		this.legs = next;
		return next;
	}

	private void end(Leg leg, List<Leg> again) {
		int index = leg.indices[0];
		this.done[index] = leg;
		if (leg.operation.failure() != null) {
			Attempts attempts = leg.failedAttempts();
			Node next = this.cluster.next(this.keys[index], leg.operation, leg.node, attempts);
			if (next != null) {
				again.add(new Leg(next, leg.operation.again(), leg.indices, attempts));
			}
		}
	}

	@Override
	public ManyOperations result() {
		return this;
	}

	/** How the operation of the key at this index was answered. */
	Operation operation(int index) {
		return leg(index).operation;
	}

	/** Why the operation of the key at this index failed; null if it did not. */
	@Nullable MemcachedException failure(int index) {
		return leg(index).failure();
	}

	private Leg leg(int index) {
		Leg leg = this.done[index];
		if (leg == null) {
			throw new IllegalStateException("not performed yet");
		}
		return leg;
	}

}
