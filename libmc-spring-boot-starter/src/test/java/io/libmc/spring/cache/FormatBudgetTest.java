package io.libmc.spring.cache;

import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;
import io.libmc.testing.JavaStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@SuppressWarnings("JdkObsolete")
class FormatBudgetTest {

	/** Of the thread's own time, so that other work on the machine counts little. */
	private static final Duration LIMIT = Duration.ofMillis(250);

	private static final long BYTES_LIMIT = 110_000_000;

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final String OWN = FormatBudgetTest.class.getName();

	private static final EntryFormat JSON = EntryFormat.json(FormatBudgetTest.class.getClassLoader(),
			List.of(OWN, "org.springframework.http.*"));

	private static final EntryFormat JDK = EntryFormat.jdk(FormatBudgetTest.class.getClassLoader(), List.of(OWN));

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void worstOfJsonIsReadOrRefusedInTime(String what, String text) {
		readOrRefuse(what, JSON, entry(Stamp.JSON, text.getBytes(StandardCharsets.UTF_8)));
	}

	static Stream<Arguments> worstOfJsonIsReadOrRefusedInTime() {
		Map<String, String> values = new LinkedHashMap<>();
		values.put("set of lists with equal hashes", typed("java.util.HashSet",
				join(20_000, (i) -> "[\"java.util.ArrayList\",[\"" + equalHash(i) + "\"]]")));
		values.put("long numbers in short texts",
				"[\"[Ljava.math.BigInteger;\"," + "[" + join(300, (i) -> "1E9999" + i % 10) + "]]");
		values.put("set of long numbers",
				"[\"java.util.HashSet\",[" + join(700, (i) -> "[\"java.math.BigInteger\",1E9" + i + "]") + "]]");
		values.put("a long number for a property", "[\"" + OWN + "$Whole\",{\"number\":1E999999999}]");
		values.put("set of times with equal hashes", typed("java.util.HashSet", times(20_000)));
		values.put("hashtable of strings with equal hashes",
				"[\"java.util.Hashtable\",{" + join(24_000, (i) -> '"' + equalHash(i) + "\":1") + "}]");
		values.put("map by times with equal hashes", "[\"" + OWN + "$Dates\",{\"dates\":[\"java.util.HashMap\",{"
				+ times(20_000).replace("[\"java.time.LocalDateTime\",", "").replace("]", ":1") + "}]}]");
		String dates = times(20_000).replace("[\"java.time.LocalDateTime\",", "").replace("]", "");
		values.put("map by times with equal hashes that is cached itself",
				"[\"java.util.HashMap<java.time.LocalDateTime>\",{" + dates.replace(",", ":1,") + ":1}]");
		values.put("set of declared times with equal hashes",
				"[\"" + OWN + "$Times\",{\"times\":" + typed("java.util.HashSet", dates) + "}]");
		values.put("set of declared times with equal hashes and a small t",
				"[\"" + OWN + "$Times\",{\"times\":" + typed("java.util.HashSet", dates.replace("T", "t")) + "}]");
		values.put("set of times in parts", typed("java.util.HashSet", join(20_000, (i) -> parts(dates, i))));
		values.put("set of declared times in parts", "[\"" + OWN + "$Times\",{\"times\":" + typed("java.util.HashSet",
				join(20_000, (i) -> parts(dates, i)).replace("[\"java.time.LocalDateTime\",", "").replace("]]", "]"))
				+ "}]");
		values.put("map by periods with equal hashes",
				"[\"java.util.HashMap<java.time.Period>\",{" + periods(40_000) + "}]");
		String set = "[\"" + OWN + "$SetOfPeriods\",{\"periods\":[\"java.util.HashSet%s\",["
				+ periods(40_000).replace(":1", "") + "]]}]";
		values.put("declared set of periods with equal hashes", set.formatted(""));
		values.put("declared set of periods with equal hashes, named", set.formatted("<java.time.Period>"));
		values.put("declared map by periods with equal hashes",
				"[\"" + OWN + "$Periods\",{\"periods\":[\"java.util.HashMap\",{" + periods(40_000) + "}]}]");
		values.put("declared map by periods with equal hashes, named", "[\"" + OWN
				+ "$Periods\",{\"periods\":[\"java.util.HashMap<java.time.Period>\",{" + periods(40_000) + "}]}]");
		for (String keys : List.of("java.math.BigDecimal", "java.math.BigInteger", "java.lang.Long", "java.lang.Double",
				"java.time.Duration", "java.time.Year")) {
			String map = "[\"java.util.%s<" + keys + ">\",{%s}]";
			for (String kind : List.of("HashMap", "TreeMap")) {
				values.put("exponents as " + keys + " of a " + kind,
						map.formatted(kind, join(24_000, (i) -> "\"" + i + "e1000000000\":1")));
				values.put("powers of ten as " + keys + " of a " + kind,
						map.formatted(kind, join(24_000, (i) -> "\"1e" + i + "\":1")));
				values.put("tens of many digits as " + keys + " of a " + kind,
						map.formatted(kind, join(1000, (i) -> "\"1" + "0".repeat(i) + "e" + -i + "\":1")));
				values.put("long numbers as " + keys + " of a " + kind,
						map.formatted(kind, join(1000, (i) -> "\"" + i + "7".repeat(995) + "\":1")));
			}
			values.put("number of many digits as " + keys,
					map.formatted("HashMap", join(20, (i) -> "\"" + i + "7".repeat(49_000) + "\":1")));
		}
		values.put("map by longs with equal hashes", "[\"java.util.HashMap<java.lang.Long>\",{"
				+ join(24_000, (i) -> "\"" + ((long) i << 32 | i) + "\":1") + "}]");
		values.put("hashtable by longs with equal hashes", "[\"java.util.Hashtable<java.lang.Long>\",{"
				+ join(24_000, (i) -> "\"" + ((long) i << 32 | i) + "\":1") + "}]");
		values.put("set of constants that are all the same",
				"[\"java.util.EnumSet<java.time.DayOfWeek>\",[" + join(80_000, (i) -> "\"MONDAY\"") + "]]");
		values.put("map by constants that are all the same",
				"[\"java.util.EnumMap<java.time.DayOfWeek>\",{" + join(80_000, (i) -> "\"MONDAY\":1") + "}]");
		values.put("headers with equal hashes", "[\"org.springframework.http.HttpHeaders\",{"
				+ join(24_000, (i) -> '"' + equalHash(i) + "\":[\"a\"]") + "}]");
		values.put("sets in sets round a large list", "[\"java.util.HashSet\",[".repeat(200)
				+ typed("java.util.ArrayList", join(450_000, (i) -> "1")) + "]]".repeat(200));
		values.put("list that copies itself",
				typed("java.util.concurrent.CopyOnWriteArrayList", join(480_000, (i) -> "1")));
		values.put("set that copies itself",
				typed("java.util.concurrent.CopyOnWriteArraySet", join(140_000, (i) -> "" + i)));
		values.put("deep nesting", "[".repeat(1_000_000));
		values.put("deep objects", "{\"a\":".repeat(200_000));
		values.put("empty arrays", "[\"[[I\",[" + join(330_000, (i) -> "[]") + "]]");
		values.put("empty objects",
				typed("java.util.ArrayList", join(14_000, (i) -> "[\"java.util.LinkedHashMap\",{}]"))
					.replace("java.util.LinkedHashMap", "java.util.concurrent.ConcurrentHashMap"));
		values.put("integer of a megabyte", "[\"java.math.BigInteger\"," + "7".repeat(1_000_000) + "]");
		values.put("integer of a megabyte in a text", "[\"java.math.BigInteger\",\"" + "7".repeat(1_000_000) + "\"]");
		values.put("decimal of a megabyte in a text", "[\"java.math.BigDecimal\",\"" + "7".repeat(1_000_000) + "\"]");
		values.put("number of a megabyte", "7".repeat(1_000_000));
		for (String type : List.of("java.math.BigInteger", "java.math.BigDecimal", "java.lang.Long",
				"java.lang.Integer", "java.lang.Double", "java.time.Duration", "java.time.Instant", "java.time.Year",
				"java.util.Date", "java.util.concurrent.atomic.AtomicLong", "java.time.ZonedDateTime")) {
			values.put("exponent in a " + type, "[\"" + type + "\",1e1000000000]");
			values.put("negative exponent in a " + type, "[\"" + type + "\",1e-1000000000]");
			values.put("text with an exponent in a " + type, "[\"" + type + "\",\"1e1000000000\"]");
		}
		for (String type : List.of("java.util.BitSet", "java.util.ArrayList", "java.util.HashMap",
				"java.lang.StringBuilder", "java.util.concurrent.atomic.AtomicLongArray",
				"java.util.concurrent.ArrayBlockingQueue", "java.util.PriorityQueue", "java.util.Vector", "[J",
				"java.util.HashSet", "java.util.concurrent.ConcurrentHashMap")) {
			values.put("capacity of a " + type, "[\"" + type + "\",2000000000]");
		}
		return values.entrySet().stream().map((value) -> Arguments.of(value.getKey(), value.getValue()));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void worstOfJavaSerializationIsRefusedInTime(String what, byte[] bytes) {
		byte[] entry = entry(Stamp.JDK, bytes);
		readOrRefuse(what, JDK, entry);
		assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> JDK.decode(entry));
	}

