package io.libmc.spring.devtools;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that devtools restarts: what it cached before comes back as objects of
 * the classes that it has since.
 */
@Memcached
class DevtoolsRestartTest {

	@Test
	void cachedValuesAreOfTheClassesLoadedByTheRestart(MemcachedServer server, @TempDir Path directory)
			throws Exception {
		Path output = directory.resolve("output");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), RestartedApplication.class.getName(),
				"--libmc.servers=" + server.address(), "--libmc.poll-timeout=5s", "--libmc.connect-timeout=2s",
				"--libmc.cache.caches[json].serializer=json", "--spring.main.web-application-type=none",
				"--spring.devtools.livereload.enabled=false", "--spring.docker.compose.enabled=false")
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			assertThat(process.waitFor(90, TimeUnit.SECONDS)).as("it ends").isTrue();
		}
		finally {
			process.destroyForcibly();
		}

		String said = Files.readString(output, StandardCharsets.UTF_8);
		List<String> runs = said.lines().filter((line) -> line.startsWith("books by")).toList();
		assertThat(runs).as(said).hasSize(2).doesNotHaveDuplicates();
		String found = "Book[id=1, title=Emma] of this run";
		assertThat(runs.get(0))
			.matches("books by RestartClassLoader@[0-9a-f]+: loads=2, \\Q%s, %<s\\E".formatted(found));
		assertThat(runs.get(1))
			.matches("books by RestartClassLoader@[0-9a-f]+: loads=0, \\Q%s, %<s\\E".formatted(found));
		assertThat(loader(runs.get(1))).isNotEqualTo(loader(runs.get(0)));
	}

	private static String loader(String run) {
		return run.substring(0, run.indexOf(':'));
	}

}
