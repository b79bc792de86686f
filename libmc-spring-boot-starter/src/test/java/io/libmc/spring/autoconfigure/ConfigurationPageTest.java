package io.libmc.spring.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/configuration.md} says of the properties is what the IDE says.
 */
class ConfigurationPageTest {

	private static final String NONE = "none";

	/** {@code | `name` | meaning | default |}, and more columns. */
	private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|[^|]+\\| ([^|]*?) \\|", Pattern.MULTILINE);

	private final String page = read(Path.of("..", "docs", "configuration.md"));

	@Test
	void everyPropertyIsThereWithItsDefaultAndNoOther() {
		Map<String, String> expected = new TreeMap<>();
		String metadata = read(Path.of("target", "classes", "META-INF", "spring-configuration-metadata.json"));
		new JsonMapper().readTree(metadata)
			.get("properties")
			.forEach((property) -> expected.put(property.get("name").stringValue(), defaultOf(property)));

		Map<String, String> actual = rows("## The client", "## One cache");
		actual.putAll(rows("## The actuator", "## Inheritance"));
		assertThat(actual).containsExactlyInAnyOrderEntriesOf(expected);
	}

	@Test
	void everyPropertyOfOneCacheIsThereAndNoOther() {
		assertThat(rows("## One cache", "## The actuator").keySet())
			.containsExactlyInAnyOrderElementsOf(EnvironmentProperties.OF_CACHE);
	}

	private Map<String, String> rows(String from, String to) {
		assertThat(this.page).containsSubsequence(from, to);
		return ROW.matcher(this.page.substring(this.page.indexOf(from), this.page.indexOf(to)))
			.results()
			.collect(Collectors.toMap((row) -> row.group(1), ConfigurationPageTest::defaultOf));
	}

	private static String defaultOf(MatchResult row) {
		return row.group(2).replace("`", "");
	}

	private static String defaultOf(JsonNode property) {
		JsonNode value = property.path("defaultValue");
		String text = value.isArray() ? StreamSupport.stream(value.spliterator(), false)
			.map(JsonNode::asString)
			.collect(Collectors.joining(", ")) : value.asString("");
		return text.isEmpty() ? NONE : text;
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
