package io.libmc.sample.documentation;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;

import io.libmc.AsyncMemcachedClient;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.MetaArithmetic;
import io.libmc.MetaCommands;
import io.libmc.MetaDelete;
import io.libmc.MetaGet;
import io.libmc.MetaSet;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every sample of the documentation is what it says: Java compiles, and runs where it
 * needs nothing but memcached; YAML and properties bind; XML and JSON are well-formed. A
 * sample of something else says so in a comment before it.
 */
@Memcached
class SamplesTests {

	private static final Set<String> LANGUAGES = Set.of("", "java", "yaml", "xml", "properties", "json", "mermaid");

	/** Where what can run does. */
	private static final Set<Path> RUNNING = Set.of(Path.of("README.md"), Path.of("docs/start-core.md"),
			Path.of("docs/client.md"));

	private static final int MOST_EXCEPTIONS = 2;

	@Test
	void everySampleIsInALanguageThatIsLookedAtAndFewAreNot() {
		assertThat(Sample.all()).hasSizeGreaterThan(60)
			.allSatisfy((sample) -> assertThat(LANGUAGES).as("the language of " + sample).contains(sample.language()));
		assertThat(Sample.all().stream().filter((sample) -> sample.exception() != null))
			.hasSizeLessThanOrEqualTo(MOST_EXCEPTIONS);
	}

	static Stream<Path> pages() {
		return Sample.in("java").stream().map(Sample::page).distinct();
	}

	@ParameterizedTest
	@MethodSource("pages")
	void javaCompilesAndRuns(Path page, @TempDir Path directory, MemcachedServer server) throws Exception {
		JavaSamples java = new JavaSamples(tried("java").filter((sample) -> sample.page().equals(page)).toList(),
				server.address());
		assertThat(java.compile(directory)).as("what the compiler says of " + page).isEmpty();
		if (RUNNING.contains(page)) {
			assertThat(java.running()).isNotEmpty();
			try (URLClassLoader loader = new URLClassLoader(new URL[] { directory.toUri().toURL() });
					MemcachedClient mc = MemcachedClient.builder()
						.servers(server.address())
						.flushAllEnabled(true)
						.build()) {
				for (Map.Entry<Sample, String> sample : java.running().entrySet()) {
					run(sample.getKey(), loader.loadClass(sample.getValue()), mc);
				}
			}
		}
	}

	private static void run(Sample sample, Class<?> type, MemcachedClient mc) {
		assertThat(type).as("%s", sample).satisfies((any) -> {
			if (Vocabulary.class.isAssignableFrom(type)) {
				Vocabulary vocabulary = (Vocabulary) type.getDeclaredConstructor().newInstance();
				vocabulary.mc = mc;
				((Callable<?>) vocabulary).call();
			}
			else {
				assertThat(output(type)).isEqualTo(whatFollows(sample));
			}
		});
	}

	/** What a program prints. */
	private static String output(Class<?> program) throws Exception {
		PrintStream before = System.out;
		ByteArrayOutputStream printed = new ByteArrayOutputStream();
		System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
		try {
			program.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
		}
		finally {
			System.setOut(before);
		}
		return printed.toString(StandardCharsets.UTF_8);
	}

	/** The text after a program, which is what it prints. */
	private static String whatFollows(Sample program) {
		return Sample.all()
			.stream()
			.filter((sample) -> sample.page().equals(program.page()) && sample.line() > program.line()
					&& sample.language().isEmpty() && !sample.text().startsWith("$"))
			.findFirst()
			.orElseThrow()
			.text();
	}

	@ParameterizedTest
	@MethodSource
	void yamlBinds(Sample sample) throws Exception {
		PropertySamples.check(sample);
	}

	static Stream<Sample> yamlBinds() {
		return Stream.concat(tried("yaml"), tried("properties"));
	}

	@ParameterizedTest
	@MethodSource
	void xmlIsWellFormedAndNamesWhatThereIs(Sample sample) throws Exception {
		String project = sample.text().startsWith("<project") ? sample.text()
				: "<project>" + sample.text() + "</project>";
		Document document = DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(new ByteArrayInputStream(project.getBytes(StandardCharsets.UTF_8)));
		NodeList dependencies = document.getElementsByTagName("dependency");
		assertThat(dependencies.getLength()).isPositive();
		for (int i = 0; i < dependencies.getLength(); i++) {
			Element dependency = (Element) dependencies.item(i);
			if (text(dependency, "groupId").equals("io.libmc")) {
				assertThat(Sample.ROOT.resolve(text(dependency, "artifactId")).resolve("pom.xml")).exists();
				assertThat(text(dependency, "version")).isEqualTo(version());
			}
		}
	}

	private static String text(Element element, String name) {
		NodeList found = element.getElementsByTagName(name);
		return (found.getLength() > 0) ? found.item(0).getTextContent() : "";
	}

	/** That of the README, which all pages have. */
	private static String version() {
		return Sample.of("README.md", "xml").get(0).text().replaceFirst("(?s).*<version>(.*?)</version>.*", "$1");
	}

	static Stream<Sample> xmlIsWellFormedAndNamesWhatThereIs() {
		return tried("xml");
	}

	@ParameterizedTest
	@MethodSource
	void jsonIsWellFormed(Sample sample) {
		String text = sample.text().strip();
		assertThat(new JsonMapper().readTree(text.startsWith("{") ? text : "{" + text + "}").isObject()).isTrue();
	}

	static Stream<Sample> jsonIsWellFormed() {
		return tried("json");
	}

	private static Stream<Sample> tried(String language) {
		return Sample.in(language).stream().filter((sample) -> sample.exception() == null);
	}

	@ParameterizedTest
	@ValueSource(classes = { MemcachedClient.class, AsyncMemcachedClient.class, MemcachedClientBuilder.class,
			LoadPolicy.class, MetaCommands.class, MetaGet.class, MetaSet.class, MetaDelete.class,
			MetaArithmetic.class })
	void everyMethodIsOnThePageOfTheClient(Class<?> type) throws Exception {
		String page = Files.readString(Sample.ROOT.resolve("docs/client.md"));
		List<String> missing = Stream.of(type.getDeclaredMethods())
			.filter((method) -> java.lang.reflect.Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
			.map((method) -> method.getName())
			.filter((name) -> !name.equals("toString"))
			.distinct()
			.filter((name) -> !page.matches("(?s).*\\b" + name + "\\(.*") && !page.contains("`" + name + "`"))
			.collect(Collectors.toList());
		assertThat(missing).isEmpty();
	}

}
