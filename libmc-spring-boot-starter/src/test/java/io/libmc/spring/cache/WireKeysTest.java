package io.libmc.spring.cache;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.cache.interceptor.SimpleKey;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.Range;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

@SuppressWarnings({ "JavaUtilDate", "JdkObsolete" }) // keys are what applications have
class WireKeysTest {

	@ParameterizedTest
	@MethodSource
	void namesOnTheServerNeverChange(Object key, String expected) {
		assertThat(name("books.byId", key)).isEqualTo("books.byId:" + expected);
	}

	static Stream<Arguments> namesOnTheServerNeverChange() {
		return Stream.of(arguments("978-3-16", "978-3-16"), arguments("", ""), arguments("a:b", "a:b"),
				arguments("@home", "@S@home"), arguments("#1", "@S#1"), arguments("书", "书"), arguments(42, "@I42"),
				arguments(42L, "@L42"), arguments((short) 42, "@H42"), arguments((byte) 42, "@B42"),
				arguments('x', "@Cx"), arguments(true, "@Ztrue"), arguments(0.1, "@D3fb999999999999a"),
				arguments(0.1f, "@F3dcccccd"),
				arguments(UUID.fromString("00000000-0000-002a-0000-00000000002a"),
						"@U00000000-0000-002a-0000-00000000002a"),
				arguments(TimeUnit.SECONDS, "@E29:java.util.concurrent.TimeUnit7:SECONDS"),
				arguments(LocalDate.of(2026, 11, 24), "@T19:java.time.LocalDate10:2026-11-24"),
				arguments(BigInteger.TEN, "@T20:java.math.BigInteger2:10"), arguments(SimpleKey.EMPTY, "@K0:"),
				arguments(new SimpleKey("a", 1L), "@K2:S1:aL1:1"), arguments(new Object[] { null }, "@A1:N"),
				arguments(new int[] { 1, 2 }, "@P3:int2:I1:1I1:2"), arguments(List.of("a", "b"), "@J2:S1:aS1:b"),
				arguments(Set.of("b", "a"), "@Q2:S1:aS1:b"), arguments(Map.of("k", 1), "@M1:Y2:S1:kI1:1"),
				arguments(Map.entry("k", 1), "@Y2:S1:kI1:1"), arguments(Optional.of("a"), "@O1:S1:a"),
				arguments(Optional.empty(), "@O0:"),
				arguments(new Isbn("978", 3), "@R39:io.libmc.spring.cache.WireKeysTest$IsbnS3:978I1:3"),
				arguments(Pageable.unpaged(),
						"@T39:org.springframework.data.domain.UnpagedT36:org.springframework.data.domain.SortJ0:"),
				arguments(new SimpleKey("a", Pageable.unpaged()),
						"@K2:S1:aT39:org.springframework.data.domain.UnpagedT36:org.springframework.data.domain.SortJ0:"),
				arguments(Limit.unlimited(), "@T47:org.springframework.data.domain.Limit$UnlimitedZ4:true"),
				arguments(Limit.of(3), "@T45:org.springframework.data.domain.Limit$LimitedI1:3"),
				arguments("a b", "#Mujuwsu-OrUCyHd78sOPqADQ831zKfpfSCpyTD4_dG8"));
	}

	@ParameterizedTest
	@MethodSource
	void differentKeysDiffer(Object one, Object other) {
		assertThat(name("books", one)).isNotEqualTo(name("books", other));
	}

