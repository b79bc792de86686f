package io.libmc.sample;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.libmc.sample.documentation.Sample;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a new user does: makes an application as start.spring.io does, adds what the
 * README or the page for beginners says, builds and starts it. The artifacts are those
 * that this build has just packaged, in a repository of their own and under a version
 * that nobody else has installed; their POMs are the published ones.
 */
@Memcached
@EnabledIf(value = "isPackaged", disabledReason = "the starter is not packaged yet: it is by verify, not by test")
class NewApplicationTests {

	private static final String VERSION = "0.1.0-new-application";

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final String PAGE = "docs/start-spring.md";

	private static final List<String> MODULES = List.of("libmc-core", "libmc-spring-boot-starter");

	@TempDir
	private Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "README.md", PAGE })
	void applicationCachesWithWhatThePageSaysAndNothingElse(String page, MemcachedServer server) throws Exception {
		for (String module : MODULES) {
			install(ROOT.resolve(module).resolve(".flattened-pom.xml"), module, ".pom");
			install(jar(module), module, ".jar");
		}
		write("pom.xml", POM.formatted(SpringBootVersion.getVersion(),
				first(page, "xml").replaceFirst("<version>.*?</version>", "<version>" + VERSION + "</version>")));
		write("src/main/resources/application.yml", first(page, "yaml"));
		for (Sample file : Sample.of(PAGE, "java")) {
			write(String.valueOf(file.file()), file.text());
		}
		if (!page.equals(PAGE)) {
			write("src/main/java/com/example/demo/Books.java", SERVICE.formatted(first(page, "java")));
		}

		run(ROOT.resolve("mvnw").toString(), "-q", "-ntp", "-B", "-DskipTests", "package",
				"-Dmaven.repo.local.tail=" + this.directory.resolve("repository"));
		String said = run(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar",
				"target/demo-0.0.1-SNAPSHOT.jar", "--libmc.servers=" + server.address());

		assertThat(said.lines().filter((line) -> line.startsWith("book:") || line.startsWith("loading")))
			.containsExactly("loading 42", "book: Book[id=42, title=Emma]", "book: Book[id=42, title=Emma]");
	}

	static boolean isPackaged() {
		return MODULES.stream().allMatch((module) -> Files.exists(jar(module)));
	}

	private static Path jar(String module) {
		return ROOT.resolve(module).resolve("target").resolve(module + "-0.1.0-SNAPSHOT.jar");
	}

	private void install(Path file, String artifact, String extension) throws IOException {
		Path target = this.directory.resolve("repository").resolve("io/libmc").resolve(artifact).resolve(VERSION);
		Files.createDirectories(target);
		Path installed = target.resolve(artifact + "-" + VERSION + extension);
		if (extension.equals(".pom")) {
			String pom = Files.readString(file);
			assertThat(pom).contains("<version>0.1.0-SNAPSHOT</version>").doesNotContain("${revision}");
			Files.writeString(installed, pom.replace("0.1.0-SNAPSHOT", VERSION));
		}
		else {
			Files.copy(file, installed);
		}
	}

	private static String first(String page, String language) {
		return Sample.of(page, language).get(0).text();
	}

	private void write(String file, String text) throws IOException {
		Path path = this.directory.resolve("demo").resolve(file);
		Files.createDirectories(path.getParent());
		Files.writeString(path, text);
	}

	/** What it says; fails if it does. */
	private String run(String... command) throws Exception {
		Path output = this.directory.resolve("output");
		Process process = new ProcessBuilder(command).directory(this.directory.resolve("demo").toFile())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		boolean ended = process.waitFor(5, TimeUnit.MINUTES);
		process.destroyForcibly();
		String said = Files.readString(output, StandardCharsets.UTF_8);
		assertThat(ended).as(() -> "it does not end: " + said).isTrue();
		assertThat(process.exitValue()).as(said).isZero();
		return said;
	}

	private static final String POM = """
			<?xml version="1.0" encoding="UTF-8"?>
			<project xmlns="http://maven.apache.org/POM/4.0.0">
				<modelVersion>4.0.0</modelVersion>
				<parent>
					<groupId>org.springframework.boot</groupId>
					<artifactId>spring-boot-starter-parent</artifactId>
					<version>%s</version>
					<relativePath/>
				</parent>
				<groupId>com.example</groupId>
				<artifactId>demo</artifactId>
				<version>0.0.1-SNAPSHOT</version>
				<properties>
					<java.version>17</java.version>
				</properties>
				<dependencies>
					<dependency>
						<groupId>org.springframework.boot</groupId>
						<artifactId>spring-boot-starter</artifactId>
					</dependency>
			%s
				</dependencies>
				<build>
					<plugins>
						<plugin>
							<groupId>org.springframework.boot</groupId>
							<artifactId>spring-boot-maven-plugin</artifactId>
						</plugin>
					</plugins>
				</build>
			</project>
			""";

	/** What the README leaves to the reader. */
	private static final String SERVICE = """
			package com.example.demo;

			import org.springframework.cache.annotation.Cacheable;
			import org.springframework.stereotype.Service;

			@Service
			public class Books {

				private final Repository repository = new Repository();

			%s
				public record Book(long id, String title) {
				}

				static class Repository {

					Book load(long id) {
						System.out.println("loading " + id);
						return new Book(id, "Emma");
					}

				}

			}
			""";

}
