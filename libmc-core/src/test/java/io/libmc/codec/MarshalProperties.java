package io.libmc.codec;

import java.math.BigInteger;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

class MarshalProperties {

	private final LibmcTranscoder transcoder = LibmcTranscoder.create();

	@Property
	void whatIsWrittenIsRead(@ForAll("values") Object value) {
		EncodedValue encoded = this.transcoder.encode(value);
		assertThat(MarshalTest.render(this.transcoder.decode(encoded.flags(), encoded.bytes())))
			.isEqualTo(MarshalTest.render(value));
	}

	@Property
	void whatIsReadIsWrittenAlike(@ForAll("values") Object value) {
		byte[] bytes = MarshalWriter.write(value, 1 << 30);
		assertThat(MarshalWriter.write(MarshalReader.read(bytes), 1 << 30)).isEqualTo(bytes);
	}

	@Property
	void collectionsKeepTheirSizesOrAreRefused(@ForAll("mixed") Object value) {
		byte[] bytes;
		try {
			bytes = MarshalWriter.write(value, 1 << 30);
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex).hasMessageContaining("would be one once they are read");
			return;
		}
		assertThat(sizes(MarshalReader.read(bytes))).isEqualTo(sizes(value));
	}

	/** How many elements there are at every level, whatever their order. */
	static String sizes(@Nullable Object value) {
		if (value instanceof Map<?, ?> map) {
			return map.entrySet()
				.stream()
				.map((entry) -> sizes(entry.getKey()) + ":" + sizes(entry.getValue()))
				.sorted()
				.collect(Collectors.joining(",", "{" + map.size() + " ", "}"));
		}
		if (value instanceof Collection<?> elements) {
			return elements.stream()
				.map(MarshalProperties::sizes)
				.sorted()
				.collect(Collectors.joining(",", ((value instanceof Set) ? "<" : "[") + elements.size() + " ", "]"));
		}
		return ".";
	}

	@Property
	void everyStringIsKept(@ForAll String text) {
		assertThat(MarshalReader.read(MarshalWriter.write(text, 1 << 30))).isEqualTo(text);
	}

	@Property
	void everyIntegerIsKept(@ForAll BigInteger value) {
		assertThat(MarshalReader.read(MarshalWriter.write(value, 1 << 30))).isEqualTo(MarshalReader.narrow(value));
	}

	@Property
	void arbitraryBytesAreReadOrRefused(@ForAll byte[] bytes, @ForAll("flags") int flags) {
		readOrRefuse(flags, bytes);
	}

	@Property
	void damagedBytesAreReadOrRefused(@ForAll("values") Object value, @ForAll @Size(10) List<Integer> places,
			@ForAll("marker") byte damage) {
		byte[] bytes = MarshalWriter.write(value, 1 << 30);
		for (int place : places) {
			bytes[Math.floorMod(place, bytes.length)] = damage;
			readOrRefuse(32, bytes);
		}
	}

	@Property(tries = 5000)
	void markersInAnyOrderAreReadOrRefused(@ForAll("markers") byte[] bytes) {
		readOrRefuse(32, bytes);
	}

	private void readOrRefuse(int flags, byte[] bytes) {
		try {
			Object value = this.transcoder.decode(flags, bytes);
			assertThat(Objects.hash(value)).isEqualTo(Objects.hash(value));
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex).hasMessageContaining(" ");
		}
	}

	@Provide
	Arbitrary<Integer> flags() {
		return Arbitraries.of(0, 1, 2, 4, 8, 32, 256);
	}

	@Provide
	Arbitrary<byte[]> markers() {
		return marker().array(byte[].class).ofMaxSize(200);
	}

	@Provide
	Arbitrary<Byte> marker() {
		List<Byte> markers = "NTFiIlgfxysutRaAzZ()[]{}<>0cr.S?\u0000\u0001\u0002\u0003\u007f".chars()
			.mapToObj((marker) -> (byte) marker)
			.toList();
		return Arbitraries.of(markers).flatMap((marker) -> Arbitraries.of(marker, (byte) (marker | 0x80)));
	}

	@Provide
	Arbitrary<Object> values() {
		Arbitrary<Object> keys = Arbitraries.recursive(MarshalProperties::keyScalars, MarshalProperties::lists, 0, 2);
		return Arbitraries
			.recursive(MarshalProperties::scalars,
					(values) -> Arbitraries.oneOf(lists(values), keys.set().ofMaxSize(5).map(LinkedHashSet::new),
							Arbitraries.maps(keys, values.injectNull(0.1)).ofMaxSize(5).map(LinkedHashMap::new)),
					0, 3)
			.withoutEdgeCases();
	}

	/** Few numbers of many classes, so that many are equal. */
	@Provide
	Arbitrary<Object> mixed() {
		Arbitrary<Object> few = Arbitraries
			.of(List.of(0, 1, 0L, 1L, (short) 1, (byte) 1, BigInteger.ONE, BigInteger.ZERO, 0.0, -0.0, 0.0f, -0.0f, 0.5,
					0.5f, Double.NaN, Float.NaN, 1.0, "1", true, false))
			.map((value) -> value);
		Arbitrary<Object> keys = Arbitraries.recursive(() -> few,
				(elements) -> Arbitraries.oneOf(lists(elements), sets(elements), elements), 0, 2);
		return Arbitraries
			.recursive(() -> few,
					(values) -> Arbitraries.oneOf(lists(values), sets(keys),
							Arbitraries.maps(keys, values).ofMaxSize(3).map(MarshalProperties::anyMap)),
					1, 3)
			.withoutEdgeCases();
	}

	private static Arbitrary<Object> sets(Arbitrary<Object> elements) {
		return elements.list().ofMaxSize(3).flatMap((list) -> Arbitraries.of(0, 1, 2).map((kind) -> switch (kind) {
			case 0 -> new LinkedHashSet<>(list);
			case 1 -> Collections.unmodifiableSet(new HashSet<>(list));
			default -> {
				Set<Object> byIdentity = Collections.newSetFromMap(new IdentityHashMap<>());
				byIdentity.addAll(list);
				yield byIdentity;
			}
		}));
	}

	private static Object anyMap(Map<Object, Object> map) {
		return (map.size() % 2 == 0) ? new LinkedHashMap<>(map) : Collections.unmodifiableMap(map);
	}

	private static Arbitrary<Object> lists(Arbitrary<Object> elements) {
		return elements.list().ofMaxSize(5).map((list) -> list);
	}

	/** No two numbers that differ in Java and are the same in Python. */
	private static Arbitrary<Object> keyScalars() {
		return Arbitraries.oneOf(Arbitraries.strings().ofMaxLength(20), Arbitraries.longs(), Arbitraries.doubles());
	}

	private static Arbitrary<Object> scalars() {
		return Arbitraries.oneOf(keyScalars(), Arbitraries.integers(), Arbitraries.bigIntegers(), Arbitraries.floats(),
				Arbitraries.of(true, false), Arbitraries.bytes().array(byte[].class).ofMaxSize(20));
	}

}
