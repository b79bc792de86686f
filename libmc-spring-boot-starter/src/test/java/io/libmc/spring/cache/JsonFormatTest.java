package io.libmc.spring.cache;

import java.beans.ConstructorProperties;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
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
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.cache.support.NullValue;
import org.springframework.data.domain.PageImpl;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.Range;
import org.springframework.data.domain.SliceImpl;
import org.springframework.data.domain.Sort;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@SuppressWarnings({ "JavaUtilDate", "JdkObsolete", "UnusedVariable" }) // values are what
																		// applications
																		// have
class JsonFormatTest {

	private static final String OWN = JsonFormatTest.class.getName();

	private final EntryFormat format = format(OWN);

	@ParameterizedTest
	@MethodSource
	void valuesComeBackAsTheyWent(Object value) throws Exception {
		assertThat(roundTrip(value)).isEqualTo(value).hasSameClassAs(value);
	}

	static Stream<Object> valuesComeBackAsTheyWent() {
		return Stream.of("text", "", "\ud800", "a".repeat(7_999) + "\udc00" + "a".repeat(9_000), 1, 1L, Long.MAX_VALUE,
				1.5, 1.5f, Double.NaN, 'c', true, (byte) 1, (short) 1, new BigDecimal("1.10"),
				new BigInteger("123456789012345678901"), Instant.parse("2026-11-24T01:02:03.000000004Z"),
				LocalDate.of(2026, 11, 24), LocalDateTime.of(2026, 11, 24, 1, 2, 3, 4), Year.of(2026),
				ZonedDateTime.of(2026, 11, 24, 1, 2, 3, 4, ZoneId.of("Asia/Shanghai")),
				OffsetDateTime.parse("2026-11-24T01:02:03+08:00"), Duration.ofMillis(1234), DayOfWeek.MONDAY,
				UUID.randomUUID(), Locale.SIMPLIFIED_CHINESE, new Date(1), URI.create("http://localhost/"),
				new byte[] { 1, 2 }, new int[][] { { 1 }, {} }, new String[] { "a", null }, new Object[] { 1L, "a" },
				new ArrayList<>(List.of(1L, "a", 1, new Title("a"))), new LinkedList<>(List.of(1L)),
				new TreeMap<>(Map.of("b", 1L, "a", 2L)), new HashMap<>(Map.of("a", new Title("b"))),
				new LinkedHashMap<>(Map.of("a", List.of(1L))), new Title("a"), Size.LARGE, Size.ODD,
				new Title[] { new Title("a") }, new Novel(1, "n"),
				new Shelf<>("s", List.of(new Book(1), new Novel(2, "n")), Map.of(42L, new Title("a")), Optional.empty(),
						1L, new Title("t"), DayOfWeek.MONDAY),
				new Roles(Set.of(Size.ODD), new EnumMap<>(Map.of(Size.ODD, 1)), Map.of(LocalDate.EPOCH, 2L)));
	}

	/** They are written and read without Jackson, which makes the same of them. */
	@ParameterizedTest
	@ValueSource(strings = { "", "a", "a b~!#[]{}:,0", "\"", "a\\b", "a\nb", "\u007f", "\u00e4", "a\ud83d\ude00", "/" })
	void textsAreJson(String text) throws Exception {
		byte[] entry = (byte[]) this.format.encode(text);
		byte[] json = Arrays.copyOfRange(entry, Stamp.HEADER_BYTES, entry.length);
		assertThat(json).isEqualTo(new JsonMapper().writeValueAsBytes(text));
		assertThat(roundTrip(text)).isEqualTo(text);
	}

