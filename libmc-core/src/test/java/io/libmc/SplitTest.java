package io.libmc;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.libmc.codec.Transcoder;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import io.libmc.testing.ScriptedServer;
import io.libmc.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Large values in pieces, as libmc lays them out.
 */
@Timeout(60)
@Memcached(servers = 2, args = { "-m", "256" })
class SplitTest {

	private static final Pattern SIZE = Pattern.compile("set of ([0-9]+) bytes(?: under a key of ([0-9]+) bytes)?");

	private static final Pattern ITEM = Pattern.compile("flags=([0-9]+|absent) (value|length)=([0-9]+)");

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("items")
	void chunksLieOnTheServerAsLibmcLaysThem(String fact, String value, MemcachedServer server) {
		try (MemcachedClient client = client(server); RawConnection raw = RawConnection.to(server)) {
			assertThat(client.set("big", random(2_500_000))).isTrue();
			RawConnection.Item item = raw.item(fact.substring("item ".length()));
			Matcher expected = ITEM.matcher(value);
			assertThat(expected.matches()).isTrue();
			if (expected.group(1).equals("absent")) {
				assertThat(item).isNull();
				return;
			}
			assertThat(item.flags()).isEqualTo(Long.parseLong(expected.group(1)));
			assertThat(expected.group(2).equals("value") ? item.text() : Integer.toString(item.data().length))
				.isEqualTo(expected.group(3));
		}
	}

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("sizes")
	void sizesAndKeysAreTakenAndRefusedAsByLibmc(String fact, String stored, MemcachedServer server) {
		Matcher size = SIZE.matcher(fact);
		assertThat(size.matches()).isTrue();
		String key = "k".repeat((size.group(2) != null) ? Integer.parseInt(size.group(2)) : 1);
		byte[] value = random(Integer.parseInt(size.group(1)));
		try (MemcachedClient client = client(server)) {
			if (stored.equals("True")) {
				assertThat(client.set(key, value)).isTrue();
				assertThat(client.<byte[]>get(key)).isEqualTo(value);
			}
			else {
				assertThatIllegalArgumentException().isThrownBy(() -> client.set(key, value))
					.withMessageContaining(key.substring(0, 1))
					.withMessageContaining((key.length() > 1) ? "at most 200" : "10000000");
				assertThatIllegalArgumentException()
					.isThrownBy(() -> client.setMulti(Map.of("other", value, key, value)));
				assertThat(client.<Object>get("other")).as("nothing was sent").isNull();
			}
		}
	}

