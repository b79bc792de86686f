package io.libmc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Reads many items as they lie: the keys of each server in as few commands as sensible,
 * each key's fortune told apart. Its result is itself.
 */
final class ItemsCall implements Call<ItemsCall> {

	/** Keys to a command: a longer line gains nothing. */
	private static final int KEYS_PER_COMMAND = 500;

	private final Cluster cluster;

	private final byte[][] keys;

	private final long startedAt;

	private final long deadline;

	private final @Nullable Item[] items;

	private final @Nullable MemcachedException[] failures;

	private List<Leg> legs = List.of();

	private boolean begun;

	/**
	 * Creates one.
	 * @param keys no two alike
	 */
	ItemsCall(Cluster cluster, byte[][] keys, long startedAt, long deadline) {
		this.cluster = cluster;
		this.keys = keys;
		this.startedAt = startedAt;
		this.deadline = deadline;
		this.items = new Item[keys.length];
		this.failures = new MemcachedException[keys.length];
	}

	/** The item of the key at this index; null if it is missing or failed. */
	@Nullable Item item(int index) {
		return this.items[index];
	}

	@Nullable Item[] items(int from, int to) {
		return Arrays.copyOfRange(this.items, from, to);
	}

	/** Why the key at this index failed; null if it did not. */
	@Nullable MemcachedException failure(int index) {
		return this.failures[index];
	}

	@Override
	public List<Leg> next() {
		if (this.begun) {
			this.legs = takeAnswers();
		}
		else {
			this.begun = true;
			this.legs = firstLegs();
		}
		return this.legs;
	}

	@Override
	public ItemsCall result() {
		return this;
	}

	private List<Leg> firstLegs() {
		Map<Node, List<Integer>> byNode = new LinkedHashMap<>();
		Node last = null;
		List<Integer> ofLast = List.of();
		for (int i = 0; i < this.keys.length; i++) {
			Node home = this.cluster.nodeFor(this.keys[i]);
			if (home != last) {
				ofLast = byNode.computeIfAbsent(home, (node) -> new ArrayList<>());
				last = home;
			}
			ofLast.add(i);
		}
		List<Leg> first = new ArrayList<>();
		byNode.forEach((node, indices) -> {
			for (int from = 0; from < indices.size(); from += KEYS_PER_COMMAND) {
				int to = Math.min(indices.size(), from + KEYS_PER_COMMAND);
				first.add(leg(node, indices.subList(from, to), Attempts.NONE));
			}
		});
		return first;
	}

	private Leg leg(Node node, List<Integer> indices, Attempts attempts) {
		byte[][] legKeys = new byte[indices.size()][];
		int[] positions = new int[indices.size()];
		for (int i = 0; i < legKeys.length; i++) {
			positions[i] = indices.get(i);
			legKeys[i] = this.keys[positions[i]];
		}
		Operation operation = Operation.getMany(this.startedAt, this.deadline, legKeys);
		return new Leg(node, operation, positions, attempts);
	}

	/** Takes what has come; returns what is to be asked again, there or elsewhere. */
	private List<Leg> takeAnswers() {
		List<Leg> again = new ArrayList<>();
		for (Leg leg : this.legs) {
			MemcachedException failed = leg.failure();
			if (failed == null) {
				take(leg);
			}
			else if (!askAgain(leg, again)) {
				for (int index : leg.indices) {
					this.failures[index] = failed;
				}
			}
		}
		return again;
	}

	private void take(Leg leg) {
		for (int position = 0; position < leg.indices.length; position++) {
			byte[] bytes = leg.operation.takeValue(position);
			if (bytes != null) {
				this.items[leg.indices[position]] = new Item(leg.operation.flags(position), bytes, 0);
			}
		}
	}

	private boolean askAgain(Leg leg, List<Leg> again) {
		Attempts attempts = leg.failedAttempts();
		Map<Node, List<Integer>> byNode = new LinkedHashMap<>();
		for (int index : leg.indices) {
			Node next = this.cluster.next(this.keys[index], leg.operation, leg.node, attempts);
			if (next == null) {
				return false;
			}
			byNode.computeIfAbsent(next, (node) -> new ArrayList<>()).add(index);
		}
		byNode.forEach((node, indices) -> again.add(leg(node, indices, attempts)));
		return true;
	}

}
