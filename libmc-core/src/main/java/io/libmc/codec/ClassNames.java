package io.libmc.codec;

import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Finds the classes that values name, which somebody else may have written. A class
 * loader keeps something for each name that it is asked for, whether there is such a
 * class or not, and no class of arrays is ever unloaded. So names are short and arrays
 * have few dimensions. And of names that no class has only so many are looked up: then
 * only classes that were found before, or whose class files are there.
 *
 * @since 0.1.0
 */
public final class ClassNames {

	private static final int MAX_LENGTH = 500;

	private static final int MAX_DIMENSIONS = 8;

	private static final int MOST_UNKNOWN = 1_000;

	/** There are no more of them than there are classes. */
	private static final Set<String> FOUND = ConcurrentHashMap.newKeySet();

	static {
		Collections.addAll(FOUND, "", "boolean", "byte", "char", "double", "float", "int", "long", "short", "void");
	}

	private static final Set<String> UNKNOWN = ConcurrentHashMap.newKeySet();

	private ClassNames() {
	}

	/**
	 * Whether a class may be called so: by at most 500 characters, and with at most 8
	 * dimensions if it is one of arrays.
	 * @param name as {@link Class#getName()} gives it
	 * @return whether to go on with that name at all
	 */
	public static boolean isOrdinary(String name) {
		int dimensions = dimensions(name);
		return name.length() <= MAX_LENGTH && dimensions <= MAX_DIMENSIONS && name.lastIndexOf('[') < dimensions;
	}

	/**
	 * Whether a class of this name was found before, so that {@link #find} has nothing to
	 * add to another way to find it.
	 * @param name as {@link Class#getName()} gives it
	 * @return whether there is such a class, or was
	 */
	public static boolean isKnown(String name) {
		return FOUND.contains(element(name));
	}

	/**
	 * Finds a class and does not initialize it. Ask first whether it may be loaded.
	 * @param name as {@link Class#getName()} gives it
	 * @param loader where to look, {@code null} for Java's own classes
	 * @return the class
	 * @throws ClassNotFoundException if there is none, or nobody should look for it
	 */
	public static Class<?> find(String name, @Nullable ClassLoader loader) throws ClassNotFoundException {
		String element = element(name);
		if (!isOrdinary(name) || !mayExist(element, loader, loader)) {
			throw new ClassNotFoundException(shorten(name));
		}
		try {
			Class<?> type = Class.forName(name, false, loader);
			found(element);
			return type;
		}
		catch (ClassNotFoundException ex) {
			missed(element);
			throw ex;
		}
	}

	static int dimensions(String name) {
		int dimensions = 0;
		while (dimensions < name.length() && name.charAt(dimensions) == '[') {
			dimensions++;
		}
		return dimensions;
	}

	/**
	 * The class of what the arrays hold.
	 * @return the name itself unless it is one of arrays, and nothing if they hold
	 * primitive values
	 */
	static String element(String name) {
		int dimensions = dimensions(name);
		if (dimensions == 0) {
			return name;
		}
		boolean ofObjects = name.startsWith("L", dimensions) && name.endsWith(";");
		return ofObjects ? name.substring(dimensions + 1, name.length() - 1) : "";
	}

	/** Whether to look for a class, which is none of arrays, in either of the two. */
	static boolean mayExist(String name, @Nullable ClassLoader loader, @Nullable ClassLoader other) {
		if (FOUND.contains(name) || UNKNOWN.contains(name) || UNKNOWN.size() < MOST_UNKNOWN) {
			return true;
		}
		String file = name.replace('.', '/') + ".class";
		return hasFile(file, loader) || (other != loader && hasFile(file, other));
	}

	private static boolean hasFile(String file, @Nullable ClassLoader loader) {
		return ((loader != null) ? loader.getResource(file) : ClassLoader.getSystemResource(file)) != null;
	}

	static void found(String name) {
		if (!FOUND.contains(name)) {
			FOUND.add(name);
		}
	}

	static void missed(String name) {
		if (UNKNOWN.size() < MOST_UNKNOWN) {
			UNKNOWN.add(name);
		}
	}

	static String shorten(String name) {
		return (name.length() <= MAX_LENGTH) ? name : "a name of " + name.length() + " characters";
	}

}
