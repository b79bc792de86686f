package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.Spliterator;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.PriorityBlockingQueue;

import org.jspecify.annotations.Nullable;

/** As which classes the JDK's collections are written that nobody can create. */
final class JsonContainers {

	private static final Class<?> UNMODIFIABLE_MAP = Collections.unmodifiableMap(new HashMap<>()).getClass();

	private static final Class<?> UNMODIFIABLE_LIST = Collections.unmodifiableList(new ArrayList<>()).getClass();

	private static final Class<?> UNMODIFIABLE_SET = Collections.unmodifiableSet(new HashSet<>()).getClass();

	private static final Class<?> IDENTITIES = new IdentityHashMap<>().keySet().spliterator().getClass();

	private JsonContainers() {
	}

	/**
	 * Nobody can declare most of the JDK's classes of views and immutable collections.
	 */
	static Class<?> writtenAs(Object value, Class<?> type) {
		if (value instanceof EnumSet) {
			return EnumSet.class;
		}
		if (type.getName().startsWith("java.util.ImmutableCollections$")) {
			return (value instanceof Map) ? UNMODIFIABLE_MAP
					: (value instanceof List) ? UNMODIFIABLE_LIST : UNMODIFIABLE_SET;
		}
		if (type.getName().equals("org.springframework.http.ReadOnlyHttpHeaders")) {
			return type.getSuperclass();
		}
		return (KotlinTypes.isHiddenCollection(type) || isViewOrEmpty(type.getName())
				|| isHiddenAndArranged(value, type)) ? plainest(value) : type;
	}

	/** Classes of the JDK that Jackson does not create: they are nothing but a list. */
	private static boolean isViewOrEmpty(String name) {
		return name.startsWith("java.util.Collections$Empty") || (name.startsWith("java.util.") && name.indexOf('$') > 0
				&& !name.startsWith("java.util.Collections$") && !name.startsWith("java.util.Arrays$"));
	}

	/** Jackson makes another one of it, of the same elements. */
	private static boolean isHiddenAndArranged(Object value, Class<?> type) {
		String name = type.getName();
		return name.startsWith("java.util.Collections$")
				&& (value instanceof SortedMap || value instanceof SortedSet || name.contains("Sequenced"));
	}

	/**
	 * What decides on the order of a collection or on what is the same to it, be it its
	 * own or that of one which it is a view of.
	 * @return {@code null} if there is none, or it is that of the elements themselves
	 */
	static @Nullable Object order(Object container) {
		if (container instanceof PriorityQueue<?> queue) {
			return unlessNatural(queue.comparator());
		}
		if (container instanceof PriorityBlockingQueue<?> queue) {
			return unlessNatural(queue.comparator());
		}
		if (container instanceof SortedMap<?, ?> map) {
			return unlessNatural(map.comparator());
		}
		if (container instanceof SortedSet<?> set) {
			return unlessNatural(set.comparator());
		}
		Spliterator<?> elements = elements(container);
		return elements.hasCharacteristics(Spliterator.SORTED) ? unlessNatural(elements.getComparator())
				: (elements.getClass() == IDENTITIES) ? IDENTITIES : null;
	}

	/** Whether the elements of a collection, or the keys of a map, are in an order. */
	static boolean isOrdered(Object container) {
		return elements(container).hasCharacteristics(Spliterator.ORDERED);
	}

	/** Those of a view are those of what is behind it. */
	private static Spliterator<?> elements(Object container) {
		return (container instanceof Map<?, ?> map) ? map.keySet().spliterator()
				: ((Collection<?>) container).spliterator();
	}

	private static @Nullable Object unlessNatural(@Nullable Comparator<?> order) {
		return Comparator.<String>naturalOrder().equals(order) ? null : order;
	}

	private static Class<?> plainest(Object value) {
		if (value instanceof SortedMap) {
			return TreeMap.class;
		}
		if (value instanceof SortedSet) {
			return TreeSet.class;
		}
		if (value instanceof Map) {
			return LinkedHashMap.class;
		}
		if (value instanceof List) {
			return ArrayList.class;
		}
		if (value instanceof Set) {
			return LinkedHashSet.class;
		}
		return (value instanceof Collection) ? ArrayList.class : value.getClass();
	}

}
