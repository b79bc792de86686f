package io.libmc.spring.cache;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.support.NullValue;

import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;

/**
 * The values that Java and Python share, as the client itself encodes them: an entry is a
 * list whose second element is the value, in Python {@code mc.get("books:42")[1]}. Inside
 * of it {@code None} and an empty {@code byte[]} have bytes of their own.
 * <p>
 * The client would also take what comes back as another type, such as an {@code Integer}
 * (a {@code Long}) or a {@code TreeMap} (a {@code LinkedHashMap}). A method that is
 * declared to return one would work until it is first served from the cache, so it is
 * refused when it is put there.
 */
final class LibmcFormat extends EntryFormat {

	/** The client splits values of more than 1,000,000 bytes. */
	private static final int CHECKED_ABOVE = 900_000;

	private static final Set<Class<?>> SCALARS = Set.of(String.class, Long.class, Double.class, Boolean.class,
			byte[].class);

	/**
	 * The types that a value may be of: each is a superclass of, or equal to, what is
	 * returned in its place.
	 */
	private static final Set<Class<?>> CONTAINERS = Set.of(ArrayList.class, LinkedHashMap.class, HashMap.class,
			LinkedHashSet.class, HashSet.class);

	private static final LibmcTranscoder TRANSCODER = LibmcTranscoder.create();

	private final FormatAdvice advice;

	LibmcFormat(FormatAdvice advice) {
		this.advice = advice;
	}

	@Override
	public String toString() {
		return "libmc";
	}

	@Override
	public Transcoder transcoder() {
		return TRANSCODER;
	}

	@Override
	boolean wrote(Object plain) {
		return plain instanceof List<?> list && list.size() >= 2 && list.size() <= 3;
	}

	@Override
	Object encode(Object value) {
		if (value instanceof NullValue) {
			return Arrays.asList(Generation.NONE, null);
		}
		if (check(value) <= CHECKED_ABOVE) {
			return List.of(Generation.NONE, value);
		}
		return List.of(Generation.NONE, value, checksum(value));
	}

	@Override
	void check(EncodedValue entry, DecodingBudget budget) {
		TRANSCODER.check(entry, budget);
	}

	@Override
	Object decode(Object entry, DecodingBudget budget) throws UndecodableEntryException {
		if (!(entry instanceof List<?> list) || !wrote(entry)) {
			throw new UndecodableEntryException("it is not in the format \"libmc\"", null);
		}
		Object value = list.get(1);
		if (value == null) {
			return NullValue.INSTANCE;
		}
		if (list.size() == 3 && !Long.valueOf(checksum(value)).equals(list.get(2))) {
			throw new UndecodableEntryException("its checksum is wrong: it is made of two entries' chunks", null);
		}
		return value;
	}

	private static long checksum(Object value) {
		return BytesFormat.checksum(TRANSCODER.encode(value).bytes());
	}

	/**
	 * Checks a value and what it holds.
	 * @return about how many bytes it takes, rather more than less
	 */
	private long check(@Nullable Object value) {
		if (value == null) {
			return 1;
		}
		if (value instanceof String text) {
			return 5 + 3L * text.length();
		}
		if (value instanceof byte[] bytes) {
			return 5L + bytes.length;
		}
		if (SCALARS.contains(value.getClass())) {
			return 16;
		}
		long size = 5;
		if (value instanceof Map<?, ?> map && isReturnedAsSuch(value)) {
			for (Map.Entry<?, ?> entry : map.entrySet()) {
				size += check(entry.getKey()) + check(entry.getValue());
			}
			return size;
		}
		if ((value instanceof List || value instanceof Set) && isReturnedAsSuch(value)) {
			for (Object element : (Collection<?>) value) {
				size += check(element);
			}
			return size;
		}
		throw new IllegalArgumentException("a " + value.getClass().getTypeName()
				+ " cannot be cached in the format \"libmc\", which returns only String, Long, Double, Boolean, byte[], ArrayList, LinkedHashMap and LinkedHashSet; convert it to one of these, or "
				+ this.advice.jdkOrJson() + " for this cache");
	}

	/**
	 * Nobody can declare a type that is not public, such as that of {@code List.of}, but
	 * the public ones that it is of.
	 */
	private static boolean isReturnedAsSuch(Object container) {
		Class<?> type = container.getClass();
		boolean hidden = type.getName().startsWith("java.util.") && !Modifier.isPublic(type.getModifiers())
				&& !(container instanceof SortedMap || container instanceof SortedSet || container instanceof EnumSet
						|| container instanceof Queue)
				&& (container instanceof List || ContainerOrder.decidedBy(container) == null);
		return hidden || CONTAINERS.contains(type);
	}

}
