package io.libmc.sample.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A fenced block of the documentation.
 *
 * @param page where it is, from the project's directory
 * @param line the line of its fence
 * @param language what the fence says it is written in; empty for a text
 * @param text what is between the fences, without the indentation that they have
 * @param exception why it is not tried, if a comment before it says that it is not
 */
public record Sample(Path page, int line, String language, String text, @Nullable String exception) {

	static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Pattern FENCE = Pattern.compile("( *)```(.*)");

	private static final Pattern EXCEPTION = Pattern.compile(" *<!-- not compiled: (.+) -->");

	/** All samples in that language, of all pages. */
	static List<Sample> in(String language) {
		return all().stream().filter((sample) -> sample.language.equals(language)).toList();
	}

	/** All samples in that language, of one page. */
	public static List<Sample> of(String page, String language) {
		return in(language).stream().filter((sample) -> sample.page.equals(Path.of(page))).toList();
	}

	static List<Sample> all() {
		return pages().stream().flatMap((page) -> read(page).stream()).toList();
	}

	/** What visitors read: everything in Markdown that is no build's output. */
	static List<Path> pages() {
		try (Stream<Path> top = Files.list(ROOT); Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
			return Stream.concat(top, docs)
				.filter((page) -> page.toString().endsWith(".md"))
				.map(ROOT::relativize)
				.sorted()
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<Sample> read(Path page) {
		List<String> lines;
		try {
			lines = Files.readAllLines(ROOT.resolve(page));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		List<Sample> samples = new ArrayList<>();
		for (int i = 0; i < lines.size(); i++) {
			Matcher fence = FENCE.matcher(lines.get(i));
			if (fence.matches()) {
				int from = i++;
				StringBuilder text = new StringBuilder();
				while (!lines.get(i).strip().equals("```")) {
					text.append(lines.get(i++).replaceFirst("^" + fence.group(1), "")).append('\n');
				}
				samples.add(new Sample(page, from + 1, fence.group(2).strip(), text.toString(),
						exception(lines, from - 1)));
			}
		}
		return samples;
	}

	private static @Nullable String exception(List<String> lines, int before) {
		int line = before;
		while (line >= 0 && lines.get(line).isBlank()) {
			line--;
		}
		Matcher comment = EXCEPTION.matcher((line >= 0) ? lines.get(line) : "");
		return comment.matches() ? comment.group(1) : null;
	}

	/** The file that it is, where its first line, a comment, says so. */
	public @Nullable String file() {
		Matcher comment = Pattern.compile("(?://|#|<!--) (\\S+\\.\\w+)(?: -->)?\n.*", Pattern.DOTALL)
			.matcher(this.text);
		return comment.matches() ? comment.group(1) : null;
	}

	/** The same with another text. */
	Sample with(String other) {
		return new Sample(this.page, this.line, this.language, other, this.exception);
	}

	@Override
	public String toString() {
		return this.page + ":" + this.line;
	}

}
