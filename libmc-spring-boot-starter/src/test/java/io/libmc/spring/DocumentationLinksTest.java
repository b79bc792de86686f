package io.libmc.spring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the documentation links to is there: every file, every heading, and every test
 * that it names as {@code Class#method}, in the link's text or title.
 */
class DocumentationLinksTest {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Pattern LINK = Pattern.compile("\\[([^\\[\\]]+)]\\(([^)\\s]+)(?: \"([^\"]+)\")?\\)");

	private static final Pattern TEST = Pattern.compile("`?(\\w+)#(\\w+)`?");

	private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);

	@ParameterizedTest
	@MethodSource
	void everyLinkLeadsSomewhere(Path page) throws IOException {
		List<String> broken = new ArrayList<>();
		for (MatchResult link : LINK.matcher(read(page)).results().toList()) {
			String target = link.group(2);
			if (!target.contains("://")
					&& !leads(page, (link.group(3) != null) ? link.group(3) : link.group(1), target)) {
				broken.add(link.group());
			}
		}
		assertThat(broken).isEmpty();
	}

	static Stream<Path> everyLinkLeadsSomewhere() throws IOException {
		try (Stream<Path> pages = Files.walk(ROOT.resolve("docs"))) {
			List<Path> all = new ArrayList<>(pages.filter((page) -> page.toString().endsWith(".md")).toList());
			all.add(ROOT.resolve("README.md"));
			all.add(ROOT.resolve("CONTRIBUTING.md"));
			all.add(ROOT.resolve("SECURITY.md"));
			return all.stream().map(ROOT::relativize);
		}
	}

	private static boolean leads(Path page, String text, String target) throws IOException {
		String[] parts = target.split("#", 2);
		Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
		if (!Files.exists(ROOT.resolve(file))) {
			return false;
		}
		if (parts.length == 2 && !anchors(file).contains(parts[1])) {
			return false;
		}
		var test = TEST.matcher(text);
		return !test.matches() || (file.endsWith(test.group(1) + ".java")
				&& Pattern.compile("void " + test.group(2) + "\\(").matcher(read(file)).find());
	}

	/** As GitHub makes them of headings. */
	private static List<String> anchors(Path page) throws IOException {
		return HEADING.matcher(read(page))
			.results()
			.map((heading) -> heading.group(1)
				.toLowerCase(Locale.ROOT)
				.replaceAll("[^\\p{L}\\p{N} _-]", "")
				.replace(' ', '-'))
			.collect(Collectors.toList());
	}

	private static String read(Path page) throws IOException {
		return Files.readString(ROOT.resolve(page));
	}

}
