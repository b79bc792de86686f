package io.libmc.codec;

import java.nio.BufferUnderflowException;
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

	private static final int LOCAL_TIME = 4;

	private static final int LOCAL_DATE_TIME = 5;

	private static final int ZONED_DATE_TIME = 6;

	private static final int ZONE_REGION = 7;

	private static final int ZONE_OFFSET = 8;

	private static final int OFFSET_DATE_TIME = 10;

	private static final int YEAR = 11;

	private static final int YEAR_MONTH = 12;

	private static final int PERIOD = 14;

	/** The mark of those that have an order, to which the type is added. */
	private static final int ORDERED = SerializedKind.ordered("java.time") & 0xff;

	private static final int SECONDS_PER_UNIT = 900;

	private static final int OTHER_OFFSET = 127;

	private SerializedTime() {
	}

	/** Tells a value's hash, or that it may have any. */
	static void hash(ByteBuffer in, int start, int length, Result result) {
		int type = (length > 0) ? in.get(start) : 0;
		ByteBuffer value = in.duplicate().position(start).limit(start + length);
		boolean plain = type == LOCAL_DATE || type == LOCAL_DATE_TIME || type == ZONED_DATE_TIME || type == ZONE_REGION
				|| type == PERIOD;
		int kind = plain ? SerializedKind.PLAIN : ORDERED + (type << 8);
		try {
			value.get();
			switch (type) {
				case DURATION, INSTANT -> result.is(Long.hashCode(value.getLong()) + 51 * value.getInt(), kind);
				case LOCAL_DATE -> result.is(date(value), kind);
				case LOCAL_TIME -> result.is(time(value), kind);
				case LOCAL_DATE_TIME -> result.is(date(value) ^ time(value), kind);
				case OFFSET_DATE_TIME -> result.is(date(value) ^ time(value) ^ offset(value), kind);
				case ZONED_DATE_TIME ->
					result.is(date(value) ^ time(value) ^ offset(value) ^ Integer.rotateLeft(zone(value), 3), kind);
				case ZONE_OFFSET -> result.is(offset(value), kind);
				case YEAR -> result.is(value.getInt(), kind);
				case YEAR_MONTH -> result.is(value.getInt() ^ value.get() << 27, kind);
				default -> result.is(0, SerializedKind.unknown(kind));
			}
		}
		catch (BufferUnderflowException ex) {
			result.is(0, SerializedKind.unknown(kind));
		}
	}

	/** See {@link LocalDate#hashCode()}. */
	private static int date(ByteBuffer value) {
		int year = value.getInt();
		return (year & 0xfffff800) ^ ((year << 11) + (value.get() << 6) + value.get());
	}

	/** What is zero is left out at the end, and what is last is inverted. */
	private static int time(ByteBuffer value) {
		int[] parts = new int[3];
		boolean ended = false;
		for (int i = 0; i < 3 && !ended; i++) {
			parts[i] = value.get();
			ended = parts[i] < 0;
			parts[i] = ended ? ~parts[i] : parts[i];
		}
		int nanos = ended ? 0 : value.getInt();
		long seconds = parts[0] * 3600L + parts[1] * 60L + parts[2];
		return Long.hashCode(seconds * LocalTime.of(0, 0, 1).toNanoOfDay() + nanos);
	}

	private static int offset(ByteBuffer value) {
		int units = value.get();
		return (units == OTHER_OFFSET) ? value.getInt() : units * SECONDS_PER_UNIT;
	}

	private static int zone(ByteBuffer value) {
		if (value.get() == ZONE_OFFSET) {
			return offset(value);
		}
		int length = value.getShort() & 0xffff;
		if (length > value.remaining()) {
			throw new BufferUnderflowException();
		}
		byte[] text = new byte[length];
		value.get(text);
		int hash = 0;
		for (byte each : text) {
			if (each < 0) {
				throw new BufferUnderflowException();
			}
			hash = 31 * hash + each;
		}
		return hash;
	}

	/** Takes a hash, and the kind of key that it belongs to. */
	interface Result {

		void is(int hash, int kind);

	}

}
