package io.libmc.spring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the POMs ask for is on the page of dependencies, and nothing else is.
 */
class DependenciesPageTest {

	private static final Path ROOT = Path.of("..");

	private static final Pattern ASKED_FOR = Pattern.compile(
			"<(?:dependency|plugin|path)>\\s*(?:<!--.*?-->\\s*)?<groupId>[^<]*</groupId>\\s*"
					+ "<artifactId>([^<]*)</artifactId>(?!\\s*<version>[^<]*</version>\\s*<type>pom</type>)",
			Pattern.DOTALL);

	@Test
	void everyDependencyIsReviewed() throws IOException {
		String page = Files.readString(ROOT.resolve("docs/dependencies.md"));
		assertThat(askedFor()).hasSizeGreaterThan(60).allSatisfy((name) -> assertThat(page).contains("`" + name + "`"));
	}

	@Test
	void nothingIsReviewedThatNobodyAsksFor() throws IOException {
		Set<String> listed = new TreeSet<>();
		Files.readString(ROOT.resolve("docs/dependencies.md"))
			.lines()
			.filter((line) -> line.startsWith("| `"))
			.map((line) -> line.split("\\|", -1)[1])
			.forEach((names) -> Pattern.compile("`([^`]+)`")
				.matcher(names)
				.results()
				.forEach((name) -> listed.add(name.group(1))));
		assertThat(askedFor()).containsAll(listed);
	}

	private static Set<String> askedFor() throws IOException {
		Set<String> names = new TreeSet<>();
		try (Stream<Path> directories = Files.list(ROOT)) {
			Stream<Path> poms = Stream.concat(Stream.of(ROOT), directories)
				.map((directory) -> directory.resolve("pom.xml"))
				.filter(Files::exists);
			for (Path pom : poms.toList()) {
				ASKED_FOR.matcher(Files.readString(pom)).results().forEach((match) -> names.add(match.group(1)));
			}
		}
		return names;
	}

}
