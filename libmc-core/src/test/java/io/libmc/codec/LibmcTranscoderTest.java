package io.libmc.codec;

import java.io.ByteArrayOutputStream;
import java.io.ObjectInputFilter.Config;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.zip.InflaterOutputStream;

import io.libmc.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class LibmcTranscoderTest {

	/** The values of {@code values.tsv}, as Java reads them. */
	private static final Map<String, Object> JAVA = new HashMap<>();

	static {
		JAVA.put("b''", new byte[0]);
		JAVA.put("b'\\x00\\xff raw'", "\u0000\u00ff raw".getBytes(StandardCharsets.ISO_8859_1));
		JAVA.put("True", true);
		JAVA.put("False", false);
		JAVA.put("''", "");
		JAVA.put("'a'", "a");
		JAVA.put("'bar'", "bar");
		JAVA.put("'héllo'", "héllo");
		JAVA.put("'中文'", "中文");
		JAVA.put("'🎬'", "🎬");
		JAVA.put("'" + "x".repeat(300) + "'", "x".repeat(300));
		JAVA.put("'tab\\tnl\\n'", "tab\tnl\n");
		JAVA.put("None", null);
		JAVA.put("1.0", 1.0);
		JAVA.put("-0.0", -0.0);
		JAVA.put("10.24", 10.24);
		JAVA.put("1e+308", 1e308);
		JAVA.put("inf", Double.POSITIVE_INFINITY);
		JAVA.put("-inf", Double.NEGATIVE_INFINITY);
		JAVA.put("nan", Double.NaN);
		JAVA.put("()", List.of());
		JAVA.put("(1, 2)", List.of(1L, 2L));
		JAVA.put("('douban', 0)", List.of("douban", 0L));
		JAVA.put("[]", List.of());
		JAVA.put("[1, 'a', None, True, 2.5, b'b']", Arrays.asList(1L, "a", null, true, 2.5, new byte[] { 'b' }));
		JAVA.put("{}", Map.of());
		JAVA.put("{'a': 1}", Map.of("a", 1L));
		JAVA.put("{'a': [1, {'b': (2,)}], 3: 'x'}", linked("a", List.of(1L, Map.of("b", List.of(2L))), 3L, "x"));
		JAVA.put("{1, 2}", new LinkedHashSet<>(List.of(1L, 2L)));
		JAVA.put("frozenset({3})", Set.of(3L));
		JAVA.put("[[[[]]]]", List.of(List.of(List.of(List.of()))));
		JAVA.put("['a', 'a', 'a']", List.of("a", "a", "a"));
		JAVA.put("'i'*5000", "i".repeat(5000));
	}

	private final LibmcTranscoder transcoder = LibmcTranscoder.create();

	@Test
	void everyRecordedValueIsReadAndWrittenAsLibmcDoes() throws Exception {
		List<String[]> rows = Vectors.rows("values.tsv");
		assertThat(rows).hasSize(49);
		for (String[] row : rows.subList(1, rows.size())) {
			int flags = Integer.parseInt(row[2]);
			byte[] bytes = HexFormat.of().parseHex(row[3]);
			if ((flags & Transcoder.COMPRESSED) != 0) {
				flags -= Transcoder.COMPRESSED;
				bytes = inflate(bytes);
			}
			Object value = row[0].matches("-?[0-9]+") ? MarshalReader.narrow(new BigInteger(row[0])) : JAVA.get(row[0]);
			assertThat(JAVA.containsKey(row[0]) || value != null).as(row[0]).isTrue();
			assertThat(MarshalTest.render(this.transcoder.decode(flags, bytes))).as(row[0])
				.isEqualTo(MarshalTest.render(value));
			if (value != null && !row[0].contains("(")) {
				EncodedValue encoded = this.transcoder.encode(value);
				assertThat(encoded.flags()).as(row[0]).isEqualTo(flags);
				assertThat(encoded.bytes()).as(row[0]).isEqualTo(bytes);
			}
		}
	}

	@Test
	void byteArrayIsNotCopied() {
		byte[] bytes = { 1, 2 };
		assertThat(this.transcoder.encode(bytes).bytes()).isSameAs(bytes);
		assertThat(this.transcoder.decode(0, bytes)).isSameAs(bytes);
	}

	@Test
	void everyIntegerTypeComesBackAsALong() {
		for (Number value : List.of((byte) -7, (short) -7, -7, -7L, BigInteger.valueOf(-7))) {
			EncodedValue encoded = this.transcoder.encode(value);
			assertThat(encoded.flags()).isEqualTo(4);
			assertThat(encoded.bytes()).asString().isEqualTo("-7");
			assertThat(this.transcoder.decode(4, encoded.bytes())).isEqualTo(-7L);
		}
	}

	@Test
	void floatComesBackAsTheDoubleOfTheSameValue() {
		EncodedValue encoded = this.transcoder.encode(0.1f);
		assertThat(this.transcoder.decode(encoded.flags(), encoded.bytes())).isEqualTo((double) 0.1f);
	}

	@ParameterizedTest
	@CsvSource({ "9 , 9", "'9   ', 9", "-12, -12", "+5, 5", "007, 7", "9223372036854775807, 9223372036854775807",
			"-9223372036854775808, -9223372036854775808", "000000000000000000001, 1" })
	void countersAreReadAsMemcachedLeavesThem(String stored, long value) {
		assertThat(this.transcoder.decode(2, ascii(stored))).isEqualTo(value);
		assertThat(this.transcoder.decode(4, ascii(stored + " "))).isEqualTo(value);
	}

	@Test
	void integerBeyondLongIsABigInteger() {
		assertThat(this.transcoder.decode(4, ascii("18446744073709551615")))
			.isEqualTo(new BigInteger("18446744073709551615"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "-", "1.5", "0x1", "1 2", "--1", "1L", "\u00b2" })
	void integerThatIsNoneIsRefused(String stored) {
		for (int flags : new int[] { 2, 4, 8 }) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(flags, ascii(stored)))
				.withMessageContaining("no decimal number");
		}
	}

	@Test
	void integerOfAbsurdLengthIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(4, ascii("9".repeat(1_000_000))));
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.encode(BigInteger.TWO.pow(20_000)))
			.withMessageContaining("20001 bits");
	}

	@Test
	void integerOfAbsurdLengthIsRefusedAtOnce() {
		BigInteger integer = BigInteger.TWO.pow(100_000_000);
		assertTimeout(Duration.ofSeconds(1),
				() -> assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.encode(integer))
					.withMessageContaining("100000001 bits"));
	}

	@Test
	void booleanIsReadAsPythonReadsIt() {
		assertThat(this.transcoder.decode(8, ascii("1 "))).isEqualTo(true);
		assertThat(this.transcoder.decode(8, ascii("0"))).isEqualTo(false);
		assertThat(this.transcoder.decode(8, ascii("2"))).isEqualTo(true);
	}

	@Test
	void pickleIsRefusedWithAWayOut() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(1, new byte[] { (byte) 0x80 }))
			.withMessageContaining("Python pickle");
	}

	@ParameterizedTest
	@ValueSource(ints = { 3, 6, 16, 33, 64, 4096, Integer.MIN_VALUE })
	void unknownFlagsAreRefused(int flags) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(flags, new byte[0]))
			.withMessageContaining("the flags " + Integer.toUnsignedString(flags));
	}

	@Test
	void classesThatPythonLacksAreRefusedByName() {
		for (Object value : List.of(new AtomicLong(), 'c', new int[0], new Object[0], Thread.State.NEW)) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.encode(value))
				.withMessageContaining("a " + value.getClass().getTypeName() + " cannot be encoded")
				.withMessageContaining("LibmcTranscoder.create(ObjectInputFilter)");
			assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.encode(List.of(Map.of("k", value))))
				.withMessageContaining(value.getClass().getTypeName());
		}
	}

	@Test
	void nullIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> this.transcoder.encode(null)).withMessage("value");
	}

	@Test
	void valueThatContainsItselfIsRefused() {
		List<Object> list = new ArrayList<>();
		list.add(list);
		Map<String, Object> map = new HashMap<>();
		map.put("self", List.of(map));
		for (Object value : List.of(list, map)) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.encode(value))
				.withMessageContaining("contains itself");
		}
	}

	@Test
	void nestingIsLimited() {
		EncodedValue deepest = this.transcoder.encode(nest(500));
		assertThat(this.transcoder.decode(deepest.flags(), deepest.bytes())).isEqualTo(nest(500));
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.encode(nest(501)))
			.withMessageContaining("deeper than 500 levels");
	}

	@Test
	void keysAndElementsAreWrittenAsPythonsImmutableTypes() {
		EncodedValue map = this.transcoder.encode(Map.of(List.of(Set.of(1)), List.of()));
		assertThat(map.bytes()).asHexString().isEqualTo("7B28010000003E0100000069010000005B0000000030");
		EncodedValue set = this.transcoder.encode(Set.of(List.of(List.of())));
		assertThat(set.bytes()).asHexString().isEqualTo("3C0100000028010000002800000000");
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.encode(Set.of(Map.of())))
			.withMessageContaining("a map cannot be");
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.encode(Map.of(List.of(Map.of()), 1)))
			.withMessageContaining("a map cannot be");
	}

	@Test
	void nullIsKeptWithinContainers() {
		List<Object> value = Arrays.asList(null, Collections.singletonMap(null, null), Collections.singleton(null));
		EncodedValue encoded = this.transcoder.encode(value);
		assertThat(this.transcoder.decode(encoded.flags(), encoded.bytes())).isEqualTo(value);
	}

	@Test
	void containersComeBackMutableAndInOrder() {
		EncodedValue encoded = this.transcoder
			.encode(linked("z", List.of(3, 1), "a", new LinkedHashSet<>(List.of(9, 5))));
		Map<?, ?> map = (Map<?, ?>) this.transcoder.decode(encoded.flags(), encoded.bytes());
		assertThat(map).isExactlyInstanceOf(LinkedHashMap.class);
		assertThat(map.get("z")).isExactlyInstanceOf(ArrayList.class).isEqualTo(List.of(3L, 1L));
		assertThat(map.get("a")).isExactlyInstanceOf(LinkedHashSet.class);
		assertThat(map).hasToString("{z=[3, 1], a=[9, 5]}");
	}

	@Test
	void countFitsTheElementsWhenAListChangesItsSize() {
		List<Object> shrinking = new ArrayList<>() {

			private static final long serialVersionUID = 1L;

			@Override
			public int size() {
				return super.size() + 3;
			}

		};
		shrinking.add("a");
		EncodedValue encoded = this.transcoder.encode(shrinking);
		assertThat(this.transcoder.decode(encoded.flags(), encoded.bytes())).isEqualTo(List.of("a"));
	}

	/** What differs in Java and would be one when it is read. */
	static Stream<Object> collectionsThatWouldShrink() {
		IdentityHashMap<Object, Object> sameKeys = new IdentityHashMap<>();
		sameKeys.put("x", 1);
		sameKeys.put(new String(new char[] { 'x' }), 2);
		Set<Object> sameElements = Collections.newSetFromMap(new IdentityHashMap<>());
		sameElements.addAll(sameKeys.keySet());
		Map<Object, Object> byClass = new TreeMap<>(Comparator.comparing((key) -> key.getClass().getName()));
		byClass.putAll(Map.of(1, "a", 1L, "b"));
		return Stream.of(Map.of(1, "a", 1L, "b"), Set.of(1, 1L, (short) 1), Set.of(1L, (byte) 1),
				Set.of(BigInteger.ONE, 1L), Set.of(0.5f, 0.5), Set.of(List.of(1), List.of(1L)),
				Set.of(Set.of(1), Set.of(1L)), Set.of(Set.of(1, 1L)), Set.of(List.of(Set.of(1, 1L))),
				Map.of(List.of(Set.of(1, 1L)), "a"), List.of(Map.of("a", Set.of(1, 1L))),
				Map.of("a", Map.of(1, "a", 1L, "b"), "b", 2), Set.of(linkedSet(1, 2L), linkedSet(2, 1L)),
				Set.of("a", sameElements), Set.of(List.of(sameElements)), sameKeys, sameElements,
				Collections.unmodifiableMap(sameKeys), Collections.unmodifiableSet(sameElements), byClass);
	}

	@ParameterizedTest
	@MethodSource("collectionsThatWouldShrink")
	void collectionsThatWouldShrinkAreRefused(Object value) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.encode(value))
			.withMessageContaining("would be one once they are read")
			.withMessageContaining("java.");
	}

	/** A comparator that is a lambda expression is not serializable. */
	static Stream<Object> serializableCollectionsThatWouldShrink() {
		return collectionsThatWouldShrink().filter((value) -> !(value instanceof TreeMap));
	}

	@ParameterizedTest
	@MethodSource("serializableCollectionsThatWouldShrink")
	void collectionsThatWouldShrinkGoByJavaSerializationWhereThatIsOn(Object value) {
		LibmcTranscoder serializing = LibmcTranscoder.create(Config.createFilter("java.base/*;!*"));
		assertThat(serializing.encode(value).flags()).isEqualTo(256);
	}

	@Test
	void collectionsThatTheFormatKeepsApartKeepTheirSize() {
		byte[] bytes = { 1 };
		Set<Object> arrays = new HashSet<>(Arrays.asList(bytes, new byte[] { 1 }, null));
		IdentityHashMap<Object, Object> identity = new IdentityHashMap<>();
		identity.put("a", 1);
		identity.put(2L, 1);
		Map<Object, Object> anyCase = new TreeMap<>(
				(a, b) -> String.CASE_INSENSITIVE_ORDER.compare((String) a, (String) b));
		anyCase.putAll(Map.of("a", 1, "b", 2));
		for (Object value : List.of(arrays, identity, anyCase, Set.of(1, 2L, (short) 3, BigInteger.TEN, "1", true),
				Set.of(0.0, -0.0, Float.NaN, 0.5f), Set.of(1, 1.0, "1", List.of(1), Set.of(1)),
				Set.of(List.of(bytes, 1), List.of(bytes, 1L)), Set.of(List.of(), Set.of()),
				Map.of(1, Set.of(1L), 2, Map.of(1L, 1)), Set.of(List.of(1, 1L), List.of(1L, 1, 1)))) {
			EncodedValue encoded = this.transcoder.encode(value);
			assertThat(MarshalProperties.sizes(this.transcoder.decode(encoded.flags(), encoded.bytes())))
				.isEqualTo(MarshalProperties.sizes(value));
		}
	}

	private static Set<Object> linkedSet(Object... elements) {
		return new LinkedHashSet<>(Arrays.asList(elements));
	}

	private static List<Object> nest(int levels) {
		List<Object> nest = List.of();
		for (int i = 1; i < levels; i++) {
			nest = List.of(nest);
		}
		return nest;
	}

	private static Map<Object, Object> linked(Object firstKey, Object first, Object secondKey, Object second) {
		Map<Object, Object> map = new LinkedHashMap<>();
		map.put(firstKey, first);
		map.put(secondKey, second);
		return map;
	}

	private static byte[] inflate(byte[] bytes) throws Exception {
		ByteArrayOutputStream inflated = new ByteArrayOutputStream();
		try (InflaterOutputStream out = new InflaterOutputStream(inflated)) {
			out.write(bytes);
		}
		return inflated.toByteArray();
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

}
