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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
			DataSet set = new DataSet(kind, 100, false);
			List<String> batch = set.batches(100).get(3);
			client.setMulti(set.entries(batch));
			assertThat(client.getMulti(batch)).hasSize(100)
				.allSatisfy((key, value) -> assertThat(value).isEqualTo(set.value(set.keys().indexOf(key))));
		}
		assertThat(kind.version()).matches("(JDK )?\\d+\\..*|working copy");
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
			.isThrownBy(() -> new DataSet(ClientKind.LIBMC, 100, false).check(null));
	}

	@Test
	void aRunMeasuresAndWritesTablesSamplesAndCharts(@TempDir Path output) throws Exception {
		Options options = Options.parse("--scenarios", "get-100", "--clients", "libmc,socket", "--threads", "1,2",
				"--rounds", "1", "--no-pin", "--jvm", "-Xmx256m", "--output", output.toString());
		options.firstWarmupMillis = 50;
		options.warmupMillis = 50;
		options.measureMillis = 200;
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

	private static List<String> addresses() {
		return servers.stream().map(ServerProcess::address).toList();
	}

}
