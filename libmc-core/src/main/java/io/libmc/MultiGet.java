package io.libmc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.libmc.Cluster.Attempts;
import io.libmc.Cluster.Leg;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.protocol.Command;
import org.jspecify.annotations.Nullable;

/**
 * One getMulti: the keys of each server in as few commands as sensible, all servers side
 * by side, each key's fortune told apart.
 */
final class MultiGet {

	/** Keys to a command: a longer line gains nothing. */
	private static final int KEYS_PER_COMMAND = 500;

	private final Cluster cluster;

	private final Keys keys;

	private final Decoder decoder;

	private final long startedAt = System.nanoTime();

	private final long deadline;

	/** Makes a value of what was read; may throw a {@link MemcachedException}. */
	@FunctionalInterface
	interface Decoder {

		@Nullable Object decode(String key, int flags, byte[] bytes);

	}

	MultiGet(Cluster cluster, Keys keys, Decoder decoder, long deadline) {
		this.cluster = cluster;
		this.keys = keys;
		this.decoder = decoder;
		this.deadline = deadline;
	}

	MultiGetResult<Object> perform(Collection<String> asked) {
		Objects.requireNonNull(asked, "keys");
		String[] names = new LinkedHashSet<>(asked).toArray(new String[0]);
		byte[][] encoded = new byte[names.length][];
		for (int i = 0; i < names.length; i++) {
			encoded[i] = this.keys.encode(names[i]);
		}
		@Nullable Object[] found = new Object[names.length];
		Map<String, MemcachedException> failures = new LinkedHashMap<>();
		List<Leg> legs = legs(encoded);
		while (!legs.isEmpty()) {
			this.cluster.performAll(legs);
			List<Leg> again = new ArrayList<>();
			for (Leg leg : legs) {
				MemcachedException failed = Failures.of(leg.operation, leg.node.name());
				if (failed == null) {
					take(leg, names, found, failures);
				}
				else if (!tryAgain(leg, encoded, again)) {
					for (int index : leg.indices) {
						failures.put(names[index], failed);
					}
				}
			}
			legs = again;
		}
		return result(names, found, failures);
	}

	/** Groups the keys by server. */
	private List<Leg> legs(byte[][] encoded) {
		Map<Node, List<Integer>> byNode = new LinkedHashMap<>();
		for (int i = 0; i < encoded.length; i++) {
			byNode.computeIfAbsent(this.cluster.nodeFor(encoded[i]), (node) -> new ArrayList<>()).add(i);
		}
		List<Leg> legs = new ArrayList<>();
		byNode.forEach((node, indices) -> {
			for (int from = 0; from < indices.size(); from += KEYS_PER_COMMAND) {
				legs.add(leg(node, encoded, indices.subList(from, Math.min(indices.size(), from + KEYS_PER_COMMAND)),
						Attempts.NONE));
			}
		});
		return legs;
	}

	private Leg leg(Node node, byte[][] encoded, List<Integer> indices, Attempts attempts) {
		byte[][] keys = new byte[indices.size()][];
		int[] positions = new int[indices.size()];
		for (int i = 0; i < keys.length; i++) {
			positions[i] = indices.get(i);
			keys[i] = encoded[positions[i]];
		}
		return new Leg(node, Operation.of(Command.GET, this.startedAt, this.deadline, keys), positions, attempts);
	}

	/**
	 * Sends the keys of a failed command elsewhere, or again, each to where it belongs.
	 */
	private boolean tryAgain(Leg leg, byte[][] encoded, List<Leg> again) {
		Attempts attempts = leg.attempts.and(leg.operation, leg.node);
		Map<Node, List<Integer>> byNode = new LinkedHashMap<>();
		for (int index : leg.indices) {
			Node next = this.cluster.next(encoded[index], leg.operation, leg.node, attempts);
			if (next == null) {
				return false;
			}
			byNode.computeIfAbsent(next, (node) -> new ArrayList<>()).add(index);
		}
		byNode.forEach((node, indices) -> again.add(leg(node, encoded, indices, attempts)));
		return true;
	}

	private void take(Leg leg, String[] names, @Nullable Object[] found, Map<String, MemcachedException> failures) {
		for (int position = 0; position < leg.indices.length; position++) {
			byte[] bytes = leg.operation.takeValue(position);
			if (bytes != null) {
				int index = leg.indices[position];
				try {
					found[index] = this.decoder.decode(names[index], leg.operation.flags(position), bytes);
				}
				catch (MemcachedException ex) {
					failures.put(names[index], ex);
				}
			}
		}
	}

	private static MultiGetResult<Object> result(String[] names, @Nullable Object[] found,
			Map<String, MemcachedException> failures) {
		Map<String, Object> values = new LinkedHashMap<>();
		Set<String> missing = new LinkedHashSet<>();
		for (int i = 0; i < names.length; i++) {
			Object value = found[i];
			if (value != null) {
				values.put(names[i], value);
			}
			else if (!failures.containsKey(names[i])) {
				missing.add(names[i]);
			}
		}
		return new MultiGetResult<>(values, missing, failures);
	}

}
