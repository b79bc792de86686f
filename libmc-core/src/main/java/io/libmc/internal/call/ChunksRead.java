package io.libmc.internal.call;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Reads the chunks that items stand for, and joins them. Its result is itself.
 * <p>
 * To memcached the number of chunks is a number like any other: counted down by another
 * caller, it stands for the beginning of the value. All chunks but the last are full, so
 * that is seen, unless the last one is full as well: then it is asked whether there is
 * one behind it.
 */
final class ChunksRead implements Script<ChunksRead> {

	private final Cluster cluster;

	private final byte[][] keys;

	private final @Nullable Item[] masters;

	private final long startedAt;

	private final long deadline;

	/** Where each item's chunks begin among all of them. */
	private final int[] offsets;

	private final ItemsRead chunks;

	/** The chunks behind those that should be the last. */
	private @Nullable ItemsRead behind;

	/** Where among those the one of each item is, or -1. */
	private final int[] behindOf;

	/**
	 * Creates a read.
	 * @param masters for each key its item or null; those that are not chunked are whole
	 */
	ChunksRead(Cluster cluster, byte[][] keys, @Nullable Item[] masters, long startedAt, long deadline) {
		this.cluster = cluster;
		this.keys = keys;
		this.masters = masters;
		this.startedAt = startedAt;
		this.deadline = deadline;
		this.offsets = new int[keys.length + 1];
		List<byte[]> chunkKeys = new ArrayList<>();
		for (int i = 0; i < keys.length; i++) {
			Item master = masters[i];
			if (master != null && master.isChunked() && refusal(i, master) == null) {
				chunkKeys.addAll(List.of(Chunks.keys(keys[i], master)));
			}
			this.offsets[i + 1] = chunkKeys.size();
		}
		this.chunks = read(chunkKeys);
		this.behindOf = new int[chunkKeys.isEmpty() ? 0 : keys.length];
	}

	private ItemsRead read(List<byte[]> chunkKeys) {
		return new ItemsRead(this.cluster, chunkKeys.toArray(new byte[0][]), this.startedAt, this.deadline,
				Chunks.CHUNK_BYTES);
	}

	/** Why a value's chunks are not even asked for, or null if they are. */
	private @Nullable Failed refusal(int index, Item master) {
		int count = Chunks.count(master);
		if (count == 0) {
			return () -> Failures.notChunked(this.keys[index]);
		}
		long least = (count - 1L) * Chunks.CHUNK_BYTES + 1;
		return (least > this.cluster.maxValueBytes())
				? () -> Failures.chunksTooLarge(this.keys[index], this.cluster.maxValueBytes()) : null;
	}

	@Override
	public @Nullable Step next() {
		if (this.behindOf.length == 0) {
			return null;
		}
		ItemsRead asked = this.behind;
		if (asked == null) {
			Step step = this.chunks.next();
			if (step != null) {
				return step;
			}
			asked = read(keysBehind());
			this.behind = asked;
		}
		return asked.next();
	}

	private List<byte[]> keysBehind() {
		List<byte[]> behindKeys = new ArrayList<>();
		for (int i = 0; i < this.keys.length; i++) {
			Item last = (this.offsets[i] < this.offsets[i + 1]) ? this.chunks.item(this.offsets[i + 1] - 1) : null;
			Item master = this.masters[i];
			this.behindOf[i] = -1;
			if (master != null && last != null && Chunks.mayGoOn(master, last)) {
				this.behindOf[i] = behindKeys.size();
				behindKeys.add(Chunks.keyBehind(this.keys[i], master));
			}
		}
		return behindKeys;
	}

	@Override
	public ChunksRead result() {
		return this;
	}

	/** Why the value of the key at this index cannot be had; null if it can. */
	@Nullable Failed failure(int index) {
		Item master = this.masters[index];
		if (master == null || !master.isChunked()) {
			return null;
		}
		Failed refusal = refusal(index, master);
		if (refusal != null) {
			return refusal;
		}
		long length = 0;
		boolean fits = true;
		boolean sealed = Chunks.isSealed(master);
		for (int i = this.offsets[index]; i < this.offsets[index + 1]; i++) {
			if (this.chunks.failed(i) != null) {
				return this.chunks.failed(i);
			}
			Item chunk = this.chunks.item(i);
			if (chunk == null) {
				return null;
			}
			length += chunk.bytes().length;
			fits &= sealed || i + 1 == this.offsets[index + 1] || chunk.bytes().length == Chunks.CHUNK_BYTES;
		}
		ItemsRead asked = this.behind;
		int at = this.behindOf[index];
		if (asked != null && at >= 0 && asked.failed(at) != null) {
			return asked.failed(at);
		}
		if (!fits || (asked != null && at >= 0 && asked.item(at) != null)) {
			return () -> Failures.mixedChunks(this.keys[index]);
		}
		return (length > this.cluster.maxValueBytes())
				? () -> Failures.chunksTooLarge(this.keys[index], this.cluster.maxValueBytes()) : null;
	}

	/** The item of the key at this index, joined; null if it or a chunk is missing. */
	@Nullable Item item(int index) {
		Item master = this.masters[index];
		return (master != null && master.isChunked())
				? Chunks.join(master, this.chunks.items(this.offsets[index], this.offsets[index + 1])) : master;
	}

}
