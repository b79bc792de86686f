package io.libmc.codec;

import java.net.SocketTimeoutException;
import java.net.ServerSocket;
import java.net.InetAddress;
import java.io.IOException;
import java.io.ObjectInputFilter.Status;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

@SuppressWarnings("JavaUtilDate")
class DecodingBudgetTest {

	/** Of the thread's own time, so that other work on the machine counts little. */
	private static final Duration LIMIT = Duration.ofMillis(250);

	/** What the budget gives a value of a megabyte, and what decoding takes beside. */
	private static final long BYTES_LIMIT = 110_000_000;

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final LibmcTranscoder transcoder = LibmcTranscoder.create((info) -> Status.ALLOWED);

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void worstOfMarshalIsReadOrRefusedInTime(String what, byte[] bytes) {
		readOrRefuse(what, 32, bytes);
	}

	static Stream<Arguments> worstOfMarshalIsReadOrRefusedInTime() {
		return HostileValues.marshal()
			.entrySet()
			.stream()
			.map((value) -> Arguments.of(value.getKey(), value.getValue()));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void worstOfJavaSerializationIsReadOrRefusedInTime(String what, byte[] bytes) {
		readOrRefuse(what, 256, bytes);
	}

	static Stream<Arguments> worstOfJavaSerializationIsReadOrRefusedInTime() {
		return HostileValues.serialized()
			.entrySet()
			.stream()
			.map((value) -> Arguments.of(value.getKey(), value.getValue()));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void worstOfJavasOwnClassesIsReadOrRefusedInTime(String what, byte[] bytes) {
		assertTimeoutPreemptively(Duration.ofSeconds(10), () -> readOrRefuse(what, 256, bytes));
	}

	static Stream<Arguments> worstOfJavasOwnClassesIsReadOrRefusedInTime() {
		return HostileObjects.all().entrySet().stream().map((value) -> Arguments.of(value.getKey(), value.getValue()));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void streamThatDescribesItselfOtherwiseThanItIsReadIsRefusedInTime(String what, byte[] bytes) {
		assertTimeoutPreemptively(Duration.ofSeconds(10), () -> readOrRefuse(what, 256, bytes));
	}

	static Stream<Arguments> streamThatDescribesItselfOtherwiseThanItIsReadIsRefusedInTime() {
		return ForgedStreams.all().entrySet().stream().map((value) -> Arguments.of(value.getKey(), value.getValue()));
	}

	@Test
	void nobodyIsConnectedTo() throws IOException {
		try (ServerSocket attacker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			attacker.setSoTimeout(100);
			assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertThatIllegalArgumentException()
				.isThrownBy(() -> this.transcoder.decode(256, ForgedStreams.remote(attacker.getLocalPort()))));
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(attacker::accept);
		}
	}

	@Test
	void hostOfAKeyIsNeverLookedUp() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(256, HostileObjects.address()))
			.withMessageContaining("java.net.URL asks the name service");
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void valueThatIsOnlyLargeComesBack(String what, Object value) {
		EncodedValue encoded = this.transcoder.encode(value);
		this.transcoder.check(encoded, DecodingBudget.of(encoded.bytes().length, 10_000_000));
		assertThat(this.transcoder.decode(encoded.flags(), encoded.bytes())).isEqualTo(value);
	}

	static Stream<Arguments> valueThatIsOnlyLargeComesBack() {
		List<Arguments> values = new ArrayList<>();
		values.add(Arguments.of("text of 9 MB", "x".repeat(9_000_000)));
		values.add(Arguments.of("text of 9 MB in Chinese", "\u4e2d".repeat(3_000_000)));
		values.add(Arguments.of("bytes of 9 MB", new byte[9_000_000]));
		values.add(Arguments.of("integers", longs(1_900_000, ArrayList::new)));
		values.add(Arguments.of("set of integers", longs(500_000, LinkedHashSet::new)));
		values.add(Arguments.of("strings", list(400_000, (i) -> "string " + i)));
		values.add(Arguments.of("truths", list(9_000_000, (i) -> i % 3 == 0)));
		values.add(Arguments.of("nothing but empty lists", list(1_900_000, (i) -> List.of())));
		values.add(Arguments.of("rows", list(150_000,
				(i) -> new HashMap<>(Map.of("id", (long) i, "name", "name " + i, "active", true, "score", i / 2.0)))));
		values.add(Arguments.of("small maps", list(700_000, (i) -> Map.of("a", 1L))));
		values.add(Arguments.of("set of coordinates", set(300_000, (i) -> List.of(i / 500L, i % 500L))));
		values.add(Arguments.of("map of coordinates", set(100_000, (i) -> List.of(i / 500L, i % 500L)).stream()
			.collect(Collectors.toMap((key) -> key, (key) -> "v"))));
		values.add(Arguments.of("sets of sets", set(50_000, (i) -> Set.of("a" + i, "b" + i, "c" + i))));
		values.add(Arguments.of("mixed keys", set(300_000, (i) -> (i % 2 == 0) ? (Object) (long) i : "s" + i)));
		values.add(Arguments.of("objects", list(200_000, Line::of)));
		values.add(Arguments.of("map of lists of objects",
				IntStream.range(0, 10_000)
					.boxed()
					.collect(Collectors.toMap((i) -> "order " + i, (i) -> list(10, Line::of)))));
		values.add(Arguments.of("set of records", set(100_000, Line::of)));
		values.add(Arguments.of("map by record", new HashMap<>(
				set(100_000, Line::of).stream().collect(Collectors.toMap((line) -> line, (line) -> "x")))));
		values.add(Arguments.of("immutable set of strings and an object",
				new Holder(Set.copyOf(list(100_000, (i) -> "string " + i)))));
		values.add(Arguments.of("immutable set of UUIDs",
				new Holder(Set.copyOf(list(100_000, (i) -> new UUID(i * 7919L, i))))));
		values.add(Arguments.of("immutable map of integers", new Holder(
				Map.copyOf(list(100_000, (i) -> i).stream().collect(Collectors.toMap((i) -> i, (i) -> i))))));
		values.add(Arguments.of("dates",
				new Holder(new HashMap<>(IntStream.range(0, 50_000)
					.boxed()
					.collect(Collectors.toMap((i) -> LocalDate.ofEpochDay(i), (i) -> new BigDecimal(i + ".10")))))));
		values.add(Arguments.of("times",
				new Holder(set(50_000, (i) -> LocalDateTime.of(2026, 1, 1, 0, 0).plusMinutes(i)))));
		values.add(Arguments.of("instants", new Holder(set(50_000, Instant::ofEpochSecond))));
		values.add(Arguments.of("moments", new Holder(
				list(50_000, (i) -> ZonedDateTime.ofInstant(Instant.ofEpochSecond(i), ZoneId.of("Asia/Shanghai"))))));
		values.add(Arguments.of("concurrent map of old dates",
				new Holder(new ConcurrentHashMap<>(IntStream.range(0, 50_000)
					.boxed()
					.collect(Collectors.toMap((i) -> new Date(i), (i) -> TimeUnit.DAYS))))));
		values.add(Arguments.of("tree",
				new Holder(new TreeMap<>(IntStream.range(0, 100_000)
					.boxed()
					.collect(Collectors.toMap((i) -> "k" + i, (i) -> BigInteger.TWO.pow(i % 300)))))));
		values.add(Arguments.of("sets of records that hold sets", new Holder(set(10_000,
				(i) -> new Holder(new HashSet<>(Set.of(new Holder(new HashSet<>(Set.of("a" + i, "b" + i))), "c")))))));
		values.add(Arguments.of("synchronized and unmodifiable", new Holder(
				new HashSet<>(list(1000, (i) -> Collections.unmodifiableList(new ArrayList<>(List.of(i, "x"))))))));
		values.add(Arguments.of("family", Parent.of(1000)));
		return values.stream();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void valueAsApplicationsStoreItComesBack(String what, Object value) {
		EncodedValue encoded = this.transcoder.encode(new Holder(value));
		this.transcoder.check(encoded, DecodingBudget.of(encoded.bytes().length, 1_000_000));
		Object read = ((Holder) this.transcoder.decode(encoded.flags(), encoded.bytes())).held();
		if (value instanceof Queue || value instanceof Throwable || value instanceof StringBuilder
				|| what.equals("exceptions")) {
			assertThat(read).hasToString(value.toString());
		}
		else {
			assertThat(read).isEqualTo(value);
		}
	}

	static Stream<Arguments> valueAsApplicationsStoreItComesBack() {
		return HonestValues.all().entrySet().stream().map((value) -> Arguments.of(value.getKey(), value.getValue()));
	}

	@Test
	void floatsInTextAreChargedForTheirDigits() {
		HostileValues.Marshal floats = new HostileValues.Marshal().list(35_000);
		for (int i = 0; i < 35_000; i++) {
			floats.one('f').one(255).raw("1234567890".repeat(25) + "e-300");
		}
		byte[] bytes = floats.toByteArray();
		// so long it is where it lies compressed
		DecodingBudget budget = DecodingBudget.of(24_000);
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(32, bytes, budget))
			.withMessageContaining("steps");
	}

	@Test
	void classesThemselvesComeBack() {
		Object classes = new Holder(new ArrayList<>(List.of(LocalDate.class, int.class, String.class, List.class,
				TimeUnit.class, int[].class, Line.class, ForgedStreams.Raw.class)));
		assertThat(this.transcoder.decode(256, this.transcoder.encode(classes).bytes())).isEqualTo(classes);
	}

	@Test
	void keysThatTakeTooLongToCompareAreNotWrittenEither() {
		Set<Object> keys = new HashSet<>();
		HostileValues.equalHashes(12, 4000).forEach((text) -> keys.add(List.of(text)));
		EncodedValue encoded = this.transcoder.encode(keys);
		DecodingBudget budget = DecodingBudget.of(encoded.bytes().length);
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.check(encoded, budget))
			.withMessageContaining("steps");
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(encoded.flags(), encoded.bytes()))
			.withMessageContaining("steps");
	}

	private static <C extends Collection<Object>> C longs(int count, Supplier<C> kind) {
		C all = kind.get();
		IntStream.range(0, count).forEach((i) -> all.add((long) i));
		return all;
	}

	private static List<Object> list(int count, IntFunction<Object> element) {
		return IntStream.range(0, count).mapToObj(element).collect(Collectors.toCollection(ArrayList::new));
	}

	private static Set<Object> set(int count, IntFunction<Object> element) {
		return IntStream.range(0, count).mapToObj(element).collect(Collectors.toCollection(HashSet::new));
	}

	record Line(String article, int quantity, BigDecimal price, LocalDate day) implements Serializable {

		static Line of(int i) {
			return new Line("article " + i, i, new BigDecimal(i + ".99"), LocalDate.ofEpochDay(i % 1000));
		}

	}

	record Holder(Object held) implements Serializable {

	}

	/** Knows its children, who know it and each other. */
	static final class Parent implements Serializable {

		private static final long serialVersionUID = 1;

		// it is a HashSet
		@SuppressWarnings("serial")
		private final Set<Child> children = new HashSet<>();

		static Parent of(int count) {
			Parent parent = new Parent();
			for (int i = 0; i < count; i++) {
				parent.children.add(new Child(parent, parent.children, i));
			}
			return parent;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Parent parent && parent.children.equals(this.children);
		}

		@Override
		public int hashCode() {
			return this.children.size();
		}

	}

	static final class Child implements Serializable {

		private static final long serialVersionUID = 1;

		private final Parent parent;

		// it is a HashSet
		@SuppressWarnings("serial")
		private final Set<Child> siblings;

		private final int id;

		Child(Parent parent, Set<Child> siblings, int id) {
			this.parent = parent;
			this.siblings = siblings;
			this.id = id;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Child child && child.id == this.id
					&& (this.parent == null) == (child.parent == null)
					&& (this.siblings == null) == (child.siblings == null);
		}

		@Override
		public int hashCode() {
			return this.id;
		}

	}

	/** The best of several, as the machine may be busy and the code not yet compiled. */
	private void readOrRefuse(String what, int flags, byte[] bytes) {
		long best = Long.MAX_VALUE;
		long allocated = 0;
		String outcome = "read";
		for (int i = 0; i < 3 || (i < 10 && best >= LIMIT.toNanos()); i++) {
			long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
			long begin = THREADS.getCurrentThreadCpuTime();
			try {
				this.transcoder.decode(flags, bytes);
			}
			catch (IllegalArgumentException ex) {
				outcome = ex.getMessage();
			}
			best = Math.min(best, THREADS.getCurrentThreadCpuTime() - begin);
			allocated = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
		}
		assertThat(Duration.ofNanos(best)).as(what + ": " + outcome).isLessThan(LIMIT);
		assertThat(allocated).as(what + ": " + outcome).isLessThan(BYTES_LIMIT);
	}

}
