package io.libmc.benchmarks.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

import io.libmc.benchmarks.client.Client;
import io.libmc.benchmarks.client.ClientKind;
import io.libmc.benchmarks.client.ClientSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.dao.DataAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.within;

/**
 * The comparison itself: that it measures what it says, of clients that do what they
 * should. Too short to tell who is faster.
 */
@Timeout(60)
class CompareTests {

	private static final List<ServerProcess> servers = new ArrayList<>();

	@BeforeAll
	static void startServers() throws Exception {
		while (servers.size() < 20) {
			servers.add(ServerProcess.memcached());
		}
	}

	@AfterAll
	static void stopServers() {
		servers.forEach(ServerProcess::close);
	}

	@ParameterizedTest
	@EnumSource(names = { "LIBMC", "SPYMEMCACHED", "XMEMCACHED", "FOLSOM", "SOCKET" })
	void aClientReturnsWhatWasStoredAndUsesTheServers(ClientKind kind) throws Exception {
		try (Client client = kind.open(new ClientSettings(addresses(), 1, 0))) {
			assertThat(Spread.check(client, kind, addresses())).isBetween(15, 20);
			DataSet set = new DataSet(kind, Shape.TEXT, 100, false);
			List<String> batch = set.batches(100).get(3);
			client.setMulti(set.entries(batch));
			assertThat(client.getMulti(batch)).hasSize(100)
				.allSatisfy((key, value) -> assertThat(value).isEqualTo(set.value(set.keys().indexOf(key))));
		}
		assertThat(kind.version()).matches("(JDK )?\\d+\\..*|working copy");
	}

