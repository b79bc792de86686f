package io.libmc.spring.cache;

import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.hibernate.collection.spi.PersistentBag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.cache.support.NullValue;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageImpl;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.SliceImpl;
import org.springframework.data.domain.Sort;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each cell of the table in {@code docs/caching.md} that says what comes back.
 */
class TypeTableTest {

	private static final List<String> ALLOWED = List.of("io.libmc.spring.cache.*", "spring-data",
			"org.springframework.http.*", "org.springframework.util.*", "hibernate", "kotlin");

	private static final Map<String, List<Object>> SAMPLES = samples();

	/** The row's name, the format's, and what is said of both. */
	record Cell(String row, String format, String said) {

	}

	static Stream<Cell> cells() throws IOException {
		List<String> lines = Files.readAllLines(Path.of("..", "docs", "caching.md"));
		int head = lines.indexOf("| a value of | `json` | `jdk` | `libmc` |");
		List<String> formats = cellsOf(lines.get(head));
		return lines.stream()
			.skip(head + 2L)
			.takeWhile((line) -> line.startsWith("|"))
			.map(TypeTableTest::cellsOf)
			.flatMap((row) -> Stream.of(1, 2, 3)
				.map((i) -> new Cell(row.get(0), formats.get(i).replace("`", ""), row.get(i))));
	}

	private static List<String> cellsOf(String line) {
		return Stream.of(line.split("\\|")).skip(1).map(String::strip).toList();
	}

	@Test
	void everyRowHasSamplesAndNoneIsLeftOver() throws IOException {
		assertThat(cells().map(Cell::row).distinct()).containsExactlyInAnyOrderElementsOf(SAMPLES.keySet());
	}

	@ParameterizedTest
	@MethodSource("cells")
	void itIsAsTheTableSays(Cell cell) {
		for (Object value : SAMPLES.get(cell.row())) {
			assertThat(whatHappens(format(cell.format()), value)).as("%s", value).isEqualTo(cell.said());
		}
	}

	private static String whatHappens(EntryFormat format, Object value) {
		Object entry;
		try {
			entry = Stamp.put(format.encode(value), 1);
		}
		catch (IllegalArgumentException ex) {
			return "refused";
		}
		try {
			Object read = format.decode(entry);
			return isEqual(value, read) ? "equal" : "not equal: " + read;
		}
		catch (UndecodableEntryException ex) {
			return "not read: " + ex;
		}
	}

	private static boolean isEqual(Object value, Object read) {
		if (value instanceof Cycle cycle) {
			return read instanceof Cycle other && other.self == other && cycle.self == cycle;
		}
		if (value instanceof AtomicLong number) {
			return read instanceof AtomicLong other && number.get() == other.get();
		}
		if (value instanceof ArrayDeque<?> queue) {
			return read instanceof ArrayDeque<?> other && List.copyOf(queue).equals(List.copyOf(other));
		}
		// Hibernate's bags are equal to themselves alone
		return Objects.deepEquals(value, read) || (value instanceof PersistentBag && read.equals(value));
	}

	private static EntryFormat format(String name) {
		ClassLoader loader = TypeTableTest.class.getClassLoader();
		return switch (name) {
			case "json" -> EntryFormat.json(loader, ALLOWED);
			case "jdk" -> EntryFormat.jdk(loader, ALLOWED);
			default -> EntryFormat.libmc();
		};
	}

