package io.libmc.codec;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Writes values as Python's {@code marshal.dumps(value, 2)} does, to the byte.
 * <p>
 * Python takes only immutable objects as keys of a dict and elements of a set. There a
 * list becomes a tuple and a set a frozenset.
 */
final class MarshalWriter {

	/** Python reads no more than 1000 levels on some systems. */
	static final int MAX_DEPTH = 500;

	private byte[] bytes = new byte[64];

	private int size;

	/** The marks of what is in the keys of the present map or set. */
	private int keyMarks;

	private final int maxBytes;

	private MarshalWriter(int maxBytes) {
		this.maxBytes = maxBytes;
	}

	/**
	 * Writes a value.
	 * @throws ValueTooLongException if it takes more than {@code maxBytes}
	 * @throws IllegalArgumentException if the value, or one inside it, has a class that
	 * Python lacks, or nests too deeply, or two keys or elements would be one once they
	 * are read
	 */
	static byte[] write(Object value, int maxBytes) {
		MarshalWriter writer = new MarshalWriter(maxBytes);
		writer.write(value, false, 0);
		return Arrays.copyOf(writer.bytes, writer.size);
	}

	/**
	 * Whether a list or a set lies in what {@link #write} wrote as a map's key or a set's
	 * element: only there it is a tuple or a frozenset.
	 */
	static boolean holdsContainersAsKeys(byte[] written) {
		ByteBuffer in = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
		while (in.hasRemaining()) {
			byte type = in.get();
			switch (type) {
				case '(', '>' -> {
					return true;
				}
				case '[', '<', 'i' -> in.getInt();
				case 'g' -> in.getLong();
				case 'l' -> skip(in, 2 * Math.abs(in.getInt()));
				case 's', 'u' -> skip(in, in.getInt());
				default -> {
					// None, a truth, or the begin or end of a map: a byte.
				}
			}
		}
		return false;
	}

	private static void skip(ByteBuffer in, int length) {
		in.position(in.position() + length);
	}

