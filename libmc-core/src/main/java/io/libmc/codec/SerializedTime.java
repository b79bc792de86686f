package io.libmc.codec;

import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalTime;

/**
 * The hashes of {@code java.time}'s values, which Java serialization writes as a byte
 * that says which and then the least bytes that will do.
 */
final class SerializedTime {

	private static final int DURATION = 1;

	private static final int INSTANT = 2;

	private static final int LOCAL_DATE = 3;

	private static final int LOCAL_DATE_TIME = 5;

	private static final int ZONED_DATE_TIME = 6;

	private static final int ZONE_REGION = 7;

	private static final int PERIOD = 14;

	private SerializedTime() {
	}

	/** Tells a value's hash, or that all of its class count as equal. */
	static void hash(ByteBuffer in, int start, int length, Result result) {
		int type = (length > 0) ? in.get(start) : 0;
		ByteBuffer value = in.duplicate().position(start).limit(start + length);
		if (length > 0) {
			value.get();
		}
		if ((type == DURATION || type == INSTANT) && length == 13) {
			result.is(Long.hashCode(value.getLong()) + 51 * value.getInt(),
					SerializedCosts.ordered("java.time" + type));
		}
		else if (type == LOCAL_DATE && length >= 7) {
			result.is(date(value), 1);
		}
		else if (type == LOCAL_DATE_TIME && length >= 8) {
			result.is(date(value) ^ time(value), 1);
		}
		else {
			boolean plain = type == LOCAL_DATE || type == LOCAL_DATE_TIME || type == ZONED_DATE_TIME
					|| type == ZONE_REGION || type == PERIOD;
			result.is(type, plain ? 1 : SerializedCosts.ordered("java.time" + type));
		}
	}

	/** See {@link LocalDate#hashCode()}. */
	private static int date(ByteBuffer value) {
		int year = value.getInt();
		return (year & 0xfffff800) ^ ((year << 11) + (value.get() << 6) + value.get());
	}

	/** What is zero is left out at the end, and what is last is inverted. */
	private static int time(ByteBuffer value) {
		int[] parts = new int[4];
		for (int i = 0; i < 3 && value.hasRemaining(); i++) {
			parts[i] = value.get();
			if (parts[i] < 0) {
				parts[i] = ~parts[i];
				break;
			}
		}
		if (value.remaining() == Integer.BYTES) {
			parts[3] = value.getInt();
		}
		long seconds = parts[0] * 3600L + parts[1] * 60L + parts[2];
		return Long.hashCode(seconds * LocalTime.of(0, 0, 1).toNanoOfDay() + parts[3]);
	}

	/** Takes a hash, and the kind of key that it belongs to. */
	interface Result {

		void is(int hash, int kind);

	}

}
