package io.libmc.codec;

import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.Status;

import org.jspecify.annotations.Nullable;

/**
 * What decoding one value may cost, in bytes and in steps. Some hundred bytes can stand
 * for gigabytes of objects, or for hours of comparing them; a value that would cost more
 * than its budget is undecodable, and is refused when it is written.
 * <p>
 * Bytes are those that the JVM allocates, about, and are counted over the whole value:
 * decompression, arrays, objects and the slots of collections. A step is an object that
 * is read, hashed or compared. Both grow with the size at which the value is stored and
 * with the largest size that the client takes:
 *
 * <pre>
 * bytes = 64,000 + 16 * stored size + 8 * maxValueBytes
 * steps = 64,000 +  4 * stored size + maxValueBytes / 2
 * </pre>
 *
 * A budget is used by one thread, for one value.
 *
 * @since 0.1.0
 */
public final class DecodingBudget {

	private static final int DEFAULT_MAX_VALUE_BYTES = 10_000_000;

	/** More bytes than this for one that is stored, no honest value takes. */
	private static final int MOST_BYTES_PER_STORED_BYTE = 64;

	private static final int STORED_WEIGHT = 16;

	private static final int MAX_WEIGHT = 8;

	private static final int STEPS_PER_STORED_BYTE = 4;

	private static final int SMALL_CHANGE = 64_000;

	private final long allowedBytes;

	private final long allowedSteps;

	private long bytes;

	private long steps;

	private @Nullable String suspect;

	private DecodingBudget(long bytes, long steps) {
		this.allowedBytes = bytes;
		this.allowedSteps = steps;
	}

	/**
	 * A budget for one value, with the {@code maxValueBytes} that a client has by
	 * default, 10,000,000.
	 * @param storedBytes the length of the value as it is stored
	 * @return a budget of which nothing is spent
	 */
	public static DecodingBudget of(int storedBytes) {
		return of(storedBytes, DEFAULT_MAX_VALUE_BYTES);
	}

	/**
	 * A budget for one value.
	 * @param storedBytes the length of the value as it is stored, compressed if it is
	 * @param maxValueBytes the largest value that the client takes, in bytes
	 * @return a budget of which nothing is spent
	 */
	public static DecodingBudget of(int storedBytes, int maxValueBytes) {
		return new DecodingBudget(SMALL_CHANGE + (long) STORED_WEIGHT * storedBytes + (long) MAX_WEIGHT * maxValueBytes,
				SMALL_CHANGE + (long) STEPS_PER_STORED_BYTE * storedBytes + maxValueBytes / 2);
	}

	/**
	 * Spends bytes. To be called before they are allocated.
	 * @param count how many, about, the JVM allocates
	 * @throws IllegalArgumentException if the budget has not so many left; the message
	 * says so
	 */
	public void allocate(long count) {
		if (count < 0 || count > this.allowedBytes - this.bytes) {
			throw new IllegalArgumentException("decoding it would take more than " + this.allowedBytes
					+ " bytes of memory, which is all that a value of its size is given; store a smaller one, or raise maxValueBytes");
		}
		this.bytes += count;
	}

	/**
	 * Spends steps. To be called before they are taken.
	 * @param count how many objects are read, hashed or compared
	 * @throws IllegalArgumentException if the budget has not so many left; the message
	 * says so
	 */
	public void step(long count) {
		if (count < 0 || count > this.allowedSteps - this.steps) {
			throw new IllegalArgumentException("decoding it would take more than " + this.allowedSteps
					+ " steps, which is all that a value of its size is given: "
					+ ((this.suspect != null && count >= CostTable.ENDLESS) ? this.suspect
							: "what it holds is hashed or compared too often; store a simpler one, or raise maxValueBytes"));
		}
		this.steps += count;
	}

	/**
	 * Judges what Java serialization wrote by its bytes, before an object is made of
	 * them: how deep it nests, what it allocates, and what it costs to hash and compare
	 * what lies in its hash tables and queues. What an application's own
	 * {@code hashCode}, {@code compareTo} or {@code readObject} costs cannot be seen in
	 * the bytes. They are taken to describe their classes as they are: to read what
	 * somebody else wrote, use {@link #filterSerialized}.
	 * @param value holds the stream; not changed
	 * @param start where the stream begins
	 * @throws IllegalArgumentException if the bytes are no such stream, or what they hold
	 * would cost more than is left of this budget
	 */
	public void judgeSerialized(byte[] value, int start) {
		SerializedStream stream = new SerializedStream(value, start, this, false);
		stream.judge();
		stream.chargeEnums();
	}

	/**
	 * The same, as a filter to read the stream with: it charges this budget for the
	 * arrays that are to be allocated, of whose size the stream may say anything. And it
	 * rejects classes of the JDK that the stream describes otherwise than they are, and
	 * others for which Java would take the bytes for something else than was judged.
	 * @param value holds the stream; not changed
	 * @param start where the stream begins
	 * @param filter asked for everything else
	 * @return a filter for the {@link java.io.ObjectInputStream} that reads the stream
	 * @throws IllegalArgumentException as {@link #judgeSerialized} does
	 */
	public ObjectInputFilter filterSerialized(byte[] value, int start, ObjectInputFilter filter) {
		SerializedStream stream = new SerializedStream(value, start, this, true);
		stream.judge();
		return (info) -> {
			Status status = filter.checkInput(info);
			Class<?> type = info.serialClass();
			if (status == Status.REJECTED || type == null) {
				return status;
			}
			if (info.arrayLength() >= 0) {
				allocate(16 + info.arrayLength() * SerializedStream.width(type.getName().charAt(1)));
				return status;
			}
			if (type.isEnum()) {
				stream.chargeEnum(type);
			}
			return stream.isMisread(type) ? Status.REJECTED : status;
		};
	}

	/** Says what may be why steps never end, for the message. */
	void suspect(String what) {
		this.suspect = what;
	}

	/** Whether no value of that length could cost too much that refers to none twice. */
	boolean isAmpleFor(int length) {
		return length <= (this.allowedBytes - this.bytes) / MOST_BYTES_PER_STORED_BYTE;
	}

}
