package io.libmc.sample;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

import javax.tools.ToolProvider;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the README shows compiles and runs.
 */
@Memcached
class ReadmeTests {

	private static final Path README = Path.of("..", "README.md");

	@Test
	void coreExampleRuns(MemcachedServer server, @TempDir Path directory) throws Exception {
		Path source = Files.writeString(directory.resolve("Example.java"), """
				import java.time.Duration;
				import java.util.*;
				import io.libmc.*;

				public class Example implements Runnable {
					public void run() {
						%s
					}
				}
				""".formatted(coreExample().replace("localhost:11211", server.address())));

		int compiled = ToolProvider.getSystemJavaCompiler()
			.run(null, null, null, "-d", directory.toString(), source.toString());

		assertThat(compiled).isZero();
		try (URLClassLoader loader = new URLClassLoader(new URL[] { directory.toUri().toURL() })) {
			((Runnable) loader.loadClass("Example").getDeclaredConstructor().newInstance()).run();
		}
	}

	private static String coreExample() throws IOException {
		return Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
			.matcher(Files.readString(README))
			.results()
			.map((block) -> block.group(1))
			.filter((code) -> code.contains("MemcachedClient.builder()"))
			.findFirst()
			.orElseThrow();
	}

}
