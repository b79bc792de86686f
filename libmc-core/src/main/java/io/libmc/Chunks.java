package io.libmc;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.libmc.codec.Transcoder;
import org.jspecify.annotations.Nullable;

/**
 * Large values in pieces, as libmc lays them out: chunk i of a value under the key
 * {@code big} is the item {@code ~3big/i}, and the key itself holds the number of chunks,
 * flagged. The 3 is the length of the key in bytes, so that no two keys share a chunk.
 */
final class Chunks {

	/** The longest value that is stored whole, and the length of a chunk. */
	static final int CHUNK_BYTES = 1_000_000;

	static final int MAX_VALUE_BYTES = 10_000_000;

	static final int MAX_KEY_BYTES = 200;

	private Chunks() {
	}

	/** The keys of a value's chunks. */
	static byte[][] keys(byte[] key, int count) {
		byte[] prefix = ("~" + key.length).getBytes(StandardCharsets.US_ASCII);
		byte[][] keys = new byte[count][];
		for (int i = 0; i < count; i++) {
			byte[] suffix = ("/" + i).getBytes(StandardCharsets.US_ASCII);
			byte[] chunk = Arrays.copyOf(prefix, prefix.length + key.length + suffix.length);
			System.arraycopy(key, 0, chunk, prefix.length, key.length);
			System.arraycopy(suffix, 0, chunk, prefix.length + key.length, suffix.length);
			keys[i] = chunk;
		}
		return keys;
	}

	static byte[][] split(byte[] value) {
		byte[][] chunks = new byte[(value.length + CHUNK_BYTES - 1) / CHUNK_BYTES][];
		for (int i = 0; i < chunks.length; i++) {
			chunks[i] = Arrays.copyOfRange(value, i * CHUNK_BYTES, Math.min(value.length, (i + 1) * CHUNK_BYTES));
		}
		return chunks;
	}

	/** The data of the item that stands for all chunks. */
	static byte[] master(int count) {
		return Integer.toString(count).getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * How many chunks a master item stands for.
	 * @throws MemcachedException if it is no number in the range that libmc writes
	 */
	static int count(Item master) {
		String text = new String(master.bytes(), StandardCharsets.US_ASCII);
		if (!text.matches("[1-9]|10")) {
			throw new MemcachedException(ErrorCode.INCOMPLETE_BUFFER_ERROR, null,
					"an item is flagged as chunked (" + Transcoder.CHUNKED + ") but holds no number of 1 to 10", null);
		}
		return Integer.parseInt(text);
	}

	/** The whole value, or null if a chunk is missing. */
	static @Nullable Item join(Item master, @Nullable Item[] chunks) {
		ByteArrayOutputStream joined = new ByteArrayOutputStream(chunks.length * CHUNK_BYTES);
		for (Item chunk : chunks) {
			if (chunk == null) {
				return null;
			}
			joined.writeBytes(chunk.bytes());
		}
		return new Item(master.flags() & ~Transcoder.CHUNKED, joined.toByteArray(), master.unique());
	}

}
