package io.libmc.internal.call;

import io.libmc.codec.Transcoder;
import io.libmc.internal.connection.Operation;
import org.jspecify.annotations.Nullable;

/**
 * An item as it was read.
 *
 * @param flags its flags
 * @param bytes its data
 * @param unique its number for a cas, or 0 if it was not asked for
 */
@SuppressWarnings("ArrayRecordComponent")
record Item(int flags, byte[] bytes, long unique) {

	/** The item that an operation has read, or null if there is none. */
	static @Nullable Item of(Operation read) {
		byte[] bytes = read.takeValue(0);
		return (bytes != null) ? new Item(read.flags(0), bytes, read.unique()) : null;
	}

	boolean isChunked() {
		return (this.flags & Transcoder.CHUNKED) != 0;
	}

}
