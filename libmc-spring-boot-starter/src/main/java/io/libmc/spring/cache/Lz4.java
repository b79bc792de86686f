package io.libmc.spring.cache;

import java.nio.ByteBuffer;
import java.util.Arrays;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

import org.springframework.util.ClassUtils;

import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;

/**
 * Items whose data are a block of LZ4, after four bytes that tell its length when it is
 * decompressed, and whose flags say so.
 */
final class Lz4 {

	/** Of this and the flags of what is compressed. */
	static final int FLAG = 1 << 9;

	/** No block of LZ4 becomes longer than this many times its length. */
	private static final int HIGHEST_RATIO = 255;

	private Lz4() {
	}

	static boolean isPresent() {
		return ClassUtils.isPresent("net.jpountz.lz4.LZ4Factory", null);
	}

	/** The same item, compressed if that makes it shorter. */
	static EncodedValue compress(EncodedValue plain) {
		byte[] bytes = plain.bytes();
		byte[] compressed = new byte[Integer.BYTES + Library.COMPRESSOR.maxCompressedLength(bytes.length)];
		int length = Library.COMPRESSOR.compress(bytes, 0, bytes.length, compressed, Integer.BYTES) + Integer.BYTES;
		if (length >= bytes.length) {
			return plain;
		}
		ByteBuffer.wrap(compressed).putInt(bytes.length);
		return new EncodedValue(plain.flags() | FLAG, Arrays.copyOf(compressed, length));
	}

	/**
	 * The data of an item, decompressed.
	 * @throws IllegalArgumentException if they are no such block, or the budget does not
	 * suffice
	 */
	static byte[] decompress(byte[] compressed, DecodingBudget budget) {
		int block = compressed.length - Integer.BYTES;
		int length = (block > 0) ? ByteBuffer.wrap(compressed).getInt() : -1;
		if (length < 0 || length > (long) block * HIGHEST_RATIO) {
			throw new IllegalArgumentException("it is flagged as LZ4, which its length is not");
		}
		budget.allocate(length);
		byte[] bytes = new byte[length];
		try {
			Library.decompress(compressed, bytes);
			return bytes;
		}
		catch (NoClassDefFoundError ex) {
			throw new IllegalArgumentException("it is LZ4, and at.yawk.lz4:lz4-java is not on the class path", ex);
		}
	}

	/**
	 * What is loaded only if it is used, and alone knows the library, even its
	 * exceptions. Neither native code nor {@code Unsafe}, of both of which newer JDKs
	 * warn.
	 */
	private static final class Library {

		private static final LZ4Compressor COMPRESSOR = LZ4Factory.safeInstance().fastCompressor();

		private static final LZ4SafeDecompressor DECOMPRESSOR = LZ4Factory.safeInstance().safeDecompressor();

		static void decompress(byte[] compressed, byte[] bytes) {
			try {
				int length = DECOMPRESSOR.decompress(compressed, Integer.BYTES, compressed.length - Integer.BYTES,
						bytes, 0);
				if (length < bytes.length) {
					throw new IllegalArgumentException("its LZ4 ends early");
				}
			}
			catch (LZ4Exception ex) {
				throw new IllegalArgumentException("it is flagged as LZ4 and is none", ex);
			}
		}

	}

}
