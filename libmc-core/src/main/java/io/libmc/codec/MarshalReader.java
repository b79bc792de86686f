package io.libmc.codec;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Reads what Python's {@code marshal.dumps} writes, in its versions 0 to 4.
 * <p>
 * The bytes are not trusted. A length is checked against the bytes that are left before
 * anything is allocated. Since version 3 an object can be stored once and referred to
 * again, by which few bytes stand for a tree that is endless, exponentially large or very
 * deep, and then hangs whoever hashes it. So a reference counts as a copy of its object:
 * its nodes and levels add to those present, and an object cannot contain itself. What is
 * allocated, hashed and compared is charged to a {@link DecodingBudget} before it is.
 */
final class MarshalReader {

	private static final int FLAG_REF = 0x80;

	private static final int MAX_COPIED_NODES = 1_000_000;

	private static final Pattern FLOAT = Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");

	/** A string of so many bytes is hashed and compared in the time of an object. */
	private static final int BYTES_PER_NODE = 32;

	private static final int BOXED_BYTES = 24;

	private static final int ARRAY_BYTES = 16;

	private static final int STRING_BYTES = 40;

	private static final int LIST_BYTES = 40;

	private static final int REFERENCE_BYTES = 4;

	private static final int TABLE_BYTES = 72;

	private static final int FIRST_ENTRY_BYTES = 80;

	/** With its share of the slots, which are allocated anew as the table grows. */
	private static final int ENTRY_BYTES = 56;

	private final byte[] bytes;

	private final DecodingBudget budget;

	private int position;

	private List<@Nullable Shared> references = List.of();

	private List<String> interned = List.of();

	/** How many objects were read so far, those within references included. */
	private long nodes;

	/** How many elements of the lists that have begun are still to come. */
	private long expected;

	/** The deepest level of the object being read. */
	private int deepest;

	private MarshalReader(byte[] bytes, DecodingBudget budget) {
		this.bytes = bytes;
		this.budget = budget;
	}

	/** Reads a value within the budget that it has where no client says another. */
	static @Nullable Object read(byte[] bytes) {
		return read(bytes, DecodingBudget.of(bytes.length));
	}

	/**
	 * Reads a value.
	 * @throws IllegalArgumentException if the bytes are not one value that Java has a
	 * type for, or it would cost more than the budget
	 */
	static @Nullable Object read(byte[] bytes, DecodingBudget budget) {
		MarshalReader reader = new MarshalReader(bytes, budget);
		Object value = reader.readObject(0);
		if (reader.position < bytes.length) {
			throw reader.broken("bytes follow the value");
		}
		return value;
	}

	/**
	 * A {@code Long} if it fits, as an integer of Python has one type whatever its size.
	 */
	static Number narrow(BigInteger value) {
		return (value.bitLength() < Long.SIZE) ? (Number) value.longValue() : value;
	}

	private @Nullable Object readObject(int depth) {
		int code = readByte();
		char type = (char) (code & ~FLAG_REF);
		reach(depth, 1);
		boolean shared = (code & FLAG_REF) != 0 && "NTF".indexOf(type) < 0;
		return shared ? readShared(type, depth) : readValue(type, depth);
	}

	/** References number the shared objects in the order in which they begin. */
	private @Nullable Object readShared(char type, int depth) {
		int index = this.references.size();
		if (index == 0) {
			this.references = new ArrayList<>();
		}
		this.references.add(null);
		long nodesBefore = this.nodes - 1;
		int deepestBefore = this.deepest;
		this.deepest = depth;
		Object value = readValue(type, depth);
		this.references.set(index, new Shared(value, this.deepest - depth, this.nodes - nodesBefore));
		this.deepest = Math.max(this.deepest, deepestBefore);
		return value;
	}

	private @Nullable Object readReference(int depth) {
		int index = readInt();
		if (index < 0 || index >= this.references.size()) {
			throw broken("a reference leads nowhere");
		}
		Shared shared = this.references.get(index);
		if (shared == null) {
			throw broken("an object contains itself");
		}
		reach(depth + shared.height, shared.nodes);
		return shared.value;
	}

