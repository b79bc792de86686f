package io.libmc.spring.cache;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ser.BeanPropertyWriter;

/**
 * The shapes of values that are known to come back: which classes lie where, from the
 * outermost one inwards. How Jackson reads a place is decided by the declarations and the
 * classes on the way there, so one value of a shape speaks for the others, but for what
 * some classes make of some of their values. Those that can differ so are not known here,
 * or only within bounds, and nothing that holds another is ever of a known shape.
 */
@SuppressWarnings("JavaUtilDate")
final class JsonShapes {

	/** So many places are remembered. */
	private static final int MOST = 5_000;

	/** Jackson reads longer texts than any in an entry of this length. */
	private static final int LONGEST_ENTRY = 10_000_000;

	/** Jackson reads longer names. */
	private static final int LONGEST_KEY = 10_000;

	/** Jackson reads numbers of 1,000 digits. */
	private static final int LARGEST_NUMBER = 900;

	private static final int LATEST_YEAR = 9999;

	private static final long EARLIEST_SECOND = -2_208_988_800L;

	private static final long LATEST_SECOND = 253_402_300_799L;

	/** All their values are read as they were written. */
	private static final Set<Class<?>> PLAIN = Set.of(String.class, Boolean.class, Byte.class, Short.class,
			Integer.class, Long.class, Float.class, Double.class, Character.class, UUID.class, Void.class, byte[].class,
			short[].class, int[].class, long[].class, float[].class, double[].class, boolean[].class);

	private static final Set<Class<?>> BOUNDED = Set.of(BigDecimal.class, BigInteger.class, LocalDate.class,
			LocalTime.class, LocalDateTime.class, Instant.class, OffsetDateTime.class, Duration.class, Date.class);

	private static final Set<Class<?>> KEYS = Set.of(Byte.class, Short.class, Integer.class, Long.class, UUID.class,
			BigDecimal.class, BigInteger.class, LocalDate.class, LocalDateTime.class, Instant.class);

	private static final Set<Class<?>> CONTAINERS = Set.of(ArrayList.class, LinkedList.class, ArrayDeque.class,
			HashSet.class, LinkedHashSet.class, TreeSet.class, HashMap.class, LinkedHashMap.class, TreeMap.class,
			EnumMap.class, ConcurrentHashMap.class);

	/** Of any other container. */
	private static final String VIEWS = "java.util.Collections$Unmodifiable";

	private static final List<String> HIDDEN_CONTAINERS = List.of("java.util.ImmutableCollections$", VIEWS,
			"java.util.Collections$Empty", "java.util.Collections$Singleton", "java.util.Arrays$ArrayList",
			"java.util.RegularEnumSet", "java.util.JumboEnumSet");

