package io.libmc.sample;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

import javax.tools.ToolProvider;

import io.libmc.spring.autoconfigure.LibmcAutoConfiguration;
import io.libmc.spring.autoconfigure.LibmcCacheAutoConfiguration;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.annotation.EnableCaching;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the README shows compiles and runs.
 */
@Memcached
class ReadmeTests {

	private static final Path README = Path.of("..", "README.md");

	@Test
	void cacheExampleCaches(MemcachedServer server, @TempDir Path directory) throws Exception {
		compile(directory, "demo/Books.java", """
				package demo;

				import java.io.Serializable;
				import org.springframework.cache.annotation.Cacheable;

				public class Books {
					private int loads;

					%s
				}
				""".formatted(example("@Cacheable").replace("…", "return new Book(id, \"load \" + ++loads);")));

		try (URLClassLoader loader = new URLClassLoader(new URL[] { directory.toUri().toURL() })) {
			Class<?> books = loader.loadClass("demo.Books");
			new ApplicationContextRunner().withClassLoader(loader)
				.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class,
						LibmcCacheAutoConfiguration.class, CacheAutoConfiguration.class))
				.withUserConfiguration(Caching.class, books)
				.withPropertyValues("libmc.servers=" + server.address(), "libmc.cache.allowed-classes=demo.**")
				.run((context) -> {
					Object bean = context.getBean(books);
					for (int call = 0; call < 2; call++) {
						assertThat(bean.getClass().getMethod("find", long.class).invoke(bean, 42))
							.hasToString("Book[id=42, title=load 1]");
					}
				});
		}
	}

	@Test
	void coreExampleRuns(MemcachedServer server, @TempDir Path directory) throws Exception {
		compile(directory, "Example.java", """
				import java.time.Duration;
				import java.util.*;
				import io.libmc.*;

				public class Example implements Runnable {
					public void run() {
						%s
					}
				}
				""".formatted(example("MemcachedClient.builder()").replace("localhost:11211", server.address())));

		try (URLClassLoader loader = new URLClassLoader(new URL[] { directory.toUri().toURL() })) {
			((Runnable) loader.loadClass("Example").getDeclaredConstructor().newInstance()).run();
		}
	}

	private static void compile(Path directory, String file, String text) throws IOException {
		Path source = directory.resolve(file);
		Files.createDirectories(source.getParent());
		Files.writeString(source, text);
		int failed = ToolProvider.getSystemJavaCompiler()
			.run(null, null, null, "-d", directory.toString(), source.toString());
		assertThat(failed).isZero();
	}

	/** The first block of Java in the README with this in it. */
	private static String example(String part) throws IOException {
		return Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
			.matcher(Files.readString(README))
			.results()
			.map((block) -> block.group(1))
			.filter((code) -> code.contains(part))
			.findFirst()
			.orElseThrow();
	}

	@EnableCaching
	static class Caching {

	}

}
