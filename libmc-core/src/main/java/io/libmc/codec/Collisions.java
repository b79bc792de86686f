package io.libmc.codec;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Finds keys and elements that differ in Java and would be one once they are read, as the
 * format has one type of integer and one of float, and knows neither identity nor
 * comparators.
 * <p>
 * Most collections cannot hold any and are not searched: those of a class that compares
 * by {@code equals}, with no two classes of integers, and no two of floats, in all the
 * keys.
 */
final class Collisions {

	static final int NONE = 0;

	/** A collection may not compare by {@code equals}. */
	static final int UNKNOWN = 1;

	private static final int INTEGERS = 0x3e;

	private static final int FLOATS = 0xc0;

	/** Those that compare by {@code equals}, as no subclass need. */
	private static final Set<Class<?>> KNOWN = Set.of(HashMap.class, LinkedHashMap.class, ConcurrentHashMap.class,
			HashSet.class, LinkedHashSet.class, ArrayList.class, Arrays.asList().getClass(), List.of().getClass(),
			List.of(1).getClass(), Set.of(1).getClass(), Map.of(1, 1).getClass(), Set.of(1, 2, 3).getClass(),
			Map.of(1, 1, 2, 2).getClass());

	private Collisions() {
	}

	/** The mark of a number's class. */
	static int markOf(Number number) {
		if (number instanceof Long) {
			return 2;
		}
		if (number instanceof Integer) {
			return 4;
		}
		if (number instanceof Short) {
			return 8;
		}
		if (number instanceof Byte) {
			return 16;
		}
		if (number instanceof BigInteger) {
			return 32;
		}
		return (number instanceof Double) ? 64 : 128;
	}

	/** The mark of a list, a set or a map. */
	static int markOfCollection(Object collection) {
		boolean known = KNOWN.contains(collection.getClass())
				|| (collection.getClass() == TreeMap.class && ((TreeMap<?, ?>) collection).comparator() == null)
				|| (collection.getClass() == TreeSet.class && ((TreeSet<?>) collection).comparator() == null);
		return known ? NONE : UNKNOWN;
	}

	/** Whether there may be collisions where all keys together have these marks. */
	static boolean arePossible(int marks) {
		return (marks & UNKNOWN) != 0 || Integer.bitCount(marks & INTEGERS) > 1 || Integer.bitCount(marks & FLOATS) > 1;
	}

	/**
	 * Checks the keys of a map or the elements of a set, and what lies in them.
	 * @throws IllegalArgumentException if two would be one
	 */
	static void check(Collection<?> keys) {
		asRead(keys, new HashMap<>());
	}

	private static Set<@Nullable Object> asRead(Collection<?> keys, Map<@Nullable Object, @Nullable Object> read) {
		for (Object key : keys) {
			Object asRead = asRead(key);
			if (read.containsKey(asRead)) {
				throw refused(read.get(asRead), key);
			}
			read.put(asRead, key);
		}
		return read.keySet();
	}

	/** Equal to another one just where the reader's results would be. */
	private static @Nullable Object asRead(@Nullable Object key) {
		if (key instanceof BigInteger integer) {
			return MarshalReader.narrow(integer);
		}
		if (key instanceof Double || key instanceof Float) {
			return ((Number) key).doubleValue();
		}
		if (key instanceof Number number) {
			return number.longValue();
		}
		if (key instanceof byte[]) {
			// Each is read as an array of its own, and equals no other.
			return new Object();
		}
		if (key instanceof List<?> list) {
			List<@Nullable Object> elements = new ArrayList<>();
			for (Object element : list) {
				elements.add(asRead(element));
			}
			return elements;
		}
		return (key instanceof Set<?> set) ? asRead(set, new HashMap<>()) : key;
	}

	private static IllegalArgumentException refused(@Nullable Object one, @Nullable Object other) {
		return new IllegalArgumentException("a " + nameOf(one) + " and a " + nameOf(other)
				+ " are two keys of a map or two elements of a set, and would be one once they are read: libmc's format has "
				+ "one type of integer and one of float, and compares by value; convert the numbers to Long and Double and the "
				+ "collection to a HashMap or HashSet, or give the client LibmcTranscoder.create(ObjectInputFilter) for "
				+ "Serializable classes, or a Transcoder of your own");
	}

	private static String nameOf(@Nullable Object key) {
		return (key != null) ? key.getClass().getTypeName() : "null";
	}

}
