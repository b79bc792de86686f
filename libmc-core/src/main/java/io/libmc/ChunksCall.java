package io.libmc;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Reads the chunks that an item stands for, and joins them; null if one is missing.
 */
final class ChunksCall implements Call<@Nullable Item> {

	private final Item master;

	private final int count;

	private final ItemsCall chunks;

	/**
	 * Creates one.
	 * @param key the item's key
	 * @param master the item, which is chunked
	 * @throws MemcachedException if the item is none that libmc writes
	 */
	ChunksCall(Cluster cluster, byte[] key, Item master, long startedAt, long deadline) {
		this.master = master;
		this.count = Chunks.count(key, master);
		this.chunks = new ItemsCall(cluster, Chunks.keys(key, master), startedAt, deadline);
	}

	@Override
	public List<Leg> next() {
		return this.chunks.next();
	}

	@Override
	@SuppressWarnings("NullAway") // it does not see that this type variable includes null
	public @Nullable Item result() {
		for (int i = 0; i < this.count; i++) {
			MemcachedException failed = this.chunks.failure(i);
			if (failed != null) {
				throw failed;
			}
		}
		return Chunks.join(this.master, this.chunks.items(0, this.count));
	}

}
