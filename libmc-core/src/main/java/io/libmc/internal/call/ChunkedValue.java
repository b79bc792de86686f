package io.libmc.internal.call;

import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Reads the chunks that an item stands for, and joins them; null if one is missing.
 */
final class ChunkedValue implements Script<@Nullable Item> {

	private final ChunksRead chunks;

	/**
	 * Creates a read.
	 * @param key the item's key
	 * @param master the item, which is chunked
	 * @param read what has read the item
	 */
	ChunkedValue(Cluster cluster, byte[] key, Item master, Operation read) {
		this.chunks = new ChunksRead(cluster, new byte[][] { key }, new Item[] { master }, read.startedAt(),
				read.deadline());
	}

	@Override
	public @Nullable Step next() {
		return this.chunks.next();
	}

	@Override
	public @Nullable Failed failure() {
		return this.chunks.failure(0);
	}

	@Override
	// it does not see that this type variable includes null
	@SuppressWarnings("NullAway")
	public @Nullable Item result() {
		return this.chunks.item(0);
	}

}
