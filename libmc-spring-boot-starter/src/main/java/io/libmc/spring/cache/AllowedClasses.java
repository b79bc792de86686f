package io.libmc.spring.cache;

import java.io.Serializable;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

import io.libmc.codec.ClassNames;

/**
 * The classes whose objects may lie in a cache. Bytes from the network are turned into
 * objects of these and no others, because a class's deserialization can be made to do
 * harm (JEP 290 tells the story). Always allowed are the JDK's value types and
 * collections, which do nothing but hold data, and arrays of what is allowed.
 */
final class AllowedClasses {

	/** Packages of which everything serializable is a value or a collection. */
	private static final Set<String> JDK_PACKAGES = Set.of("java.time", "java.time.chrono", "java.time.zone",
			"java.math", "java.util", "java.util.concurrent", "java.util.concurrent.atomic",
			"java.util.concurrent.locks");

	/** Three interfaces are among them for their arrays, of which varargs make many. */
	private static final Set<String> JDK_CLASSES = Set.of("java.lang.Object", "java.lang.String", "java.lang.Number",
			"java.lang.Boolean", "java.lang.Byte", "java.lang.Short", "java.lang.Integer", "java.lang.Long",
			"java.lang.Float", "java.lang.Double", "java.lang.Character", "java.lang.Enum", "java.lang.StringBuilder",
			"java.lang.StringBuffer", "java.net.URI", "java.net.InetAddress", "java.net.Inet4Address",
			"java.net.Inet6Address", "java.net.InetSocketAddress", "java.sql.Date", "java.sql.Time",
			"java.sql.Timestamp", "java.io.Serializable", "java.lang.Comparable", "java.lang.CharSequence",
			"sun.util.calendar.ZoneInfo");

	private final Set<String> classes = new HashSet<>(JDK_CLASSES);

	/** Patterns that go by one name. */
	private static final Map<String, List<String>> GROUPS = Map.of("spring-data",
			List.of("org.springframework.data.domain.*", "org.springframework.data.geo.*"), "kotlin",
			List.of("kotlin.Pair", "kotlin.Triple", "kotlin.Unit", "kotlin.UByte", "kotlin.UShort", "kotlin.UInt",
					"kotlin.ULong", "kotlin.collections.*", "kotlin.ranges.*", "kotlin.time.*", "kotlin.uuid.*"));

	private static final String RECORDS = "java-records";

	/** In the names of classes that Hibernate nests in those of entities. */
	private static final String PROXY = "$HibernateProxy";

	private final Set<String> packages = new HashSet<>(JDK_PACKAGES);

	private final Set<String> trees = new HashSet<>();

	/** Whether all records are allowed, whose names do not tell that they are. */
	private boolean records;

	/** Whether what Hibernate puts in the place of values is replaced by these. */
	private boolean replaces;

