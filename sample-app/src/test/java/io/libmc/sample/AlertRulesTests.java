package io.libmc.sample;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Prometheus takes the alert rules, and each of them fires when it should. That the
 * metrics they name exist, {@link SampleApplicationTests} shows.
 */
class AlertRulesTests {

	private static final Path RULES = Path.of("..", "docs", "grafana", "alerts.yml");

	private static final Path EXPECTATIONS = Path.of("src", "test", "resources", "alerts-test.yml");

	@Test
	void everyRuleSaysWhenItFiresHowBadThatIsAndWhatItMeans() throws IOException {
		List<Map<String, Object>> rules = rules();
		assertThat(rules).extracting((rule) -> rule.get("alert")).doesNotHaveDuplicates().hasSizeGreaterThan(5);
		assertThat(rules).allSatisfy((rule) -> {
			assertThat(rule).containsOnlyKeys("alert", "expr", "for", "labels", "annotations");
			assertThat(rule.get("for").toString()).matches("[1-9][0-9]*m");
			assertThat(rule.get("labels")).isIn(Map.of("severity", "warning"), Map.of("severity", "info"));
			assertThat(map(rule.get("annotations"))).containsOnlyKeys("summary", "description")
				.allSatisfy((name, text) -> assertThat(text.toString()).isNotBlank());
			assertThat(opened(rule.get("expr").toString())).isZero();
		});
	}

	@Test
	void everyRuleIsExpectedToFire() throws IOException {
		Map<String, List<Map<String, Object>>> expectations = yaml(EXPECTATIONS);
		Set<Object> fire = new TreeSet<>();
		expectations.get("tests")
			.stream()
			.flatMap((test) -> list(test.get("alert_rule_test")))
			.filter((expected) -> expected.containsKey("exp_alerts"))
			.forEach((expected) -> fire.add(expected.get("alertname")));
		assertThat(rules()).extracting((rule) -> rule.get("alert")).containsExactlyInAnyOrderElementsOf(fire);
	}

	@Test
	@EnabledIf(value = "hasPromtool",
			disabledReason = "there is no promtool on the PATH; Debian's package prometheus has it")
	void prometheusTakesTheRulesAndEachFiresWhenItShould(@TempDir Path directory) throws Exception {
		Files.copy(RULES, directory.resolve("alerts.yml"));
		Files.copy(EXPECTATIONS, directory.resolve("alerts-test.yml"));
		assertThat(promtool(directory, "check", "rules", "alerts.yml"))
			.contains("SUCCESS: " + rules().size() + " rules");
		assertThat(promtool(directory, "test", "rules", "alerts-test.yml")).contains("SUCCESS");
	}

	static boolean hasPromtool() {
		return promtool().isPresent();
	}

	private static Optional<Path> promtool() {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.map((directory) -> Path.of(directory, "promtool"))
			.filter(Files::isExecutable)
			.findFirst();
	}

	/** What it says; fails if it does. */
	private static String promtool(Path directory, String... arguments) throws Exception {
		Process process = new ProcessBuilder(
				Stream.concat(Stream.of(promtool().orElseThrow().toString()), Stream.of(arguments)).toList())
			.directory(directory.toFile())
			.redirectErrorStream(true)
			.start();
		String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
		assertThat(process.exitValue()).as(said).isZero();
		return said;
	}

	private static List<Map<String, Object>> rules() throws IOException {
		Map<String, List<Map<String, Object>>> file = yaml(RULES);
		return file.get("groups").stream().flatMap((group) -> list(group.get("rules"))).toList();
	}

	private static <T> T yaml(Path file) throws IOException {
		return new Yaml().load(Files.readString(file));
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> map(Object value) {
		return (Map<String, Object>) value;
	}

	@SuppressWarnings("unchecked")
	private static Stream<Map<String, Object>> list(Object value) {
		return ((List<Map<String, Object>>) value).stream();
	}

	/** How many brackets of an expression are still open at its end. */
	private static long opened(String expression) {
		return expression.chars().filter((c) -> "({[".indexOf(c) >= 0).count()
				- expression.chars().filter((c) -> ")}]".indexOf(c) >= 0).count();
	}

}
