package io.libmc.spring.cache;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import org.springframework.cache.interceptor.SimpleKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The characters, numbers and shapes are few, so that what looks alike comes up often.
 */
class WireKeysProperties {

	@Property(tries = 5_000)
	void twoNamesAreEqualIfAndOnlyIfCacheAndKeyAre(@ForAll("texts") String oneCache, @ForAll("keys") Object oneKey,
			@ForAll("texts") String otherCache, @ForAll("keys") Object otherKey) {
		boolean equal = oneCache.equals(otherCache) && areEqual(oneKey, otherKey);
		assertThat(name(oneCache, oneKey).equals(name(otherCache, otherKey))).isEqualTo(equal);
	}

	@Property(tries = 5_000)
	void twoKeysInOneCacheAreEqualIfAndOnlyIfTheirNamesAre(@ForAll("keys") Object one, @ForAll("keys") Object other) {
		assertThat(name("books", one).equals(name("books", other))).isEqualTo(areEqual(one, other));
	}

	@Property(tries = 20_000)
	void applicationsWithDifferentPrefixesShareNoName(@ForAll("shortTexts") String onePrefix,
			@ForAll("shortTexts") String oneCache, @ForAll("shortTexts") String oneKey,
			@ForAll("shortTexts") String otherPrefix, @ForAll("shortTexts") String otherCache,
			@ForAll("shortTexts") String otherKey) {
		WireKeys one = new WireKeys(onePrefix, oneCache);
		WireKeys other = new WireKeys(otherPrefix, otherCache);
		boolean sameCache = onePrefix.equals(otherPrefix) && oneCache.equals(otherCache);
		assertThat(one.entry(oneKey).equals(other.entry(otherKey))).isEqualTo(sameCache && oneKey.equals(otherKey));
		assertThat(one.generation(0).equals(other.generation(0))).isEqualTo(sameCache);
		assertThat(one.entry(oneKey)).isNotEqualTo(other.generation(0));
	}

	@Property(tries = 2_000)
	void theOrderOfASetMeansNothing(@ForAll("parts") List<Object> parts) {
		Set<Object> set = new LinkedHashSet<>(parts);
		List<Object> reversed = new ArrayList<>(set);
		Collections.reverse(reversed);
		assertThat(name("books", set)).isEqualTo(name("books", new LinkedHashSet<>(reversed)));
	}

	@Property(tries = 2_000)
	void noNameIsLongerThanWhatCanBeSplit(@ForAll String cache, @ForAll String key) {
		assertThat(name(cache, key).getBytes(StandardCharsets.UTF_8).length).isBetween(1, 150);
		assertThat(name(cache, key).chars()).noneMatch((c) -> c <= ' ' || c == 0x7f);
	}

	@Provide
	Arbitrary<String> texts() {
		return Arbitraries.strings().withChars("ab:,@#% S1\u0000é\ud800").ofMaxLength(5);
	}

	@Provide
	Arbitrary<String> shortTexts() {
		return Arbitraries.strings().withChars("ab:/%2").ofMaxLength(3);
	}

	@Provide
	Arbitrary<List<Object>> parts() {
		return scalars().list().ofMaxSize(4);
	}

	@Provide
	Arbitrary<Object> keys() {
		return Arbitraries.lazyOf(this::scalars, this::scalars,
				() -> keys().array(Object[].class).ofMaxSize(3).map(SimpleKey::new),
				() -> keys().array(Object[].class).ofMaxSize(3), () -> scalars().list().ofMaxSize(3),
				() -> scalars().set().ofMaxSize(3), () -> scalars().optional(), () -> texts().map(Title::new),
				() -> Arbitraries.maps(texts(), scalars()).ofMaxSize(2));
	}

	private Arbitrary<Object> scalars() {
		return Arbitraries.oneOf(texts(), Arbitraries.integers().between(-1, 12), Arbitraries.longs().between(-1, 12),
				Arbitraries.of(0.0, -0.0, 1.0, 12.0), Arbitraries.of('a', '1'), Arbitraries.of(true, false));
	}

	/** As {@link SimpleKey} compares what it holds, arrays included. */
	private static boolean areEqual(Object one, Object other) {
		return Arrays.deepEquals(new Object[] { one }, new Object[] { other });
	}

	private static String name(String cache, Object key) {
		return new WireKeys("", cache).entry(key);
	}

	private record Title(String text) {

	}

}