	/** Keeps neither a class nor its class loader. */
	private final ClassValue<Boolean> known = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			return type.isPrimitive() || (ClassNames.isOrdinary(type.getName())
					&& (allowsName(type.getName()) || (AllowedClasses.this.records && type.isRecord())));
		}

	};

	private final FormatAdvice advice;

	/**
	 * Allows more classes.
	 * @param patterns {@code com.acme.Order} for a class and those nested in it,
	 * {@code com.acme.*} for a package, {@code com.acme.**} for a package and all below,
	 * {@code spring-data}, {@code hibernate}, {@code kotlin} and {@code java-records} for
	 * these
	 * @param advice says how more are allowed
	 * @throws IllegalArgumentException if a pattern is none of these
	 */
	AllowedClasses(Collection<String> patterns, FormatAdvice advice) {
		this.advice = advice;
		patterns.forEach(this::add);
	}

	private void add(String pattern) {
		String name = pattern.strip();
		if (name.equals(RECORDS)) {
			this.records = true;
		}
		else if (name.equals(StandIns.GROUP)) {
			this.replaces = true;
		}
		else if (GROUPS.containsKey(name)) {
			GROUPS.get(name).forEach(this::add);
		}
		else if (name.endsWith(".**")) {
			this.trees.add(checkName(pattern, name.substring(0, name.length() - 3)));
		}
		else if (name.endsWith(".*")) {
			this.packages.add(checkName(pattern, name.substring(0, name.length() - 2)));
		}
		else {
			// a word in lower case is a group that there is not
			boolean word = name.indexOf('.') < 0 && !name.isEmpty() && Character.isLowerCase(name.charAt(0));
			this.classes.add(checkName(pattern, word ? "" : name));
		}
	}

	boolean allow(Class<?> type) {
		Class<?> element = type;
		int dimensions = 0;
		for (; element.isArray(); dimensions++) {
			element = element.getComponentType();
		}
		return (dimensions < 2 || ClassNames.isOrdinary(type.getName())) && this.known.get(element);
	}

	/**
	 * Whether objects of a class may be created from what was read. In the JDK's packages
	 * are also classes that are no values, such as timers, which begin to run at once.
	 */
	boolean allowToCreate(Class<?> type) {
		return allow(type) && (Serializable.class.isAssignableFrom(type) || type.isInterface() || isOptional(type)
				|| !JDK_PACKAGES.contains(type.getPackageName()));
	}

	private static boolean isOptional(Class<?> type) {
		return type == Optional.class || type == OptionalInt.class || type == OptionalLong.class
				|| type == OptionalDouble.class;
	}

	/** Whether objects of a class are not written, but what they stand for. */
	boolean replaces(Class<?> type) {
		return this.replaces && StandIns.are(type);
	}

	/**
	 * Whether a class may be loaded at all, though perhaps not more. Of a name that is
	 * none, or too long for one, nothing is looked up.
	 * @param name as {@link Class#getName()} gives it
	 */
	boolean allow(String name) {
		if (!ClassNames.isOrdinary(name)) {
			return false;
		}
		if (!name.startsWith("[")) {
			return allowsElement(name);
		}
		String element = name.substring(name.lastIndexOf('[') + 1);
		return element.length() == 1 || (element.startsWith("L") && element.endsWith(";")
				&& allowsElement(element.substring(1, element.length() - 1)));
	}

	private boolean allowsElement(String name) {
		return this.records || allowsName(name);
	}

	private boolean allowsName(String name) {
		return !name.contains(PROXY) && (this.classes.contains(name) || this.classes.contains(outermost(name))
				|| allowsPackage(ClassUtils.getPackageName(name)));
	}

	private boolean allowsPackage(String name) {
		if (this.packages.contains(name)) {
			return true;
		}
		for (String parent = name; !parent.isEmpty(); parent = ClassUtils.getPackageName(parent)) {
			if (this.trees.contains(parent)) {
				return true;
			}
		}
		return false;
	}

	/** What to say of a class that is not allowed. */
	IllegalArgumentException refused(Class<?> type) {
		return new RefusedClassException(type, this.advice);
	}

	/** The group that a class can be allowed by, or {@code null}. */
	static @Nullable String groupOf(String className) {
		if (className.contains(PROXY) || className.startsWith("org.hibernate.collection.")
				|| className.startsWith("org.hibernate.proxy.")) {
			return StandIns.GROUP;
		}
		List<String> patterns = List.of(outermost(className), ClassUtils.getPackageName(className) + ".*");
		return GROUPS.entrySet()
			.stream()
			.filter((group) -> group.getValue().stream().anyMatch(patterns::contains))
			.findFirst()
			.map(Map.Entry::getKey)
			.orElse(null);
	}

	private static String patternOf(String className) {
		String group = groupOf(className);
		return (group != null) ? group : className;
	}

	FormatAdvice advice() {
		return this.advice;
	}

	/** These classes and others, with the groups that they are in. */
	AllowedClasses and(Collection<String> names) {
		AllowedClasses all = new AllowedClasses(names.stream().map(AllowedClasses::patternOf).toList(), this.advice);
		all.classes.addAll(this.classes);
		all.packages.addAll(this.packages);
		all.trees.addAll(this.trees);
		all.records |= this.records;
		all.replaces |= this.replaces;
		return all;
	}

	private static String outermost(String className) {
		int nested = className.indexOf('$');
		return (nested > 0) ? className.substring(0, nested) : className;
	}

	private static String checkName(String pattern, String name) {
		boolean good = !name.isEmpty();
		for (String part : name.split("\\.", -1)) {
			good &= !part.isEmpty() && Character.isJavaIdentifierStart(part.charAt(0))
					&& part.chars().allMatch(Character::isJavaIdentifierPart);
		}
		if (!good) {
			throw new IllegalArgumentException("allowedClasses: \"" + pattern
					+ "\" is neither a class (com.acme.Order), nor a package (com.acme.*), nor a package with all below it (com.acme.**), nor one of the groups hibernate, spring-data, kotlin and java-records");
		}
		return name;
	}

}