	static Stream<Arguments> worstOfJavaSerializationIsRefusedInTime() {
		return Stream.of(Arguments.of("sets of two sets each", new JavaStream().twos(30, HashSet.class).toByteArray()),
				Arguments.of("maps of two maps each", new JavaStream().twos(30, HashMap.class).toByteArray()),
				Arguments.of("immutable sets of two sets each", new JavaStream().twos(30, Set.class).toByteArray()),
				Arguments.of("array of many longs", new JavaStream().longs(148_500_000, 9_300_000).toByteArray()),
				Arguments.of("set that claims many elements", new JavaStream().set(100_000_000).end().toByteArray()));
	}

	@Test
	void whatCouldNotBeReadIsNotWritten() {
		Map<Object, Object> table = new Hashtable<>();
		IntStream.range(0, 4000).forEach((i) -> table.put(equalHash(i), 1));
		for (EntryFormat format : List.of(JDK, JSON)) {
			byte[] entry = (byte[]) Stamp.put(format.encode(table), 1);
			EncodedValue encoded = new EncodedValue(0, entry);
			assertThatIllegalArgumentException()
				.isThrownBy(() -> format.check(encoded, DecodingBudget.of(entry.length)))
				.withMessageContainingAll("steps", "maxValueBytes");
			assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> format.decode(entry));
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void valueThatIsOnlyLargeComesBack(String what, Object value) throws Exception {
		for (EntryFormat format : List.of(JDK, JSON)) {
			byte[] entry = (byte[]) Stamp.put(format.encode(value), 1);
			format.check(new EncodedValue(0, entry), DecodingBudget.of(entry.length));
			assertThat(format.decode(entry)).isEqualTo(value);
		}
	}

	static Stream<Arguments> valueThatIsOnlyLargeComesBack() {
		return Stream.of(Arguments.of("text of 9 MB", "x".repeat(9_000_000)),
				Arguments.of("bytes of 6 MB", new byte[6_000_000]), Arguments.of("numbers", list(100_000, (i) -> i)),
				Arguments.of("strings", list(100_000, (i) -> "string " + i)),
				Arguments.of("set of strings", set(100_000, (i) -> "string " + i)),
				Arguments.of("set of longs", set(50_000, (i) -> (long) i)),
				Arguments.of("set of lists", set(20_000, (i) -> new ArrayList<>(List.of(i, "a" + i)))),
				Arguments.of("set of sets", set(20_000, (i) -> new HashSet<>(List.of("b" + i, "a" + i)))),
				Arguments.of("set of dates", set(20_000, LocalDate::ofEpochDay)),
				Arguments.of("set of times", set(20_000, (i) -> LocalDateTime.of(2026, 1, 1, 0, 0).plusMinutes(i))),
				Arguments.of("set of records", set(20_000, Line::of)), Arguments.of("records", list(50_000, Line::of)),
				Arguments.of("map of lists of records",
						IntStream.range(0, 5000)
							.boxed()
							.collect(Collectors.toMap((i) -> "order " + i, (i) -> list(5, Line::of)))),
				Arguments.of("maps", list(20_000, (i) -> new HashMap<>(Map.of("id", i, "name", "name " + i)))),
				Arguments.of("immutable", List.copyOf(list(20_000, (i) -> List.of(i, "x")))));
	}

	private static void readOrRefuse(String what, EntryFormat format, byte[] entry) {
		long best = Long.MAX_VALUE;
		long allocated = 0;
		String outcome = "read";
		for (int i = 0; i < 3 || (i < 10 && best >= LIMIT.toNanos()); i++) {
			long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
			long begin = THREADS.getCurrentThreadCpuTime();
			try {
				format.decode(entry);
			}
			catch (UndecodableEntryException ex) {
				outcome = String.valueOf(ex.getMessage());
			}
			best = Math.min(best, THREADS.getCurrentThreadCpuTime() - begin);
			allocated = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
		}
		outcome = what + ", " + best / 1_000_000 + " ms, " + allocated / 1_000_000 + " MB: "
				+ outcome.substring(0, Math.min(200, outcome.length()));
		assertThat(Duration.ofNanos(best)).as(outcome).isLessThan(LIMIT);
		assertThat(allocated).as(outcome).isLessThan(BYTES_LIMIT);
	}

	private static byte[] entry(byte format, byte[] body) {
		byte[] entry = Arrays.copyOf(Stamp.header(format), Stamp.HEADER_BYTES + body.length);
		System.arraycopy(body, 0, entry, Stamp.HEADER_BYTES, body.length);
		return entry;
	}

	private static String typed(String type, String elements) {
		return "[\"" + type + "\",[" + elements + "]]";
	}

	private static String join(int count, IntFunction<String> element) {
		return IntStream.range(0, count).mapToObj(element).collect(Collectors.joining(","));
	}

	private static String equalHash(int number) {
		return IntStream.range(0, 15)
			.mapToObj((bit) -> (number >> bit & 1) == 0 ? "Aa" : "BB")
			.collect(Collectors.joining());
	}

	/** Times whose days and times of day change together, so that their hashes do not. */
	private static String times(int count) {
		List<String> times = new ArrayList<>();
		int wanted = LocalDateTime.of(2000, 1, 1, 0, 0).hashCode();
		for (int day = 0; times.size() < count; day++) {
			LocalDate date = LocalDate.ofEpochDay(day);
			long nanos = Integer.toUnsignedLong(wanted ^ date.hashCode());
			for (long high = 0; high < 20_000 && times.size() < count; high++) {
				long nano = high << 32 | (nanos ^ high);
				if (nano >= 0 && nano < 86_400_000_000_000L) {
					times.add("[\"java.time.LocalDateTime\",\"" + date.atTime(LocalTime.ofNanoOfDay(nano)) + "\"]");
				}
			}
		}
		return String.join(",", times);
	}

	private static String parts(String times, int i) {
		LocalDateTime time = LocalDateTime.parse(times.split(",", i + 2)[i].replace("\"", ""));
		return "[\"java.time.LocalDateTime\",[" + Stream
			.of(time.getYear(), time.getMonthValue(), time.getDayOfMonth(), time.getHour(), time.getMinute(),
					time.getSecond(), time.getNano())
			.map(String::valueOf)
			.collect(Collectors.joining(",")) + "]]";
	}

	/**
	 * Entries whose keys' years and months change together, so that their hashes do not.
	 */
	private static String periods(int count) {
		return join(count, (i) -> "\"P" + (5 - Integer.rotateLeft(i, 8)) + "Y" + i + "M\":1");
	}

	private static List<Object> list(int count, IntFunction<Object> element) {
		return IntStream.range(0, count).mapToObj(element).collect(Collectors.toCollection(ArrayList::new));
	}

	private static Set<Object> set(int count, IntFunction<Object> element) {
		return IntStream.range(0, count).mapToObj(element).collect(Collectors.toCollection(HashSet::new));
	}

	record Line(String article, int quantity, BigDecimal price, LocalDate day, Instant at) implements Serializable {

		static Line of(int i) {
			return new Line("article " + i, i, new BigDecimal(i + ".99"), LocalDate.ofEpochDay(i % 1000),
					Instant.ofEpochSecond(i));
		}

	}

	record Times(Set<LocalDateTime> times) {

	}

	record SetOfPeriods(Set<Period> periods) {

	}

	record Periods(Map<Period, Integer> periods) {

	}

	record Dates(Map<LocalDateTime, Integer> dates) {

	}

	record Whole(BigInteger number) {

	}

}