	static Stream<Arguments> differentKeysDiffer() {
		return Stream.of(arguments("a b", "ab"), arguments("a b", "a\tb"), arguments(1, "1"), arguments(1, 1L),
				arguments(1.0, 1.0f), arguments(0.0, -0.0), arguments('1', "1"), arguments(true, "true"),
				arguments(new SimpleKey("a, b", "c"), new SimpleKey("a", "b, c")),
				arguments(new SimpleKey("a", "b"), "SimpleKey [a, b]"), arguments(SimpleKey.EMPTY, "SimpleKey []"),
				arguments(new SimpleKey("a", "b"), List.of("a", "b")), arguments(new SimpleKey("1"), new SimpleKey(1)),
				arguments(new SimpleKey(new SimpleKey("a"), "b"), new SimpleKey("a", new SimpleKey("b"))),
				arguments(List.of("a, b"), List.of("a", "b")), arguments(List.of("aS1:b"), List.of("a", "b")),
				arguments(List.of(List.of("a"), "b"), List.of(List.of("a", "b"))),
				arguments(Set.of("aSb", "c"), Set.of("a", "bSc")), arguments(List.of("a"), Set.of("a")),
				arguments(new int[] { 1 }, new long[] { 1 }), arguments(new int[] { 1 }, new Integer[] { 1 }),
				arguments(new int[] { 1, 2 }, new int[] { 12 }), arguments(Map.of("a", "b=c"), Map.of("a=b", "c")),
				arguments(Optional.of("1"), Optional.of(1)), arguments(new Isbn("1, group=2", 3), new Isbn("1", 2)),
				arguments(new Isbn("1", 2), new OtherIsbn("1", 2)), arguments(new Date(1), new Date(2)),
				arguments(Timestamp.valueOf("2026-11-24 01:02:03.000000001"),
						Timestamp.valueOf("2026-11-24 01:02:03.000000002")),
				arguments(TimeUnit.DAYS, "DAYS"), arguments(new BigDecimal("1.0"), new BigDecimal("1.00")),
				arguments("@L1", 1L), arguments("#" + "x".repeat(43), "@S#" + "x".repeat(43)),
				arguments("\ud800", "\ud801"), arguments("\ud800", "?"), arguments("x".repeat(300), "x".repeat(301)),
				arguments(Map.class, "java.util.Map"), arguments(Locale.ROOT, ""),
				arguments(Pageable.unpaged(), Pageable.unpaged(Sort.by("title"))),
				arguments(Pageable.unpaged(Sort.by("title")), Pageable.unpaged(Sort.by("title").descending())),
				arguments(Pageable.unpaged(Sort.by("a", "b")), Pageable.unpaged(Sort.by("b", "a"))),
				arguments(Sort.by("a", "b"), Sort.by("a: ASC,b")),
				arguments(PageRequest.of(0, 10, Sort.by("a", "b")), PageRequest.of(0, 10, Sort.by("a: ASC,b"))),
				arguments(Range.closed("a-b", "c"), Range.closed("a", "b-c")),
				arguments(Range.closed(1, 2), Range.open(1, 2)),
				arguments(ScrollPosition.forward(Map.of("a", "1, b=2")),
						ScrollPosition.forward(Map.of("a", "1", "b", "2"))),
				arguments(Pageable.unpaged(), PageRequest.of(0, 10)), arguments(Limit.of(1), Limit.of(2)),
				arguments(Limit.of(1), Limit.unlimited()),
				arguments(Pattern.compile("a"), Pattern.compile("a", Pattern.CASE_INSENSITIVE)),
				arguments(new SubTimestamp(1), new SubTimestamp(2)));
	}

	@Test
	void cachesDifferEvenWhereTheirNamesAndKeysRunTogether() {
		assertThat(Set.of(name("a", "b:c"), name("a:b", "c"), name("a%3Ab", "c"), name("a b", "c"), name("a%20b", "c"),
				name("A", "b:c"), name("a:1732441122334", "c"), name("a", "1732441122334:c")))
			.hasSize(8);
		assertThat(Set.of(name("x".repeat(100), "k"), name("x".repeat(101), "k"), name("\ud800", "k"),
				name("\ud801", "k"), name("?", "k")))
			.hasSize(5);
	}

	@Test
	void noEntryIsWhereAGenerationIs() {
		String generation = new WireKeys("", "a").generation("0");
		assertThat(generation).isEqualTo("a%gen:0");
		assertThat(new WireKeys("", "a").generation("[::1]:11211")).isEqualTo("a%gen:[::1]:11211");
		assertThat(new WireKeys("", "a").generation("/run/mc\\ 1.sock")).startsWith("a%gen:#");
		assertThat(Set.of(generation, name("a%gen", "0"), name("a", "gen:0"), name("a", "%gen:0"), name("a", "0")))
			.hasSize(5);
	}

	@ParameterizedTest
	@MethodSource
	void equalKeysAreTheSame(Object one, Object other) {
		assertThat(name("books", one)).isEqualTo(name("books", other));
	}

	static Stream<Arguments> equalKeysAreTheSame() {
		return Stream.of(arguments(List.of("a", "b"), new LinkedList<>(List.of("a", "b"))),
				arguments(List.of("a", "b"), Arrays.asList("a", "b")),
				arguments(new LinkedHashSet<>(List.of("a", "b", "c")), new LinkedHashSet<>(List.of("c", "b", "a"))),
				arguments(new HashSet<>(List.of("Aa", "BB")), new HashSet<>(List.of("BB", "Aa"))),
				arguments(new LinkedHashMap<>(Map.of("a", 1, "b", 2)), new TreeMap<>(Map.of("b", 2, "a", 1))),
				arguments(new SimpleKey("a", new Integer[] { 1 }), new SimpleKey("a", new Object[] { 1 })),
				arguments(new byte[] { 1, 2 }, new byte[] { 1, 2 }), arguments(Limit.of(1), Limit.of(1)),
				arguments(Pageable.unpaged(Sort.by("title")), Pageable.unpaged(Sort.by(Sort.Order.by("title")))),
				arguments(PageRequest.of(1, 10, Sort.by("title")), PageRequest.of(1, 10, Sort.by("title"))),
				arguments(Double.NaN, Double.longBitsToDouble(0x7ff8000000000001L)));
	}

