package io.libmc.internal.protocol;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The keys of an exchange that has many, and the values that came for them.
 */
final class Batch {

	final byte[][] keys;

	/** By position in {@code keys}, once one has come; null is a miss. */
	private byte @Nullable [] @Nullable [] values;

	private int @Nullable [] flags;

	/** What to say of values that were too large, by position. */
	private @Nullable Map<Integer, String> tooLarge;

	/** Where the search for the next value's key starts: they come in order. */
	private int next;

	Batch(byte[][] keys) {
		this.keys = keys;
	}

	int encodedLength() {
		int length = this.keys.length;
		for (byte[] key : this.keys) {
			length += key.length;
		}
		return length;
	}

	/** The position of the key that lies in these bytes, or -1 if there is none. */
	int positionOf(byte[] buffer, int from, int to) {
		int count = this.keys.length;
		for (int i = 0; i < count; i++) {
			int position = this.next + i;
			if (position >= count) {
				position -= count;
			}
			if (Exchange.isKey(this.keys[position], buffer, from, to)) {
				return position;
			}
		}
		return -1;
	}

	void put(int position, byte[] value, int valueFlags) {
		if (this.values == null || this.flags == null) {
			this.values = new byte[this.keys.length][];
			this.flags = new int[this.keys.length];
		}
		this.values[position] = value;
		this.flags[position] = valueFlags;
		this.next = position + 1;
	}

	boolean hasValue(int position) {
		return (this.values != null && this.values[position] != null) || tooLarge(position) != null;
	}

	void tooLarge(int position, String why) {
		if (this.tooLarge == null) {
			this.tooLarge = new HashMap<>();
		}
		this.tooLarge.put(position, why);
		this.next = position + 1;
	}

	@Nullable String tooLarge(int position) {
		return (this.tooLarge != null) ? this.tooLarge.get(position) : null;
	}

	byte @Nullable [] takeValue(int position) {
		if (this.values == null) {
			return null;
		}
		byte[] value = this.values[position];
		this.values[position] = null;
		return value;
	}

	int flags(int position) {
		return (this.flags != null) ? this.flags[position] : 0;
	}

}
