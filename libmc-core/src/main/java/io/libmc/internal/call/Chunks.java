package io.libmc.internal.call;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

import io.libmc.codec.Transcoder;
import org.jspecify.annotations.Nullable;

/**
 * Large values in pieces, as libmc lays them out: chunk i of a value under the key
 * {@code big} is the item {@code ~3big/i}, and the key itself holds the number of chunks,
 * flagged. The 3 is the length of the key in bytes, so that no two keys share a chunk.
 * <p>
 * A value that was loaded is stored under a guard, but memcached guards one item only. So
 * its chunks bear their checksum, {@code ~3big/i.1a2b3c4d}, as does the item, after the
 * number: a loader that was overtaken writes chunks of its own, which no other item
 * stands for.
 */
final class Chunks {

	/** The longest value that is stored whole, and the length of a chunk. */
	static final int CHUNK_BYTES = 1_000_000;

	static final int MAX_VALUE_BYTES = 10_000_000;

	static final int MAX_KEY_BYTES = 200;

	private Chunks() {
	}

	/**
	 * Whether a value is too long to be stored whole.
	 * @throws IllegalArgumentException if it cannot be split either
	 */
	static boolean isNeeded(String key, byte[] encodedKey, byte[] value) {
		if (value.length <= CHUNK_BYTES) {
			return false;
		}
		if (value.length > MAX_VALUE_BYTES) {
			throw new IllegalArgumentException(
					"the value of \"" + key + "\" has " + value.length + " bytes; values of more than "
							+ MAX_VALUE_BYTES + " are not split (splitLargeValues); store less, or compress it");
		}
		if (encodedKey.length > MAX_KEY_BYTES) {
			throw new IllegalArgumentException(
					"the key \"" + key + "\" has " + encodedKey.length + " bytes with its prefix; a value of more than "
							+ CHUNK_BYTES + " bytes is split, which takes a key of at most " + MAX_KEY_BYTES);
		}
		return true;
	}

	/** The keys of a value's chunks. */
	static byte[][] keys(byte[] key, int count) {
		return keys(key, count, "");
	}

	/** The keys of the chunks that a master item stands for. */
	static byte[][] keys(byte[] key, Item master) {
		return keys(key, count(master), checksum(master));
	}

	/** The keys of a loaded value's chunks. */
	static byte[][] keys(byte[] key, int count, String checksum) {
		String ending = checksum.isEmpty() ? "" : "." + checksum;
		byte[] prefix = ("~" + key.length).getBytes(StandardCharsets.US_ASCII);
		byte[][] keys = new byte[count][];
		for (int i = 0; i < count; i++) {
			byte[] suffix = ("/" + i + ending).getBytes(StandardCharsets.US_ASCII);
			byte[] chunk = Arrays.copyOf(prefix, prefix.length + key.length + suffix.length);
			System.arraycopy(key, 0, chunk, prefix.length, key.length);
			System.arraycopy(suffix, 0, chunk, prefix.length + key.length, suffix.length);
			keys[i] = chunk;
		}
		return keys;
	}

	/** How many chunks a value takes. */
	static int count(byte[] value) {
		return (value.length + CHUNK_BYTES - 1) / CHUNK_BYTES;
	}

	static byte[][] split(byte[] value) {
		byte[][] chunks = new byte[count(value)][];
		for (int i = 0; i < chunks.length; i++) {
			chunks[i] = Arrays.copyOfRange(value, i * CHUNK_BYTES, Math.min(value.length, (i + 1) * CHUNK_BYTES));
		}
		return chunks;
	}

	/** Whether the last chunk of a value is as long as the others. */
	static boolean endsFull(byte[] value) {
		return value.length % CHUNK_BYTES == 0 && value.length < MAX_VALUE_BYTES;
	}

	/** The data of the item that stands for all chunks. */
	static byte[] master(int count) {
		return Integer.toString(count).getBytes(StandardCharsets.US_ASCII);
	}

	/** The data of the item that stands for all chunks of a loaded value. */
	static byte[] master(int count, String checksum) {
		return (count + " " + checksum).getBytes(StandardCharsets.US_ASCII);
	}

	static String checksumOf(byte[] value) {
		CRC32C checksum = new CRC32C();
		checksum.update(value);
		return String.format("%08x", checksum.getValue());
	}

	/** The checksum that a master item bears, or an empty one. */
	private static String checksum(Item master) {
		String text = new String(master.bytes(), StandardCharsets.US_ASCII);
		int space = text.indexOf(' ');
		return (space < 0) ? "" : text.substring(space + 1);
	}

	/**
	 * How many chunks a master item stands for; 0 if it holds no number in the range that
	 * libmc writes.
	 */
	static int count(Item master) {
		String text = new String(master.bytes(), StandardCharsets.US_ASCII);
		int space = text.indexOf(' ');
		return text.matches("([2-9]|10)( [0-9a-f]{8})?")
				? Integer.parseInt((space < 0) ? text : text.substring(0, space)) : 0;
	}

	/**
	 * Whether this chunk, the last that a master item stands for, might not be the last
	 * of its value.
	 */
	static boolean mayGoOn(Item master, Item last) {
		return last.bytes().length == CHUNK_BYTES && count(master) * CHUNK_BYTES < MAX_VALUE_BYTES && !isSealed(master);
	}

	/** Whether the checksum tells whether the chunks are those of one value. */
	static boolean isSealed(Item master) {
		return !checksum(master).isEmpty();
	}

	/** The key of the chunk behind those that a master item stands for. */
	static byte[] keyBehind(byte[] key, Item master) {
		int count = count(master);
		return keys(key, count + 1)[count];
	}

	/**
	 * The whole value, or null if a chunk is missing or not the master's.
	 * @throws MemcachedException if there is no memory for it
	 */
	static @Nullable Item join(Item master, @Nullable Item[] chunks) {
		int length = 0;
		for (Item chunk : chunks) {
			if (chunk == null) {
				return null;
			}
			length += chunk.bytes().length;
		}
		try {
			return join(master, chunks, length);
		}
		catch (OutOfMemoryError ex) {
			throw Failures.noMemory(length, ex);
		}
	}

	private static @Nullable Item join(Item master, @Nullable Item[] chunks, int length) {
		byte[] value = new byte[length];
		int end = 0;
		for (Item chunk : chunks) {
			if (chunk != null) {
				System.arraycopy(chunk.bytes(), 0, value, end, chunk.bytes().length);
				end += chunk.bytes().length;
			}
		}
		String checksum = checksum(master);
		boolean whole = checksum.isEmpty() || checksum.equals(checksumOf(value));
		return whole ? new Item(master.flags() & ~Transcoder.CHUNKED, value, master.unique()) : null;
	}

}
