package io.libmc.spring.cache;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

import io.libmc.codec.DecodingBudget;

/**
 * A format of the application's own: behind the header its name, with its length in
 * front, and then what the serializer wrote.
 */
final class CustomFormat extends BytesFormat {

	private static final int LONGEST_NAME = 64;

	private final String name;

	private final CacheValueSerializer serializer;

	/** The length and the name. */
	private final byte[] label;

	CustomFormat(String name, CacheValueSerializer serializer) {
		boolean good = !name.isEmpty() && name.length() <= LONGEST_NAME
				&& name.chars().allMatch((c) -> c >= '!' && c <= '~');
		if (!good) {
			throw new IllegalArgumentException(
					"name: \"" + name + "\" is not 1 to " + LONGEST_NAME + " characters of ASCII without spaces");
		}
		this.name = name;
		this.serializer = Objects.requireNonNull(serializer, "serializer");
		this.label = ((char) name.length() + name).getBytes(StandardCharsets.US_ASCII);
	}

	/** Whether another one would take this one's entries for its own. */
	boolean isConfusedWith(EntryFormat other) {
		return other instanceof CustomFormat custom && custom.name.equals(this.name)
				&& custom.serializer != this.serializer;
	}

	@Override
	public String toString() {
		return this.name;
	}

	@Override
	byte mark() {
		return Stamp.CUSTOM;
	}

	@Override
	boolean hasWritten(byte[] plain) {
		int end = Stamp.HEADER_BYTES + this.label.length;
		return plain.length >= end && Arrays.equals(plain, Stamp.HEADER_BYTES, end, this.label, 0, this.label.length);
	}

	@Override
	byte[] write(Object value) {
		byte[] bytes = serialize(value);
		ByteArrayOutputStream entry = new ByteArrayOutputStream(Stamp.HEADER_BYTES + this.label.length + bytes.length);
		entry.writeBytes(Stamp.header(Stamp.CUSTOM));
		entry.writeBytes(this.label);
		entry.writeBytes(bytes);
		return entry.toByteArray();
	}

	/** The application's code need not declare what it throws. */
	private byte[] serialize(Object value) {
		try {
			return Objects.requireNonNull(this.serializer.serialize(value), "serialize returned null");
		}
		catch (IllegalArgumentException ex) {
			throw ex;
		}
		catch (Exception | LinkageError | StackOverflowError | AssertionError ex) {
			throw new IllegalArgumentException("a " + value.getClass().getTypeName()
					+ " cannot be cached: the serializer \"" + this.name + "\" failed with " + ex, ex);
		}
	}

	@Override
	Object read(byte[] entry, DecodingBudget budget) throws UndecodableEntryException {
		byte[] bytes = Arrays.copyOfRange(entry, Stamp.HEADER_BYTES + this.label.length, entry.length);
		try {
			return Objects.requireNonNull(this.serializer.deserialize(bytes, budget), "deserialize returned null");
		}
		catch (Exception | LinkageError | StackOverflowError | AssertionError ex) {
			throw new UndecodableEntryException(ex.toString(), ex);
		}
	}

	/** What the application's serializer spends is known only when it reads. */
	@Override
	void judge(byte[] entry, int start, DecodingBudget budget) {
	}

}
