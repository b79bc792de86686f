package io.libmc.codec;

import java.io.File;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.text.DecimalFormat;
import java.text.SimpleDateFormat;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Values of all the shapes that applications store, many of each. */
@SuppressWarnings({ "JdkObsolete", "JavaUtilDate", "UnnecessaryStringBuilder" })
final class HonestValues {

	private static final int MANY = 100_000;

	private static final int SOME = 5000;

	private HonestValues() {
	}

	static Map<String, Object> all() {
		Map<String, Object> values = new LinkedHashMap<>();
		collections(values);
		sorted(values);
		values.put("bit sets", list(SOME, (i) -> BitSet.valueOf(new long[] { i, i * 7919L })));
		values.put("large bit set", BitSet.valueOf(new long[MANY]));
		Map<TimeUnit, Object> units = new EnumMap<>(TimeUnit.class);
		Arrays.stream(TimeUnit.values()).forEach((unit) -> units.put(unit, EnumSet.range(unit, TimeUnit.DAYS)));
		values.put("enum map of enum sets", units);
		values.put("enum sets", list(SOME, (i) -> EnumSet.of(DayOfWeek.of(1 + i % 7), DayOfWeek.SUNDAY)));
		values.put("decimals", list(MANY, (i) -> new BigDecimal(i + ".95")));
		values.put("decimals with a hundred digits", list(SOME, (i) -> new BigDecimal("9".repeat(100) + "." + i)));
		values.put("decimals as keys", new HashMap<>(map(SOME, (i) -> new BigDecimal(i + ".95"), (i) -> "v" + i)));
		values.put("integers with a hundred digits",
				list(SOME, (i) -> BigInteger.TEN.pow(100).add(BigInteger.valueOf(i))));
		values.put("integer with a hundred thousand digits", BigInteger.TEN.pow(100_000));
		values.put("instants", list(MANY, Instant::ofEpochSecond));
		values.put("zoned times",
				list(SOME, (i) -> ZonedDateTime.ofInstant(Instant.ofEpochSecond(i), ZoneId.of("Europe/Berlin"))));
		values.put("times of each kind",
				list(1000, (i) -> List.of(LocalDate.ofEpochDay(i), Duration.ofMillis(i),
						OffsetDateTime.ofInstant(Instant.ofEpochSecond(i), ZoneOffset.ofHours(2)), Period.ofDays(i),
						Year.of(i), YearMonth.of(2026, 1 + i % 12), ZoneId.of("Asia/Shanghai"))));
		values.put("days as keys", new TreeMap<>(map(SOME, (i) -> LocalDate.ofEpochDay(i), (i) -> i)));
		values.put("calendars", list(SOME, HonestValues::calendar));
		values.put("time zones", list(100, (i) -> TimeZone.getTimeZone(TimeZone.getAvailableIDs()[i])));
		values.put("formats", list(200, (i) -> List.of(new DecimalFormat("#,##0.0" + i),
				new SimpleDateFormat("dd.MM.yyyy '" + i + "'", Locale.GERMANY))));
		values.put("currencies and locales",
				list(SOME, (i) -> List.of(Currency.getInstance("EUR"), new Locale("de", "DE", "v" + i))));
		values.put("addresses", list(SOME, (i) -> URI.create("https://example.org/path/" + i + "?q=" + i)));
		values.put("addresses as keys",
				new HashMap<>(map(SOME, (i) -> URI.create("https://example.org/" + i), (i) -> i)));
		values.put("old addresses", list(SOME, HonestValues::url));
		values.put("old addresses in records in a list", list(SOME, (i) -> new Link("link " + i, url(i))));
		values.put("sockets", list(SOME, (i) -> new InetSocketAddress(InetAddress.getLoopbackAddress(), i)));
		values.put("files", list(SOME, (i) -> new File("/tmp/" + i)));
		values.put("keys", keys());
		values.put("exception", new IllegalStateException("outer", new IllegalArgumentException("inner")));
		values.put("exceptions",
				list(500, (i) -> new IllegalStateException("exception " + i, new IllegalArgumentException("inner"))));
		values.put("text under way", new StringBuilder("x".repeat(MANY)));
		values.put("copies", new ArrayList<>(Collections.nCopies(MANY, "x")));
		values.put("copies in little", Collections.nCopies(SOME, List.of("x", 1)));
		values.put("objects that share one configuration", shared());
		return values;
	}

	private static void collections(Map<String, Object> values) {
		values.put("linked list", new LinkedList<>(list(MANY, (i) -> "element " + i)));
		values.put("vector", new Vector<>(list(MANY, (i) -> "element " + i)));
		values.put("deque", new ArrayDeque<>(list(MANY, (i) -> i)));
		values.put("concurrent queue", new ConcurrentLinkedQueue<>(list(MANY, (i) -> i)));
		values.put("copying list", new CopyOnWriteArrayList<>(list(MANY, (i) -> "element " + i)));
		values.put("copying set", new CopyOnWriteArraySet<>(list(1000, (i) -> "element " + i)));
		values.put("set", new HashSet<>(list(MANY, (i) -> "element " + i)));
		values.put("linked set of identifiers", new LinkedHashSet<>(list(MANY, (i) -> new UUID(i * 7919L, i))));
		values.put("map of maps",
				new HashMap<>(map(10_000, (i) -> "key " + i, (i) -> new HashMap<>(Map.of("a", i, "b", "c")))));
		values.put("linked map", new LinkedHashMap<>(map(MANY, (i) -> (long) i, (i) -> "value " + i)));
		values.put("concurrent map", new ConcurrentHashMap<>(map(MANY, (i) -> "key " + i, (i) -> i)));
		Collection<Object> keySet = ConcurrentHashMap.newKeySet();
		keySet.addAll(list(MANY, (i) -> "element " + i));
		values.put("concurrent set", keySet);
		values.put("hashtable", new Hashtable<>(map(MANY, (i) -> "key " + i, (i) -> i)));
		Properties properties = new Properties();
		IntStream.range(0, SOME).forEach((i) -> properties.setProperty("key." + i, "value " + i));
		values.put("properties", properties);
		values.put("immutable map", Map.copyOf(map(MANY, (i) -> "key " + i, (i) -> i)));
		values.put("unmodifiable map of unmodifiable lists", Collections
			.unmodifiableMap(map(SOME, (i) -> "key " + i, (i) -> Collections.unmodifiableList(List.of(i, "x")))));
		values.put("map by set of strings",
				new HashMap<>(map(SOME, (i) -> new TreeSet<>(List.of("a" + i, "b" + i)), (i) -> i)));
		values.put("array of arrays as a list",
				Arrays.asList(IntStream.range(0, SOME).mapToObj((i) -> List.of(i, i + 1)).toArray()));
	}