	/** A method may be declared to return one. */
	@Test
	void whatIsSortedComesBackSorted() throws Exception {
		TreeMap<String, Integer> map = new TreeMap<>(Map.of("a", 1, "b", 2, "c", 3));
		TreeSet<String> set = new TreeSet<>(map.keySet());
		for (Object value : List.of(Collections.unmodifiableSortedMap(map), Collections.unmodifiableNavigableMap(map),
				Collections.synchronizedSortedMap(map), Collections.emptyNavigableMap(), map.headMap("c"))) {
			assertThat(roundTrip(value)).isEqualTo(value).isInstanceOf(SortedMap.class);
			assertThat(roundTrip(List.of(value))).isEqualTo(List.of(value));
		}
		for (Object value : List.of(Collections.unmodifiableSortedSet(set), Collections.unmodifiableNavigableSet(set),
				Collections.synchronizedSortedSet(set), Collections.emptySortedSet(), set.headSet("c"),
				map.navigableKeySet())) {
			assertThat(roundTrip(value)).isEqualTo(value).isInstanceOf(SortedSet.class);
		}
		for (Object value : List.of(map.descendingMap(), set.descendingSet(),
				Collections.unmodifiableSortedMap(map.descendingMap()))) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(value))
				.withMessageContaining("Comparator");
		}
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.format.encode(Collections.asLifoQueue(new ArrayDeque<>(set))));
	}

	@Test
	void arraysOfWhatTheJdksValuesImplementComeBackAsTheyWent() throws Exception {
		for (Object array : List.of(new Serializable[] { 1L, "a" }, new Comparable<?>[] { 1L, "a" },
				new CharSequence[] { "a" }, new Number[] { 1L, 1.5 }, new Comparable<?>[][] { { 1L } })) {
			assertThat(roundTrip(array)).isEqualTo(array).hasSameClassAs(array);
		}
	}

	/** Equal and unmodifiable, though of a class that says so more plainly. */
	@ParameterizedTest
	@MethodSource
	void collectionsOfTheJdksOwnClassesComeBackAsEqualOnes(Object value) throws Exception {
		assertThat(roundTrip(value)).isEqualTo(value);
	}

	static Stream<Object> collectionsOfTheJdksOwnClassesComeBackAsEqualOnes() {
		return Stream.of(List.of(), List.of(1L), List.of(1L, 2, "a", new Title("b")), Set.of(), Set.of("a"),
				Set.of(1L, 2L, 3L), Map.of(), Map.of("a", 1L), Map.of("a", 1L, "b", List.of(2L)),
				Arrays.asList(1L, null), Collections.emptyList(), Collections.emptyMap(), Collections.emptySet(),
				Collections.singletonList(1L), Collections.singleton(1L), Collections.singletonMap("a", 1L),
				Collections.unmodifiableList(new ArrayList<>(List.of(1L))),
				Collections.unmodifiableMap(new HashMap<>(Map.of("a", 1L))), Stream.of(1L, 2L).toList(),
				new ArrayList<>(List.of(1L, 2L, 3L)).subList(1, 2), new TreeMap<>(Map.of("a", 1L)).keySet(),
				new Roles(EnumSet.of(Size.ODD), new EnumMap<>(Size.class), Map.of()));
	}

	@Test
	void whatListOfMadeStaysUnmodifiable() throws Exception {
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> ((List<?>) roundTrip(List.of(1L, 2L, 3L))).remove(0));
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> ((Map<?, ?>) roundTrip(Map.of("a", 1L))).clear());
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> ((Set<?>) roundTrip(Set.of("a"))).clear());
	}

	@Test
	void nullIsAnEntryOfItsOwn() throws Exception {
		assertThat(this.format.decode(this.format.encode(NullValue.INSTANCE))).isSameAs(NullValue.INSTANCE);
	}

	@Test
	void theRootsClassIsRecordedAndTheRestIsPlain() {
		byte[] entry = (byte[]) this.format.encode(new Title("a"));
		assertThat(new String(entry, Stamp.HEADER_BYTES, entry.length - Stamp.HEADER_BYTES, StandardCharsets.UTF_8))
			.matches("\\[\"" + Pattern.quote(OWN + "$Title") + "#[-\\w]{11}\",\\{\"text\":\"a\"}]");
	}

	@ParameterizedTest
	@MethodSource
	void whatIsNotAllowedIsRefused(Object value, String named) {
		assertThatIllegalArgumentException().isThrownBy(() -> format("other.**").encode(value))
			.withMessageContainingAll(named, "libmc.cache.allowed-classes");
	}

	static Stream<Object[]> whatIsNotAllowedIsRefused() {
		Title title = new Title("a");
		return Stream.of(new Object[] { title, OWN + "$Title" }, new Object[] { List.of(title), OWN + "$Title" },
				new Object[] { new Title[] { title }, "a " + OWN + "$Title[] cannot" },
				new Object[] { Map.of("k", new Object[] { title }), OWN + "$Title" },
				new Object[] { Size.LARGE, OWN + "$Size" }, new Object[] { new Thread(), "java.lang.Thread" });
	}

	@Test
	void aSubclassInAFieldHasToBeAllowed() {
		Holder holder = new Holder(new Novel(1, "n"));
		assertThatIllegalArgumentException().isThrownBy(() -> format(OWN + "$Holder").encode(holder))
			.withMessageContainingAll(OWN + "$Novel", "libmc.cache.allowed-classes");
	}

	@ParameterizedTest
	@MethodSource
	void keysOfAMapThatIsCachedItselfComeBack(Object key, Object other) throws Exception {
		for (Object map : List.of(new HashMap<>(Map.of(key, 1L, other, "v")), Map.of(key, 1L),
				new Hashtable<>(Map.of(key, 1L)), new ConcurrentHashMap<>(Map.of(key, new Title("a"))),
				Collections.singletonMap(key, "v"),
				Collections.unmodifiableMap(new LinkedHashMap<>(Map.of(key, "v", other, "w"))))) {
			for (Object each : List.of(map, List.of(map), new Box(map), new Loose(map), Map.of("a", map),
					new Object[] { map })) {
				assertThat(roundTrip(each)).isEqualTo(each);
			}
		}
		for (Object value : List.of(new HashMap<>(Map.of(key, 1L, other, 2L)),
				new Box(new LinkedHashMap<>(Map.of(key, Map.of(other, 1)))))) {
			assertThat(roundTrip(value)).isEqualTo(value).hasSameClassAs(value);
			assertThat(roundTrip(value)).isEqualTo(value).hasSameClassAs(value);
		}
	}

	static Stream<Object[]> keysOfAMapThatIsCachedItselfComeBack() {
		return Stream.of(new Object[] { 1L, -2L }, new Object[] { 1, Integer.MIN_VALUE },
				new Object[] { (short) 1, (short) -2 }, new Object[] { (byte) 1, (byte) -2 },
				new Object[] { 1.5, Double.NaN }, new Object[] { 1.5f, -0.0f }, new Object[] { true, false },
				new Object[] { 'a', '"' }, new Object[] { new BigDecimal("1.10"), new BigDecimal("1E+3") },
				new Object[] { new BigInteger("123456789012345678901"), BigInteger.ZERO },
				new Object[] { UUID.randomUUID(), new UUID(-1, 1) }, new Object[] { Size.ODD, Size.LARGE },
				new Object[] { Alike.ONE, Alike.THREE }, new Object[] { DayOfWeek.MONDAY, DayOfWeek.SUNDAY },
				new Object[] { LocalDate.EPOCH, LocalDate.MAX },
				new Object[] { LocalDateTime.of(2026, 11, 24, 1, 2), LocalDateTime.of(2026, 11, 24, 1, 2, 3, 4) },
				new Object[] { LocalTime.MIN, LocalTime.MAX }, new Object[] { Instant.EPOCH, Instant.MAX },
				new Object[] { YearMonth.of(2026, 2), YearMonth.of(1, 1) }, new Object[] { Year.of(2026), Year.of(1) },
				new Object[] { MonthDay.of(2, 29), MonthDay.of(1, 1) },
				new Object[] { Duration.ZERO, Duration.ofNanos(-1) },
				new Object[] { Period.of(1, -2, 400), Period.ZERO },
				new Object[] { OffsetDateTime.parse("2026-11-24T01:02:03+08:00"), OffsetDateTime.MAX },
				new Object[] { ZonedDateTime.of(2026, 11, 24, 1, 2, 3, 4, ZoneId.of("Asia/Shanghai")),
						ZonedDateTime.of(2026, 11, 24, 1, 2, 3, 4, ZoneOffset.UTC) },
				new Object[] { ZoneId.of("Asia/Shanghai"), ZoneId.of("UTC") },
				new Object[] { ZoneOffset.UTC, ZoneOffset.MIN },
				new Object[] { URI.create("a"), URI.create("http://b/") },
				new Object[] { Locale.SIMPLIFIED_CHINESE, Locale.ROOT },
				new Object[] { Currency.getInstance("EUR"), Currency.getInstance("CNY") },
				new Object[] { new Isbn("a"), new Isbn("b") });
	}

	@Test
	void setsOfWhatHasNoOrderComeBack() throws Exception {
		Set<ZonedDateTime> times = Set.of(ZonedDateTime.of(2026, 11, 24, 1, 2, 3, 4, ZoneId.of("Asia/Shanghai")));
		Set<Period> periods = new HashSet<>(Set.of(Period.ZERO, Period.of(1, -2, 400)));
		for (Unordered value : List.of(new Unordered(times, periods, new LinkedHashSet<>(Set.of(Locale.ROOT))),
				new Unordered(Collections.singleton(times.iterator().next()), Set.of(), new HashSet<>()), new Unordered(
						Collections.unmodifiableSet(times), null, new CopyOnWriteArraySet<>(Set.of(Locale.US))))) {
			for (int i = 0; i < 2; i++) {
				assertThat(roundTrip(value)).isEqualTo(value);
				assertThat(roundTrip(new Box(value))).isEqualTo(new Box(value));
			}
		}
	}

	@Test
	void keysStayInTheirOrder() throws Exception {
		for (Object map : List.of(new TreeMap<>(Map.of(10L, "b", 9L, "a")),
				new ConcurrentSkipListMap<>(Map.of(10, 1, 9, 2)),
				new TreeMap<>(Map.of(10L, "b", 9L, "a")).headMap(10L))) {
			assertThat(((Map<?, ?>) roundTrip(map)).keySet()).map(Object.class::cast)
				.containsExactlyElementsOf(((Map<?, ?>) map).keySet());
		}
	}

	@Test
	void theClassOfKeysIsBehindTheMaps() {
		byte[] entry = (byte[]) this.format.encode(new HashMap<>(Map.of(1L, "a")));
		assertThat(new String(entry, Stamp.HEADER_BYTES, entry.length - Stamp.HEADER_BYTES, StandardCharsets.UTF_8))
			.isEqualTo("[\"java.util.HashMap<java.lang.Long>\",{\"1\":\"a\"}]");
	}

	@ParameterizedTest
	@MethodSource
	void keysThatWouldNotComeBackAreRefused(Map<?, ?> map, String named) {
		for (Object each : List.of(map, new Box(map), List.of(map), new Loose(map))) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(each))
				.withMessageContaining(named);
		}
	}

	static Stream<Object[]> keysThatWouldNotComeBackAreRefused() {
		return Stream.of(new Object[] { Map.of(1L, "a", 1, "b"), "keys of one class" },
				new Object[] { Map.of("a", "a", 1, "b"), "keys of one class" },
				new Object[] { Map.of(new Title("a"), 1), OWN + "$Title" },
				new Object[] { Map.of(List.of(1), 1), "java.util" },
				new Object[] { Map.of(Thread.State.NEW, 1), "java.lang.Thread$State" },
				new Object[] { Map.of(String.class, 1), "java.lang.Class" },
				new Object[] { new EnumMap<>(Map.of(Thread.State.NEW, 1)), "java.lang.Thread$State" });
	}

	@ParameterizedTest
	@ValueSource(strings = { "java.util.HashMap<java.lang.Class>", "java.util.HashMap<java.lang.Long",
			"java.util.HashMap<>", "java.util.HashMap<java.lang.Long>x", "java.util.HashMap<java.lang.Long#a>",
			"java.util.HashMap#a", "java.util.ArrayList<java.lang.Long>", "java.lang.String<java.lang.Long>",
			"java.util.EnumMap<java.lang.Long>", "java.util.HashMap<java.util.HashMap<java.lang.Long>>",
			"java.util.EnumMap<java.lang.Enum>", "java.util.HashMap<java.lang.Thread$State>",
			"java.util.EnumMap<java.lang.Thread$State>", "java.util.Properties<java.lang.Long>" })
	void noOtherKeysAreRead(String id) {
		for (ClassChanges changes : ClassChanges.values()) {
			EntryFormat other = EntryFormat.json(JsonFormatTest.class.getClassLoader(), List.of(OWN), changes);
			for (String body : List.of("{\"1\":1}", "{}", "[]", "\"\"")) {
				assertThatExceptionOfType(UndecodableEntryException.class).as(body)
					.isThrownBy(() -> other.decode(json("[\"" + id + "\"," + body + "]")));
			}
		}
	}

	@Test
	void noKeysAreReadThatAFieldDoesNotDeclare() {
		for (String map : List.of("[\"java.util.HashMap<java.lang.String>\",{\"1\":1}]",
				"[\"java.util.HashMap\",{\"a\":1}]", "[\"java.util.EnumMap<java.time.DayOfWeek>\",{\"MONDAY\":1}]")) {
			String entry = "[\"" + OWN + "$Roles\",{\"sizes\":null,\"counts\":%s,\"dates\":null}]";
			assertThatExceptionOfType(UndecodableEntryException.class)
				.isThrownBy(() -> this.format.decode(json(entry.formatted(map))));
		}
	}

	@ParameterizedTest
	@MethodSource
	void setsAndMapsOfConstantsComeBackAsSuch(Object value) throws Exception {
		for (Object each : List.of(value, new Box(value), new ArrayList<>(List.of(value)),
				new HashMap<>(Map.of("a", value)), new Object[] { value })) {
			for (int i = 0; i < 2; i++) {
				assertThat(roundTrip(each)).isEqualTo(each)
					.usingRecursiveComparison()
					.withStrictTypeChecking()
					.isEqualTo(each);
			}
		}
	}

	static Stream<Object> setsAndMapsOfConstantsComeBackAsSuch() {
		EnumMap<Size, Object> any = new EnumMap<>(Size.class);
		any.put(Size.ODD, new Title("a"));
		any.put(Size.LARGE, EnumSet.of(TimeUnit.DAYS));
		return Stream.of(EnumSet.of(TimeUnit.DAYS), EnumSet.noneOf(Size.class), EnumSet.allOf(Size.class), any,
				new EnumMap<>(Map.of(TimeUnit.DAYS, 1)), new EnumMap<>(Size.class),
				new EnumMap<>(Map.of(Alike.ONE, new EnumMap<>(Alike.class))),
				new Roles(EnumSet.noneOf(Size.class), new EnumMap<>(Size.class), new HashMap<>()),
				new Roles(EnumSet.of(Size.LARGE), new EnumMap<>(Map.of(Size.ODD, 1)), new HashMap<>()), new Constants(
						EnumSet.of(Size.LARGE), new EnumMap<>(Map.of(Size.ODD, 1L)), EnumSet.noneOf(TimeUnit.class)));
	}

	@Test
	void anEmptySetOfConstantsTakesSuchConstants() throws Exception {
		for (Object empty : List.of(EnumSet.noneOf(Size.class), EnumSet.noneOf(TimeUnit.class))) {
			assertThat(EnumSet.complementOf((EnumSet<?>) roundTrip(empty)))
				.isEqualTo(EnumSet.complementOf((EnumSet<?>) empty));
		}
		@SuppressWarnings("unchecked")
		Map<Size, Object> map = (Map<Size, Object>) roundTrip(new EnumMap<>(Size.class));
		map.put(Size.ODD, 1L);
		assertThat(map).isEqualTo(new EnumMap<>(Map.of(Size.ODD, 1L)));
	}

	@Test
	void aClassThatCouldNotBeReadIsRefusedAtOnce() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(new Closed(1)))
			.withMessageContaining(OWN + "$Closed");
	}

	@ParameterizedTest
	@MethodSource
	void objectsAreCreatedByAConstructorThatTakesTheirFields(Object value) throws Exception {
		for (Object each : List.of(value, new Box(value), new ArrayList<>(Arrays.asList(null, value)))) {
			for (int i = 0; i < 2; i++) {
				assertThat(roundTrip(each)).usingRecursiveComparison().withStrictTypeChecking().isEqualTo(each);
			}
		}
	}

	static Stream<Object> objectsAreCreatedByAConstructorThatTakesTheirFields() {
		return Stream.of(new Money("EUR", new BigDecimal("1.10"), new ArrayList<>(List.of("a"))), new Named(1, "a"),
				Built.of(1, "a"), new SubBuilt(1, "a", true), new Single("a"), new Single(null), new Numbered(7),
				new Within(new Single("a")), new Both(), new Both(1, "a"), new BothFinal(), new BothFinal(1, "a"),
				new Several(1), new Several(1, "b"), new Partly(1).withNote("b"), new Swapped("a", "b"),
				new Texted("a"));
	}

	@Test
	void aConstructorWhoseParametersHaveNoNamesIsRefusedWithAdvice(@TempDir Path directory) throws Exception {
		List<String> sources = List.of(
				"public class Order { final long id; final String name; public Order(long id, String name) { this.id = id; this.name = name; } }",
				"public class Item { final String name; public Item() { this(null); } public Item(String name) { this.name = name; } }",
				"public class Fine { long id; public Fine() { } public Fine(long id) { this.id = id; } }",
				"public class Sample { public static Object value() { return List.of(new Order(1, \"a\"), new Item(\"a\"), new Fine(1)); } }");
		try (Version version = Version.withoutParameterNames(directory, sources)) {
			EntryFormat acme = EntryFormat.json(version.classLoader(), List.of("acme.*"));
			List<?> values = (List<?>) version.sample();
			for (Object refused : values.subList(0, 2)) {
				assertThatIllegalArgumentException().isThrownBy(() -> acme.encode(refused))
					.withMessageContainingAll(refused.getClass().getName(), "-parameters", "@ConstructorProperties",
							"@JsonCreator");
			}
			assertThat(acme.decode(acme.encode(values.get(2)))).usingRecursiveComparison().isEqualTo(values.get(2));
		}
	}

	@ParameterizedTest
	@MethodSource
	void pagesAndAnswersComeBackIfTheyAreAllowed(Object value) throws Exception {
		EntryFormat allowing = format(OWN, "org.springframework.data.domain.*", "org.springframework.http.*");
		for (Object each : List.of(value, new Box(value), new ArrayList<>(Arrays.asList(null, value)),
				new Maybes(Optional.of(value)))) {
			for (int i = 0; i < 2; i++) {
				assertThat(roundTrip(allowing, each)).isEqualTo(each).hasSameClassAs(each);
			}
			assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(each))
				.withMessageContainingAll("org.springframework.", "libmc.cache.allowed-classes");
			byte[] entry = (byte[]) allowing.encode(each);
			assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> this.format.decode(entry));
		}
	}

	static Stream<Object> pagesAndAnswersComeBackIfTheyAreAllowed() {
		Sort sort = Sort.by(Sort.Order.desc("a"), Sort.Order.by("b").ignoreCase().nullsFirst());
		HttpHeaders headers = new HttpHeaders();
		headers.setContentType(MediaType.TEXT_PLAIN);
		headers.addAll("x-b", List.of("1", "2"));
		return Stream.of(new PageImpl<>(List.of(new Title("a"), new Title("b")), PageRequest.of(0, 2, sort), 5),
				new PageImpl<>(List.of("a", 1L)), new PageImpl<>(List.of()), sort, Sort.unsorted(),
				new SliceImpl<>(List.of(new Title("a")), PageRequest.of(1, 1), true), new SliceImpl<>(List.of(1)),
				PageRequest.of(1, 2, sort), Pageable.unpaged(), Range.closed(1, 2), Range.open("a", "b"),
				Range.rightUnbounded(Range.Bound.inclusive(1L)), Range.unbounded(),
				Range.closed(LocalDate.EPOCH, LocalDate.MAX), Range.just(new BigDecimal("1.10")), headers,
				ResponseEntity.ok().headers(headers).body(new Title("a")), ResponseEntity.notFound().build(),
				ResponseEntity.status(299).body(List.of(new Title("a"), 1L)), ResponseEntity.ok("a"),
				new HttpEntity<>("a", headers), HttpStatus.OK, HttpStatusCode.valueOf(299));
	}

	/** The first value of each class comes back, the second does not. */
	@ParameterizedTest
	@MethodSource
	void aLaterValueThatCouldNotBeReadIsRefused(Object first, Object second) throws Exception {
		assertThat(roundTrip(first)).isEqualTo(first);
		assertThat(roundTrip(first)).isEqualTo(first);
		assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(second))
			.withMessageContaining(second.getClass().getName());
		assertThat(roundTrip(first)).isEqualTo(first);
	}

	static Stream<Object[]> aLaterValueThatCouldNotBeReadIsRefused() {
		BigInteger large = BigInteger.TEN.pow(1100);
		return Stream.of(new Object[] { BigInteger.ONE, large },
				new Object[] { new ArrayList<>(List.of(1L)), new ArrayList<>(List.of(large)) },
				new Object[] { new Box(null), new Box(new Closed(1)) },
				new Object[] { new Box(new BigDecimal("1.5")), new Box(new BigDecimal(large)) },
				new Object[] { new HashMap<>(Map.of("a", 1L)), new HashMap<>(Map.of("a".repeat(60_000), 1L)) },
				new Object[] { new HashMap<>(Map.of("a", 1L)), new HashMap<>(Map.of("\ud800", 1L)) },
				new Object[] { new Closeds(List.of()), new Closeds(List.of(new Closed(1))) });
	}

	@ParameterizedTest
	@MethodSource
	void whatWouldNotComeBackEqualIsRefused(Object value, String named) {
		for (Object each : List.of(value, new Box(value), Arrays.asList(null, value), new Object[] { value })) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(each))
				.withMessageContainingAll(each.getClass().getTypeName(), named);
		}
	}

	static Stream<Object[]> whatWouldNotComeBackEqualIsRefused() {
		Optional<Long> absent = null;
		Map<String, Long> backwards = new TreeMap<>(Comparator.reverseOrder());
		backwards.put("a", 1L);
		IdentityHashMap<String, Long> identities = new IdentityHashMap<>();
		identities.put("a", 1L);
		GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("Asia/Shanghai"));
		calendar.setMinimalDaysInFirstWeek(3);
		return Stream.of(new Object[] { List.of(Optional.of(1L)), "java.util.Optional" },
				new Object[] { new HashMap<>(Map.of("k", Optional.of("a"))), "java.util.Optional" },
				new Object[] { List.of(Optional.empty()), "java.util.Optional" },
				new Object[] { identities, "java.util.IdentityHashMap" },
				new Object[] { backwards, "java.util.TreeMap" }, new Object[] { calendar, "GregorianCalendar" },
				new Object[] { new Maybe(absent), "null" });
	}

	/** Whatever a declaration says. */
	@Test
	void aClassThatIsOnlyDeclaredHasToBeAllowedToo() throws Exception {
		assertThat(roundTrip(new Declared(null, null, null))).isEqualTo(new Declared(null, null, null));
		for (Declared value : List.of(new Declared(String.class, null, null),
				new Declared(null, Pattern.compile("a"), null), new Declared(null, null, Map.of(String.class, "a")))) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(value))
				.withMessageMatching(
						".*java\\.(lang\\.Class|util\\.regex\\.Pattern).*libmc\\.cache\\.allowed-classes.*");
		}
	}

	/** Reading it would initialize it. */
	@Test
	void noClassIsInitializedThatAnEntryNamesAsAValue() {
		String entry = "[\"" + OWN + "$Declared\",{\"type\":%s,\"pattern\":null,\"types\":%s}]";
		for (String each : List.of(entry.formatted("\"" + OWN + "$Noisy\"", "null"),
				entry.formatted("null", "[\"java.util.LinkedHashMap\",{\"" + OWN + "$Noisy\":\"a\"}]"))) {
			assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> this.format.decode(json(each)))
				.withMessageContaining("java.lang.Class");
		}
		assertThat(System.getProperty("libmc.test.noisy")).isNull();
	}

	@Test
	void aFieldThatWouldBeLostIsNamed() {
		Cart cart = new Cart();
		cart.add("a");
		assertThat(this.format.encode(cart)).isNotNull();
		cart.total = 1;
		Account account = new Account();
		assertThat(this.format.encode(account)).isNotNull();
		account.hash = "secret";
		for (Object[] each : new Object[][] { { cart, "$Cart.total would be lost" },
				{ account, "$Account.hash would be lost" } }) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(each[0]))
				.withMessageContainingAll(OWN + each[1], "declare it transient");
		}
	}

	@ParameterizedTest
	@MethodSource
	void whatJacksonAloneWouldLoseComesBack(Object value) throws Exception {
		for (Object each : List.of(value, new Box(value), Arrays.asList(null, value))) {
			assertThat(roundTrip(each)).isEqualTo(each);
		}
	}

	static Stream<Object> whatJacksonAloneWouldLoseComesBack() {
		Timestamp timestamp = new Timestamp(1);
		timestamp.setNanos(123_456_789);
		return Stream.of(timestamp, new Timestamp(-1), new java.sql.Date(1), java.sql.Date.valueOf("2026-11-24"),
				Time.valueOf("01:02:03"), new GregorianCalendar(TimeZone.getTimeZone("Asia/Shanghai")),
				new GregorianCalendar(TimeZone.getTimeZone("GMT+08:30")));
	}

	@Test
	void valuesOfAMapComeBackHoweverOftenTheyAreIn() throws Exception {
		assertThat(roundTrip(new TreeMap<>(Map.of("a", 1L, "b", 1L)).values())).isEqualTo(List.of(1L, 1L));
	}

	@Test
	void valuesOfAKnownShapeAreNotReadBack() throws Exception {
		Counted.made.set(0);
		for (int i = 0; i < 10; i++) {
			this.format.encode(new ArrayList<>(List.of(new Box(new Counted("a" + i)), new Box(1L))));
		}
		assertThat(Counted.made).hasValue(10 + 1);
	}

	@Test
	void whatWouldComeBackAsAnotherTypeIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(Optional.of(1L)))
			.withMessageContainingAll("java.util.Optional", "java.lang.Long");
	}

	@ParameterizedTest
	@MethodSource
	void whatIsNoEntryCannotBeDecoded(Object stored) {
		assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> this.format.decode(stored));
	}

	static Stream<Object> whatIsNoEntryCannotBeDecoded() {
		byte[] good = (byte[]) format(OWN).encode(new Title("a"));
		return Stream.of("text", 42L, new byte[0], Stamp.header(Stamp.JSON), Stamp.header(Stamp.JDK), List.of(1L, "a"),
				Arrays.copyOf(good, good.length - 1), json("null"), json("{}"), json("[]"), json("[\"a\"]"),
				json("[\"" + OWN + "$Tilte\",{\"text\":\"a\"}]"), json("[\"" + OWN + "$Title\",{}]"),
				json("[\"" + OWN + "$Title\",{\"text\":\"a\",\"more\":1}]"),
				json("[\"" + OWN + "$Title\",{\"text\":\"a\"}] 1"), json("[\"java.lang.Thread\",{}]"),
				json("[\"java.util.ArrayList<java.lang.Thread>\",[]]"), json("[\"" + OWN + "$Spiteful\",{}]"),
				json("[\"" + OWN + "$Annotated\",{\"anything\":{\"@class\":\"java.lang.Thread\"}}]"));
	}

	@Test
	void noClassIsInitializedThatIsNotAllowed() {
		assertThatExceptionOfType(UndecodableEntryException.class)
			.isThrownBy(() -> format("other.**").decode(json("[\"" + OWN + "$Loud\",{}]")));
		assertThat(System.getProperty("libmc.test.loud")).isNull();
	}

	private Object roundTrip(Object value) throws UndecodableEntryException {
		return roundTrip(this.format, value);
	}

	private static Object roundTrip(EntryFormat format, Object value) throws UndecodableEntryException {
		return format.decode(Stamp.put(format.encode(value), 1));
	}

	private static byte[] json(String text) {
		byte[] body = text.getBytes(StandardCharsets.UTF_8);
		byte[] entry = Arrays.copyOf(Stamp.header(Stamp.JSON), Stamp.HEADER_BYTES + body.length);
		System.arraycopy(body, 0, entry, Stamp.HEADER_BYTES, body.length);
		return entry;
	}

	private static EntryFormat format(String... allowedClasses) {
		return EntryFormat.json(JsonFormatTest.class.getClassLoader(), List.of(allowedClasses));
	}

	private record Title(String text) {

	}

	private enum Size {

		LARGE, ODD {

			@Override
			public String toString() {
				return "odd";
			}

		}

	}

	static class Book {

		private int id;

		Book() {
		}

		Book(int id) {
			this.id = id;
		}

		/** Computed: nothing that could be set. */
		public String getLabel() {
			return "book " + this.id;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Book book && book.id == this.id;
		}

		@Override
		public int hashCode() {
			return this.id;
		}

	}

	private static final class Novel extends Book {

		private String title;

		Novel() {
		}

		Novel(int id, String title) {
			super(id);
			this.title = title;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Novel novel && super.equals(other) && Objects.equals(novel.title, this.title);
		}

		@Override
		public int hashCode() {
			return super.hashCode();
		}

	}

	private record Shelf<T>(String name, List<Book> books, Map<Long, Title> titles, Optional<String> note, Object any,
			T generic, DayOfWeek day) {

	}

	private record Roles(Set<Size> sizes, Map<Size, Integer> counts, Map<LocalDate, Long> dates) {

	}

	private record Unordered(Set<ZonedDateTime> times, Set<Period> periods, Set<Locale> locales) {

	}

	private record Constants(EnumSet<Size> sizes, EnumMap<Size, Long> counts, Object any) {

	}

	private record Loose(Map<?, ?> map) {

		Loose(Object map) {
			this((Map<?, ?>) map);
		}

	}

	private static final class Isbn {

		private final String text;

		Isbn(String text) {
			this.text = text;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Isbn isbn && isbn.text.equals(this.text);
		}

		@Override
		public int hashCode() {
			return this.text.hashCode();
		}

		@Override
		public String toString() {
			return this.text;
		}

	}

	private record Holder(Book book) {

	}

	private record Maybes(Optional<Object> any) {

	}

	/** As Lombok has it for a {@code @Value}. */
	static final class Money {

		private final String currency;

		private final BigDecimal amount;

		private final List<String> notes;

		public Money(String currency, BigDecimal amount, List<String> notes) {
			this.currency = currency;
			this.amount = amount;
			this.notes = notes;
		}

	}

	/** As Lombok has it where it is told to name the parameters. */
	static final class Named {

		private final long id;

		private final String name;

		@ConstructorProperties({ "id", "name" })
		Named(long first, String second) {
			this.id = first;
			this.name = second;
		}

	}

	/** As Lombok has it for a {@code @Builder}. */
	static class Built {

		private final long id;

		private final String name;

		Built(long id, String name) {
			this.id = id;
			this.name = name;
		}

		static Built of(long id, String name) {
			return new Built(id, name);
		}

	}

	static final class SubBuilt extends Built {

		private final boolean more;

		private SubBuilt(long id, String name, boolean more) {
			super(id, name);
			this.more = more;
		}

	}

	static final class Single {

		private final String text;

		Single(String text) {
			this.text = text;
		}

	}

	static final class Numbered {

		private final long number;

		private Numbered(long number) {
			this.number = number;
		}

	}

	static final class Within {

		private final Single single;

		Within(Single single) {
			this.single = single;
		}

	}

	static final class Both {

		private long id;

		private String name;

		Both() {
		}

		Both(long id, String name) {
			this.id = id;
			this.name = name;
		}

	}

	static final class BothFinal {

		private final long id;

		private final String name;

		BothFinal() {
			this(0, null);
		}

		BothFinal(long id, String name) {
			this.id = id;
			this.name = name;
		}

	}

	static final class Several {

		private final long id;

		private final String name;

		Several(Several other) {
			this(other.id, other.name);
		}

		Several(long id) {
			this(id, "a");
		}

		Several(long id, String name) {
			this.id = id;
			this.name = name;
		}

	}

	static final class Partly {

		private final long id;

		private String note = "a";

		Partly(long id) {
			this.id = id;
		}

		Partly withNote(String text) {
			this.note = text;
			return this;
		}

	}

	static final class Swapped {

		private final String one;

		private final String other;

		Swapped(String other, String one) {
			this.one = one;
			this.other = other;
		}

	}

	/** Written as a text, of which the constructor makes an object. */
	static final class Texted {

		private final String text;

		Texted(String text) {
			this.text = text;
		}

		@JsonValue
		String text() {
			return this.text;
		}

	}

	record Annotated(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object anything) {

	}

	@ParameterizedTest
	@EnumSource
	void aConstantThatLooksLikeAnotherOneComesBack(Alike constant) throws UndecodableEntryException {
		assertThat(this.format.decode(this.format.encode(constant))).isSameAs(constant);
		assertThat(this.format.decode(this.format.encode(new Box(constant)))).isEqualTo(new Box(constant));
	}

	private enum Alike {

		ONE, TWO, THREE;

		@Override
		public String toString() {
			return (this == ONE) ? "TWO" : (this == TWO) ? "TWO" : "2";
		}

	}

	private record Maybe(Optional<Long> number) {

	}

	private record Box(Object content) {

	}

	private record Declared(Class<?> type, Pattern pattern, Map<Class<?>, String> types) {

	}

	static final class Noisy {

		static {
			System.setProperty("libmc.test.noisy", "true");
		}

	}

	static final class Cart extends ArrayList<String> {

		private static final long serialVersionUID = 1L;

		int total;

	}

	static final class Account {

		String name = "a";

		@JsonIgnore
		String hash;

	}

	private record Closeds(List<Closed> list) {

	}

	private record Counted(String text) {

		static AtomicInteger made = new AtomicInteger();

		Counted {
			made.incrementAndGet();
		}

	}

	private static final class Closed {

		private final int number;

		Closed(int one) {
			this.number = one + 1;
		}

		@Override
		public String toString() {
			return "closed " + this.number;
		}

	}

	static final class Spiteful {

		Spiteful() {
			throw new IllegalStateException("spite");
		}

	}

	static final class Loud {

		static {
			System.setProperty("libmc.test.loud", "true");
		}

	}

}
