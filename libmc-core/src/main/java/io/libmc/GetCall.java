package io.libmc;

import java.util.List;
import java.util.function.Function;

import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Reads one value: an item and, if it stands for chunks, those.
 *
 * @param <T> what the API method returns
 */
final class GetCall<T extends @Nullable Object> implements Call<T> {

	private final Cluster cluster;

	private final byte[] key;

	private final Operation first;

	private final Function<@Nullable Item, T> reader;

	private final KeyCall<@Nullable Item> master;

	private @Nullable Item item;

	private @Nullable ItemsCall chunks;

	/**
	 * Creates one.
	 * @param operation reads the item
	 * @param reader makes the result of a value, or of null for a miss
	 */
	GetCall(Cluster cluster, byte[] key, Operation operation, Function<@Nullable Item, T> reader) {
		this.cluster = cluster;
		this.key = key;
		this.first = operation;
		this.reader = reader;
		this.master = new KeyCall<>(cluster, key, operation, GetCall::item);
	}

	private static @Nullable Item item(Operation operation, Node node) {
		byte[] bytes = operation.takeValue(0);
		return (bytes != null) ? new Item(operation.flags(0), bytes, operation.unique(0)) : null;
	}

	@Override
	public List<Leg> next() {
		if (this.chunks != null) {
			return this.chunks.next();
		}
		List<Leg> legs = this.master.next();
		if (!legs.isEmpty()) {
			return legs;
		}
		this.item = this.master.result();
		this.chunks = chunksOf(this.item);
		return (this.chunks != null) ? this.chunks.next() : List.of();
	}

	/** What reads the chunks that an item stands for; null if it is whole. */
	private @Nullable ItemsCall chunksOf(@Nullable Item read) {
		if (read == null || !read.isChunked()) {
			return null;
		}
		byte[][] keys = Chunks.keys(this.key, Chunks.count(read));
		return new ItemsCall(this.cluster, keys, this.first.startedAt(), this.first.deadline());
	}

	@Override
	public T result() {
		Item master = this.item;
		return this.reader.apply((master != null && this.chunks != null) ? joined(master, this.chunks) : master);
	}

	private static @Nullable Item joined(Item master, ItemsCall chunks) {
		int count = Chunks.count(master);
		for (int i = 0; i < count; i++) {
			MemcachedException failed = chunks.failure(i);
			if (failed != null) {
				throw failed;
			}
		}
		return Chunks.join(master, chunks.items(0, count));
	}

	@Override
	public T perform(Cluster performer) {
		this.item = this.master.perform(performer);
		this.chunks = chunksOf(this.item);
		if (this.chunks != null) {
			this.chunks.perform(performer);
		}
		return result();
	}

}
