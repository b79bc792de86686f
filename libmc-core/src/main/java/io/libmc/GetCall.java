package io.libmc;

import java.util.List;
import java.util.function.Function;

import io.libmc.codec.Transcoder;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.protocol.Exchange.Answer;
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
		this(cluster, key, operation, new KeyCall<>(cluster, key, operation, GetCall::item), reader);
	}

	private GetCall(Cluster cluster, byte[] key, Operation operation, KeyCall<@Nullable Item> master,
			Function<@Nullable Item, T> reader) {
		this.cluster = cluster;
		this.key = key;
		this.first = operation;
		this.master = master;
		this.reader = reader;
	}

	/** Goes on with what an operation has begun. */
	static <T extends @Nullable Object> GetCall<T> after(Cluster cluster, byte[] key, Node node, Operation performed,
			Function<@Nullable Item, T> reader) {
		return new GetCall<>(cluster, key, performed, KeyCall.after(cluster, key, node, performed, GetCall::item),
				reader);
	}

	/** Whether the operation has read all there is, and nothing is to go on after it. */
	static boolean isDone(Operation performed) {
		return performed.failure() == null && performed.answer() == Answer.END
				&& (performed.flags(0) & Transcoder.CHUNKED) == 0;
	}

	private static @Nullable Item item(Operation operation, Node node) {
		byte[] bytes = operation.takeValue(0);
		return (bytes != null) ? new Item(operation.flags(0), bytes, operation.unique()) : null;
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
