package io.libmc.spring.cache;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.interceptor.SimpleKey;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Gives every cache key a text of its own: equal keys have equal texts in every process,
 * different keys have different ones.
 * <p>
 * A {@code String} is its own text. Everything else starts with {@value #MARK} (as does a
 * string that begins with a mark itself) and a letter for its type, so that {@code 1} and
 * {@code "1"} differ. What has parts ({@link SimpleKey}, arrays, collections, maps,
 * records, optionals) is written part by part, each with its length in front, because a
 * {@code toString()} such as {@code "SimpleKey [a, b, c]"} does not say where one part
 * ends. Sets and maps are sorted by text: their order means nothing and varies. Doubles
 * are written by their bits, and dates and others by what {@link KeyTypes} says of them.
 * <p>
 * Any other type is written by its class and its {@code toString()}, which has to tell
 * different keys apart. A type that inherits {@code toString()} from {@link Object} would
 * give each process, and each instance, a text of its own: it is refused. Some of Spring
 * Data's are written by what they hold. Types for which the application has a
 * {@linkplain CacheKeyConverter converter} are written by their class and what that says.
 */
final class KeyText {

	/** The mark in front of every text that is not simply a string key. */
	static final char MARK = '@';

	/** The mark in front of a digest that stands for a text. */
	static final char DIGEST = '#';

	private static final int MAX_DEPTH = 100;

	/**
	 * Types of Spring Data, which need not be there, whose {@code toString()} does not
	 * tell their instances apart, each with the methods whose results do.
	 */
	static final Map<String, List<String>> SPRING_DATA = springDataTypes();

	static final Field SIMPLE_KEY_PARTS = simpleKeyParts();

	private static final ClassValue<Method[]> RECORD_PARTS = new ClassValue<>() {

		@Override
		protected Method[] computeValue(Class<?> type) {
			return Stream.of(type.getRecordComponents()).map(KeyText::accessor).toArray(Method[]::new);
		}

	};

