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

	private @Nullable ChunksCall chunks;

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
	private @Nullable ChunksCall chunksOf(@Nullable Item read) {
		return (read != null && read.isChunked())
				? new ChunksCall(this.cluster, this.key, read, this.first.startedAt(), this.first.deadline()) : null;
	}

	@Override
	public T result() {
		return this.reader.apply((this.chunks != null) ? this.chunks.result() : this.item);
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
