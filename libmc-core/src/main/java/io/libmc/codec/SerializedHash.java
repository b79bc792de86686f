package io.libmc.codec;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * How the hash of an object of one of Java's classes follows from those of its fields.
 *
 * @param first the field whose hash it takes
 * @param second the field with which it combines that, or nothing
 * @param more what it adds
 */
record SerializedHash(String first, String second, int more) {

	/** These keep the hash of the class above them. */
	private static final Set<String> INHERITING = Set.of("java.util.LinkedHashSet", "java.util.LinkedHashMap",
			"java.util.Properties");

	private static final Set<String> WRAPPERS = Set.of("Set", "SortedSet", "NavigableSet", "RandomAccessList",
			"SortedMap", "NavigableMap", "SequencedCollection", "SequencedSet", "SequencedMap");

	private static final String COLLECTIONS = "java.util.Collections$";

	private static final String[] WRAPPING = { "Unmodifiable", "Synchronized", "Checked" };

	private static final Map<String, SerializedHash> ALL = all();

	/** Whether objects of a class have the hash that those of its superclass have. */
	static boolean isInherited(String name) {
		if (INHERITING.contains(name)) {
			return true;
		}
		for (String kind : WRAPPING) {
			if (name.startsWith(COLLECTIONS + kind)) {
				return WRAPPERS.contains(name.substring(COLLECTIONS.length() + kind.length()));
			}
		}
		return false;
	}

	static @Nullable SerializedHash of(String name) {
		return ALL.get(name);
	}

	private static Map<String, SerializedHash> all() {
		Map<String, SerializedHash> all = new HashMap<>();
		for (String kind : WRAPPING) {
			all.put(COLLECTIONS + kind + "Collection", new SerializedHash("c", "", 0));
			all.put(COLLECTIONS + kind + "List", new SerializedHash("list", "", 0));
			all.put(COLLECTIONS + kind + "Map", new SerializedHash("m", "", 0));
		}
		all.put(COLLECTIONS + "SingletonList", new SerializedHash("element", "", 31));
		all.put(COLLECTIONS + "SingletonSet", new SerializedHash("element", "", 0));
		all.put(COLLECTIONS + "SingletonMap", new SerializedHash("k", "v", 0));
		all.put("java.util.AbstractMap$SimpleEntry", new SerializedHash("key", "value", 0));
		all.put("java.util.AbstractMap$SimpleImmutableEntry", new SerializedHash("key", "value", 0));
		all.put(COLLECTIONS + "EmptyList", new SerializedHash("", "", 1));
		all.put(COLLECTIONS + "EmptySet", new SerializedHash("", "", 0));
		all.put(COLLECTIONS + "EmptyMap", new SerializedHash("", "", 0));
		all.put("java.math.BigInteger", new SerializedHash("magnitude", "", 0));
		all.put("java.math.BigDecimal", new SerializedHash("intVal", "", 0));
		all.put("java.util.Arrays$ArrayList", new SerializedHash("a", "", 0));
		return all;
	}

}
