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
 *
 * An entry that belongs to groups tells which, and their numbers, likewise: in front of
 * everything else, or in a list behind it.
 *
 * <pre>
 * byte   0xfe
 * byte   how many groups
 * long   the first group's digest
 * long   its number
 * ...    other groups, and the entry
 *
 * (generation, value, checksum, milliseconds since 1970, [digest, number, ...])
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

	/** The groups follow, and then the entry. */
	static final byte GROUPED = (byte) 0xfe;

	static final int CHECK_BYTES = 1 + Integer.BYTES;

	static final int DATE_BYTES = 1 + Long.BYTES;

	private static final int DATED_ELEMENTS = 4;

	private static final int GROUPED_ELEMENTS = 5;

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

	/** The entry, dated already if it is to be, which tells its groups. */
	static Object grouped(Object entry, GroupStamps groups) {
		if (entry instanceof byte[] bytes) {
			ByteBuffer grouped = ByteBuffer.allocate(groupBytes(groups.size()) + bytes.length)
				.put(GROUPED)
				.put((byte) groups.size());
			groups.toList().forEach(grouped::putLong);
			return grouped.put(bytes).array();
		}
		List<@Nullable Object> grouped = new ArrayList<>((List<?>) entry);
		while (grouped.size() < GROUPED_ELEMENTS - 1) {
			grouped.add(null);
		}
		grouped.add(groups.toList());
		return grouped;
	}

	private static int groupBytes(int groups) {
		return 2 + groups * 2 * Long.BYTES;
	}

	/**
	 * Which groups an entry belongs to.
	 * @param stored what lies on the server, whoever wrote it
	 * @return {@link GroupStamps#NONE} if it does not tell
	 */
	static GroupStamps groups(Object stored) {
		if (stored instanceof byte[] bytes) {
			int groups = groups(bytes);
			List<Long> numbers = new ArrayList<>();
			for (int i = 0; i < 2 * groups; i++) {
				numbers.add(ByteBuffer.wrap(bytes).getLong(2 + i * Long.BYTES));
			}
			return (groups > 0) ? GroupStamps.numbered(numbers) : GroupStamps.NONE;
		}
		return (stored instanceof List<?> list && list.size() == GROUPED_ELEMENTS
				&& list.get(GROUPED_ELEMENTS - 1) instanceof List<?> numbers && GroupStamps.areNumbers(numbers))
						? GroupStamps.numbered(numbers) : GroupStamps.NONE;
	}

	private static int groups(byte[] bytes) {
		int groups = (bytes.length > 2 && bytes[0] == GROUPED) ? bytes[1] : 0;
		return (groups > 0 && groups <= GroupStamps.MOST && bytes.length > groupBytes(groups)) ? groups : 0;
	}

	/** An entry without its groups, which {@link #groups} has told. */
	static Object ungrouped(Object stored) {
		if (stored instanceof byte[] bytes) {
			return Arrays.copyOfRange(bytes, groupBytes(groups(bytes)), bytes.length);
		}
		List<?> list = (List<?>) stored;
		int size = GROUPED_ELEMENTS - 1;
		while (size > 2 && list.get(size - 1) == null) {
			size--;
		}
		return list.subList(0, size);
	}

	/** Where an entry of bytes begins that tells its groups or when it is over. */
	static int start(byte[] stored) {
		int groups = groups(stored);
		int start = (groups > 0) ? groupBytes(groups) : 0;
		return (stored[start] == DATED) ? start + DATE_BYTES : start;
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
