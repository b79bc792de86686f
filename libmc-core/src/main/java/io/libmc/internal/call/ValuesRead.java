package io.libmc.internal.call;

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

	private @Nullable ChunksRead chunks;

	/**
	 * Creates a read.
	 * @param keys no two alike
	 */
	ValuesRead(Cluster cluster, byte[][] keys, long startedAt, long deadline) {
		this.cluster = cluster;
		this.keys = keys;
		this.startedAt = startedAt;
		this.deadline = deadline;
		this.masters = new ItemsRead(cluster, keys, startedAt, deadline, ItemsRead.ANY_LENGTH);
	}

	@Override
	public @Nullable Step next() {
		ChunksRead asked = this.chunks;
		if (asked == null) {
			Step step = this.masters.next();
			if (step != null) {
				return step;
			}
			asked = new ChunksRead(this.cluster, this.keys, this.masters.items(), this.startedAt, this.deadline);
			this.chunks = asked;
		}
		return asked.next();
	}

	@Override
	public ValuesRead result() {
		return this;
	}

	/** Why the key at this index failed; null if it did not. */
	private @Nullable Failed failure(int index) {
		Failed failed = this.masters.failed(index);
		return (failed == null && this.chunks != null) ? this.chunks.failure(index) : failed;
	}

	/** The value of the key at this index, joined; null if it is missing or failed. */
	private @Nullable Item item(int index) {
		return (this.chunks != null) ? this.chunks.item(index) : null;
	}

	/** The values by their names, and which are missing or failed. */
	MultiGetResult<Object> decoded(String[] names, ValueCodec codec) {
		Map<String, Object> found = new LinkedHashMap<>(names.length * 4 / 3 + 1);
		Set<String> missing = new LinkedHashSet<>();
		KeyFailures failures = new KeyFailures();
		for (int i = 0; i < names.length; i++) {
			Failed failed = failure(i);
			if (failed != null) {
				failures.add(names[i], failed);
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
				failures.add(names[i], ex);
			}
		}
		return new MultiGetResult<>(found, missing, failures.byKey());
	}

}
