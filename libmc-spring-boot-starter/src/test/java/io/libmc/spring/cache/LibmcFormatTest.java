package io.libmc.spring.cache;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.RawValue;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Memcached
class LibmcFormatTest {

	/** The flags of Python's marshal. */
	private static final int MARSHAL = 32;

	private MemcachedClient client;

	private LibmcCache cache;

	private LibmcCache strict;

	@BeforeEach
	void createCache(MemcachedServer server) {
		this.client = LibmcCacheTest.client(List.of(server));
		LibmcCacheSettings settings = new LibmcCacheSettings().format(EntryFormat.libmc());
		this.cache = LibmcCacheTest.cache(this.client, settings);
		this.strict = LibmcCacheTest.cache(this.client, settings.onError(OnError.THROW));
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@ParameterizedTest
	@MethodSource
	void valuesComeBackAsTheyWent(Object value) {
		this.cache.put("k", value);
		assertThat(Objects.requireNonNull(this.cache.get("k")).get()).isEqualTo(value);
		assertThat(raw().flags()).isEqualTo(MARSHAL);
	}

	static Stream<Object> valuesComeBackAsTheyWent() {
		return Stream.of("text", "", "三体", 1L, Long.MIN_VALUE, 1.5, Double.NaN, true, new byte[0], new byte[] { 1 },
				List.of(), List.of(1L, "a"), Arrays.asList("a", null), new ArrayList<>(List.of(List.of(2.5))),
				Map.of("k", List.of(1L)), new HashMap<>(Map.of(1L, "a")), Set.of("a"), Collections.emptyList(),
				Collections.unmodifiableMap(new LinkedHashMap<>(Map.of(true, new ArrayList<>()))));
	}

	@Test
	void nullIsNoneAndNoEntryIsEmpty() {
		this.cache.put("k", null);
		assertThat(Objects.requireNonNull(this.cache.get("k")).get()).isNull();
		assertThat(raw().bytes()).endsWith('N');
		this.cache.evict("k");
		assertThat(this.cache.putIfAbsent("k", new byte[0])).isNull();
		assertThat(raw().bytes()).endsWith('s', 0, 0, 0, 0);
		assertThat(this.cache.get("k", byte[].class)).isEmpty();
	}

	@Test
	void pythonReadsItAsAListOfTheGenerationAndTheValue() {
		this.cache.put("k", "v");
		List<Object> entry = this.client.get(name());
		String generation = "books%gen:" + this.client.serverFor("k");
		assertThat(entry).containsExactly(this.client.get(generation, Long.class), "v");
	}

	@ParameterizedTest
	@MethodSource
	void whatWouldComeBackAsAnotherTypeIsRefused(Object value, String named) {
		this.strict.put("k", "older");
		assertThatIllegalArgumentException().isThrownBy(() -> this.strict.put("k", value))
			.withMessageContainingAll("\"books\"", named, "libmc.cache.serializer");
		assertThat(this.strict.get("k")).isNull();
	}

	static Stream<Object[]> whatWouldComeBackAsAnotherTypeIsRefused() {
		return Stream.of(new Object[] { 1, "java.lang.Integer" }, new Object[] { (short) 1, "java.lang.Short" },
				new Object[] { 1f, "java.lang.Float" }, new Object[] { 'c', "java.lang.Character" },
				new Object[] { BigInteger.TEN, "java.math.BigInteger" }, new Object[] { Instant.EPOCH, "Instant" },
				new Object[] { TimeUnit.DAYS, "TimeUnit" }, new Object[] { new TreeMap<>(Map.of("a", 1L)), "TreeMap" },
				new Object[] { new CopyOnWriteArrayList<>(), "CopyOnWriteArrayList" },
				new Object[] { List.of(1), "java.lang.Integer" },
				new Object[] { Map.of("k", Set.of(1f)), "java.lang.Float" },
				new Object[] { new int[0], "a int[] cannot" });
	}

	@Test
	void aLargeValueIsCheckedAndOneOfTwoWritersChunksIsAMiss() {
		this.cache.put("k", "x".repeat(2_500_000));
		assertThat(this.cache.get("k", String.class)).hasSize(2_500_000);
		String chunk = "~" + name().length() + name() + "/1";
		RawValue other = Objects.requireNonNull(this.client.getRaw(chunk));
		byte[] bytes = other.bytes().clone();
		bytes[500_000] = 'y';
		this.client.setRaw(chunk, new RawValue(other.flags(), bytes), java.time.Duration.ZERO);
		assertThat(this.cache.get("k")).isNull();
		assertThat(this.cache.getStatistics().undecodable()).isEqualTo(1);
	}

	@Test
	void entriesOfAnotherFormatAreMisses() {
		LibmcCache jdk = LibmcCacheTest.cache(this.client, "books");
		jdk.put("k", "v");
		assertThat(this.cache.get("k")).isNull();
		this.cache.put("k", "v");
		assertThat(jdk.get("k")).isNull();
	}

	private RawValue raw() {
		return Objects.requireNonNull(this.client.getRaw(name()));
	}

	private static String name() {
		return new WireKeys("", "books").entry("k");
	}

}
