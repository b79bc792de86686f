package io.libmc;

import java.util.List;

import io.libmc.MetaReply.Status;
import io.libmc.internal.protocol.Exchange.Answer;
import org.jspecify.annotations.Nullable;

/**
 * Stores a loaded value in chunks: those first, and if all are stored the item that
 * stands for them, which is guarded.
 */
final class StoreLoadedCall implements Call<MetaReply> {

	private static final MetaReply NOT_STORED = new MetaReply(Status.NOT_STORED);

	private final ManyOperations chunks;

	private final int count;

	private final MetaCall master;

	private boolean chunksDone;

	private @Nullable MetaReply refused;

	StoreLoadedCall(ManyOperations chunks, int count, MetaCall master) {
		this.chunks = chunks;
		this.count = count;
		this.master = master;
	}

	@Override
	public List<Leg> next() {
		if (!this.chunksDone) {
			List<Leg> legs = this.chunks.next();
			if (!legs.isEmpty()) {
				return legs;
			}
			this.chunksDone = true;
			checkChunks();
		}
		return (this.refused != null) ? List.of() : this.master.next();
	}

	private void checkChunks() {
		for (int i = 0; i < this.count; i++) {
			MemcachedException failed = this.chunks.failure(i);
			if (failed != null) {
				throw failed;
			}
			if (this.chunks.operation(i).answer() != Answer.STORED) {
				this.refused = NOT_STORED;
			}
		}
	}

	@Override
	public MetaReply result() {
		return (this.refused != null) ? this.refused : this.master.result();
	}

}
