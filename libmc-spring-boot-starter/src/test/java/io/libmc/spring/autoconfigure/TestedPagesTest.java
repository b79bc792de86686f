package io.libmc.spring.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the documentation says is shown by a test that there is.
 */
class TestedPagesTest {

	private static final Path DOCS = Path.of("..", "docs");

	private static final Path FEATURES = DOCS.resolve("feature-table.md");

	/** A path, and the class and method in the link's title. */
	private static final Pattern TITLED = Pattern.compile("\\]\\(([^ )]+\\.java) \"(\\w+)#(\\w+)\"\\)");

	/** The class and method as the link's text, and a path. */
	private static final Pattern NAMED = Pattern.compile("\\[`(\\w+)#(\\w+)`\\]\\(([^ )]+\\.java)\\)");

	static Stream<Path> pages() throws IOException {
		try (Stream<Path> pages = Files.walk(DOCS)) {
			return pages.filter((page) -> page.toString().endsWith(".md")).toList().stream();
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void everyTestThatIsLinkedToExists(Path page) throws IOException {
		String text = Files.readString(page);
		assertThat(TITLED.matcher(text).results())
			.allSatisfy((link) -> assertTestExists(page, link.group(1), link.group(2), link.group(3)));
		assertThat(NAMED.matcher(text).results())
			.allSatisfy((link) -> assertTestExists(page, link.group(3), link.group(1), link.group(2)));
	}

	@Test
	void everyFeatureOfOursIsShownByATest() throws IOException {
		List<String> cells;
		try (Stream<String> lines = Files.lines(FEATURES)) {
			cells = lines
				.filter((line) -> line.startsWith("| ") && !line.startsWith("| ---") && !line.startsWith("| |"))
				.map((line) -> line.split(" \\| ", -1)[1])
				.toList();
		}
		assertThat(cells).hasSizeGreaterThan(40)
			.allSatisfy((cell) -> assertThat(cell.startsWith("no") || TITLED.matcher(cell).find()).as(cell).isTrue());
		assertThat(TITLED.matcher(Files.readString(FEATURES)).results().map(MatchResult::group))
			.as("of the kind that is looked for")
			.hasSizeGreaterThan(40);
	}

	private static void assertTestExists(Path page, String path, String className, String method) {
		Path test = page.resolveSibling(path).normalize();
		assertThat(test).as("in " + page).exists().hasFileName(className + ".java");
		try {
			assertThat(Files.readString(test)).as("in " + page).containsPattern("\\b" + method + "\\(");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
