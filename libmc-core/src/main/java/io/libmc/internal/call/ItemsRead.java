package io.libmc.internal.call;

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
final class ItemsRead implements Script<ItemsRead> {

	/** As long as the client takes any. */
	static final int ANY_LENGTH = 0;

	/** Keys to a command: a longer line gains nothing. */
	private static final int KEYS_PER_COMMAND = 500;

	private final Cluster cluster;

	private final byte[][] keys;

	private final long startedAt;

	private final long deadline;

	private final @Nullable Item[] items;

	private final @Nullable Failed[] failed;

	private final int maxBytes;

	private List<Part> parts = List.of();

	private boolean begun;

	/** The read of some of the keys, which lie on one server. */
	private static final class Part extends Leg {

		private final int[] positions;

		private final Attempts attempts;

		Part(Node node, Operation operation, int[] positions, Attempts attempts) {
			super(node, operation);
			this.positions = positions;
			this.attempts = attempts;
		}

	}

	/**
	 * Creates a read.
	 * @param keys no two alike
	 * @param maxBytes longer items are a failure
	 */
	ItemsRead(Cluster cluster, byte[][] keys, long startedAt, long deadline, int maxBytes) {
		this.cluster = cluster;
		this.keys = keys;
		this.startedAt = startedAt;
		this.deadline = deadline;
		this.items = new Item[keys.length];
		this.failed = new Failed[keys.length];
		this.maxBytes = maxBytes;
	}

	/** The item of the key at this index; null if it is missing or failed. */
	@Nullable Item item(int index) {
		return this.items[index];
	}

	/** The items of all keys; not a copy. */
	@Nullable Item[] items() {
		return this.items;
	}

	@Nullable Item[] items(int from, int to) {
		return Arrays.copyOfRange(this.items, from, to);
	}

	/** What failed for the key at this index; null if nothing did. */
	@Nullable Failed failed(int index) {
		return this.failed[index];
	}

	@Override
	public @Nullable Step next() {
		this.parts = this.begun ? takeAnswers() : firstParts();
		this.begun = true;
		return this.parts.isEmpty() ? null : new Step.Round(this.parts);
	}

	@Override
	public ItemsRead result() {
		return this;
	}

	private List<Part> firstParts() {
		Map<Node, List<Integer>> byNode = new LinkedHashMap<>();
		Node last = null;
		List<Integer> ofLast = List.of();
		Preparation preparation = new Preparation(this.startedAt, this.deadline);
		for (int i = 0; i < this.keys.length; i++) {
			if (preparation.isLate()) {
				this.failed[i] = Preparation.LATE;
				continue;
			}
			Node home = this.cluster.nodeFor(this.keys[i]);
			if (home != last) {
				ofLast = byNode.computeIfAbsent(home, (node) -> new ArrayList<>());
				last = home;
			}
			ofLast.add(i);
		}
		List<Part> first = new ArrayList<>();
		byNode.forEach((node, indices) -> {
			for (int from = 0; from < indices.size(); from += KEYS_PER_COMMAND) {
				int to = Math.min(indices.size(), from + KEYS_PER_COMMAND);
				first.add(part(node, indices.subList(from, to), Attempts.NONE));
			}
		});
		return first;
	}

	private Part part(Node node, List<Integer> indices, Attempts attempts) {
		byte[][] partKeys = new byte[indices.size()][];
		int[] positions = new int[indices.size()];
		for (int i = 0; i < partKeys.length; i++) {
			positions[i] = indices.get(i);
			partKeys[i] = this.keys[positions[i]];
		}
		return new Part(node, Operation.getMany(this.startedAt, this.deadline, partKeys, this.maxBytes), positions,
				attempts);
	}

	/** Takes what has come; returns what is to be asked again, there or elsewhere. */
	private List<Part> takeAnswers() {
		List<Part> again = new ArrayList<>();
		for (Part part : this.parts) {
			if (part.hasFailed()) {
				askAgain(part, again);
			}
			else {
				take(part);
			}
		}
		return again;
	}

	private void take(Part part) {
		for (int position = 0; position < part.positions.length; position++) {
			String tooLarge = part.operation.tooLarge(position);
			if (tooLarge != null) {
				this.failed[part.positions[position]] = () -> Failures.tooLarge(part.node.name(), tooLarge);
			}
			byte[] bytes = part.operation.takeValue(position);
			if (bytes != null) {
				this.items[part.positions[position]] = new Item(part.operation.flags(position), bytes, 0);
			}
		}
	}

	/** A key that can be asked for nowhere else has failed, and no other one. */
	private void askAgain(Part part, List<Part> again) {
		Attempts attempts = part.attempts.and(part);
		Map<Node, List<Integer>> byNode = new LinkedHashMap<>();
		for (int index : part.positions) {
			Node next = this.cluster.next(this.keys[index], part, attempts);
			if (next != null) {
				byNode.computeIfAbsent(next, (node) -> new ArrayList<>()).add(index);
			}
			else {
				this.failed[index] = part;
			}
		}
		byNode.forEach((node, indices) -> again.add(part(node, indices, attempts)));
	}

}