	@Test
	void largerLimitOfTheClientDoesNotMakeLibmcsLarger(MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.maxValueBytes(20_000_000)
			.build()) {
			assertThatIllegalArgumentException().isThrownBy(() -> client.set("k", new byte[10_000_001]))
				.withMessageContaining("not split");
		}
	}

	@Test
	void prefixCountsAsPartOfTheKey(List<MemcachedServer> servers) {
		byte[] value = random(1_500_000);
		try (MemcachedClient client = builder(servers).prefix("app:").build()) {
			assertThat(client.set("é".repeat(98), value)).isTrue();
			assertThat(client.<byte[]>get("é".repeat(98))).isEqualTo(value);
			assertThatIllegalArgumentException().isThrownBy(() -> client.set("k".repeat(197), value))
				.withMessageContaining("201 bytes with its prefix");
			assertThat(client.set("k", value)).isTrue();
		}
		try (MemcachedClient client = builder(servers).build()) {
			assertThat(client.<byte[]>get("app:k")).isEqualTo(value);
			assertThat(client.<byte[]>get("~5app:k/1")).hasSize(500_000);
			assertThat(client.<byte[]>get("~200app:" + "é".repeat(98) + "/0")).hasSize(1_000_000);
		}
	}

	@Test
	void missingChunkIsAMiss(List<MemcachedServer> servers) {
		try (MemcachedClient client = client(servers)) {
			assertThat(client.set("big", random(2_500_000))).isTrue();
			assertThat(client.set("small", new byte[] { 1 })).isTrue();
			assertThat(client.delete("~3big/1")).isTrue();
			assertThat(client.<Object>get("big")).isNull();
			assertThat(client.<Object>gets("big")).isNull();
			assertThat(client.getRaw("big")).isNull();
			MultiGetResult<byte[]> found = client.getMulti(List.of("big", "small"));
			assertThat(found.values()).containsOnlyKeys("small");
			assertThat(found.missing()).containsExactly("big");
			assertThat(found.failures()).isEmpty();
			assertThat(client.<byte[]>getList(List.of("big", "small")))
				.satisfiesExactly((big) -> assertThat(big).isNull(), (small) -> assertThat(small).hasSize(1));
		}
	}

	@Test
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = "twemproxy",
			disabledReason = "twemproxy has no gat")
	void everyKindOfReadJoins(List<MemcachedServer> servers) {
		byte[] value = random(3_000_001);
		try (MemcachedClient client = client(servers)) {
			assertThat(client.set("big", value)).isTrue();
			assertThat(client.<byte[]>get("big")).isEqualTo(value);
			assertThat(client.get("big", byte[].class)).isEqualTo(value);
			assertThat(client.getRaw("big")).isEqualTo(new RawValue(0, value));
			assertThat(client.<byte[]>getMulti(List.of("big", "absent")).values().get("big")).isEqualTo(value);
			assertThat(client.<byte[]>getList(List.of("big")).get(0)).isEqualTo(value);
			assertThat(client.<byte[]>getAndTouch("big", Duration.ofMinutes(1))).isEqualTo(value);
			assertThat(client.async().<byte[]>get("big").join()).isEqualTo(value);
			assertThat(client.async().<byte[]>getMulti(List.of("big")).join().values().get("big")).isEqualTo(value);
		}
	}

	@Test
	void splitValueIsJoinedAlsoWhereNothingIsSplit(List<MemcachedServer> servers) {
		byte[] value = random(1_000_001);
		try (MemcachedClient splitting = client(servers);
				MemcachedClient whole = builder(servers).splitLargeValues(false).build()) {
			assertThat(splitting.set("big", value)).isTrue();
			assertThat(whole.<byte[]>get("big")).isEqualTo(value);
			assertThat(whole.set("big", value)).as("within the server's limit").isTrue();
			assertThat(splitting.getRaw("big")).isEqualTo(new RawValue(0, value));
		}
	}

	@Test
	void casSeesTheChangeOfASplitValue(List<MemcachedServer> servers) {
		byte[] value = random(1_000_001);
		try (MemcachedClient client = client(servers)) {
			assertThat(client.set("big", value)).isTrue();
			CasValue<byte[]> read = client.gets("big");
			assertThat(read.value()).isEqualTo(value);
			assertThat(client.set("big", random(1_200_000))).isTrue();
			assertThat(client.cas("big", new byte[] { 1 }, Duration.ZERO, read.cas())).isEqualTo(CasResult.EXISTS);
			CasValue<byte[]> again = client.gets("big");
			assertThat(again.value()).hasSize(1_200_000);
			assertThat(client.cas("big", new byte[] { 1 }, Duration.ZERO, again.cas())).isEqualTo(CasResult.STORED);
			assertThat(client.<byte[]>get("big")).containsExactly(1);
		}
	}

	@Test
	void onlySetAndSetMultiSplit(List<MemcachedServer> servers) {
		byte[] large = random(1_100_000);
		try (MemcachedClient client = client(servers)) {
			assertThat(client.set("k", new byte[] { 1 })).isTrue();
			long cas = client.gets("k").cas();
			assertTooLarge(() -> client.add("absent", large));
			assertTooLarge(() -> client.replace("k", large));
			assertTooLarge(() -> client.append("k", large));
			assertTooLarge(() -> client.prepend("k", large));
			assertTooLarge(() -> client.cas("k", large, Duration.ZERO, cas));
			assertThat(client.setRaw("raw", new RawValue(7, large), Duration.ZERO)).isTrue();
			assertThat(client.getRaw("raw")).isEqualTo(new RawValue(7, large));
		}
	}

	@Test
	void setMultiStoresLargeValuesAmongSmallOnes(List<MemcachedServer> servers) {
		Map<String, byte[]> entries = new LinkedHashMap<>();
		for (int i = 0; i < 20; i++) {
			entries.put("k" + i, random((i % 7 == 3) ? 2_000_001 + i : i));
		}
		try (MemcachedClient client = client(servers)) {
			assertThat(client.setMulti(entries).succeeded()).isTrue();
			Map<String, byte[]> read = client.<byte[]>getMulti(entries.keySet()).values();
			assertThat(read).containsOnlyKeys(entries.keySet());
			entries.forEach((key, value) -> assertThat(read.get(key)).as(key).isEqualTo(value));
			assertThat(client.async().setMulti(entries).join().succeeded()).isTrue();
		}
	}

	@Test
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = "twemproxy",
			disabledReason = "twemproxy does not tell how long a key lives")
	void chunksLiveAsLongAsTheirMaster(MemcachedServer server) {
		try (MemcachedClient client = client(server); RawConnection raw = RawConnection.to(server)) {
			assertThat(client.set("big", random(1_500_000), Duration.ofMinutes(5))).isTrue();
			for (String key : List.of("big", "~3big/0", "~3big/1")) {
				assertThat(raw.ttl(key)).isBetween(290L, 300L);
			}
		}
	}

	@Test
	void compressedValueIsSplitByItsCompressedLength(MemcachedServer server) {
		byte[] digits = new byte[4_000_000];
		Random random = new Random(7);
		for (int i = 0; i < digits.length; i++) {
			digits[i] = (byte) ('0' + random.nextInt(10));
		}
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(10))
			.compressionThreshold(100)
			.build(); RawConnection raw = RawConnection.to(server)) {
			assertThat(client.set("big", digits)).isTrue();
			assertThat(client.<byte[]>get("big")).isEqualTo(digits);
			assertThat(raw.item("big").flags()).isEqualTo(Transcoder.COMPRESSED | Transcoder.CHUNKED);
			assertThat(raw.item("big").text()).isEqualTo("2");
			assertThat(raw.item("~3big/0").flags()).isEqualTo(Transcoder.COMPRESSED);
			RawValue compressed = client.getRaw("big");
			assertThat(compressed.flags()).isEqualTo(Transcoder.COMPRESSED);
			assertThat(compressed.bytes()).hasSizeBetween(1_600_000, 2_000_000);
			assertThat(client.set("zeros", new byte[9_000_000])).isTrue();
			assertThat(raw.item("zeros").flags()).as("small enough once compressed").isEqualTo(Transcoder.COMPRESSED);
			assertThat(client.<byte[]>get("zeros")).hasSize(9_000_000).containsOnly(0);
		}
	}

	@Test
	@Memcached(args = { "-I", "512k" })
	void masterIsDeletedWhenAChunkCannotBeStored(MemcachedServer server) {
		try (MemcachedClient client = client(server)) {
			assertThat(client.set("big", new byte[] { 1 })).isTrue();
			assertTooLarge(() -> client.set("big", random(2_000_000)));
			assertThat(client.<Object>get("big")).isNull();
			assertThat(client.set("big", new byte[] { 1 })).isTrue();
			MultiResult result = client.setMulti(Map.of("small", new byte[] { 2 }, "big", random(2_000_000)));
			assertThat(result.succeeded()).isFalse();
			assertThat(result.failures()).containsOnlyKeys("big")
				.allSatisfy((key, failure) -> assertThat(failure).isInstanceOf(MemcachedServerException.class));
			assertThat(client.<Object>get("big")).isNull();
			assertThat(client.<byte[]>get("small")).containsExactly(2);
		}
	}

	@ParameterizedTest
	@MethodSource("brokenMasters")
	void masterThatNoLibmcWroteIsAFailureOfItsKeyAlone(String data, List<MemcachedServer> servers) {
		try (MemcachedClient client = client(servers.get(0)); RawConnection raw = RawConnection.to(servers.get(0))) {
			raw.ask("set broken 4096 0 " + data.length() + "\r\n" + data + "\r\n");
			client.set("fine", new byte[] { 1 });
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("broken"))
				.withMessageContaining("broken")
				.withMessageContaining("chunk");
			MultiGetResult<byte[]> found = client.getMulti(List.of("broken", "fine"));
			assertThat(found.failures()).containsOnlyKeys("broken");
			assertThat(found.values()).containsOnlyKeys("fine");
		}
	}

	static Stream<String> brokenMasters() {
		return Stream.of("", "0", "11", "-1", "x", "1000000000", "3 ");
	}

	@Test
	void lostChunkIsAFailureAndNeverAShorterValue() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get big\r\n");
			connection.reply("VALUE big 4096 1\r\n2\r\nEND\r\n");
			connection.expect("get ~3big/0 ~3big/1\r\n");
			connection.reply("VALUE ~3big/0 0 3\r\nabc\r\n");
			connection.close();
		}); MemcachedClient client = MemcachedClient.builder().servers(server.address()).build()) {
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("big"));
		}
	}

	static Stream<Object[]> items() {
		return Vectors.rows("split.tsv")
			.stream()
			.filter((row) -> row[0].startsWith("item "))
			.map((row) -> (Object[]) row);
	}

	static Stream<Object[]> sizes() {
		return Vectors.rows("split.tsv")
			.stream()
			.filter((row) -> row[0].startsWith("set "))
			.map((row) -> (Object[]) row);
	}

	@Test
	void everyRowOfTheVectorsIsThere() {
		assertThat(items()).hasSize(5);
		assertThat(sizes()).hasSize(8);
		assertThat(Vectors.rows("split.tsv")).hasSize(14);
	}

	private static void assertTooLarge(Runnable call) {
		assertThatExceptionOfType(MemcachedServerException.class).isThrownBy(call::run)
			.withMessageContaining("object too large");
	}

	private static byte[] random(int length) {
		byte[] bytes = new byte[length];
		new Random(length).nextBytes(bytes);
		return bytes;
	}

	private static MemcachedClient client(MemcachedServer server) {
		return builder(List.of(server)).build();
	}

	private static MemcachedClient client(List<MemcachedServer> servers) {
		return builder(servers).build();
	}

	private static MemcachedClientBuilder builder(List<MemcachedServer> servers) {
		return MemcachedClient.builder()
			.servers(servers.stream().map(MemcachedServer::address).toList())
			.pollTimeout(Duration.ofSeconds(10));
	}

}