	@ParameterizedTest
	@EnumSource(names = { "LIBMC_JSON", "LIBMC_JSON_ZLIB", "LIBMC_JSON_LZ4", "LIBMC_JDK", "REDIS_JSON", "REDIS_JDK",
			"REDISSON" })
	void aCacheReturnsEveryShapeAsItWasStored(ClientKind kind) throws Exception {
		try (ServerProcess redis = ServerProcess.redis(Cpus.ANY)) {
			List<String> addresses = kind.speaksToRedis() ? List.of(redis.address()) : addresses();
			try (Client client = kind.open(new ClientSettings(addresses, 1, 0))) {
				for (Shape shape : Shape.values()) {
					DataSet set = new DataSet(kind, shape, (shape == Shape.TEXT) ? 100 : 0, false);
					set.store(client);
					assertThat(client.get(set.key(7))).as("at once").isEqualTo(set.value(7));
					set.awaitStored(client);
					assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> set.check(List.of("else")));
				}
			}
		}
		assertThat(kind.version()).matches("\\d+\\..*|working copy");
	}

	@Test
	void whatIsComparedAtStoringWaitsForRedis() throws Exception {
		ServerProcess redis = ServerProcess.redis(Cpus.ANY);
		ClientSettings settings = new ClientSettings(List.of(redis.address()), 1, 0);
		try (Client waiting = ClientKind.REDIS_JSON.open(settings);
				Client other = ClientKind.REDIS_CACHE.open(settings)) {
			waiting.set("key", "value");
			other.set("key", "value");
			redis.close();
			assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> waiting.set("key", "value"));
			assertThatNoException().isThrownBy(() -> other.set("key", "value"));
		}
		finally {
			redis.close();
		}
	}

	@Test
	void bothKindsOfServersCountWhatIsOnTheWire() throws Exception {
		List<String> memcached = addresses();
		assertThat(Traffic.perOperation((i) -> Probe.present(memcached.get(0), List.of("none")), memcached))
			.isCloseTo("get none\r\nquit\r\nEND\r\n".length(), within(1.0));
		try (ServerProcess server = ServerProcess.redis(Cpus.ANY)) {
			List<String> redis = List.of(server.address());
			assertThat(Traffic.perOperation((i) -> Probe.present(redis.get(0), List.of("none")), redis))
				.isCloseTo("get none\r\nquit\r\n$-1\r\n+OK\r\n".length(), within(1.0));
		}
	}

	@Test
	void aClientThatLeavesServersOutIsRefused() throws Exception {
		try (Client client = ClientKind.LIBMC.open(new ClientSettings(addresses().subList(0, 14), 1, 0))) {
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> Spread.check(client, ClientKind.LIBMC, addresses()))
				.withMessage("libmc spread 1,000 keys over 14 of 20 servers only");
		}
	}

	@Test
	void aMissIsNoResult() {
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> new DataSet(ClientKind.LIBMC, Shape.TEXT, 100, false).check(null));
	}

	@Test
	void aRunMeasuresAndWritesTablesSamplesAndCharts(@TempDir Path output) throws Exception {
		Options options = brief(output, "get-100", "libmc,socket", "1,2");
		Results results = new Compare(options).run();
		assertThat(results.samples()).hasSize(4).allSatisfy((sample) -> {
			assertThat(sample.metrics().get(Metric.THROUGHPUT)).isPositive();
			assertThat(sample.metrics().get(Metric.ERRORS)).isZero();
			assertThat(sample.metrics().get(Metric.P50)).isBetween(1.0, sample.metrics().get(Metric.P99));
			assertThat(sample.metrics().get(Metric.ALLOCATED)).isGreaterThan(100);
		});
		assertThat(new Report(options, results).write()).contains("| get, 100 B | 2 | libmc |",
				"× socket's ops/s | ≥ 0.97 |");
		assertThat(Files.readAllLines(output.resolve("results.csv"))).hasSize(5);
		try (Stream<Path> files = Files.list(output)) {
			assertThat(files.map((file) -> file.getFileName().toString())).containsExactlyInAnyOrder("results.md",
					"results.csv", "results.json", "get-100-throughput.png", "get-100-p99.png");
		}
		assertThat(ImageIO.read(output.resolve("get-100-p99.png").toFile()).getWidth()).isEqualTo(720);
	}

	@Test
	void aRunOfValuesComparesTheSameSerializersAndCountsBytesOnTheWire(@TempDir Path output) throws Exception {
		Options options = brief(output, "values-list", "libmc-json,libmc-json-lz4,redis-json", "1");
		Results results = new Compare(options).run();
		assertThat(results.samples()).hasSize(6)
			.allSatisfy((sample) -> assertThat(sample.metrics().get(Metric.ERRORS)).isZero());
		Step get = options.plan().get(0).steps().get(0);
		double plain = results.median("values-list", get, ClientKind.LIBMC_JSON, Metric.WIRE).orElseThrow();
		assertThat(results.median("values-list", get, ClientKind.LIBMC_JSON_LZ4, Metric.WIRE).orElseThrow())
			.isBetween(500.0, plain * 0.8);
		assertThat(new Report(options, results).write())
			.containsPattern("libmc-json has \\d+\\.\\d\\d × redis-json's ops/s \\| ≥ 1\\.2 \\|")
			.contains("set, a list of 50 records, 1 thread | libmc-json has",
					"| get, a list of 50 records | 1 | redis-json |", "| wire B/op |");
	}

	@Test
	void mistakesOnTheCommandLineAreExplained() {
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("--fast"))
			.withMessageContaining("--fast is no option");
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("--scenarios", "get-7"))
			.withMessageContaining("There is no scenario get-7, but get-100, set-100");
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("--clients", "jedis"))
			.withMessage("There is no client jedis");
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("--rounds", "0"))
			.withMessage("--rounds: 0 is not a number above 0");
	}

	private static Options brief(Path output, String scenarios, String clients, String threads) {
		Options options = Options.parse("--scenarios", scenarios, "--clients", clients, "--threads", threads,
				"--rounds", "1", "--no-pin", "--jvm", "-Xmx256m", "--output", output.toString());
		options.firstWarmupMillis = 50;
		options.warmupMillis = 50;
		options.measureMillis = 200;
		return options;
	}

	private static List<String> addresses() {
		return servers.stream().map(ServerProcess::address).toList();
	}

}
