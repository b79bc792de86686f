package io.libmc.internal.call;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.libmc.MemcachedException;
import io.libmc.MultiGetResult;
import org.jspecify.annotations.Nullable;

/**
 * Reads many values: their items and then, for all that stand for chunks, those. Its
 * result is itself.
 */
final class ValuesRead implements Script<ValuesRead> {

	private final Cluster cluster;

	private final byte[][] keys;

	private final long startedAt;

	private final long deadline;

	private final ItemsRead masters;

	/** Where each key's chunks begin among all of them. */
	private final int[] offsets;

	private @Nullable ItemsRead chunks;

	/**
	 * Creates a read.
	 * @param keys no two alike
	 */
	ValuesRead(Cluster cluster, byte[][] keys, long startedAt, long deadline) {
		this.cluster = cluster;
		this.keys = keys;
		this.startedAt = startedAt;
		this.deadline = deadline;
		this.masters = new ItemsRead(cluster, keys, startedAt, deadline);
		this.offsets = new int[keys.length + 1];
	}

	@Override
	public @Nullable Step next() {
		ItemsRead asked = this.chunks;
		if (asked == null) {
			Step step = this.masters.next();
			if (step != null) {
				return step;
			}
			asked = chunksOfAll();
			this.chunks = asked;
		}
		return asked.next();
	}

	private ItemsRead chunksOfAll() {
		List<byte[]> chunkKeys = new ArrayList<>();
		for (int i = 0; i < this.keys.length; i++) {
			Item item = this.masters.item(i);
			if (item != null && item.isChunked()) {
				chunkKeys.addAll(List.of(Chunks.keys(this.keys[i], item)));
			}
			this.offsets[i + 1] = chunkKeys.size();
		}
		return new ItemsRead(this.cluster, chunkKeys.toArray(new byte[0][]), this.startedAt, this.deadline);
	}

	@Override
	public ValuesRead result() {
		return this;
	}

	/** Why the key at this index failed; null if it did not. */
	@Nullable Failed failure(int index) {
		Item item = this.masters.item(index);
		if (item != null && item.isChunked() && this.offsets[index] == this.offsets[index + 1]) {
			return () -> Failures.notChunked(this.keys[index]);
		}
		ItemsRead asked = this.chunks;
		for (int i = this.offsets[index]; asked != null && i < this.offsets[index + 1]; i++) {
			if (asked.failed(i) != null) {
				return asked.failed(i);
			}
		}
		return this.masters.failed(index);
	}

	/** The value of the key at this index, joined; null if it is missing or failed. */
	@Nullable Item item(int index) {
		Item item = this.masters.item(index);
		ItemsRead asked = this.chunks;
		return (item == null || !item.isChunked() || asked == null) ? item
				: Chunks.join(item, asked.items(this.offsets[index], this.offsets[index + 1]));
	}

	/** The values by their names, and which are missing or failed. */
	MultiGetResult<Object> decoded(String[] names, ValueCodec codec) {
		Map<String, Object> found = new LinkedHashMap<>(names.length * 4 / 3 + 1);
		Set<String> missing = new LinkedHashSet<>();
		Map<String, MemcachedException> failures = new LinkedHashMap<>();
		// one for all keys of an operation: a stack trace for each would take longer than
		// the call may
		IdentityHashMap<Failed, MemcachedException> made = new IdentityHashMap<>();
		for (int i = 0; i < names.length; i++) {
			Failed failed = failure(i);
			if (failed != null) {
				failures.put(names[i], made.computeIfAbsent(failed, Failed::exception));
				continue;
			}
			try {
				Object value = codec.decode(names[i], item(i));
				if (value != null) {
					found.put(names[i], value);
				}
				else {
					missing.add(names[i]);
				}
			}
			catch (MemcachedException ex) {
				failures.put(names[i], ex);
			}
		}
		return new MultiGetResult<>(found, missing, failures);
	}

}
