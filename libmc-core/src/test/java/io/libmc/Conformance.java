package io.libmc;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

/**
 * What every method of {@link MemcachedClient} does on servers that are well, however
 * many they are and however they are reached: {@link ConformanceTest} says.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class Conformance {

	private static final int MANY = 100_000;

	private List<MemcachedServer> servers = List.of();

	private MemcachedClient client;

	abstract List<MemcachedServer> startServers();

	/** What reaching these servers takes. */
	MemcachedClientBuilder configure(MemcachedClientBuilder builder) {
		return builder;
	}

	/** How the client is called. */
	MemcachedClient calling(MemcachedClient original) {
		return original;
	}

	private MemcachedClient client(UnaryOperator<MemcachedClientBuilder> options) {
		MemcachedClientBuilder builder = MemcachedClient.builder()
			.servers(this.servers.stream().map(MemcachedServer::address).toList())
			.pollTimeout(Duration.ofSeconds(20))
			.flushAllEnabled(true);
		return calling(options.apply(configure(builder)).build());
	}

	@BeforeAll
	void start() {
		this.servers = startServers();
		this.client = client(UnaryOperator.identity());
	}

	@BeforeEach
	void empty() {
		if (MemcachedServer.isBehindProxy()) {
			assertThat(this.servers).allMatch(MemcachedServer::flush);
		}
		else {
			assertThat(this.client.flushAll()).containsExactlyElementsOf(addresses());
		}
	}

	@AfterAll
	void stop() {
		if (this.client != null) {
			this.client.close();
		}
		this.servers.forEach(MemcachedServer::close);
	}

	MemcachedClient client() {
		return this.client;
	}

	List<String> addresses() {
		return this.servers.stream().map(MemcachedServer::address).toList();
	}

	// One value

	@Test
	void getReturnsWhatWasSetAndNullOnAMiss() {
		assertThat(this.client.<Object>get("k")).isNull();
		assertThat(this.client.get("k", String.class)).isNull();
		assertThat(this.client.set("k", bytes("v"))).isTrue();
		assertThat(this.client.<byte[]>get("k")).isEqualTo(bytes("v"));
		assertThat(this.client.set("k", bytes("w"), Duration.ofDays(60))).isTrue();
		assertThat(this.client.<byte[]>get("k")).isEqualTo(bytes("w"));
	}

	@Test
	void valuesComeBackAsWhatTheyAre() {
		Map<String, Object> values = new LinkedHashMap<>();
		values.put("empty bytes", new byte[0]);
		values.put("empty string", "");
		values.put("string", "h\u00e9llo \ud83c\udfac\r\nEND\r\n");
		values.put("true", true);
		values.put("false", false);
		values.put("long", Long.MIN_VALUE);
		values.put("big", BigInteger.TWO.pow(100));
		values.put("double", -0.25);
		values.put("list", List.of(1L, "two", List.of(), true));
		values.put("map", Map.of("a", List.of(1L), "b", 2.5));
		values.put("set", Set.of(1L, 2L));
		values.forEach((name, value) -> {
			String key = name.replace(' ', '-');
			assertThat(this.client.set(key, value)).as(name).isTrue();
			assertThat(this.client.<Object>get(key)).as(name).isEqualTo(value);
		});
		assertThat(this.client.set("int", 5)).isTrue();
		assertThat(this.client.<Object>get("int")).isEqualTo(5L);
	}

	@Test
	void typedGetConvertsNumbersExactlyOrFails() {
		this.client.set("n", 300);
		assertThat(this.client.get("n", Integer.class)).isEqualTo(300);
		assertThat(this.client.get("n", long.class)).isEqualTo(300L);
		assertThat(this.client.get("n", Double.class)).isEqualTo(300.0);
		assertThat(this.client.get("n", BigInteger.class)).isEqualTo(300);
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> this.client.get("n", Byte.class))
			.withMessageContaining("\"n\"")
			.withMessageContaining("java.lang.Byte");
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> this.client.get("n", String.class))
			.withMessageContaining("java.lang.String");
	}

	@Test
	void addStoresOnlyWhatIsAbsentAndReplaceOnlyWhatIsThere() {
		assertThat(this.client.replace("k", "x")).isFalse();
		assertThat(this.client.add("k", "a")).isTrue();
		assertThat(this.client.add("k", "b", Duration.ofMinutes(1))).isFalse();
		assertThat(this.client.<String>get("k")).isEqualTo("a");
		assertThat(this.client.replace("k", "c", Duration.ofMinutes(1))).isTrue();
		assertThat(this.client.<String>get("k")).isEqualTo("c");
	}

	@Test
	void appendAndPrependAddBytesAsTheyAre() {
		assertThat(this.client.append("k", bytes("x"))).isFalse();
		assertThat(this.client.prepend("k", bytes("x"))).isFalse();
		this.client.set("k", bytes("b"));
		assertThat(this.client.append("k", bytes("c"))).isTrue();
		assertThat(this.client.prepend("k", bytes("a"))).isTrue();
		assertThat(this.client.append("k", new byte[0])).isTrue();
		assertThat(this.client.<byte[]>get("k")).isEqualTo(bytes("abc"));
	}

	@Test
	void casStoresOnlyOverWhatWasRead() {
		assertThat(this.client.<Object>gets("k")).isNull();
		assertThat(this.client.cas("k", "x", Duration.ZERO, 1)).isEqualTo(CasResult.NOT_FOUND);
		this.client.set("k", "a");
		CasValue<String> read = this.client.gets("k");
		assertThat(read.value()).isEqualTo("a");
		assertThat(this.client.cas("k", "b", Duration.ZERO, read.cas())).isEqualTo(CasResult.STORED);
		assertThat(this.client.cas("k", "c", Duration.ofMinutes(1), read.cas())).isEqualTo(CasResult.EXISTS);
		assertThat(this.client.<String>get("k")).isEqualTo("b");
		assertThat(this.client.cas("k", "d", Duration.ofMinutes(1), this.client.gets("k").cas()))
			.isEqualTo(CasResult.STORED);
	}

	@Test
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = "twemproxy",
			disabledReason = "twemproxy has no gat")
	void getAndTouchReads() {
		assertThat(this.client.<Object>getAndTouch("k", Duration.ofMinutes(1))).isNull();
		this.client.set("k", "a", Duration.ofMinutes(1));
		assertThat(this.client.<String>getAndTouch("k", Duration.ofMinutes(2))).isEqualTo("a");
		assertThat(this.client.<String>getAndTouch("k", Duration.ofSeconds(-1))).isEqualTo("a");
		assertThat(this.client.<Object>get("k")).isNull();
	}

	@Test
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = "twemproxy",
			disabledReason = "twemproxy takes no negative times")
	void deleteTouchAndExpireTellWhetherTheKeyWasThere() {
		assertThat(this.client.delete("k")).isFalse();
		assertThat(this.client.touch("k", Duration.ofMinutes(1))).isFalse();
		assertThat(this.client.expire("k")).isFalse();
		this.client.set("k", "a");
		assertThat(this.client.touch("k", Duration.ofMinutes(1))).isTrue();
		assertThat(this.client.delete("k")).isTrue();
		assertThat(this.client.<Object>get("k")).isNull();
		this.client.set("k", "a");
		assertThat(this.client.expire("k")).isTrue();
		assertThat(this.client.<Object>get("k")).isNull();
		this.client.set("k", "a", Duration.ofNanos(-1));
		assertThat(this.client.<Object>get("k")).isNull();
	}

	@Test
	void countersAreUnsignedAndWrap() {
		assertThat(this.client.incr("n", 1)).isEmpty();
		assertThat(this.client.decr("n", 1)).isEmpty();
		this.client.set("n", 10);
		assertThat(this.client.incr("n", 5)).hasValue(15);
		assertThat(this.client.incr("n", 0)).hasValue(15);
		assertThat(this.client.decr("n", 6)).hasValue(9);
		assertThat(this.client.<Object>get("n")).as("memcached stores it as '9 '").isEqualTo(9L);
		assertThat(this.client.get("n", Integer.class)).isEqualTo(9);
		assertThat(this.client.incr("n", 0)).hasValue(9);
		assertThat(this.client.decr("n", 100)).hasValue(0);
		assertThat(this.client.incr("n", Long.MAX_VALUE)).hasValue(Long.MAX_VALUE);
		assertThat(this.client.incr("n", 1)).hasValue(Long.MIN_VALUE);
		assertThat(this.client.<Object>get("n")).isEqualTo(BigInteger.TWO.pow(63));
		assertThat(this.client.incr("n", Long.MAX_VALUE)).hasValue(-1);
		assertThat(this.client.incr("n", 1)).hasValue(0);
	}

	@Test
	void countingWhatIsNoNumberFailsAndHarmsNothing() {
		this.client.set("k", "text");
		assertThatExceptionOfType(MemcachedProtocolException.class).isThrownBy(() -> this.client.incr("k", 1))
			.withMessageContaining("non-numeric");
		assertThat(this.client.<String>get("k")).isEqualTo("text");
	}

	@Test
	void rawItemsKeepFlagsAndBytes() {
		assertThat(this.client.getRaw("k")).isNull();
		RawValue value = new RawValue(0xffff_efff, bytes("\u0000\r\nraw"));
		assertThat(this.client.setRaw("k", value, Duration.ofMinutes(1))).isTrue();
		assertThat(this.client.getRaw("k")).isEqualTo(value);
		this.client.set("k", 5);
		assertThat(this.client.getRaw("k")).isEqualTo(new RawValue(4, bytes("5")));
	}

	@Test
	void compressionIsUndoneOnReadingAndLeftByGetRaw() {
		try (MemcachedClient compressing = client((builder) -> builder.compressionThreshold(100))) {
			String text = "x".repeat(10_000);
			assertThat(compressing.set("k", text)).isTrue();
			assertThat(this.client.<String>get("k")).isEqualTo(text);
			RawValue raw = compressing.getRaw("k");
			assertThat(raw.flags()).isEqualTo(32 | 16);
			assertThat(raw.bytes()).hasSizeLessThan(100);
			assertThat(this.client.setRaw("copy", raw, Duration.ZERO)).isTrue();
			assertThat(this.client.<String>get("copy")).isEqualTo(text);
		}
	}

	// Many values

	@Test
	void getMultiTellsHitsInOrderFromMisses() {
		this.client.set("b", "B");
		this.client.set("a", "A");
		MultiGetResult<String> found = this.client.getMulti(List.of("x", "b", "y", "a", "b"));
		assertThat(found.values()).containsExactly(entry("b", "B"), entry("a", "A"));
		assertThat(found.missing()).containsExactly("x", "y");
		assertThat(found.failures()).isEmpty();
		MultiGetResult<String> nothing = this.client.getMulti(List.of());
		assertThat(nothing.values()).isEmpty();
		assertThat(nothing.missing()).isEmpty();
		assertThat(nothing.failures()).isEmpty();
	}

	@Test
	void getListFollowsTheKeys() {
		this.client.set("a", "A");
		this.client.set("b", "B");
		assertThat(this.client.<String>getList(List.of("a", "x", "b", "a"))).containsExactly("A", null, "B", "A");
		assertThat(this.client.<String>getList(List.of())).isEmpty();
	}

	@Test
	void multiWritesTellWhichKeysWereNotStored() {
		assertThat(this.client.setMulti(Map.of("a", "A", "b", 2), Duration.ofMinutes(1)).succeeded()).isTrue();
		assertThat(this.client.<Object>getMulti(List.of("a", "b")).values()).containsExactly(entry("a", "A"),
				entry("b", 2L));
		this.client.set("c", bytes("C"));
		this.client.set("d", bytes("D"));
		MultiResult appended = this.client.appendMulti(List.of("c", "x", "d", "c"), bytes(">"));
		assertThat(appended.succeeded()).isFalse();
		assertThat(appended.notStored()).containsExactly("x");
		assertThat(appended.failures()).isEmpty();
		MultiResult prepended = this.client.prependMulti(List.of("y", "c"), bytes("<"));
		assertThat(prepended.notStored()).containsExactly("y");
		assertThat(this.client.<byte[]>getList(List.of("c", "d"))).containsExactly(bytes("<C>"), bytes("D>"));
		MultiResult deleted = this.client.deleteMulti(List.of("a", "x", "a", "b", "c"));
		assertThat(deleted.succeeded()).isTrue();
		assertThat(deleted.notStored()).isEmpty();
		assertThat(this.client.<Object>getMulti(List.of("a", "b", "c", "d")).values()).containsOnlyKeys("d");
	}

	@Test
	void multiWritesOfNothingSucceed() {
		assertThat(this.client.setMulti(Map.of()).succeeded()).isTrue();
		assertThat(this.client.deleteMulti(Set.of()).succeeded()).isTrue();
		assertThat(this.client.appendMulti(List.of(), bytes("x")).succeeded()).isTrue();
		assertThat(this.client.prependMulti(List.of(), bytes("x")).succeeded()).isTrue();
	}

	@Test
	void hundredThousandKeysAtOnce() {
		Map<String, byte[]> entries = new LinkedHashMap<>();
		IntStream.range(0, MANY).forEach((i) -> entries.put("key" + i, bytes("v" + i)));
		assertThat(this.client.setMulti(entries).succeeded()).isTrue();
		List<String> keys = new ArrayList<>(entries.keySet());
		keys.add("absent");
		Collections.shuffle(keys, new Random(1));
		MultiGetResult<byte[]> found = this.client.getMulti(keys);
		assertThat(found.failures()).isEmpty();
		assertThat(found.missing()).containsExactly("absent");
		assertThat(found.values()).hasSize(MANY);
		long wrong = entries.entrySet()
			.stream()
			.filter((entry) -> !Arrays.equals(entry.getValue(), found.values().get(entry.getKey())))
			.count();
		assertThat(wrong).isZero();
		assertThat(this.client.deleteMulti(keys).succeeded()).isTrue();
		assertThat(this.client.<byte[]>getMulti(keys).missing()).hasSize(MANY + 1);
	}

	// Limits

	@Test
	void keysOf250Bytes() {
		Map<String, String> entries = new LinkedHashMap<>();
		for (int i = 0; i < 1000; i++) {
			String start = i + "-\u00e9\ud83c\udfac";
			int length = start.getBytes(StandardCharsets.UTF_8).length;
			entries.put(start + "k".repeat(250 - length), "v" + i);
		}
		String key = entries.keySet().iterator().next();
		assertThat(this.client.set(key, "x")).isTrue();
		assertThat(this.client.<String>get(key)).isEqualTo("x");
		assertThat(this.client.setMulti(entries).succeeded()).isTrue();
		assertThat(this.client.<String>getMulti(entries.keySet()).values()).isEqualTo(entries);
		assertThat(this.client.touch(key, Duration.ofMinutes(1))).isTrue();
		assertThat(this.client.deleteMulti(entries.keySet()).succeeded()).isTrue();
		assertThat(this.client.<String>getMulti(entries.keySet()).values()).isEmpty();
	}

	@Test
	void valuesOfTenMillionBytes() {
		byte[] value = new byte[10_000_000];
		new Random(7).nextBytes(value);
		assertThat(this.client.set("k", value)).isTrue();
		assertThat(Arrays.equals(this.client.<byte[]>get("k"), value)).isTrue();
	}

	@Test
	void itemOverTheServersLimitFailsAtOnceAndAlone() {
		try (MemcachedClient whole = client((builder) -> builder.splitLargeValues(false))) {
			byte[] large = new byte[2_000_000];
			assertThat(whole.set("small", "v")).isTrue();
			long start = System.nanoTime();
			assertThatExceptionOfType(MemcachedServerException.class).isThrownBy(() -> whole.set("k", large))
				.withMessageContaining("object too large for cache");
			Map<String, Object> entries = new LinkedHashMap<>();
			IntStream.range(0, 30).forEach((i) -> entries.put("k" + i, (i % 10 == 5) ? large : "v" + i));
			MultiResult result = whole.setMulti(entries);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
			assertThat(result.failures()).containsOnlyKeys("k5", "k15", "k25")
				.allSatisfy((key, failure) -> assertThat(failure).isInstanceOf(MemcachedServerException.class));
			assertThat(result.notStored()).isEmpty();
			assertThat(whole.<String>get("small")).isEqualTo("v");
			assertThat(whole.<String>get("k29")).isEqualTo("v29");
		}
	}

	// Servers

	@Test
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = ".*proxy",
			disabledReason = "a proxy has statistics of its own")
	void everyServerTellsItsVersionAndStatistics() {
		assertThat(List.copyOf(this.client.version().keySet())).isEqualTo(addresses());
		assertThat(this.client.version().values()).allMatch((version) -> version.matches("[0-9]+\\..*"));
		IntStream.range(0, 200).forEach((i) -> this.client.set("k" + i, "v"));
		assertThat(List.copyOf(this.client.stats().keySet())).isEqualTo(addresses());
		assertThat(this.client.stats())
			.allSatisfy((server, stats) -> assertThat(stats).containsKeys("pid", "curr_items"));
		assertThat(this.client.stats("settings"))
			.allSatisfy((server, stats) -> assertThat(stats).containsEntry("evictions", "on"));
		assertThat(this.client.stats("items")).allSatisfy((server, stats) -> assertThat(stats.keySet()).isNotEmpty()
			.allMatch((name) -> name.startsWith("items:")));
		assertThat(this.client.stats("slabs"))
			.allSatisfy((server, stats) -> assertThat(stats).containsKey("active_slabs"));
		assertThat(this.client.stats("sizes"))
			.allSatisfy((server, stats) -> assertThat(stats).containsEntry("sizes_status", "disabled"));
		assertThat(this.client.stats("detail", "on")).allSatisfy((server, stats) -> assertThat(stats).isEmpty());
		this.client.get("app:k");
		assertThat(this.client.stats("detail", "dump").values())
			.anySatisfy((stats) -> assertThat(stats).containsKey("app"));
		assertThat(this.client.stats("detail", "off")).hasSize(this.servers.size());
		assertThat(this.client.stats("reset")).hasSize(this.servers.size());
		assertThat(this.client.stats("cachedump", "1", "3").values())
			.allSatisfy((items) -> assertThat(items).hasSizeLessThanOrEqualTo(3));
	}

	@Test
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = ".*proxy",
			disabledReason = "a proxy does not let clients flush")
	void flushAllEmptiesEveryServer() {
		IntStream.range(0, 200).forEach((i) -> this.client.set("k" + i, "v"));
		assertThat(this.client.flushAll()).containsExactlyElementsOf(addresses());
		assertThat(this.client.getMulti(IntStream.range(0, 200).mapToObj((i) -> "k" + i).toList()).values()).isEmpty();
	}

	@Test
	void keysAreSpreadOverAllServersAndServedWhereTheyLive() {
		Set<String> homes = new HashSet<>();
		for (int i = 0; i < 1000; i++) {
			homes.add(this.client.serverFor("k" + i));
		}
		assertThat(homes).containsExactlyInAnyOrderElementsOf(addresses());
		for (int i = 0; i < 50; i++) {
			assertThat(this.client.liveServerFor("k" + i)).isEqualTo(this.client.serverFor("k" + i));
		}
	}

	@Test
	void clientComesBackToLifeAfterQuit() {
		for (int i = 0; i < 5; i++) {
			assertThat(this.client.set("k" + i, "v" + i)).isTrue();
			this.client.quit();
			this.client.quit();
			assertThat(this.client.<String>get("k" + i)).isEqualTo("v" + i);
		}
	}

	@Test
	void callsFromManyThreadsGetTheirOwnValues() {
		IntStream.range(0, 100).forEach((i) -> this.client.set("k" + i, "v" + i));
		List<String> wrong = IntStream.range(0, 4000).parallel().mapToObj((i) -> {
			int n = i % 100;
			if (i % 50 == 0) {
				this.client.set("k" + n, "v" + n);
			}
			return (i % 7 == 0) ? this.client.<String>getList(List.of("k" + n)).get(0).equals("v" + n) ? "" : "k" + n
					: ("v" + n).equals(this.client.<String>get("k" + n)) ? "" : "k" + n;
		}).filter((key) -> !key.isEmpty()).toList();
		assertThat(wrong).isEmpty();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
