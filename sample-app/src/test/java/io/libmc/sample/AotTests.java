package io.libmc.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The sample with its beans worked out at build time, as {@code ./mvnw -Paot} does it.
 */
@Memcached
class AotTests {

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	@TempDir
	private Path directory;

	@Test
	void applicationWhoseBeansWereWorkedOutAtBuildTimeCaches(MemcachedServer server) throws Exception {
		Path sources = this.directory.resolve("sources");
		Path classes = this.directory.resolve("classes");
		Process processing = java("processing", System.getProperty("java.class.path"),
				SpringApplicationAotProcessor.class.getName(), SampleApplication.class.getName(), sources.toString(),
				classes.toString(), classes.toString(), "io.libmc", "sample-app");
		assertThat(processing.waitFor(2, TimeUnit.MINUTES)).isTrue();
		assertThat(processing.exitValue()).as(() -> said("processing")).isZero();
		compile(sources, classes);
		assertThat(classes.resolve("META-INF/native-image/io.libmc/sample-app/reachability-metadata.json")).content()
			.contains("java.util.CollSer");

		Process application = java("application", classes + ":" + System.getProperty("java.class.path"),
				"-Dspring.aot.enabled=true", SampleApplication.class.getName(), "--server.port=0",
				"--libmc.servers=" + server.address());
		try {
			await().atMost(Duration.ofMinutes(1))
				.until(() -> !application.isAlive() || said("application").contains("Started SampleApplication"));
			assertThat(said("application")).contains("Starting AOT-processed SampleApplication");
			assertThat(get("/api/books/95")).contains("Pride and Prejudice", "\"views\":1");
			assertThat(get("/api/books/95")).contains("Pride and Prejudice", "\"views\":2");
			assertThat(get("/actuator/metrics/cache.gets?tag=cache:books.byId&tag=result:hit"))
				.contains("\"value\":1.0");
			assertThat(get("/actuator/health")).contains("\"libmc\":{\"details\":{\"servers\":{\"" + server.address());
			assertThat(get("/actuator/libmc")).contains(server.address());
		}
		finally {
			application.destroy();
			application.waitFor(1, TimeUnit.MINUTES);
			application.destroyForcibly();
		}
	}

	private Process java(String name, String classPath, String... arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath));
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(this.directory.resolve(name).toFile())
			.start();
	}

	private String said(String name) {
		try {
			return Files.readString(this.directory.resolve(name));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void compile(Path sources, Path classes) throws IOException {
		List<String> arguments = new ArrayList<>(List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-cp",
				classes + ":" + System.getProperty("java.class.path")));
		try (Stream<Path> files = Files.walk(sources)) {
			files.map(Path::toString).filter((file) -> file.endsWith(".java")).forEach(arguments::add);
		}
		int failed = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
		assertThat(failed).isZero();
	}

	private String get(String path) throws Exception {
		Matcher port = PORT.matcher(said("application"));
		assertThat(port.find()).as(() -> said("application")).isTrue();
		URI uri = URI.create("http://localhost:" + port.group(1) + path);
		return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
	}

}