	private void write(@Nullable Object value, boolean hashable, int depth) {
		if (value instanceof String text) {
			writeBytes('u', Utf8.encode(text));
		}
		else if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
			markKey(hashable, value);
			writeInteger(((Number) value).longValue());
		}
		else if (value instanceof Double || value instanceof Float) {
			markKey(hashable, value);
			writeByte('g');
			writeLong(Double.doubleToLongBits(((Number) value).doubleValue()));
		}
		else if (value == null) {
			writeByte('N');
		}
		else if (value instanceof Boolean bool) {
			writeByte(bool ? 'T' : 'F');
		}
		else if (value instanceof byte[] data) {
			writeBytes('s', data);
		}
		else if (value instanceof BigInteger integer) {
			markKey(hashable, integer);
			writeBigInteger(integer);
		}
		else if (depth >= MAX_DEPTH) {
			throw new IllegalArgumentException(
					"the value nests deeper than " + MAX_DEPTH + " levels, or contains itself; store a flatter one");
		}
		else if (value instanceof List<?> list) {
			if (hashable) {
				this.keyMarks |= Collisions.markOfCollection(list);
			}
			writeElements(hashable ? '(' : '[', list.iterator(), hashable, depth + 1);
		}
		else if (value instanceof Set<?> set) {
			writeSet(set, hashable, depth + 1);
		}
		else if (value instanceof Map<?, ?> map && !hashable) {
			writeMap(map, depth + 1);
		}
		else {
			throw refused(value);
		}
	}

	private void markKey(boolean hashable, Object number) {
		if (hashable) {
			this.keyMarks |= Collisions.markOf((Number) number);
		}
	}

	/** A set that lies in a key is checked with the key. */
	private void writeSet(Set<?> set, boolean hashable, int depth) {
		if (hashable) {
			this.keyMarks |= Collisions.markOfCollection(set);
			writeElements('>', set.iterator(), true, depth);
			return;
		}
		int outer = this.keyMarks;
		this.keyMarks = Collisions.markOfCollection(set);
		writeElements('<', set.iterator(), true, depth);
		checkKeys(set);
		this.keyMarks = outer;
	}

	private void checkKeys(Collection<?> keys) {
		if (Collisions.arePossible(this.keyMarks)) {
			Collisions.check(keys);
		}
	}

	/** The count comes first but is known last, should another thread change it. */
	private void writeElements(char type, Iterator<?> elements, boolean hashable, int depth) {
		writeByte(type);
		int start = this.size;
		writeInt(0);
		int count = 0;
		for (; elements.hasNext(); count++) {
			write(elements.next(), hashable, depth);
		}
		int end = this.size;
		this.size = start;
		writeInt(count);
		this.size = end;
	}

	private void writeMap(Map<?, ?> map, int depth) {
		int outer = this.keyMarks;
		this.keyMarks = Collisions.markOfCollection(map);
		writeByte('{');
		map.forEach((key, value) -> {
			write(key, true, depth);
			write(value, false, depth);
		});
		writeByte('0');
		checkKeys(map.keySet());
		this.keyMarks = outer;
	}

	private void writeInteger(long value) {
		if (value == (int) value) {
			writeByte('i');
			writeInt((int) value);
		}
		else {
			writeDigits(BigInteger.valueOf(value));
		}
	}

	private void writeBigInteger(BigInteger value) {
		if (value.bitLength() < Integer.SIZE) {
			writeInteger(value.longValue());
		}
		else {
			writeDigits(value);
		}
	}

	/** Python's long integers are digits of 15 bits, the lowest first. */
	private void writeDigits(BigInteger value) {
		byte[] magnitude = value.abs().toByteArray();
		int count = (value.abs().bitLength() + 14) / 15;
		writeByte('l');
		writeInt(count * value.signum());
		for (int i = 0; i < count; i++) {
			int at = magnitude.length - 1 - i * 15 / 8;
			int bits = octet(magnitude, at) | octet(magnitude, at - 1) << 8 | octet(magnitude, at - 2) << 16;
			int digit = bits >> i * 15 % 8 & 0x7fff;
			writeByte(digit);
			writeByte(digit >> 8);
		}
	}

	private static int octet(byte[] bytes, int index) {
		return (index >= 0) ? bytes[index] & 0xff : 0;
	}

	private void writeBytes(char type, byte[] data) {
		writeByte(type);
		writeInt(data.length);
		makeRoom(data.length);
		System.arraycopy(data, 0, this.bytes, this.size, data.length);
		this.size += data.length;
	}

	private void writeLong(long value) {
		writeInt((int) value);
		writeInt((int) (value >> 32));
	}

	private void writeInt(int value) {
		writeByte(value);
		writeByte(value >> 8);
		writeByte(value >> 16);
		writeByte(value >> 24);
	}

	private void writeByte(int value) {
		makeRoom(1);
		this.bytes[this.size++] = (byte) value;
	}

	private void makeRoom(int more) {
		if (more > this.bytes.length - this.size) {
			if (more > this.maxBytes - this.size) {
				throw new ValueTooLongException(this.maxBytes);
			}
			long doubled = Math.min(2L * this.bytes.length, this.maxBytes);
			this.bytes = Arrays.copyOf(this.bytes, Math.max(this.size + more, (int) doubled));
		}
	}

	private static IllegalArgumentException refused(Object value) {
		if (value instanceof Map) {
			return new IllegalArgumentException(
					"a map cannot be the key of a map or the element of a set: Python has no such thing");
		}
		return new IllegalArgumentException("a " + value.getClass().getTypeName()
				+ " cannot be encoded: libmc's format "
				+ "takes byte[], String, Boolean, integers, Double, Float, List, Map and Set; convert it to one of these, "
				+ "or give the client LibmcTranscoder.create(ObjectInputFilter) for Serializable classes, "
				+ "or a Transcoder of your own");
	}

}
