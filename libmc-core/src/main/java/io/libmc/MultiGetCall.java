package io.libmc;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Reads many values: their items and then, for all that stand for chunks, those. Its
 * result is itself.
 */
final class MultiGetCall implements Call<MultiGetCall> {

	private final Cluster cluster;

	private final byte[][] keys;

	private final long startedAt;

	private final long deadline;

	private final ItemsCall masters;

	private final @Nullable Item[] items;

	private final @Nullable MemcachedException[] failures;

	/** Which keys stand for chunks, in the order their chunks are asked for. */
	private final List<Integer> chunked = new ArrayList<>();

	private @Nullable ItemsCall chunks;

	/**
	 * Creates one.
	 * @param keys no two alike
	 */
	MultiGetCall(Cluster cluster, byte[][] keys, long startedAt, long deadline) {
		this.cluster = cluster;
		this.keys = keys;
		this.startedAt = startedAt;
		this.deadline = deadline;
		this.masters = new ItemsCall(cluster, keys, startedAt, deadline);
		this.items = new Item[keys.length];
		this.failures = new MemcachedException[keys.length];
	}

	/** The value of the key at this index, joined; null if it is missing or failed. */
	@Nullable Item item(int index) {
		return this.items[index];
	}

	/** Why the key at this index failed; null if it did not. */
	@Nullable MemcachedException failure(int index) {
		return this.failures[index];
	}

	@Override
	public List<Leg> next() {
		ItemsCall asked = this.chunks;
		if (asked == null) {
			List<Leg> legs = this.masters.next();
			if (!legs.isEmpty()) {
				return legs;
			}
			asked = chunksOf(this.masters);
			this.chunks = asked;
		}
		return asked.next();
	}

	/** Takes the items that are whole, and asks for the chunks of the others. */
	private ItemsCall chunksOf(ItemsCall read) {
		List<byte[]> chunkKeys = new ArrayList<>();
		for (int i = 0; i < this.keys.length; i++) {
			Item item = read.item(i);
			this.items[i] = item;
			this.failures[i] = read.failure(i);
			if (item != null && item.isChunked()) {
				try {
					chunkKeys.addAll(List.of(Chunks.keys(this.keys[i], item)));
					this.chunked.add(i);
				}
				catch (MemcachedException ex) {
					this.items[i] = null;
					this.failures[i] = ex;
				}
			}
		}
		return new ItemsCall(this.cluster, chunkKeys.toArray(new byte[0][]), this.startedAt, this.deadline);
	}

	@Override
	public MultiGetCall result() {
		ItemsCall asked = this.chunks;
		int from = 0;
		for (int index : this.chunked) {
			Item master = this.items[index];
			if (master == null || asked == null) {
				continue;
			}
			int to = from + Chunks.count(this.keys[index], master);
			for (int i = from; i < to && this.failures[index] == null; i++) {
				this.failures[index] = asked.failure(i);
			}
			this.items[index] = Chunks.join(master, asked.items(from, to));
			from = to;
		}
		this.chunked.clear();
		return this;
	}

}
