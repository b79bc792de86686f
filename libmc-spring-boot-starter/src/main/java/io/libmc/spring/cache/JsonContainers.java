package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** As which classes the JDK's collections are written that nobody can create. */
final class JsonContainers {

	private static final Class<?> UNMODIFIABLE_MAP = Collections.unmodifiableMap(new HashMap<>()).getClass();

	private static final Class<?> UNMODIFIABLE_LIST = Collections.unmodifiableList(new ArrayList<>()).getClass();

	private static final Class<?> UNMODIFIABLE_SET = Collections.unmodifiableSet(new HashSet<>()).getClass();

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
