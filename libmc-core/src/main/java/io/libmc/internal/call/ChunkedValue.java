package io.libmc.internal.call;

import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Reads the chunks that an item stands for, and joins them; null if one is missing.
 */
final class ChunkedValue implements Script<@Nullable Item> {

	private final byte[] key;

	private final Item master;

	private final int count;

	private final ItemsRead chunks;

	/**
	 * Creates a read.
	 * @param key the item's key
	 * @param master the item, which is chunked
	 * @param read what has read the item
	 */
	ChunkedValue(Cluster cluster, byte[] key, Item master, Operation read) {
		this.key = key;
		this.master = master;
		this.count = Chunks.count(master);
		this.chunks = new ItemsRead(cluster, Chunks.keys(key, master), read.startedAt(), read.deadline());
	}

	@Override
	public @Nullable Step next() {
		return this.chunks.next();
	}

	@Override
	public @Nullable Failed failure() {
		if (this.count == 0) {
			return () -> Failures.notChunked(this.key);
		}
		for (int i = 0; i < this.count; i++) {
			if (this.chunks.failed(i) != null) {
				return this.chunks.failed(i);
			}
		}
		return null;
	}

	@Override
	// it does not see that this type variable includes null
	@SuppressWarnings("NullAway")
	public @Nullable Item result() {
		return Chunks.join(this.master, this.chunks.items(0, this.count));
	}

}
