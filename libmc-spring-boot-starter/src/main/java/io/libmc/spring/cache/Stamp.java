package io.libmc.spring.cache;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The generation that an entry bears, at the same place whatever its format:
 *
 * <pre>
 * byte   format                     jdk, json and others; an entry that is bytes
 * long   generation
 * ...    the value
 *
 * (generation, value)               libmc; an entry that is a list, to Python a list, too
 * (generation, value, checksum)
 * </pre>
 *
 * An entry that is prolonged by being read, but not for ever, tells when its life is
 * over. That stands in front of all this, or in a list behind it, where the checksum is
 * {@code None} if there is none. Who does not know of it takes the entry for none.
 *
 * <pre>
 * byte   0xfb
 * long   milliseconds since 1970
 * ...    the entry
 *
 * (generation, value, checksum, milliseconds since 1970)
 * </pre>
 */
final class Stamp {

	/** How long the byte is that names the format, and the generation. */
	static final int HEADER_BYTES = 1 + Long.BYTES;

	/** An entry of this format is a header alone and stands for {@code null}. */
	static final byte NULL = (byte) 0xf8;

	static final byte JDK = (byte) 0xf9;

	/** Four bytes of checksum follow, and then the entry they belong to. */
	static final byte CHECKED = (byte) 0xfa;

	/** Eight bytes follow that tell when the entry is over, and then the entry. */
	static final byte DATED = (byte) 0xfb;

	static final byte JSON = (byte) 0xfc;

	/** The name of the application's own format follows. */
	static final byte CUSTOM = (byte) 0xfd;

	static final int CHECK_BYTES = 1 + Integer.BYTES;

	static final int DATE_BYTES = 1 + Long.BYTES;

	private static final int DATED_ELEMENTS = 4;

	private Stamp() {
	}

	/** What an entry of bytes begins with before it is stamped. */
	static byte[] header(byte format) {
		byte[] header = new byte[HEADER_BYTES];
		header[0] = format;
		return header;
	}

	/** Stamps an entry that was just encoded, in place if it is one of bytes. */
	static Object put(Object entry, long generation) {
		if (entry instanceof byte[] bytes) {
			ByteBuffer.wrap(bytes).putLong(1, generation);
			return BytesFormat.checked(bytes);
		}
		List<@Nullable Object> stamped = new ArrayList<>((List<?>) entry);
		stamped.set(0, generation);
		return stamped;
	}

	/** The entry, which tells when it is over. */
	static Object dated(Object entry, long deadline) {
		if (entry instanceof byte[] bytes) {
			return ByteBuffer.allocate(DATE_BYTES + bytes.length).put(DATED).putLong(deadline).put(bytes).array();
		}
		List<@Nullable Object> dated = new ArrayList<>((List<?>) entry);
		if (dated.size() < DATED_ELEMENTS - 1) {
			dated.add(null);
		}
		dated.add(deadline);
		return dated;
	}

	/**
	 * When an entry is over.
	 * @param stored what lies on the server, whoever wrote it
	 * @return {@link Lifetime#ENDLESS} if it does not tell
	 */
	static long deadline(Object stored) {
		if (stored instanceof byte[] bytes) {
			return (bytes.length >= DATE_BYTES && bytes[0] == DATED) ? ByteBuffer.wrap(bytes).getLong(1)
					: Lifetime.ENDLESS;
		}
		return (stored instanceof List<?> list && list.size() == DATED_ELEMENTS
				&& list.get(DATED_ELEMENTS - 1) instanceof Long deadline) ? deadline : Lifetime.ENDLESS;
	}

	/** An entry without its deadline, of which {@link #deadline} has told. */
	static Object undated(Object stored) {
		if (stored instanceof byte[] bytes) {
			return Arrays.copyOfRange(bytes, DATE_BYTES, bytes.length);
		}
		List<?> list = (List<?>) stored;
		return list.subList(0, (list.get(2) != null) ? DATED_ELEMENTS - 1 : 2);
	}

	/**
	 * The generation that an entry bears.
	 * @param stored what lies on the server, whoever wrote it
	 * @return {@link Generation#NONE} if it is no entry of a cache
	 */
	static long of(Object stored) {
		if (stored instanceof byte[] bytes) {
			int start = (bytes.length > CHECK_BYTES && bytes[0] == CHECKED) ? CHECK_BYTES : 0;
			return (bytes.length >= start + HEADER_BYTES && isFormat(bytes[start]))
					? ByteBuffer.wrap(bytes).getLong(start + 1) : Generation.NONE;
		}
		return (stored instanceof List<?> list && list.size() >= 2 && list.get(0) instanceof Long generation)
				? generation : Generation.NONE;
	}

	private static boolean isFormat(byte first) {
		return first == NULL || first == JDK || first == JSON || first == CUSTOM;
	}

}
