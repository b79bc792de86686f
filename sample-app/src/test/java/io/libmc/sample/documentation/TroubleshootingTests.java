package io.libmc.sample.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.libmc.sample.documentation.Messages.Message;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/troubleshooting.md} quotes the library says, and what the library says
 * the page quotes.
 */
class TroubleshootingTests {

	private static final List<String> MODULES = List.of("libmc-core", "libmc-spring-boot-starter", "libmc-embedded");

	/**
	 * What nobody can meet, as the code or the JDK would have to be broken, or what only
	 * says within another message that a socket or a thread came to its end.
	 */
	private static final Set<String> INTERNAL = Set.of("not performed yet", "…, which is no failure",
			"a thread that came meanwhile never went on", "a thread came to it and never went on", "not connected",
			"nothing came in time", "the connection was closed", "Read timed out",
			"this Java runtime has no MD5, by which servers share their keys", "a ring needs at least one server",
			"Every JDK has SHA-256", "what it was at build time", "the client has closed the connection",
			"the client wants to negotiate again");

	/** The messages in the first cell of a row of a table. */
	private static final Pattern ROW = Pattern.compile("^\\| (`.*?`) \\| ", Pattern.MULTILINE);

	private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

	@Test
	void everyMessageOfThePageStandsInTheSources() throws IOException {
		List<String> written = messages(Messages::written).map(Message::text).distinct().toList();
		List<Pattern> quoted = quoted();
		assertThat(quoted).hasSizeGreaterThan(200);
		assertThat(quoted.stream().filter((message) -> written.stream().noneMatch(message.asPredicate())))
			.as("what docs/troubleshooting.md quotes and no source has")
			.isEmpty();
	}

	@Test
	void everyMessageOfTheLibraryIsOnThePage() throws IOException {
		List<Pattern> quoted = quoted();
		List<Message> untold = messages(Messages::said).filter((message) -> !INTERNAL.contains(message.text()))
			.filter((message) -> quoted.stream().noneMatch((row) -> row.matcher(message.text()).find()))
			.toList();
		assertThat(untold).as("what docs/troubleshooting.md does not tell what to do about").isEmpty();
	}

	private static Stream<Message> messages(Function<String, List<Message>> of) {
		return MODULES.stream().flatMap((module) -> of.apply(module).stream());
	}

	/**
	 * Each message of the page, as what finds it, or what it is a part of, in the
	 * sources.
	 */
	private static List<Pattern> quoted() throws IOException {
		return ROW.matcher(Files.readString(Sample.ROOT.resolve("docs/troubleshooting.md")))
			.results()
			.flatMap((row) -> QUOTED.matcher(row.group(1)).results())
			.map((quoted) -> Stream.of(quoted.group(1).split(Messages.GAP, -1))
				.map(Pattern::quote)
				.collect(Collectors.joining(".*")))
			.map((pattern) -> Pattern.compile(pattern, Pattern.DOTALL))
			.toList();
	}

}
