package io.libmc;

import io.libmc.codec.Transcoder;

/**
 * An item as it was read.
 *
 * @param flags its flags
 * @param bytes its data
 * @param unique its number for a cas, or 0 if it was not asked for
 */
@SuppressWarnings("ArrayRecordComponent")
record Item(int flags, byte[] bytes, long unique) {

	boolean isChunked() {
		return (this.flags & Transcoder.CHUNKED) != 0;
	}

}