	private void reach(int depth, long nodes) {
		this.nodes += nodes;
		this.deepest = Math.max(this.deepest, depth);
		if (depth > MarshalWriter.MAX_DEPTH) {
			throw broken("it nests deeper than " + MarshalWriter.MAX_DEPTH + " levels");
		}
		this.budget.step(nodes);
		if (this.nodes > 2L * this.bytes.length + MAX_COPIED_NODES) {
			throw broken("its references stand for more than " + MAX_COPIED_NODES + " objects");
		}
	}

	private @Nullable Object readValue(char type, int depth) {
		return switch (type) {
			case 'N' -> null;
			case 'T' -> true;
			case 'F' -> false;
			case 'i' -> boxed(readInt());
			case 'I' -> boxed(readLong());
			case 'l' -> readDigits();
			case 'g' -> Double.longBitsToDouble(boxed(readLong()));
			case 'f' -> readTextFloat();
			case 's' -> readBytes(readLength());
			case 'u' -> readUtf8();
			case 't' -> readInterned();
			case 'R' -> readInternedReference();
			case 'a', 'A' -> readAscii(readLength());
			case 'z', 'Z' -> readAscii(readByte());
			case '(', '[' -> readList(readLength(), depth + 1);
			case ')' -> readList(readByte(), depth + 1);
			case '<', '>' -> readSet(readLength(), depth + 1);
			case '{' -> readMap(depth + 1);
			case 'r' -> readReference(depth);
			case 'x', 'y' -> throw unreadable("complex number");
			case 'c' -> throw unreadable("code object");
			case '.' -> throw unreadable("Ellipsis");
			case 'S' -> throw unreadable("StopIteration");
			default -> throw broken("there is no type " + (int) type);
		};
	}

	private long boxed(long value) {
		this.budget.allocate(BOXED_BYTES);
		return value;
	}

