package io.libmc.spring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the documentation links to is there: every file, every picture, every heading, and
 * every test that it names as {@code Class#method}, in the link's text or title. And
 * every page and picture is linked to.
 */
class DocumentationLinksTest {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Path README = Path.of("README.md");

	private static final Pattern LINK = Pattern.compile("\\[([^\\[\\]]+)]\\(([^)\\s]+)(?: \"([^\"]+)\")?\\)");

	private static final Pattern HTML = Pattern.compile("<(?:a|img|source)\\b[^>]*\\b(?:href|src|srcset)=\"([^\"]+)\"");

	private static final Pattern TEST = Pattern.compile("`?(\\w+)#(\\w+)`?");

	private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);

	private static final Pattern FENCED = Pattern.compile("^ *```.*?^ *```$", Pattern.MULTILINE | Pattern.DOTALL);

	/** Where somebody is sent by a page, and what the link says. */
	private record Link(String target, String text) {

		boolean isInternal() {
			return !this.target.contains("://") && !this.target.startsWith("mailto:");
		}

		Path file(Path page) {
			String file = this.target.split("#", 2)[0];
			return file.isEmpty() ? page : page.resolveSibling(file).normalize();
		}

		boolean leads(Path page) throws IOException {
			Path file = file(page);
			if (!Files.exists(ROOT.resolve(file))) {
				return false;
			}
			String[] parts = this.target.split("#", 2);
			if (parts.length == 2 && !anchors(file).contains(parts[1])) {
				return false;
			}
			var test = TEST.matcher(this.text);
			return !test.matches() || (file.endsWith(test.group(1) + ".java")
					&& Pattern.compile("void " + test.group(2) + "\\(").matcher(read(file)).find());
		}

	}

	@ParameterizedTest
	@MethodSource("pages")
	void everyLinkLeadsSomewhere(Path page) throws IOException {
		List<Link> broken = new ArrayList<>();
		for (Link link : links(page)) {
			if (!link.leads(page)) {
				broken.add(link);
			}
		}
		assertThat(broken).isEmpty();
	}

	@Test
	void everyPageAndPictureIsFoundFromTheReadme() throws IOException {
		Set<Path> found = new LinkedHashSet<>();
		Deque<Path> unread = new ArrayDeque<>(List.of(README));
		while (!unread.isEmpty()) {
			Path page = unread.pop();
			for (Link link : found.add(page) && page.toString().endsWith(".md") ? links(page) : List.<Link>of()) {
				unread.add(link.file(page));
			}
		}
		try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
			assertThat(found).containsAll(files.filter(Files::isRegularFile).map(ROOT::relativize).toList());
		}
	}

	static Stream<Path> pages() throws IOException {
		try (Stream<Path> top = Files.list(ROOT); Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
			return Stream.concat(top, docs)
				.filter((page) -> page.toString().endsWith(".md"))
				.map(ROOT::relativize)
				.toList()
				.stream();
		}
	}

	private static List<Link> links(Path page) throws IOException {
		String text = withoutSamples(page);
		return Stream
			.concat(LINK.matcher(text)
				.results()
				.map((link) -> new Link(link.group(2), (link.group(3) != null) ? link.group(3) : link.group(1))),
					HTML.matcher(text).results().map((link) -> new Link(link.group(1), "")))
			.filter(Link::isInternal)
			.toList();
	}

	/** As GitHub makes them of headings, numbered where one is there again. */
	private static Set<String> anchors(Path page) throws IOException {
		Set<String> anchors = new HashSet<>();
		HEADING.matcher(withoutSamples(page)).results().forEach((heading) -> {
			String anchor = heading.group(1)
				.toLowerCase(Locale.ROOT)
				.replaceAll("[^\\p{L}\\p{N} _-]", "")
				.replace(' ', '-');
			String numbered = anchor;
			for (int i = 1; !anchors.add(numbered); i++) {
				numbered = anchor + "-" + i;
			}
		});
		return anchors;
	}

	private static String withoutSamples(Path page) throws IOException {
		return FENCED.matcher(read(page)).replaceAll("");
	}

	private static String read(Path page) throws IOException {
		return Files.readString(ROOT.resolve(page));
	}

}