	private static final ClassValue<Boolean> HAS_TEXT = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			Method toString = ReflectionUtils.findMethod(type, "toString");
			return toString != null && toString.getDeclaringClass() != Object.class && !Proxy.isProxyClass(type);
		}

	};

	private static final ClassValue<Method[]> SPRING_DATA_PARTS = new ClassValue<>() {

		@Override
		protected Method[] computeValue(Class<?> type) {
			return SPRING_DATA.getOrDefault(type.getName(), List.of())
				.stream()
				.map((name) -> springDataPart(type, name))
				.toArray(Method[]::new);
		}

	};

	/** Whose keys nobody converts: their text is never another one. */
	private static final Set<Class<?>> SIMPLE = Set.of(String.class, Long.class, Integer.class, UUID.class,
			Boolean.class, Character.class, Short.class, Byte.class, Double.class, Float.class);

	private final KeyConverters converters;

	private final StringBuilder out = new StringBuilder();

	/** How deep what is written now lies in the key. */
	private int depth;

	private KeyText(KeyConverters converters, int depth) {
		this.converters = converters;
		this.depth = depth;
	}

	/**
	 * Writes a key.
	 * @param key the key
	 * @param converters the application's
	 * @return its text
	 * @throws IllegalArgumentException if it, or a part of it, has no text that another
	 * process would give it too
	 */
	static String of(Object key, KeyConverters converters) {
		if (key instanceof String string && !isMarked(string)) {
			return string;
		}
		if (key instanceof CacheGroup) {
			throw new IllegalArgumentException(
					"The group " + key + " is not the key of an entry: it can be evicted, and nothing else");
		}
		KeyText text = new KeyText(converters, 0);
		text.out.append(MARK);
		text.append(key);
		return text.out.toString();
	}

	static boolean isSimple(Class<?> type) {
		return SIMPLE.contains(type) || Enum.class.isAssignableFrom(type) || type.isPrimitive();
	}

	private static boolean isMarked(String string) {
		return !string.isEmpty() && (string.charAt(0) == MARK || string.charAt(0) == DIGEST);
	}

	private void append(@Nullable Object value) {
		if (value == null) {
			this.out.append('N');
		}
		else if (!appendSimple(value)) {
			if (this.depth++ == MAX_DEPTH) {
				throw new IllegalArgumentException("A key nests deeper than " + MAX_DEPTH
						+ " levels, or holds itself: name the parts that matter, as in @Cacheable(key = \"#order.id\")");
			}
			if (!appendConverted(value) && !appendParts(value)) {
				appendOther(value);
			}
			this.depth--;
		}
	}

	private boolean appendSimple(Object value) {
		if (value instanceof String string) {
			leaf('S', string);
		}
		else if (value instanceof Long) {
			leaf('L', value.toString());
		}
		else if (value instanceof Integer) {
			leaf('I', value.toString());
		}
		else if (value instanceof UUID) {
			leaf('U', value.toString());
		}
		else if (value instanceof Enum<?> constant) {
			this.out.append('E');
			sized(constant.getDeclaringClass().getName());
			sized(constant.name());
		}
		else if (value instanceof Boolean) {
			leaf('Z', value.toString());
		}
		else if (value instanceof Character) {
			leaf('C', value.toString());
		}
		else if (value instanceof Short) {
			leaf('H', value.toString());
		}
		else if (value instanceof Byte) {
			leaf('B', value.toString());
		}
		else if (value instanceof Double number) {
			leaf('D', Long.toHexString(Double.doubleToLongBits(number)));
		}
		else if (value instanceof Float number) {
			leaf('F', Integer.toHexString(Float.floatToIntBits(number)));
		}
		else {
			return false;
		}
		return true;
	}

	private boolean appendConverted(Object value) {
		String text = this.converters.textOf(value);
		if (text == null) {
			return false;
		}
		this.out.append('X');
		sized(ClassUtils.getUserClass(value).getName());
		sized(text);
		return true;
	}

	private boolean appendParts(Object value) {
		if (value instanceof SimpleKey) {
			Object parts = Objects.requireNonNull(ReflectionUtils.getField(SIMPLE_KEY_PARTS, value));
			parts('K', Arrays.asList((Object[]) parts));
		}
		else if (value instanceof Object[] array) {
			parts('A', Arrays.asList(array));
		}
		else if (value.getClass().isArray()) {
			primitives(value);
		}
		else if (value instanceof Record) {
			record(value);
		}
		else if (value instanceof List<?> list) {
			parts('J', list);
		}
		else if (value instanceof Set<?> set) {
			sorted('Q', set);
		}
		else if (value instanceof Map<?, ?> map) {
			sorted('M', map.entrySet());
		}
		else if (value instanceof Map.Entry<?, ?> entry) {
			parts('Y', Arrays.asList(entry.getKey(), entry.getValue()));
		}
		else if (value instanceof Optional<?> optional) {
			parts('O', optional.stream().toList());
		}
		else if (value instanceof Collection<?> collection) {
			this.out.append('V');
			sized(collection.getClass().getName());
			parts('J', collection);
		}
		else {
			return false;
		}
		return true;
	}

	private void appendOther(Object value) {
		Class<?> type = ClassUtils.getUserClass(value);
		this.out.append('T');
		sized(type.getName());
		List<String> texts = KeyTypes.textsOf(value);
		if (texts != null) {
			texts.forEach(this::sized);
		}
		else if (SPRING_DATA.containsKey(type.getName())) {
			for (Method accessor : SPRING_DATA_PARTS.get(type)) {
				append(ReflectionUtils.invokeMethod(accessor, value));
			}
		}
		else {
			sized(text(value, type));
		}
	}

	private static String text(Object value, Class<?> type) {
		if (HAS_TEXT.get(value.getClass())) {
			String text = value.toString();
			if (!KeyTypes.isOfOneProcess(value, text)) {
				return text;
			}
		}
		throw withoutText(type);
	}

	private void primitives(Object array) {
		this.out.append('P');
		sized(array.getClass().getComponentType().getName());
		int length = Array.getLength(array);
		this.out.append(length).append(':');
		for (int i = 0; i < length; i++) {
			append(Array.get(array, i));
		}
	}

	private void record(Object value) {
		this.out.append('R');
		sized(value.getClass().getName());
		for (Method accessor : RECORD_PARTS.get(value.getClass())) {
			append(ReflectionUtils.invokeMethod(accessor, value));
		}
	}

	private void parts(char tag, Collection<?> parts) {
		this.out.append(tag).append(parts.size()).append(':');
		parts.forEach(this::append);
	}

	private void sorted(char tag, Collection<?> parts) {
		List<String> texts = parts.stream().map(this::nested).sorted().toList();
		this.out.append(tag).append(texts.size()).append(':');
		texts.forEach(this.out::append);
	}

	private String nested(@Nullable Object part) {
		KeyText text = new KeyText(this.converters, this.depth);
		text.append(part);
		return text.out.toString();
	}

	/**
	 * Writes a text that has no parts. Its length is left out where nothing else follows,
	 * so that the text is read more easily.
	 */
	private void leaf(char tag, String text) {
		boolean whole = this.out.length() == 1 && this.out.charAt(0) == MARK;
		this.out.append(tag);
		if (whole) {
			this.out.append(text);
		}
		else {
			sized(text);
		}
	}

	private void sized(String text) {
		this.out.append(text.length()).append(':').append(text);
	}

	private static Method accessor(RecordComponent part) {
		Method accessor = part.getAccessor();
		if (!accessor.trySetAccessible()) {
			throw new IllegalArgumentException("A key of type " + part.getDeclaringRecord().getName()
					+ " cannot be read: its module does not open its package; open it to io.libmc.spring");
		}
		return accessor;
	}

	private static Map<String, List<String>> springDataTypes() {
		Map<String, List<String>> types = new HashMap<>();
		types.put("Unpaged", List.of("getSort"));
		types.put("PageRequest", List.of("getPageNumber", "getPageSize", "getSort"));
		types.put("Sort", List.of("toList"));
		types.put("Limit$Limited", List.of("max"));
		types.put("Limit$Unlimited", List.of("isUnlimited"));
		types.put("KeysetScrollPosition", List.of("getDirection", "getKeys"));
		types.put("Range", List.of("getLowerBound", "getUpperBound"));
		types.put("Range$Bound", List.of("getValue", "isInclusive"));
		return types.entrySet()
			.stream()
			.collect(Collectors.toUnmodifiableMap((type) -> "org.springframework.data.domain." + type.getKey(),
					Map.Entry::getValue));
	}

	private static Method springDataPart(Class<?> type, String name) {
		Method accessor = ReflectionUtils.findMethod(type, name);
		if (accessor == null) {
			throw withoutText(type);
		}
		ReflectionUtils.makeAccessible(accessor);
		return accessor;
	}

	private static Field simpleKeyParts() {
		Field parts = ReflectionUtils.findField(SimpleKey.class, "params");
		if (parts == null) {
			throw new IllegalStateException("This version of Spring has another SimpleKey: libmc does not know it");
		}
		ReflectionUtils.makeAccessible(parts);
		return parts;
	}

	private static IllegalArgumentException withoutText(Class<?> type) {
		return new IllegalArgumentException("A key of type " + type.getName()
				+ " has no text that another process would give it too: override toString() so that it tells"
				+ " different keys apart, make it a record, give it a CacheKeyConverter, or name the parts that matter,"
				+ " as in @Cacheable(key = \"#order.id\")");
	}

}