	private static void sorted(Map<String, Object> values) {
		Comparator<Person> byName = Comparator.comparing((Function<Person, String> & Serializable) Person::name,
				Comparator.nullsFirst(String.CASE_INSENSITIVE_ORDER.reversed()));
		Comparator<Person> byAll = byName.thenComparing((Function<Person, Integer> & Serializable) Person::age)
			.thenComparing((Function<Person, LocalDate> & Serializable) Person::birthday)
			.reversed();
		values.put("tree map", new TreeMap<>(map(MANY, (i) -> "key " + i, (i) -> "value " + i)));
		values.put("tree map backwards",
				filled(new TreeMap<>(Comparator.<String>reverseOrder()), map(MANY, (i) -> "key " + i, (i) -> i)));
		values.put("tree map by a comparator",
				filled(new TreeMap<>(byAll), map(MANY, Person::of, (i) -> "value " + i)));
		values.put("tree map of tree sets",
				new TreeMap<>(map(1000, (i) -> "key " + i, (i) -> filled(new TreeSet<>(byAll), list(20, Person::of)))));
		values.put("part of a tree map",
				new ArrayList<>(new TreeMap<>(map(SOME, (i) -> i, (i) -> i)).headMap(500).values()));
		values.put("live part of a tree map", new TreeMap<>(map(SOME, (i) -> i, (i) -> i)).headMap(500));
		values.put("tree set by a comparator", filled(new TreeSet<>(byAll), list(MANY, Person::of)));
		values.put("tree set without case",
				filled(new TreeSet<>(String.CASE_INSENSITIVE_ORDER), list(MANY, (i) -> "Element " + i)));
		values.put("skip list map", new ConcurrentSkipListMap<>(map(MANY, (i) -> "key " + i, (i) -> "value " + i)));
		values.put("skip list map by a comparator",
				filled(new ConcurrentSkipListMap<>(byAll), map(MANY, Person::of, (i) -> "v")));
		values.put("skip list map of maps", new ConcurrentSkipListMap<>(
				map(1000, (i) -> i, (i) -> new TreeMap<>(map(50, (j) -> "key " + j, (j) -> j)))));
		values.put("skip list set by a comparator", filled(new ConcurrentSkipListSet<>(byAll), list(MANY, Person::of)));
		values.put("queue by priority", new PriorityQueue<>(list(MANY, (i) -> "element " + i)));
		values.put("queue by a comparator", filled(new PriorityQueue<>(byAll), list(MANY, Person::of)));
		values.put("blocking queue by a comparator",
				filled(new PriorityBlockingQueue<>(11, byAll), list(MANY, Person::of)));
	}

	private static Object calendar(int i) {
		Calendar calendar = new GregorianCalendar(TimeZone.getTimeZone("Europe/Berlin"), Locale.GERMANY);
		calendar.setTimeInMillis(i * 1_000_000L);
		return calendar;
	}

	private static URL url(int i) {
		try {
			return new URL("http://localhost/" + i);
		}
		catch (MalformedURLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Object keys() {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
			return list(100, (i) -> generator.generateKeyPair().getPublic());
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Each refers to a large one, which is written once. */
	private static Object shared() {
		List<Object> configuration = list(SOME, (i) -> "setting " + i);
		return new Vector<>(list(SOME, (i) -> new ArrayList<>(List.of("object " + i, configuration))));
	}

	private static List<Object> list(int count, IntFunction<Object> element) {
		return IntStream.range(0, count).mapToObj(element).collect(Collectors.toCollection(ArrayList::new));
	}

	private static <K, V> Map<K, V> map(int count, IntFunction<K> key, IntFunction<V> value) {
		Map<K, V> map = new HashMap<>();
		IntStream.range(0, count).forEach((i) -> map.put(key.apply(i), value.apply(i)));
		return map;
	}

	@SuppressWarnings("unchecked")
	private static <T, C extends Collection<T>> C filled(C collection, List<Object> elements) {
		elements.forEach((element) -> collection.add((T) element));
		return collection;
	}

	private static <K, V, M extends Map<K, Object>> M filled(M map, Map<K, V> entries) {
		map.putAll(entries);
		return map;
	}

	record Person(String name, int age, LocalDate birthday) implements Serializable {

		static Person of(int i) {
			return new Person("name " + i % 1000, i, LocalDate.ofEpochDay(i % 100));
		}

	}

	record Link(String text, URL target) implements Serializable {

		@Override
		public boolean equals(Object other) {
			return other instanceof Link link && link.text.equals(this.text);
		}

		@Override
		public int hashCode() {
			return Objects.hash(this.text);
		}

	}

}
