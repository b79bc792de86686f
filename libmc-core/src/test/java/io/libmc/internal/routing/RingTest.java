package io.libmc.internal.routing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.libmc.testing.Vectors;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

class RingTest {

	private static final Map<String, KeyHash> HASHES = Map.of("MD5", KeyHash.MD5, "FNV1_32", KeyHash.FNV1_32,
			"FNV1A_32", KeyHash.FNV1A_32, "CRC_32", KeyHash.CRC_32);

	@Test
	void everyKeyLivesWhereLibmcPutsIt() {
		Map<String, List<String>> lists = JsonMapper.shared()
			.readValue(Vectors.text("server-lists.json"), new TypeReference<Map<String, List<String>>>() {
			});
		Map<String, Ring> rings = new HashMap<>();
		List<String[]> rows = Vectors.rows("routing.tsv");
		assertThat(rows).hasSize(9185);
		for (String[] row : rows.subList(1, rows.size())) {
			List<ServerAddress> servers = ServerAddress.parseAll(lists.get(row[0]));
			Ring ring = rings.computeIfAbsent(row[0] + row[1], (name) -> new Ring(servers, HASHES.get(row[1])));
			assertThat(servers.get(ring.find(bytes(row[2] + row[3]))).name()).as(String.join(" ", row))
				.isEqualTo(row[4]);
		}
	}

	@Test
	void keysOfDeadServersGoWhereLibmcFailsOver() {
		List<String[]> rows = Vectors.rows("failover.tsv");
		List<ServerAddress> servers = ServerAddress.parseAll(listOf(rows.get(0)[0], "servers="));
		List<String> dead = listOf(rows.get(0)[1], "dead=");
		assertThat(rows).hasSize(242);
		for (String[] row : rows.subList(2, rows.size())) {
			Ring ring = new Ring(servers, HASHES.get(row[0]));
			byte[] key = bytes(row[1]);
			int home = ring.find(key);
			int live = ring.find(key, (server) -> !dead.contains(servers.get(server).name()));
			assertThat(servers.get(home).name()).as(String.join(" ", row)).isEqualTo(row[2]);
			assertThat(servers.get(live).name()).as(String.join(" ", row)).isEqualTo(row[3]);
			assertThat(row[4]).isEqualTo(dead.contains(row[2]) ? "None" : row[2]);
		}
	}

	@Test
	void sharesAreWhereKeysLive() {
		assertThat(ring(1).shares()).containsExactly(1);
		Ring ring = ring(3);
		double[] shares = ring.shares();
		assertThat(shares[0] + shares[1] + shares[2]).isEqualTo(1, within(1e-9));
		int[] found = new int[3];
		IntStream.range(0, 100_000).forEach((i) -> found[ring.find(bytes("key" + i))]++);
		for (int i = 0; i < 3; i++) {
			assertThat(found[i] / 100_000.0).isEqualTo(shares[i], within(0.01));
		}
	}

	@Test
	void homeIsAskedFirstAndEveryServerOnce() {
		Ring ring = ring(7);
		for (String key : keys()) {
			List<Integer> asked = new ArrayList<>();
			assertThat(ring.find(bytes(key), (server) -> {
				asked.add(server);
				return false;
			})).isEqualTo(-1);
			assertThat(asked).startsWith(ring.find(bytes(key))).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
		}
	}

	@Test
	void loneServerHasEveryKeyWithoutHashing() {
		Ring ring = new Ring(ServerAddress.parseAll(List.of("localhost")), (key) -> {
			throw new AssertionError("hashed");
		});
		assertThat(ring.find(bytes("k"))).isZero();
		assertThat(ring.find(bytes("k"), (server) -> true)).isZero();
	}

	@Test
	void loneDeadServerHasNoSubstitute() {
		assertThat(ring(1).find(bytes("k"), (server) -> false)).isEqualTo(-1);
	}

	@Test
	void hashesAreUnsigned() {
		Ring byHash = new Ring(ServerAddress.parseAll(List.of("a", "b", "c")),
				(key) -> Integer.parseInt(new String(key, StandardCharsets.US_ASCII)));
		int afterTheLastPoint = byHash.find(bytes("-1"));
		int atTheStart = byHash.find(bytes("0"));
		assertThat(afterTheLastPoint).isEqualTo(atTheStart);
	}

	@Test
	void keysSpreadEvenly() {
		Ring ring = ring(10);
		int[] keysOf = new int[10];
		keys().forEach((key) -> keysOf[ring.find(bytes(key))]++);
		assertThat(IntStream.of(keysOf).min().orElseThrow()).isGreaterThan(keys().size() / 10 / 2);
		assertThat(IntStream.of(keysOf).max().orElseThrow()).isLessThan(keys().size() / 10 * 2);
	}

	@Test
	void ringNeedsAServer() {
		assertThatIllegalArgumentException().isThrownBy(() -> new Ring(List.of(), KeyHash.MD5));
	}

	private static Ring ring(int servers) {
		return new Ring(
				ServerAddress
					.parseAll(IntStream.range(0, servers).mapToObj((i) -> "cache" + i + ".example.com").toList()),
				KeyHash.MD5);
	}

	private static List<String> keys() {
		return IntStream.range(0, 10_000).mapToObj((i) -> "key" + i).toList();
	}

	private static List<String> listOf(String column, String prefix) {
		assertThat(column).startsWith(prefix);
		return Stream.of(column.substring(prefix.length()).split(",")).toList();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