	@Test
	void datesDoNotDependOnTheTimeZone() {
		TimeZone before = TimeZone.getDefault();
		try {
			TimeZone.setDefault(TimeZone.getTimeZone("Asia/Shanghai"));
			List<String> inShanghai = names(new Date(1), new Timestamp(1), new java.sql.Date(1));
			TimeZone.setDefault(TimeZone.getTimeZone("America/Lima"));
			assertThat(names(new Date(1), new Timestamp(1), new java.sql.Date(1))).isEqualTo(inShanghai);
			assertThat(Set.copyOf(inShanghai)).hasSize(3);
		}
		finally {
			TimeZone.setDefault(before);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 50, 149, 150, 151, 250, 300, 5000 })
	void namesAlwaysFitAndCanBeSent(int length) {
		String prefix = "p".repeat(WireKeys.MAX_PREFIX_BYTES);
		for (String part : List.of("x", "书", "😀", " ", "\n", "\u0000", "\ud800", ":", "%", "?", "~", "\u00a0")) {
			String longText = part.repeat(length);
			WireKeys keys = new WireKeys(prefix, longText);
			for (String name : List.of(keys.generation(longText), keys.entry(longText),
					keys.entry(List.of(longText, longText)))) {
				assertThat(name.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(200);
				assertThat(name).doesNotContain(" ", "\n", "\u0000", "\ud800\ud800");
			}
		}
	}

	@Test
	void keysWithoutATextOfTheirOwnAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> name("books", new Object()))
			.withMessageContainingAll("java.lang.Object", "toString()");
		assertThatIllegalArgumentException().isThrownBy(() -> name("books", new SimpleKey("a", new WithoutText())))
			.withMessageContaining(WithoutText.class.getName());
		assertThatIllegalArgumentException().isThrownBy(() -> name("books", (Runnable) () -> {
		}));
		assertThatIllegalArgumentException().isThrownBy(() -> name("books", new ArrayList<>(List.of(new Object()))));
	}

	/** A position says nothing, and the text of a future or a lock is of one object. */
	@Test
	void keysThatAreNoValuesAreRefused() {
		for (Object key : List.of(ByteBuffer.wrap(new byte[] { 1 }), IntBuffer.allocate(1), CharBuffer.wrap("a"))) {
			assertThatIllegalArgumentException().isThrownBy(() -> name("books", new SimpleKey(key, 1)))
				.withMessageContainingAll(key.getClass().getName(), "use an array, or a String");
		}
		for (Object key : List.of(new CompletableFuture<>(), new ReentrantLock(), new IllegalStateException("a"),
				Thread.currentThread())) {
			assertThatIllegalArgumentException().isThrownBy(() -> name("books", key))
				.withMessageContainingAll(key.getClass().getName(), "toString()");
		}
		assertThat(name("books", Path.of("a@b"))).endsWith("3:a@b");
	}

	@Test
	void keysThatHoldThemselvesAreRefused() {
		List<Object> list = new ArrayList<>();
		list.add(list);
		Map<String, Object> map = new LinkedHashMap<>();
		map.put("k", map);
		Object[] array = new Object[1];
		array[0] = array;
		for (Object key : List.of(list, map, array)) {
			assertThatIllegalArgumentException().isThrownBy(() -> name("books", key))
				.withMessageContaining("holds itself");
		}
	}

	@Test
	void keysWithATextOfTheirOwnAreWrittenByIt() {
		Object key = new Object() {

			@Override
			public String toString() {
				return "mine";
			}

		};
		assertThat(name("books", key)).endsWith("WireKeysTest$14:mine");
		assertThat(name("books", DayOfWeek.MONDAY)).endsWith("@E19:java.time.DayOfWeek6:MONDAY");
	}

	private static List<String> names(Object... keys) {
		return Stream.of(keys).map((key) -> name("books", key)).toList();
	}

	private static String name(String cache, Object key) {
		return new WireKeys("", cache).entry(key);
	}

	private record Isbn(String prefix, int group) {

	}

	private static final class SubTimestamp extends Timestamp {

		private static final long serialVersionUID = 1L;

		SubTimestamp(int nanos) {
			super(0);
			setNanos(nanos);
		}

	}

	private record OtherIsbn(String prefix, int group) {

	}

	private static final class WithoutText {

	}

}
