package io.libmc.sample.documentation;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.util.JavacTask;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The samples of a page in Java, as classes: one that is a file is compiled as it is, any
 * other as the statements of a method, or as the members of a class, of what
 * {@link Vocabulary} and a page of imports declare.
 */
final class JavaSamples {

	/** A statement that ends with a comment which says what it comes to. */
	private static final String ARROW = "// → ";

	private static final Pattern DECLARATION = Pattern
		.compile("\\s*(?:final )?[A-Za-z][\\w.]*(?:<.*>)?(?:\\[])? (\\w+) = .*", Pattern.DOTALL);

	private static final Pattern UNIT = Pattern.compile("(?:\\s*//.*\n)*\\s*(?:package|import) .*", Pattern.DOTALL);

	private static final Pattern TYPE = Pattern
		.compile("^(?:public )?(?:final )?(?:class|record|interface|enum) (\\w+)", Pattern.MULTILINE);

	private static final Pattern PACKAGE = Pattern.compile("^package (\\S+);", Pattern.MULTILINE);

	private static final String IMPORTS = """
			import java.io.*;
			import java.time.*;
			import java.util.*;
			import java.util.concurrent.*;
			import java.util.function.*;
			import java.util.stream.*;
			import java.nio.charset.StandardCharsets;
			import io.libmc.*;
			import io.libmc.codec.*;
			import io.libmc.embedded.*;
			import io.libmc.sample.documentation.Vocabulary;
			import io.libmc.spring.autoconfigure.*;
			import io.libmc.spring.cache.*;
			import io.libmc.spring.observation.*;
			import io.libmc.spring.test.*;
			import io.micrometer.observation.*;
			import org.jspecify.annotations.*;
			import org.junit.jupiter.api.*;
			import org.springframework.beans.factory.annotation.*;
			import org.springframework.boot.*;
			import org.springframework.boot.autoconfigure.*;
			import org.springframework.boot.cache.autoconfigure.*;
			import org.springframework.boot.test.context.*;
			import org.springframework.boot.testcontainers.service.connection.*;
			import org.springframework.boot.webmvc.test.autoconfigure.*;
			import org.springframework.cache.*;
			import org.springframework.cache.annotation.*;
			import org.springframework.cache.caffeine.*;
			import org.springframework.context.annotation.*;
			import org.springframework.context.event.EventListener;
			import org.springframework.stereotype.*;
			import org.testcontainers.containers.*;
			import static java.util.concurrent.TimeUnit.*;
			import static org.assertj.core.api.Assertions.*;
			import static org.awaitility.Awaitility.*;
			""";

	private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

	private final Map<String, String> classes = new LinkedHashMap<>();

	/** The class of each sample that runs. */
	private final Map<Sample, String> running = new LinkedHashMap<>();

	/**
	 * Takes the samples of a page.
	 * @param server the server that they mean by {@code localhost:11211}
	 */
	JavaSamples(List<Sample> written, String server) {
		for (Sample each : written) {
			Sample sample = each.with(each.text().replace("localhost:11211", server));
			String name = "samples.line" + sample.line() + ".Sample";
			if (UNIT.matcher(sample.text()).matches()) {
				addUnit(sample);
			}
			else if (parses(name, statements(name, sample.text()))) {
				this.classes.put(name, statements(name, checked(sample.text())));
				this.running.put(sample, name);
			}
			else {
				this.classes.put(name, members(name, sample.text()));
			}
		}
	}

	private void addUnit(Sample sample) {
		Matcher declared = PACKAGE.matcher(sample.text());
		Matcher type = TYPE.matcher(sample.text());
		assertThat(type.find()).as("%s declares a type", sample).isTrue();
		boolean named = declared.find();
		String home = named ? declared.group(1) : "samples.line" + sample.line();
		String name = home + "." + type.group(1);
		this.classes.put(name, named ? sample.text() : "package " + home + ";\n" + sample.text());
		if (sample.text().contains("public static void main(")) {
			this.running.put(sample, name);
		}
	}

	/** What runs: a program, or a subclass of {@link Vocabulary} that is one. */
	Map<Sample, String> running() {
		return this.running;
	}

	private static String statements(String name, String text) {
		return begin(name) + " implements Callable<Object> { public Object call() throws Exception {\n" + text
				+ "\nreturn null; } }";
	}

	private static String members(String name, String text) {
		return begin(name) + " {\n" + text + "\n}";
	}

	private static String begin(String name) {
		return "package " + name.substring(0, name.lastIndexOf('.')) + ";\n" + IMPORTS
				+ "@SuppressWarnings(\"all\") public class Sample extends Vocabulary";
	}

	/** The same with a comparison behind each statement that says what it comes to. */
	static String checked(String text) {
		StringBuilder result = new StringBuilder();
		List<String> statement = new ArrayList<>();
		for (String line : text.split("\n", -1)) {
			int arrow = line.indexOf(ARROW);
			String code = line.replaceFirst("//.*", "").stripTrailing();
			statement.add(code);
			if (arrow >= 0) {
				String value = '"' + line.substring(arrow + ARROW.length()).strip().replace("\"", "\\\"") + '"';
				String whole = String.join("\n", statement);
				Matcher declaration = DECLARATION.matcher(whole);
				result.append(declaration.matches() ? whole + " expect(" + declaration.group(1) + ", " + value + ");"
						: "expect(" + whole.substring(0, whole.lastIndexOf(';')) + ", " + value + ");");
				result.append('\n');
				statement.clear();
			}
			else if (code.isBlank() || code.endsWith(";") || code.endsWith("{") || code.endsWith("}")) {
				result.append(String.join("\n", statement)).append('\n');
				statement.clear();
			}
		}
		return result.append(String.join("\n", statement)).toString();
	}

	private boolean parses(String name, String text) {
		DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
		try {
			((JavacTask) this.compiler.getTask(null, null, problems, null, null, List.of(new Source(name, text))))
				.parse();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return problems.getDiagnostics().isEmpty();
	}

	/** What the compiler says of them, which is nothing. */
	String compile(Path directory) {
		DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
		StringWriter said = new StringWriter();
		try (StandardJavaFileManager files = this.compiler.getStandardFileManager(null, null, null)) {
			List<Source> sources = this.classes.entrySet()
				.stream()
				.map((entry) -> new Source(entry.getKey(), entry.getValue()))
				.toList();
			this.compiler
				.getTask(said, files, problems, List.of("-proc:none", "-parameters", "-d", directory.toString()), null,
						sources)
				.call();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		problems.getDiagnostics()
			.stream()
			.filter((problem) -> problem.getKind() == javax.tools.Diagnostic.Kind.ERROR)
			.forEach((problem) -> said.append(problem.toString()).append('\n'));
		return said.toString();
	}

	private static final class Source extends SimpleJavaFileObject {

		private final String text;

		Source(String name, String text) {
			super(URI.create("string:///" + name.replace('.', '/') + ".java"), Kind.SOURCE);
			this.text = text;
		}

		@Override
		public CharSequence getCharContent(boolean ignoreEncodingErrors) {
			return this.text;
		}

	}

}