	/** Enums of which each constant is written by its name, and by no annotation. */
	private static final ClassValue<Boolean> NAMED = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			return !JsonBeans.isAnnotated(type);
		}

	};

	private final JsonBeans beans;

	private final Place outermost = new Place();

	private final AtomicInteger count = new AtomicInteger();

	JsonShapes(JsonBeans beans) {
		this.beans = beans;
	}

	/**
	 * Whether a value is of a known shape.
	 * @param length how many bytes were written of it
	 */
	boolean know(Object value, int length) {
		return length <= LONGEST_ENTRY && is(this.outermost, value, false);
	}

	/** Learns the shape of a value that was read back. */
	void learn(Object value) {
		is(this.outermost, value, true);
	}

	private boolean is(Place place, @Nullable Object value, boolean learns) {
		Class<?> type = (value != null) ? value.getClass() : Void.class;
		Shape shape = place.shape(type);
		if (shape == null) {
			if (!learns || this.count.get() >= MOST) {
				return false;
			}
			this.count.incrementAndGet();
			shape = place.shapes.computeIfAbsent(type, (key) -> shape(key, value));
		}
		return value == null || switch (shape.kind) {
			case PLAIN -> true;
			case BOUNDED -> isWithinBounds(value);
			case COLLECTION -> areElements(shape, (Collection<?>) value, learns);
			case MAP -> areEntries(shape, (Map<?, ?>) value, learns);
			case ARRAY -> areElements(shape, (Object[]) value, learns);
			case OPTIONAL -> is(shape.places[0], ((Optional<?>) value).orElse(null), learns);
			case BEAN -> areProperties(shape, value, learns);
			case STAND_IN -> is(shape.places[0], StandIns.resolve(value), learns);
			case UNSURE -> false;
		};
	}

	private Shape shape(Class<?> type, @Nullable Object value) {
		JsonBeans.Bean bean = this.beans.find(type);
		if (PLAIN.contains(type)) {
			return new Shape(type, Kind.PLAIN, 0, List.of());
		}
		if (StandIns.are(type)) {
			return new Shape(type, Kind.STAND_IN, 1, List.of());
		}
		if (value instanceof Enum<?> constant) {
			boolean annotated = JsonBeans.isAnnotated(constant.getDeclaringClass());
			return new Shape(type, annotated ? Kind.UNSURE : Kind.BOUNDED, 0, List.of());
		}
		if (BOUNDED.contains(type) || type.getName().startsWith("java.sql.")) {
			return new Shape(type, Kind.BOUNDED, 0, List.of());
		}
		if (value instanceof Object[]) {
			return new Shape(type, Kind.ARRAY, 1, List.of());
		}
		if (value instanceof Optional) {
			return new Shape(type, Kind.OPTIONAL, 1, List.of());
		}
		boolean container = CONTAINERS.contains(type)
				|| HIDDEN_CONTAINERS.stream().anyMatch(type.getName()::startsWith);
		if (container && value instanceof Collection) {
			return new Shape(type, Kind.COLLECTION, 1, List.of());
		}
		if (container && value instanceof Map) {
			return new Shape(type, Kind.MAP, 2, List.of());
		}
		if (bean != null && this.beans.isSteady(type, bean)) {
			return new Shape(type, Kind.BEAN, bean.varying().size(), bean.varying());
		}
		return new Shape(type, Kind.UNSURE, 0, List.of());
	}

	private boolean areElements(Shape shape, Collection<?> collection, boolean learns) {
		if (shape.canBeSorted && ContainerOrder.decidedBy(collection) != null) {
			return false;
		}
		for (Object element : collection) {
			if (!is(shape.places[0], element, learns)) {
				return false;
			}
		}
		return true;
	}

	private boolean areElements(Shape shape, Object[] array, boolean learns) {
		for (Object element : array) {
			if (!is(shape.places[0], element, learns)) {
				return false;
			}
		}
		return true;
	}

	private boolean areEntries(Shape shape, Map<?, ?> map, boolean learns) {
		if (shape.canBeSorted && ContainerOrder.decidedBy(map) != null) {
			return false;
		}
		for (Map.Entry<?, ?> entry : map.entrySet()) {
			if (!isKey(entry.getKey()) || !is(shape.places[0], entry.getKey(), learns)
					|| !is(shape.places[1], entry.getValue(), learns)) {
				return false;
			}
		}
		return true;
	}

	private static boolean isKey(@Nullable Object key) {
		if (key instanceof String text) {
			return text.length() <= LONGEST_KEY && !hasSurrogates(text);
		}
		if (key instanceof Enum<?> constant) {
			return NAMED.get(constant.getDeclaringClass());
		}
		return key != null && KEYS.contains(key.getClass());
	}

	/** Of a surrogate that stands alone in a name Jackson makes a question mark. */
	private static boolean hasSurrogates(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (Character.isSurrogate(text.charAt(i))) {
				return true;
			}
		}
		return false;
	}

	private boolean areProperties(Shape shape, Object bean, boolean learns) {
		for (int i = 0; i < shape.properties.size(); i++) {
			if (!is(shape.places[i], JsonBeans.Bean.get(shape.properties.get(i), bean), learns)) {
				return false;
			}
		}
		return true;
	}

	private static boolean isWithinBounds(Object value) {
		if (value instanceof Enum<?> constant) {
			return NAMED.get(constant.getDeclaringClass());
		}
		if (value instanceof BigDecimal number) {
			return Math.abs((long) number.scale()) <= LARGEST_NUMBER && number.precision() <= LARGEST_NUMBER;
		}
		if (value instanceof BigInteger number) {
			return number.bitLength() <= LARGEST_NUMBER;
		}
		if (value instanceof LocalDate date) {
			return isYear(date.getYear());
		}
		if (value instanceof LocalDateTime time) {
			return isYear(time.getYear());
		}
		if (value instanceof OffsetDateTime time) {
			return isYear(time.getYear()) && time.getOffset().getTotalSeconds() % 60 == 0;
		}
		if (value instanceof Instant time) {
			return isSecond(time.getEpochSecond());
		}
		if (value instanceof Date time) {
			return isSecond(Math.floorDiv(time.getTime(), 1000));
		}
		return value instanceof LocalTime || (value instanceof Duration duration && isSecond(duration.toSeconds()));
	}

	private static boolean isYear(int year) {
		return year > 0 && year <= LATEST_YEAR;
	}

	private static boolean isSecond(long second) {
		return second >= EARLIEST_SECOND && second <= LATEST_SECOND;
	}

	private enum Kind {

		/** Every value comes back. */
		PLAIN,

		/** Every value comes back that is within bounds. */
		BOUNDED,

		COLLECTION, MAP, ARRAY, OPTIONAL, BEAN, STAND_IN,

		/** Each value has to be read back. */
		UNSURE

	}

	/** Where a value can be, and of which classes those were that have been there. */
	private static final class Place {

		final ConcurrentMap<Class<?>, Shape> shapes = new ConcurrentHashMap<>(2);

		/** Most often it is that of the last value that was here. */
		private @Nullable Shape last;

		@Nullable Shape shape(Class<?> type) {
			Shape shape = this.last;
			if (shape == null || shape.type != type) {
				shape = this.shapes.get(type);
				this.last = shape;
			}
			return shape;
		}

	}

	/** A class at a place, and the places within it. */
	private static final class Shape {

		final Class<?> type;

		final Kind kind;

		/** By a comparator, which may be that of a container within. */
		final boolean canBeSorted;

		final Place[] places;

		/** A bean's, one for each place. */
		final List<BeanPropertyWriter> properties;

		Shape(Class<?> type, Kind kind, int places, List<BeanPropertyWriter> properties) {
			this.type = type;
			this.kind = kind;
			this.canBeSorted = SortedMap.class.isAssignableFrom(type) || SortedSet.class.isAssignableFrom(type)
					|| (type.getName().startsWith(VIEWS) && !List.class.isAssignableFrom(type));
			this.places = IntStream.range(0, places).mapToObj((i) -> new Place()).toArray(Place[]::new);
			this.properties = properties;
		}

	}

}