	private List<@Nullable Object> readList(int count, int depth) {
		expect(count);
		this.budget.allocate(LIST_BYTES + (long) REFERENCE_BYTES * count);
		List<@Nullable Object> list = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			this.expected--;
			list.add(readObject(depth));
		}
		return list;
	}

	/** Lists are allocated at once, so that one within the other cannot claim all. */
	private void expect(int count) {
		this.expected += count;
		if (this.expected > remaining()) {
			throw broken("it ends too early");
		}
	}

	private Set<@Nullable Object> readSet(int count, int depth) {
		this.budget.allocate(TABLE_BYTES);
		Set<@Nullable Object> set = new LinkedHashSet<>();
		KeyCosts costs = null;
		for (int i = 0; i < count; i++) {
			long nodesBefore = this.nodes;
			Object element = readObject(depth);
			costs = charge(element, this.nodes - nodesBefore, set, costs);
			set.add(element);
		}
		return set;
	}

	private Map<@Nullable Object, @Nullable Object> readMap(int depth) {
		this.budget.allocate(TABLE_BYTES);
		Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
		KeyCosts costs = null;
		while (peekByte() != '0') {
			long nodesBefore = this.nodes;
			Object key = readObject(depth);
			costs = charge(key, this.nodes - nodesBefore, map.keySet(), costs);
			map.put(key, readObject(depth));
		}
		this.position++;
		return map;
	}

	/** Charges for a key that joins others. Strings alone need no accounts. */
	private @Nullable KeyCosts charge(@Nullable Object key, long weight, Set<?> others, @Nullable KeyCosts costs) {
		this.budget.allocate(others.isEmpty() ? FIRST_ENTRY_BYTES + ENTRY_BYTES : ENTRY_BYTES);
		if (key == null || (costs == null && key instanceof String)) {
			return costs;
		}
		KeyCosts charging = (costs != null) ? costs : new KeyCosts(others, this.budget);
		charging.add(key, weight);
		return charging;
	}

	/** Digits of 15 bits, the lowest first; a negative count means a negative number. */
	private Number readDigits() {
		int count = readInt();
		if (Math.abs((long) count) > remaining() / 2) {
			throw broken("it ends within an integer");
		}
		int digits = Math.abs(count);
		lengthen(2L * digits);
		this.budget.allocate(2L * (ARRAY_BYTES + BOXED_BYTES) + 4L * digits);
		byte[] magnitude = new byte[(int) ((digits * 15L + 7) / 8)];
		int bits = 0;
		int pending = 0;
		int at = magnitude.length;
		for (int i = 0; i < digits; i++) {
			int digit = readByte() | readByte() << 8;
			if (digit > 0x7fff) {
				throw broken("a digit of an integer is out of range");
			}
			bits |= digit << pending;
			for (pending += 15; pending >= 8; pending -= 8) {
				magnitude[--at] = (byte) bits;
				bits >>>= 8;
			}
		}
		if (pending > 0) {
			magnitude[--at] = (byte) bits;
		}
		return narrow(new BigInteger(Integer.signum(count), magnitude));
	}

	/** To parse a float takes as long for a digit as for an object. */
	private double readTextFloat() {
		int length = readByte();
		this.budget.allocate(BOXED_BYTES);
		this.budget.step(length);
		String text = readAscii(length);
		return switch (text) {
			case "inf" -> Double.POSITIVE_INFINITY;
			case "-inf" -> Double.NEGATIVE_INFINITY;
			case "nan", "-nan" -> Double.NaN;
			default -> {
				if (!FLOAT.matcher(text).matches()) {
					throw broken("a float is no number");
				}
				yield Double.parseDouble(text);
			}
		};
	}

	/** Python 2 stores an interned string once, and its number when it comes again. */
	private String readInterned() {
		String text = readUtf8();
		if (this.interned.isEmpty()) {
			this.interned = new ArrayList<>();
		}
		this.interned.add(text);
		return text;
	}

	private String readInternedReference() {
		int index = readInt();
		if (index < 0 || index >= this.interned.size()) {
			throw broken("a reference leads nowhere");
		}
		String text = this.interned.get(index);
		lengthen(text.length());
		this.budget.step(text.length() / BYTES_PER_NODE);
		return text;
	}

	private String readUtf8() {
		int start = skipText(readLength());
		return Utf8.decode(this.bytes, start, this.position - start);
	}

	private String readAscii(int length) {
		int start = skipText(length);
		return new String(this.bytes, start, length, StandardCharsets.ISO_8859_1);
	}

	/** Twice the length, for what is not ASCII takes two bytes a character. */
	private int skipText(int length) {
		int start = skip(length);
		this.budget.allocate(STRING_BYTES + 2L * length);
		lengthen(length);
		return start;
	}

	/** A long object counts as several, as it is hashed and compared. */
	private void lengthen(long length) {
		this.nodes += length / BYTES_PER_NODE;
	}

	private byte[] readBytes(int length) {
		int start = skip(length);
		this.budget.allocate(ARRAY_BYTES + (long) length);
		return Arrays.copyOfRange(this.bytes, start, start + length);
	}

	/** The count of bytes or of elements, each of which takes a byte at least. */
	private int readLength() {
		int length = readInt();
		if (length < 0 || length > remaining()) {
			throw broken("it claims a length of " + Integer.toUnsignedString(length) + " with " + remaining()
					+ " bytes left");
		}
		return length;
	}

	private long readLong() {
		return Integer.toUnsignedLong(readInt()) | (long) readInt() << 32;
	}

	private int readInt() {
		return readByte() | readByte() << 8 | readByte() << 16 | readByte() << 24;
	}

	private int readByte() {
		return this.bytes[skip(1)] & 0xff;
	}

	private int peekByte() {
		int next = readByte();
		this.position--;
		return next;
	}

	private int skip(int length) {
		if (length > remaining()) {
			throw broken("it ends too early");
		}
		int start = this.position;
		this.position += length;
		return start;
	}

	private int remaining() {
		return this.bytes.length - this.position;
	}

	private IllegalArgumentException broken(String why) {
		return new IllegalArgumentException(
				"the value is no Python marshal data although its flags say so: at byte " + this.position + ", " + why);
	}

	private static IllegalArgumentException unreadable(String what) {
		return new IllegalArgumentException("the value holds a Python " + what
				+ ", which has no counterpart in Java; have Python store something else");
	}

	/**
	 * An object that may be referred to.
	 *
	 * @param value the object
	 * @param height the levels within it
	 * @param nodes the objects within it, itself included
	 */
	private record Shared(@Nullable Object value, int height, long nodes) {

	}

}
