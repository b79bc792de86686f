package io.libmc;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client has no dependencies on the module path either.
 */
@Timeout(60)
class ModulePathTest {

	private static final Path CLASSES = Path.of("target", "classes");

	@TempDir
	private Path directory;

	@Test
	void aModuleCompilesWithoutAWarningAndRunsWithTheJarAlone() throws Exception {
		Path jar = this.directory.resolve("libmc-core.jar");
		Path output = this.directory.resolve("application");
		tool("jar", "--create", "--file", jar.toString(), "-C", CLASSES.toString(), ".");
		Path module = Files.writeString(this.directory.resolve("module-info.java"), """
				module application {

					requires transitive io.libmc;

					exports application;

				}
				""");
		Path source = Files.writeString(this.directory.resolve("Application.java"),
				"""
						package application;

						import io.libmc.LoadPolicy;
						import io.libmc.MemcachedClient;
						import io.libmc.MemcachedListener;
						import java.time.Duration;
						import java.util.List;

						/** Uses the client, and mentions each of its types. */
						public final class Application implements MemcachedListener {

							private static final List<Class<?>> TYPES = List.of(%s);

							/** It has no state. */
							public Application() {
							}

							/**
							 * Has no server to ask.
							 * @param arguments none
							 */
							public static void main(String[] arguments) {
								try (MemcachedClient client = MemcachedClient.builder()
									.servers("localhost:1")
									.listener(new Application())
									.build()) {
									System.out.println(TYPES.contains(MemcachedClient.class) + " " + client.servers().size());
								}
							}

							/**
							 * Finds a title.
							 * @param client the client to ask
							 * @param id the number of the book
							 * @return its title
							 */
							public static String title(MemcachedClient client, long id) {
								String title = client.get("title" + id, String.class);
								return (title != null) ? title
										: client.getOrLoad("title" + id, LoadPolicy.timeToLive(Duration.ofMinutes(1)), () -> "a");
							}

							@Override
							public Object operationStarted(String command, String server) {
								return null;
							}

						}
						"""
					.formatted(publicTypes()));
		tool("javac", "-Xlint:all", "-Werror", "-p", jar.toString(), "-d", output.toString(), module.toString(),
				source.toString());
		assertThat(run("-p", jar + File.pathSeparator + output, "-m", "application/application.Application"))
			.isEqualToIgnoringNewLines("true 1");
	}

	/** A class literal for each type that the module exports. */
	private static String publicTypes() throws IOException {
		try (Stream<Path> api = Files.list(CLASSES.resolve("io/libmc"));
				Stream<Path> codec = Files.list(CLASSES.resolve("io/libmc/codec"))) {
			return Stream.concat(api, codec)
				.map((file) -> CLASSES.relativize(file).toString())
				.filter((name) -> name.endsWith(".class") && !name.endsWith("package-info.class"))
				.map((name) -> name.substring(0, name.length() - ".class".length()).replace(File.separatorChar, '.'))
				.filter(ModulePathTest::isPublic)
				.map((name) -> name.replace('$', '.') + ".class")
				.sorted()
				.collect(Collectors.joining(", "));
		}
	}

	private static boolean isPublic(String name) {
		try {
			Class<?> type = Class.forName(name, false, ModulePathTest.class.getClassLoader());
			return type.getCanonicalName() != null && Modifier.isPublic(type.getModifiers());
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void tool(String name, String... arguments) {
		StringWriter said = new StringWriter();
		PrintWriter writer = new PrintWriter(said);
		int failed = ToolProvider.findFirst(name).orElseThrow().run(writer, writer, arguments);
		assertThat(failed).as(() -> name + ": " + said).isZero();
		assertThat(said.toString()).isEmpty();
	}

	private String run(String... arguments) throws Exception {
		Path java = Path.of(System.getProperty("java.home"), "bin", "java");
		Process process = new ProcessBuilder(Stream.concat(Stream.of(java.toString()), Stream.of(arguments)).toList())
			.directory(this.directory.toFile())
			.redirectErrorStream(true)
			.start();
		String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
		assertThat(process.exitValue()).as(said).isZero();
		return said;
	}

}
