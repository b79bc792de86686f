package io.libmc.spring.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
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
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Collection;
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
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.SimpleTimeZone;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.StringTokenizer;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.WeakHashMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicStampedReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;

import org.springframework.data.domain.PageImpl;
import org.springframework.data.domain.Range;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What may be put comes back equal, whatever it is made of.
 */
@SuppressWarnings({ "ArrayRecordComponent", "JavaUtilDate", "JdkObsolete", "NullableOptional",
		"UnnecessaryStringBuilder", "serial" }) // what applications have
class RoundTripProperties {

	private static final String OWN = RoundTripProperties.class.getName();

	private static final ClassLoader LOADER = RoundTripProperties.class.getClassLoader();

	private static final List<String> ALLOWED = List.of(OWN, "org.springframework.data.domain.*",
			"org.springframework.http.*");

	private static final EntryFormat JDK = EntryFormat.jdk(LOADER, ALLOWED);

	private static final EntryFormat JSON = EntryFormat.json(LOADER, ALLOWED);

	private static final EntryFormat APPLICATIONS_JSON = JsonEntryFormat.of(LOADER, ALLOWED, ClassChanges.MISS,
			new FormatProperties("classes", "serializer"),
			(builder) -> builder.propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE));

	@Property(tries = 400, shrinking = ShrinkingMode.BOUNDED)
	void whatIsTakenComesBackEqual(@ForAll("values") Object value) {
		comesBackIfTaken("jdk", JDK, value);
		comesBackIfTaken("json", JSON, value);
		comesBackIfTaken("libmc", EntryFormat.libmc(), value);
		Statistics.label("jdk").coverage((coverage) -> coverage.check(true).percentage((taken) -> taken > 50));
		Statistics.label("json").coverage((coverage) -> coverage.check(true).percentage((taken) -> taken > 40));
	}

	@Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
	void whatPythonKnowsComesBackEqual(@ForAll("pythonContainers") Object value) {
		comesBackIfTaken("libmc", EntryFormat.libmc(), value);
		Statistics.label("libmc").coverage((coverage) -> coverage.check(true).percentage((taken) -> taken > 50));
	}

	/** The first value of its shape. */
	@Property(tries = 100, shrinking = ShrinkingMode.BOUNDED)
	void theFirstThatIsTakenComesBackEqualToo(@ForAll("values") Object value) {
		comesBackIfTaken("json", EntryFormat.json(LOADER, ALLOWED), value);
	}

	@Property(tries = 200, shrinking = ShrinkingMode.BOUNDED)
	void whatIsTakenInOtherWaysComesBackEqualToo(@ForAll("values") Object value) {
		comesBackIfTaken("json of the application's", APPLICATIONS_JSON, value);
		comesBackIfTaken("own", EntryFormat.of("own", new JavaSerializer()), value);
		comesBackIfTaken("lz4", entries(JSON, 0), entries(JDK.alsoReading(JSON), Integer.MAX_VALUE), value);
		if (!(value instanceof Integer || value instanceof Short || value instanceof Byte)) {
			comesBackIfTaken("client", JSON.transcoder(), JSON.transcoder(), value);
		}
		for (String name : List.of("json of the application's", "own", "lz4", "client")) {
			Statistics.label(name).coverage((coverage) -> coverage.check(true).percentage((taken) -> taken > 40));
		}
	}

	private static EntryTranscoder entries(EntryFormat format, int lz4Threshold) {
		return new EntryTranscoder(format, lz4Threshold, false);
	}

	private static void comesBackIfTaken(String name, EntryFormat format, Object value) {
		EntryTranscoder entries = entries(format, Integer.MAX_VALUE);
		comesBackIfTaken(name, entries, entries, value);
	}

	private static void comesBackIfTaken(String name, Transcoder writer, Transcoder reader, Object value) {
		EncodedValue encoded;
		try {
			encoded = writer.encode((writer instanceof EntryTranscoder) ? Entry.of(1, value) : value);
			writer.check(encoded, DecodingBudget.of(encoded.bytes().length));
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex).hasMessageContaining("a ");
			Statistics.label(name).collect(false);
			return;
		}
		Statistics.label(name).collect(true);
		Object decoded = reader.decode(encoded.flags(), encoded.bytes());
		isEqual(name, (decoded instanceof Entry entry) ? entry : Entry.of(1, Objects.requireNonNull(decoded)), value);
	}

	private static void isEqual(String name, Entry entry, Object value) {
		assertThat(entry.value()).as("%s: %s", name, entry.problem()).isNotNull();
		if (!Objects.deepEquals(entry.value(), value)) {
			assertThat(entry.value()).as(name)
				.usingRecursiveComparison()
				.withEqualsForType(Objects::equals, Double.class)
				.withEqualsForType(Objects::equals, Float.class)
				.withEqualsForType(RoundTripProperties::haveSameText, StringBuilder.class)
				.withEqualsForType(RoundTripProperties::haveSameText, StringBuffer.class)
				.withEqualsForType(Objects::equals, Collections.unmodifiableSortedMap(new TreeMap<>()).getClass())
				.withEqualsForType(Objects::equals, Page.class)
				.withEqualsForType(Objects::equals, Labels.class)
				.withEqualsForType(Objects::equals, Queued.class)
				.withEqualsForType(Objects::equals, Moment.class)
				.withEqualsForType(Objects::equals, Failure.class)
				.withEqualsForType(Objects::equals, Defaulted.class)
				.withEqualsForType(RoundTripProperties::haveSameText, NoSuchElementException.class)
				.withEqualsForType(RoundTripProperties::haveSameText, Pattern.class)
				.withEqualsForType((one, other) -> one.isLocked() == other.isLocked(), ReentrantLock.class)
				.isEqualTo(value);
		}
	}

	private static boolean haveSameText(@Nullable Object one, @Nullable Object other) {
		return String.valueOf(one).equals(String.valueOf(other));
	}

	@Provide
	Arbitrary<Object> values() {
		return Arbitraries.lazyOf(this::scalars, this::records, this::collections, this::collections, this::maps,
				this::arrays, this::others, this::lossy);
	}

	@Provide
	Arbitrary<Object> pythonValues() {
		return Arbitraries.lazyOf(this::pythonScalars, this::pythonScalars, this::pythonScalars, this::pythonScalars,
				this::pythonContainers);
	}

	@Provide
	Arbitrary<Object> pythonContainers() {
		Arbitrary<List<Object>> lists = pythonValues().list().ofMaxSize(2);
		Arbitrary<Map<String, Object>> maps = Arbitraries.maps(texts(), pythonValues()).ofMaxSize(2);
		return Arbitraries.oneOf(lists.map(ArrayList::new), lists.map(ArrayList::new), lists.map(List::copyOf),
				lists.map(List::copyOf), lists.map(HashSet::new), lists.map(HashSet::new), maps.map(LinkedHashMap::new),
				maps.map(HashMap::new), Arbitraries.maps(pythonKeys(), pythonValues()).ofMaxSize(2),
				lists.map(Collections::unmodifiableCollection), maps.map((map) -> new TreeMap<>(map).values()),
				maps.map((map) -> new TreeMap<>(map).keySet()),
				list(texts()).map(TreeSet::new).map(Collections::unmodifiableSortedSet));
	}

	private Arbitrary<Object> pythonScalars() {
		return Arbitraries.oneOf(pythonKeys(), Arbitraries.bytes().array(byte[].class).ofMaxSize(3));
	}

	private Arbitrary<Object> pythonKeys() {
		return Arbitraries.oneOf(texts(), Arbitraries.longs(), Arbitraries.longs().between(0, 2), doubles(),
				Arbitraries.of(true, false));
	}

	private Arbitrary<Object> scalars() {
		return Arbitraries.oneOf(texts(), Arbitraries.longs(), Arbitraries.integers(), Arbitraries.bytes(),
				Arbitraries.shorts(), doubles(), Arbitraries.of(1.5f, -0.0f, Float.NaN, Float.MIN_VALUE),
				Arbitraries.of('a', '\0', '"', 'é', '\ud800'), Arbitraries.of(true, false), decimals(), integers(),
				sizes(), Arbitraries.of(Same.values()), Arbitraries.of(Named.values()), instants(), dates(), times(),
				olds(), names());
	}

	private Arbitrary<Object> names() {
		return Arbitraries.of(Locale.SIMPLIFIED_CHINESE, Locale.ROOT, Locale.forLanguageTag("th-TH-u-nu-thai"),
				new Locale("no", "NO", "NY"), URI.create("http://localhost/?a=%20#b"), URI.create(""), new UUID(1, 2),
				new UUID(-1, -1), Currency.getInstance("EUR"), TimeZone.getTimeZone("Asia/Shanghai"),
				new SimpleTimeZone(3_600_001, "own"), InetAddress.getLoopbackAddress(),
				InetSocketAddress.createUnresolved("localhost", 1), BitSet.valueOf(new long[] { 5 }), new BitSet(),
				OptionalInt.of(1), OptionalInt.empty());
	}

	private Arbitrary<Object> withoutEquality() {
		return Arbitraries.of(new StringBuilder("a"), new StringBuffer(), new AtomicLong(7), new AtomicReference<>(1L),
				new AtomicReference<>(), new AtomicReference<>(Optional.of(1L)));
	}

	private Arbitrary<String> texts() {
		return Arbitraries.oneOf(Arbitraries.strings().withChars("ab1\"\\\u0000é\ud83d\ude00/[{").ofMaxLength(4),
				Arbitraries.of("java.lang.Long", "1", "null", "NaN", "\ud800", "\ud83d\ude00", "x".repeat(2000),
						"2026-11-24"));
	}

	private Arbitrary<Double> doubles() {
		return Arbitraries.of(0.0, -0.0, 1.5, 1e300, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE, 1e22);
	}

	private Arbitrary<BigDecimal> decimals() {
		return Arbitraries.oneOf(Arbitraries.bigDecimals(),
				Arbitraries
					.of("0", "0.00", "1E+3", "1E-999", "1E+999", "1E+100000", "-1.10", "1E-400", "0E+5",
							"9".repeat(900), "9".repeat(1000), "9".repeat(1001))
					.map(BigDecimal::new));
	}

	private Arbitrary<BigInteger> integers() {
		return Arbitraries.oneOf(Arbitraries.bigIntegers(),
				Arbitraries.integers().between(0, 1100).map((digits) -> BigInteger.TEN.pow(digits).negate()));
	}

	private Arbitrary<Size> sizes() {
		return Arbitraries.of(Size.values());
	}

	private Arbitrary<Instant> instants() {
		return Arbitraries.of(Instant.EPOCH, Instant.MIN, Instant.MAX, Instant.parse("2026-11-24T01:02:03.000000004Z"),
				Instant.parse("2026-11-24T01:02:03.5Z"), Instant.ofEpochSecond(-62_135_596_801L, 1));
	}

	private Arbitrary<LocalDate> dates() {
		return Arbitraries.of(LocalDate.EPOCH, LocalDate.MIN, LocalDate.MAX, LocalDate.of(0, 1, 1),
				LocalDate.of(10_000, 2, 29), LocalDate.of(2024, 2, 29));
	}

	private Arbitrary<LocalDateTime> dateTimes() {
		return Combinators
			.combine(dates(),
					Arbitraries.of(LocalTime.MIDNIGHT, LocalTime.MAX, LocalTime.of(2, 30), LocalTime.of(1, 2, 3)))
			.as(LocalDateTime::of);
	}

	private Arbitrary<ZoneId> zones() {
		return Arbitraries.of("Z", "UTC", "+08:00", "-01:30:15", "Asia/Shanghai", "Europe/Berlin", "GMT", "UTC+1")
			.map(ZoneId::of);
	}

	private Arbitrary<ZoneOffset> offsets() {
		return Arbitraries.of("Z", "+08:00", "-01:30", "+01:00:01", "-18:00").map(ZoneOffset::of);
	}

	private Arbitrary<ZonedDateTime> zonedTimes() {
		Arbitrary<ZonedDateTime> overlap = Arbitraries.of(1, 2)
			.map((hour) -> ZonedDateTime.ofInstant(
					Instant.parse("2026-10-25T00:30:00Z").plusSeconds(3600L * hour - 3600),
					ZoneId.of("Europe/Berlin")));
		return Arbitraries.oneOf(overlap, Combinators.combine(dateTimes(), zones()).as(ZonedDateTime::of));
	}

	private Arbitrary<Object> times() {
		return Arbitraries.oneOf(dateTimes(), dateTimes().map(LocalDateTime::toLocalTime), zonedTimes(),
				Combinators.combine(dateTimes(), offsets()).as(OffsetDateTime::of),
				Combinators.combine(dateTimes(), offsets())
					.as((time, offset) -> OffsetTime.of(time.toLocalTime(), offset)),
				zones(), offsets(), dates().map(Year::from), dates().map(YearMonth::from), dates().map(MonthDay::from),
				Arbitraries.of(Period.ZERO, Period.of(1, -2, 400), Period.ofWeeks(1)),
				Arbitraries.of(Duration.ZERO, Duration.ofSeconds(Long.MIN_VALUE), Duration.ofMillis(-1),
						Duration.ofSeconds(Long.MAX_VALUE, 999_999_999), Duration.ofNanos(1)),
				Arbitraries.of(DayOfWeek.values()));
	}

	private Arbitrary<Long> millis() {
		return Arbitraries.oneOf(Arbitraries.of(0L, -1L, 1L, 1_795_482_123_456L, -62_200_000_000_000L, Long.MAX_VALUE,
				Long.MIN_VALUE, 253_402_300_800_000L, 95_617_584_000_000L), Arbitraries.longs().between(0, 1L << 42));
	}

	private Arbitrary<Timestamp> timestamps() {
		return Combinators.combine(millis(), Arbitraries.integers().between(0, 999_999_999)).as((millis, nanos) -> {
			Timestamp timestamp = new Timestamp(millis);
			timestamp.setNanos(nanos);
			return timestamp;
		});
	}

	private Arbitrary<Calendar> calendars() {
		return Combinators
			.combine(millis(), Arbitraries.of("UTC", "Asia/Shanghai", "GMT+08:30", "Europe/Berlin"),
					Arbitraries.of(1, 2))
			.as((millis, zone, first) -> {
				Calendar calendar = new GregorianCalendar(TimeZone.getTimeZone(zone));
				calendar.setTimeInMillis(millis);
				calendar.setFirstDayOfWeek(first);
				return calendar;
			});
	}

	private Arbitrary<Object> olds() {
		return Arbitraries.oneOf(millis().map(Date::new), millis().map(java.sql.Date::new), millis().map(Time::new),
				timestamps(), calendars(),
				Arbitraries.of(java.sql.Date.valueOf("2026-11-24"), Time.valueOf("01:02:03")));
	}

	private Arbitrary<Object> collections() {
		return Arbitraries.oneOf(list(nullable(values())).map(ArrayList::new), list(values()).map(List::copyOf),
				list(nullable(values())).map(LinkedList::new), list(values()).map(ArrayDeque::new),
				list(nullable(values())).map((list) -> Arrays.asList(list.toArray())),
				list(nullable(values())).map(Collections::unmodifiableList),
				list(nullable(values())).map(LinkedHashSet::new), list(nullable(values())).map(HashSet::new),
				list(values()).map(Set::copyOf), list(values()).map(CopyOnWriteArrayList::new),
				list(values()).map((list) -> concurrent(list)), list(texts()).map(TreeSet::new),
				list(texts()).map((list) -> sorted(list, Comparator.reverseOrder())),
				list(texts()).map(PriorityQueue::new), values().map(Collections::singletonList),
				values().map(Collections::singleton), list(sizes()).map((list) -> enums(list)),
				list(values()).map((list) -> new ArrayList<>(list).subList(0, list.size())));
	}

	private Arbitrary<Object> maps() {
		Arbitrary<Map<String, Object>> named = Arbitraries.maps(texts(), values()).ofMaxSize(3);
		return Arbitraries.oneOf(named.map(HashMap::new), named.map(LinkedHashMap::new), named.map(TreeMap::new),
				named.map(Map::copyOf), named.map(ConcurrentHashMap::new), named.map(Collections::unmodifiableMap),
				named.map((map) -> new HashMap<>(map).values()), named.map((map) -> new TreeMap<>(map).keySet()),
				named.map((map) -> new ArrayList<>(map.entrySet())), Arbitraries.maps(scalars(), values()).ofMaxSize(2),
				Arbitraries.maps(sizes(), values()).ofMaxSize(2), keyed(), keyed());
	}

	/** By keys of one class. */
	private Arbitrary<Object> keyed() {
		List<Arbitrary<?>> keys = List.of(Arbitraries.longs(), Arbitraries.integers(), Arbitraries.shorts(),
				Arbitraries.bytes(), doubles(), Arbitraries.of(true, false), Arbitraries.of('a', '\0', '\ud800'),
				decimals(), integers(), sizes(), Arbitraries.of(Same.values()), Arbitraries.of(Named.values()),
				instants(), dates(), dateTimes(), zonedTimes(), zones(), offsets(), dates().map(Year::from),
				dates().map(YearMonth::from), dates().map(MonthDay::from),
				Arbitraries.of(Period.ZERO, Period.of(1, -2, 400)),
				Arbitraries.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofSeconds(Long.MIN_VALUE)), timestamps(),
				millis().map(Date::new), Arbitraries.of(new UUID(1, 2), new UUID(-1, -1)),
				Arbitraries.of(Locale.ROOT, Locale.forLanguageTag("th-TH-u-nu-thai")), titles());
		Arbitrary<Map<Object, Object>> maps = Arbitraries.of(keys)
			.flatMap((one) -> Arbitraries.maps(one.map(Object.class::cast), values()).ofMaxSize(2));
		return Arbitraries.oneOf(maps.map(HashMap::new), maps.map(Map::copyOf), maps.map(Hashtable::new),
				maps.map(Any::new), Arbitraries.maps(Arbitraries.longs(), values()).ofMaxSize(2).map(TreeMap::new),
				Arbitraries.maps(sizes(), nullable(values())).ofMaxSize(2).map((map) -> constants(Size.class, map)),
				Arbitraries.maps(Arbitraries.of(Same.values()), values())
					.ofMaxSize(2)
					.map((map) -> constants(Same.class, map)));
	}

	private static <E extends Enum<E>> Map<E, Object> constants(Class<E> type, Map<E, Object> map) {
		Map<E, Object> constants = new EnumMap<>(type);
		constants.putAll(map);
		return constants;
	}

	private Arbitrary<Object> arrays() {
		return Arbitraries.oneOf(values().array(Object[].class).ofMaxSize(3),
				texts().array(String[].class).ofMaxSize(3), Arbitraries.integers().array(int[].class).ofMaxSize(3),
				Arbitraries.longs().array(long[].class).ofMaxSize(3),
				Arbitraries.bytes().array(byte[].class).ofMaxSize(3), doubles().array(double[].class).ofMaxSize(3),
				Arbitraries.of('a', '\0', '\ud800').array(char[].class).ofMaxSize(3),
				Arbitraries.of(true, false).array(boolean[].class).ofMaxSize(3),
				Arbitraries.shorts().array(short[].class).ofMaxSize(2),
				Arbitraries.of(1.5f, Float.NaN).array(float[].class).ofMaxSize(2),
				titles().array(Title[].class).ofMaxSize(2), shapes().array(Shape[].class).ofMaxSize(2),
				Arbitraries.longs().array(Long[].class).ofMaxSize(2).array(Long[][].class).ofMaxSize(2));
	}

	private Arbitrary<Object> others() {
		return Arbitraries.oneOf(withoutEquality(), values().optional(), shapes(), titles(),
				Combinators.combine(nullable(texts()), nullable(values()), list(nullable(values()))).as(Bean::of),
				Combinators.combine(nullable(texts()), nullable(values()), doubles()).as(SubBean::of),
				texts().map(Wrapped::new), dateTimes().map(Dated::new),
				Combinators.combine(nullable(texts()), nullable(values())).as(Defaults::of),
				Combinators.combine(texts(), nullable(values())).as(Constructed::new),
				Combinators.combine(nullable(texts()), nullable(values()), list(values())).as(Immutable::new),
				list(titles()).map(PageImpl::new), titles().map(ResponseEntity::ok),
				Combinators.combine(dates(), dates())
					.as((one, other) -> one.isBefore(other) ? Range.closed(one, other) : Range.open(other, one)),
				Combinators.combine(nullable(values().optional()), nullable(texts())).as(Maybe::new));
	}

	/** What JSON alone would not keep, in part. */
	private Arbitrary<Object> lossy() {
		Arbitrary<Integer> numbers = Arbitraries.of(0, 0, 1);
		Arbitrary<@Nullable Comparator<String>> orders = Arbitraries
			.of(Comparator.<String>naturalOrder(), Comparator.<String>reverseOrder())
			.injectNull(0.5);
		return Arbitraries.oneOf(Combinators.combine(numbers, list(values())).as(Page::of),
				Combinators.combine(numbers, Arbitraries.maps(texts(), texts()).ofMaxSize(2)).as(Labels::of),
				Combinators.combine(nullable(texts()), nullable(texts())).as(Hiding::of),
				Combinators.combine(texts(), numbers, numbers).as(Ignoring::of),
				Combinators.combine(texts(), nullable(values())).as(Unread::of),
				Combinators.combine(list(texts()), orders, numbers).as(Queued::of),
				Combinators.combine(texts(), nullable(texts())).as(Defaulted::of),
				Arbitraries.of(0, Pattern.CASE_INSENSITIVE).map((flags) -> new Matched(Pattern.compile("a", flags))),
				Arbitraries.of(String.class, long.class, Size.class).map(Typed::new),
				Combinators.combine(Arbitraries.of(1L, 2L), numbers).as(Moment::new),
				Combinators.combine(nullable(texts()), numbers).as(Failure::new), moreContainers());
	}

	private Arbitrary<Object> moreContainers() {
		Arbitrary<Map<String, String>> maps = Arbitraries.maps(texts(), texts()).ofMaxSize(2);
		return Arbitraries.oneOf(maps.map(Hashtable::new), maps.map(ConcurrentSkipListMap::new),
				maps.map(WeakHashMap::new), maps.map((map) -> new TreeMap<>(map)),
				maps.map(TreeMap::new).map(Collections::unmodifiableSortedMap),
				maps.map((map) -> backwards(map)).map(Collections::unmodifiableSortedMap),
				list(values()).map(Vector::new), list(values()).map(ConcurrentLinkedQueue::new),
				list(values()).map(ConcurrentLinkedDeque::new), list(values()).map(CopyOnWriteArraySet::new),
				list(values()).map(LinkedTransferQueue::new), list(texts()).map(ConcurrentSkipListSet::new),
				list(values()).map(Collections::synchronizedList),
				maps.map((map) -> new AbstractMap.SimpleEntry<>("k", map)), values().map((one) -> Map.entry("k", one)),
				Arbitraries.of(new NoSuchElementException("a"), new ReentrantLock(), new StringJoiner(","),
						new AtomicIntegerArray(2), new AtomicBoolean(true), new LongAdder(), new IntSummaryStatistics(),
						new AtomicStampedReference<>(1L, 2), new Semaphore(2), new CompletableFuture<>(),
						Base64.getEncoder(), new StringTokenizer("a b"), new LinkedBlockingDeque<>(3),
						new ArrayBlockingQueue<>(3)));
	}

	private static SortedMap<String, String> backwards(Map<String, String> map) {
		SortedMap<String, String> sorted = new TreeMap<>(Comparator.reverseOrder());
		sorted.putAll(map);
		return sorted;
	}

	private Arbitrary<Object> records() {
		Arbitrary<Object> lines = Combinators
			.combine(nullable(texts()), Arbitraries.integers(), doubles(), Arbitraries.of('a', '\0'),
					nullable(Arbitraries.longs()), nullable(decimals()),
					nullable(Arbitraries.bytes().array(byte[].class).ofMaxSize(3)), nullable(values()))
			.as(Line::new);
		Arbitrary<Object> timed = Combinators
			.combine(nullable(instants()), nullable(dates()), nullable(dateTimes()), nullable(zonedTimes()),
					nullable(timestamps()), nullable(millis().map(Date::new)), nullable(calendars()),
					nullable(millis().map(java.sql.Date::new)))
			.as(Timed::new);
		Arbitrary<Object> drawings = Combinators
			.combine(nullable(shapes()), nullable(list(nullable(shapes()))), mapped(texts(), shapes()),
					mapped(sizes(), titles()), mapped(Arbitraries.longs(), values()), mapped(dates(), texts()),
					nullable(list(sizes()).map((list) -> enums(list))),
					nullable(shapes().array(Shape[].class).ofMaxSize(2)))
			.as(Drawing::new);
		Arbitrary<Object> keyed = Combinators
			.combine(mapped(instants(), texts()), mapped(zonedTimes(), texts()), mapped(doubles(), texts()),
					mapped(Arbitraries.of(true, false), texts()), mapped(decimals(), texts()),
					mapped(timestamps(), texts()), mapped(Arbitraries.of(Same.values()), texts()),
					mapped(scalars(), texts()))
			.as(Keyed::new);
		Arbitrary<Object> generic = Combinators
			.combine(Combinators.combine(Arbitraries.longs(), nullable(titles())).as(Pair::new),
					Combinators.combine(nullable(values()), list(values())).as(Pair::new),
					list(Combinators.combine(nullable(texts()), list(nullable(titles()))).as(Pair::new)),
					nullable(titles().optional()), nullable(values().optional()), list(texts().optional()),
					nullable(values()))
			.as(Generic::new);
		return Arbitraries.oneOf(lines, timed, drawings, keyed, generic);
	}

	private Arbitrary<Title> titles() {
		return nullable(texts()).map(Title::new);
	}

	private Arbitrary<Shape> shapes() {
		return Arbitraries.oneOf(doubles().map(Circle::new),
				Combinators.combine(Arbitraries.floats(), nullable(titles())).as(Square::new),
				Arbitraries.lazyOf(() -> shapes().map(Framed::new), () -> doubles().map(Circle::new)));
	}

	private static <T> Arbitrary<List<T>> list(Arbitrary<T> elements) {
		return elements.list().ofMaxSize(3);
	}

	private static <T> Arbitrary<@Nullable T> nullable(Arbitrary<T> values) {
		return values.injectNull(0.1);
	}

	private static <K, V> Arbitrary<Map<K, V>> mapped(Arbitrary<K> keys, Arbitrary<V> values) {
		return Arbitraries.maps(keys, values).ofMaxSize(2).injectNull(0.1);
	}

	private static Set<String> sorted(Collection<String> texts, Comparator<String> order) {
		Set<String> sorted = new TreeSet<>(order);
		sorted.addAll(texts);
		return sorted;
	}

	private static Set<Size> enums(Collection<Size> sizes) {
		Set<Size> set = EnumSet.noneOf(Size.class);
		set.addAll(sizes);
		return set;
	}

	private static Set<Object> concurrent(Collection<Object> elements) {
		Set<Object> set = ConcurrentHashMap.newKeySet();
		set.addAll(elements);
		return set;
	}

	enum Size {

		SMALL, LARGE, ODD {

			@Override
			public String toString() {
				return "odd";
			}

		}

	}

	/** Of which two have the same text. */
	enum Same {

		ONE, TWO, THREE;

		@Override
		public String toString() {
			return (this == ONE) ? "1" : "2";
		}

	}

	enum Named {

		ONE("a"), TWO("b");

		private final String name;

		Named(String name) {
			this.name = name;
		}

		@JsonValue
		String text() {
			return this.name;
		}

	}

	record Title(@Nullable String text) implements Serializable {

	}

	sealed interface Shape extends Serializable permits Circle, Square, Framed {

	}

	record Circle(double radius) implements Shape {

	}

	record Square(float side, @Nullable Title title) implements Shape {

	}

	record Framed(Shape shape) implements Shape {

	}

	record Line(@Nullable String article, int quantity, double weight, char letter, @Nullable Long number,
			@Nullable BigDecimal price, byte @Nullable [] image, @Nullable Object more) implements Serializable {

	}

	record Timed(@Nullable Instant at, @Nullable LocalDate day, @Nullable LocalDateTime local,
			@Nullable ZonedDateTime zoned, @Nullable Timestamp timestamp, @Nullable Date date,
			@Nullable Calendar calendar, java.sql.@Nullable Date sql) implements Serializable {

	}

	record Drawing(@Nullable Shape shape, @Nullable List<@Nullable Shape> shapes, @Nullable Map<String, Shape> named,
			@Nullable Map<Size, Title> sized, @Nullable Map<Long, Object> numbered,
			@Nullable Map<LocalDate, String> dated, @Nullable Set<Size> sizes,
			Shape @Nullable [] array) implements Serializable {

	}

	record Keyed(@Nullable Map<Instant, String> instants, @Nullable Map<ZonedDateTime, String> zoned,
			@Nullable Map<Double, String> doubles, @Nullable Map<Boolean, String> booleans,
			@Nullable Map<BigDecimal, String> decimals, @Nullable Map<Timestamp, String> timestamps,
			@Nullable Map<Same, String> same, @Nullable Map<Object, String> any) implements Serializable {

	}

	record Any(Map<?, ?> map) implements Serializable {

	}

	record Pair<A, B>(A first, B second) implements Serializable {

	}

	record Generic(Pair<Long, @Nullable Title> typed, Pair<@Nullable Object, List<Object>> loose,
			List<Pair<@Nullable String, List<@Nullable Title>>> pairs, @Nullable Optional<Title> title,
			@Nullable Optional<Object> any, List<Optional<String>> texts,
			@Nullable Object more) implements Serializable {

	}

	/** Without equality. */
	static class Bean implements Serializable {

		@Nullable String name;

		@Nullable Object any;

		List<@Nullable Object> list = new ArrayList<>();

		static Bean of(@Nullable String name, @Nullable Object any, List<@Nullable Object> list) {
			Bean bean = new Bean();
			bean.name = name;
			bean.any = any;
			bean.list = list;
			return bean;
		}

	}

	static class SubBean extends Bean {

		double number;

		static SubBean of(@Nullable String name, @Nullable Object any, double number) {
			SubBean bean = new SubBean();
			bean.name = name;
			bean.any = any;
			bean.number = number;
			return bean;
		}

	}

	/** What is null, or empty, is not written, and not null where nothing is read. */
	@JsonInclude(JsonInclude.Include.NON_EMPTY)
	static class Defaults implements Serializable {

		@Nullable String name = "default";

		@Nullable Object any = 1L;

		static Defaults of(@Nullable String name, @Nullable Object any) {
			Defaults defaults = new Defaults();
			defaults.name = name;
			defaults.any = any;
			return defaults;
		}

	}

	static final class Constructed implements Serializable {

		final String name;

		final @Nullable Object any;

		@JsonCreator
		Constructed(String name, @Nullable Object any) {
			this.name = name;
			this.any = any;
		}

	}

	/** As Lombok has it for a {@code @Value}. */
	static final class Immutable implements Serializable {

		private final @Nullable String name;

		private final @Nullable Object any;

		private final List<Object> list;

		Immutable(@Nullable String name, @Nullable Object any, List<Object> list) {
			this.name = name;
			this.any = any;
			this.list = list;
		}

		@Override
		public String toString() {
			return this.name + ", " + this.any + ", " + this.list;
		}

	}

	record Maybe(@Nullable Optional<Object> any, @Nullable String text) implements Serializable {

	}

	static final class Wrapped implements Serializable {

		private final String text;

		@JsonCreator
		Wrapped(String text) {
			this.text = text;
		}

		@JsonValue
		String text() {
			return this.text;
		}

	}

	/** A list with a field. */
	static final class Page extends ArrayList<Object> {

		private int total;

		static Page of(int total, List<Object> elements) {
			Page page = new Page();
			page.total = total;
			page.addAll(elements);
			return page;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Page page && page.total == this.total && page.size() == size();
		}

		@Override
		public int hashCode() {
			return this.total;
		}

	}

	/** A map with a field. */
	static final class Labels extends LinkedHashMap<String, String> {

		private int number;

		static Labels of(int number, Map<String, String> entries) {
			Labels labels = new Labels();
			labels.number = number;
			labels.putAll(entries);
			return labels;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Labels labels && labels.number == this.number && super.equals(other);
		}

		@Override
		public int hashCode() {
			return super.hashCode() + this.number;
		}

	}

	static class Hidden implements Serializable {

		@Nullable String text;

	}

	/** With a field of the same name. */
	@SuppressWarnings("HidingField")
	static final class Hiding extends Hidden {

		@Nullable String text;

		static Hiding of(@Nullable String text, @Nullable String hidden) {
			Hiding hiding = new Hiding();
			hiding.text = text;
			((Hidden) hiding).text = hidden;
			return hiding;
		}

	}

	@JsonIgnoreProperties("third")
	static final class Ignoring implements Serializable {

		String name = "";

		@JsonIgnore
		int second;

		int third;

		static Ignoring of(String name, int second, int third) {
			Ignoring ignoring = new Ignoring();
			ignoring.name = name;
			ignoring.second = second;
			ignoring.third = third;
			return ignoring;
		}

	}

	@JsonIgnoreProperties(ignoreUnknown = true)
	static final class Unread implements Serializable {

		@JsonProperty(access = JsonProperty.Access.WRITE_ONLY)
		@Nullable String written;

		@JsonProperty(access = JsonProperty.Access.READ_ONLY)
		@Nullable Object read;

		static Unread of(String written, @Nullable Object read) {
			Unread unread = new Unread();
			unread.written = written.isEmpty() ? null : written;
			unread.read = read;
			return unread;
		}

	}

	/** Queues have no equality. */
	record Queued(PriorityQueue<String> sorted, PriorityBlockingQueue<String> blocking,
			LinkedBlockingQueue<String> bounded) implements Serializable {

		static Queued of(List<String> texts, @Nullable Comparator<String> order, int capacity) {
			Queued queued = new Queued(new PriorityQueue<>(4, order), new PriorityBlockingQueue<>(4, order),
					(capacity > 0) ? new LinkedBlockingQueue<>(capacity) : new LinkedBlockingQueue<>());
			queued.sorted.addAll(texts);
			queued.blocking.addAll(texts);
			return queued;
		}

		private List<Object> all() {
			return Arrays.asList(List.copyOf(this.sorted), natural(this.sorted.comparator()),
					List.copyOf(this.blocking), natural(this.blocking.comparator()), List.copyOf(this.bounded),
					this.bounded.remainingCapacity());
		}

		private static boolean natural(@Nullable Comparator<?> order) {
			return order == null || order.equals(Comparator.naturalOrder());
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Queued queued && queued.all().equals(all());
		}

		@Override
		public int hashCode() {
			return all().hashCode();
		}

	}

	/** What a default says is said. */
	record Defaulted(Properties properties) implements Serializable {

		static Defaulted of(String text, @Nullable String otherwise) {
			Properties defaults = new Properties();
			if (otherwise != null) {
				defaults.setProperty("otherwise", otherwise);
			}
			Defaulted defaulted = new Defaulted(new Properties(defaults));
			defaulted.properties.setProperty("text", text);
			return defaulted;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Defaulted defaulted && defaulted.properties.equals(this.properties) && Objects
				.equals(defaulted.properties.getProperty("otherwise"), this.properties.getProperty("otherwise"));
		}

		@Override
		public int hashCode() {
			return this.properties.hashCode();
		}

	}

	record Matched(Pattern pattern) implements Serializable {

	}

	record Typed(Class<?> type) implements Serializable {

	}

	/** A value of the JDK with a field. */
	static final class Moment extends Date {

		private final int number;

		@JsonCreator
		Moment(long time, int number) {
			super(time);
			this.number = number;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Moment moment && moment.number == this.number && moment.getTime() == getTime();
		}

		@Override
		public int hashCode() {
			return this.number;
		}

	}

	/** As applications throw and sometimes keep. */
	static final class Failure extends RuntimeException {

		private final int code;

		Failure(@Nullable String message, int code) {
			super(message);
			this.code = code;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Failure failure && failure.code == this.code
					&& Objects.equals(failure.getMessage(), getMessage());
		}

		@Override
		public int hashCode() {
			return this.code;
		}

	}

	/** Written without the time of day. */
	record Dated(@JsonFormat(shape = JsonFormat.Shape.STRING, pattern = "yyyy-MM-dd'T'HH") LocalDateTime time)
			implements
				Serializable {

	}

	/** What an application may write in a minute. */
	private static final class JavaSerializer implements CacheValueSerializer {

		@Override
		public byte[] serialize(Object value) {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
				out.writeObject(value);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			return bytes.toByteArray();
		}

		@Override
		public Object deserialize(byte[] bytes, DecodingBudget budget) {
			try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
				return in.readObject();
			}
			catch (IOException | ClassNotFoundException ex) {
				throw new IllegalArgumentException(ex);
			}
		}

	}

}
