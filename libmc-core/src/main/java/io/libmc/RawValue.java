package io.libmc;

import java.util.Arrays;
import java.util.Objects;

/**
 * An item as it lies on the server, its chunks joined and its data still compressed if
 * the flags say so. Two are equal if their flags and bytes are.
 *
 * @param flags the item's 32-bit client flags, without the one for chunks
 * @param bytes the item's data; not copied, so do not change it
 * @since 0.1.0
 */
@SuppressWarnings("ArrayRecordComponent")
public record RawValue(int flags, byte[] bytes) {

	/**
	 * Creates a raw value.
	 * @param flags the flags
	 * @param bytes the data
	 */
	public RawValue {
		Objects.requireNonNull(bytes, "bytes");
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof RawValue that && this.flags == that.flags && Arrays.equals(this.bytes, that.bytes);
	}

	@Override
	public int hashCode() {
		return 31 * this.flags + Arrays.hashCode(this.bytes);
	}

	@Override
	public String toString() {
		return "RawValue[flags=" + (this.flags & 0xffffffffL) + ", " + this.bytes.length + " bytes]";
	}

}