	@SuppressWarnings("JavaUtilDate")
	private static Map<String, List<Object>> samples() {
		Map<String, List<Object>> samples = new LinkedHashMap<>();
		samples.put("`null`", List.of(NullValue.INSTANCE));
		samples.put("`String`, `Long`, `Double`, `Boolean`, `byte[]`",
				List.of("a", "\u00e4\ud83d\ude00", 1L, 0.5, true, new byte[] { 1, 2 }));
		samples.put("`Integer`, `Short`, `Byte`, `Float`, `Character`", List.of(1, (short) 2, (byte) 3, 0.5f, 'c'));
		samples.put("`BigInteger`, `BigDecimal`, `AtomicLong`",
				List.of(BigInteger.TEN.pow(30), new BigDecimal("12.50"), new AtomicLong(5)));
		samples.put("other arrays, also of arrays",
				List.of(new int[] { 1 }, new String[] { "a" }, new long[][] { { 1 }, {} }, new LocalDate[0]));
		samples.put(
				"`ArrayList`, `LinkedHashMap`, `LinkedHashSet`, `HashMap`, `HashSet`, `List.of` and its like, of texts",
				List.of(new ArrayList<>(List.of("a")), new LinkedHashMap<>(Map.of("a", "b")),
						new LinkedHashSet<>(Set.of("a")), new HashMap<>(Map.of("a", "b")), new HashSet<>(Set.of("a")),
						List.of("a", "b"), Map.of("a", "b"), Set.of("a"), Arrays.asList("a", "b"),
						Collections.unmodifiableList(new ArrayList<>(List.of("a")))));
		samples.put("`TreeMap`, `TreeSet`, `ArrayDeque`, `ConcurrentHashMap`", List.of(new TreeMap<>(Map.of("a", "b")),
				new TreeSet<>(Set.of("a")), new ArrayDeque<>(List.of("a")), new ConcurrentHashMap<>(Map.of("a", "b"))));
		samples.put("`TreeMap` and `TreeSet` with a `Comparator`, also unmodifiable",
				List.of(reversed(new TreeMap<>(Comparator.<String>reverseOrder())),
						Collections.unmodifiableMap(reversed(new TreeMap<>(String.CASE_INSENSITIVE_ORDER))),
						Collections.unmodifiableSortedSet(new TreeSet<>(Set.of("a", "b")).descendingSet())));
		samples.put("maps with keys of numbers, enums, `UUID`, `java.time`",
				List.of(new HashMap<>(Map.of((short) 1, "a")), new TreeMap<>(Map.of(5, "a")),
						new HashMap<>(Map.of(TimeUnit.DAYS, "a")), new HashMap<>(Map.of(new UUID(1, 2), "a")),
						new HashMap<>(Map.of(LocalDate.EPOCH, "a"))));
		samples.put("enums, `EnumSet`, `EnumMap`", List.of(Color.RED, EnumSet.of(Color.RED),
				EnumSet.noneOf(Color.class), new EnumMap<>(Map.of(Color.BLUE, "a"))));
		samples.put("`java.time`, `Date`",
				List.of(LocalDate.EPOCH, LocalDateTime.MIN.withYear(2026), Instant.EPOCH, Duration.ofDays(1),
						Period.ofDays(3), YearMonth.of(2026, 11),
						ZonedDateTime.of(2026, 11, 29, 1, 2, 3, 4, ZoneId.of("Europe/Berlin")), new Date(5)));
		samples.put("`UUID`, `URI`, `Locale`, `Currency`, `ZoneId`", List.of(new UUID(1, 2), URI.create("http://a/b"),
				Locale.GERMANY, Currency.getInstance("EUR"), ZoneId.of("Europe/Berlin")));
		samples.put("a record or bean that is `Serializable`, with lists of such",
				List.of(new Book(1, "a", List.of(new Book(2, null, List.of()))), new Bean("a"),
						new ArrayList<>(List.of(new Bean("a")))));
		samples.put("a record or bean that is not", List.of(new Plain(1, LocalDate.EPOCH), new PlainBean("a")));
		samples.put("a field of a sealed, an abstract or a generic type",
				List.of(new Drawing<>(new Circle(1), new ArrayList<>(List.of(new Square(2))))));
		samples.put("`Optional` as a field of a record",
				List.of(new Found(Optional.of("a")), new Found(Optional.empty())));
		samples.put("an object that refers to itself", List.of(new Cycle()));
		samples.put("Spring Data's sorts, and its pages and slices with a `PageRequest`",
				List.of(new PageImpl<>(new ArrayList<>(List.of("a")), PageRequest.of(0, 1, Sort.by("a")), 5),
						new SliceImpl<>(List.of("a"), PageRequest.of(1, 1), true), Sort.by("a"), Sort.unsorted()));
		samples.put("its pages and slices without one, such as `new PageImpl<>(list)` and `Page.empty()`",
				List.of(new PageImpl<>(List.of("a")), Page.empty(), new SliceImpl<>(List.of("a"))));
		samples.put("`ResponseEntity`", List.of(ResponseEntity.ok().header("a", "b").body("c")));
		samples.put("classes by Lombok: `@Value`, `@Builder`, `@SuperBuilder`, `@Data`", LombokTest.values().toList());
		samples.put("Hibernate's collections and proxies, loaded", HibernateTest.samples(true));
		samples.put("Hibernate's collections and proxies, not loaded", HibernateTest.samples(false));
		samples.put("Kotlin's data and value classes, enums, sealed types", KotlinValues.comeBack());
		samples.put("Kotlin's `object`", KotlinValues.singletons());
		samples.put("Kotlin's `Pair` and `Triple`", KotlinValues.pairs());
		samples.put("what Kotlin's `listOf`, `mapOf` and `setOf` return, of texts", KotlinValues.ofTexts());
		samples.put("what Kotlin's `buildList` and its like return", KotlinValues.built());
		samples.put("Kotlin's unsigned numbers, `Duration` and `Unit`", KotlinValues.jsonAlone());
		samples.put("Kotlin's ranges, sequences and `Result`", KotlinValues.refused());
		samples.put("a lambda, a stream, `Object`", List.of((Runnable) () -> {
		}, Stream.of(1), new Object()));
		return samples;
	}

	private static Map<String, String> reversed(Map<String, String> map) {
		map.put("a", "b");
		map.put("c", "d");
		return map;
	}

	enum Color {

		RED, BLUE

	}

	record Book(long id, String title, List<Book> others) implements Serializable {

	}

	record Plain(int number, LocalDate day) {

	}

	record Found(Optional<String> text) {

	}

	record Drawing<T>(Shape shape, List<T> others) implements Serializable {

	}

	sealed interface Shape extends Serializable permits Circle, Square {

	}

	record Circle(int radius) implements Shape {

	}

	record Square(int side) implements Shape {

	}

	static class PlainBean {

		private String name = "";

		PlainBean() {
		}

		PlainBean(String name) {
			this.name = name;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof PlainBean bean && bean.name.equals(this.name);
		}

		@Override
		public int hashCode() {
			return this.name.hashCode();
		}

	}

	static final class Bean implements Serializable {

		private static final long serialVersionUID = 1L;

		private final String name;

		Bean(String name) {
			this.name = name;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Bean bean && bean.name.equals(this.name);
		}

		@Override
		public int hashCode() {
			return this.name.hashCode();
		}

	}

	static final class Cycle implements Serializable {

		private static final long serialVersionUID = 1L;

		private final Cycle self = this;

	}

}
