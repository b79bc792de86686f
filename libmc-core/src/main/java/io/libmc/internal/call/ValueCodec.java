package io.libmc.internal.call;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

import io.libmc.RawValue;
import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;
import org.jspecify.annotations.Nullable;

/**
 * Values to items and back: the transcoder's work, compression on top of it, and the
 * limit that holds for both.
 */
public final class ValueCodec {

	private static final int INFLATED_AT_ONCE = 64 * 1024;

	/** What is inflated is gathered first, and copied when its length is known. */
	private static final long INFLATED_WEIGHT = 2;

	private final Transcoder transcoder;

	/** Longer values are compressed; 0 means none is. */
	private final int compressionThreshold;

	private final int maxBytes;

	public ValueCodec(Transcoder transcoder, int compressionThreshold, int maxBytes) {
		this.transcoder = transcoder;
		this.compressionThreshold = compressionThreshold;
		this.maxBytes = maxBytes;
	}

	/** The same with another transcoder. */
	public ValueCodec with(Transcoder other) {
		return new ValueCodec(other, this.compressionThreshold, this.maxBytes);
	}

	/** The same with another threshold of compression. */
	public ValueCodec with(int otherThreshold) {
		return new ValueCodec(this.transcoder, otherThreshold, this.maxBytes);
	}

	/**
	 * Encodes a value.
	 * @throws IllegalArgumentException if it cannot be encoded or is too large
	 */
	public EncodedValue encode(String key, Object value) {
		Objects.requireNonNull(value, () -> "value of \"" + key + "\"");
		EncodedValue encoded = this.transcoder.encode(value, this.maxBytes);
		if (encoded == null) {
			throw tooLong(key, "");
		}
		if ((encoded.flags() & (Transcoder.COMPRESSED | Transcoder.CHUNKED)) != 0) {
			throw new IllegalArgumentException("the transcoder gave the value of \"" + key + "\" the flags "
					+ (encoded.flags() & 0xffffffffL) + "; " + Transcoder.COMPRESSED + " and " + Transcoder.CHUNKED
					+ " mean compressed and split, which only the client does");
		}
		EncodedValue plain = encoded;
		byte[] bytes = encoded.bytes();
		checkLength(key, bytes.length);
		if (this.compressionThreshold > 0 && bytes.length > this.compressionThreshold && !isInteger(value)) {
			byte[] compressed = compress(bytes);
			if (compressed.length < bytes.length) {
				encoded = new EncodedValue(encoded.flags() | Transcoder.COMPRESSED, compressed);
			}
		}
		if (!isSimple(encoded.flags())) {
			checkReadable(key, plain, encoded.bytes().length);
		}
		return encoded;
	}

	/** Whether decoding costs nothing to speak of, and so needs no budget. */
	private boolean isSimple(int flags) {
		return this.transcoder instanceof LibmcTranscoder && LibmcTranscoder.isSimple(flags);
	}

	/** Integers stay as they are, or memcached could not count them. */
	private static boolean isInteger(Object value) {
		return value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte
				|| value instanceof BigInteger;
	}

	/** What nobody could read again is not stored. */
	private void checkReadable(String key, EncodedValue plain, int storedBytes) {
		try {
			DecodingBudget budget = DecodingBudget.of(storedBytes, this.maxBytes);
			if (plain.bytes().length != storedBytes) {
				budget.allocate(INFLATED_WEIGHT * plain.bytes().length);
			}
			this.transcoder.check(plain, budget);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					"the value of \"" + key + "\" could be stored but never read again: " + ex.getMessage(), ex);
		}
	}

	/**
	 * Checks an item that is stored as it is.
	 * @throws IllegalArgumentException if it is too large or poses as a split one
	 */
	void check(String key, RawValue value) {
		Objects.requireNonNull(value, "value");
		if ((value.flags() & Transcoder.CHUNKED) != 0) {
			throw new IllegalArgumentException(
					"the flags of \"" + key + "\" hold " + Transcoder.CHUNKED + ", which marks split values; clear it");
		}
		checkLength(key, value.bytes().length);
	}

	/**
	 * Checks the length of data that are added to items.
	 * @throws IllegalArgumentException if they are too large
	 */
	void checkLength(String[] keys, byte[] data) {
		Objects.requireNonNull(data, "data");
		for (String key : keys) {
			checkLength(key, data.length);
		}
	}

	private void checkLength(String key, int length) {
		if (length > this.maxBytes) {
			throw tooLong(key, length + " bytes, ");
		}
	}

	private IllegalArgumentException tooLong(String key, String length) {
		return new IllegalArgumentException("the value of \"" + key + "\" has " + length + "more than the limit of "
				+ this.maxBytes + " bytes (maxValueBytes); store less, compress it or spread it over several keys");
	}

	/**
	 * Decodes an item.
	 * @return the value; null if there is no item, or it stands for null
	 * @throws MemcachedException if it cannot be decoded
	 */
	@Nullable Object decode(String key, @Nullable Item item) {
		return (item != null) ? decode(key, item.flags(), item.bytes()) : null;
	}

	public @Nullable Object decode(String key, int flags, byte[] bytes) {
		try {
			boolean compressed = (flags & Transcoder.COMPRESSED) != 0;
			if (isSimple(flags)) {
				return this.transcoder.decode(flags, bytes);
			}
			DecodingBudget budget = DecodingBudget.of(bytes.length, this.maxBytes);
			return this.transcoder.decode(flags & ~Transcoder.COMPRESSED,
					compressed ? decompress(bytes, budget) : bytes, budget);
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			throw Failures.undecodable(key, flags, ex);
		}
	}

	private static byte[] compress(byte[] bytes) {
		Deflater deflater = new Deflater();
		try {
			deflater.setInput(bytes);
			deflater.finish();
			byte[] compressed = new byte[bytes.length];
			int length = deflater.deflate(compressed);
			return deflater.finished() ? Arrays.copyOf(compressed, length) : bytes;
		}
		finally {
			deflater.end();
		}
	}

	private byte[] decompress(byte[] bytes, DecodingBudget budget) {
		Inflater inflater = new Inflater();
		try {
			inflater.setInput(bytes);
			ByteArrayOutputStream inflated = new ByteArrayOutputStream(Math.min(bytes.length * 4, this.maxBytes));
			byte[] piece = new byte[Math.min(INFLATED_AT_ONCE, this.maxBytes + 1)];
			while (!inflater.finished()) {
				int count = inflater.inflate(piece);
				if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
					throw new IllegalArgumentException("its zlib data ends early");
				}
				if (inflated.size() + (long) count > this.maxBytes) {
					throw new IllegalArgumentException(
							"decompressed it has more than " + this.maxBytes + " bytes (maxValueBytes)");
				}
				budget.allocate(INFLATED_WEIGHT * count);
				inflated.write(piece, 0, count);
			}
			if (inflater.getRemaining() > 0) {
				throw new IllegalArgumentException(inflater.getRemaining()
						+ " bytes are behind its zlib data: nothing can be appended to a compressed value");
			}
			return inflated.toByteArray();
		}
		catch (DataFormatException ex) {
			throw new IllegalArgumentException("it is flagged as compressed but is not zlib data", ex);
		}
		finally {
			inflater.end();
		}
	}

}
