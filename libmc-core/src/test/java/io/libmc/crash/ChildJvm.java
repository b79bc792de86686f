package io.libmc.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a class in a JVM of its own, which can be killed, or be full, without harm to the
 * others' tests.
 */
final class ChildJvm {

	private ChildJvm() {
	}

	/**
	 * Returns all that it printed, also if it had to be killed.
	 * @param atMost how long it may live
	 */
	static List<String> run(Duration atMost, List<String> options, Class<?> main, String... arguments)
			throws IOException, InterruptedException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xshare:auto", "-cp", System.getProperty("java.class.path")));
		command.addAll(options);
		if (System.getProperty("libmc.tolerance") != null) {
			command.add("-Dlibmc.tolerance=" + System.getProperty("libmc.tolerance"));
		}
		command.add(main.getName());
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		Thread end = new Thread(() -> kill(process, atMost));
		end.setDaemon(true);
		end.start();
		try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
			return lines.lines().peek(System.out::println).toList();
		}
		finally {
			process.destroyForcibly().waitFor();
		}
	}

	private static void kill(Process process, Duration atMost) {
		try {
			if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
				process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			process.destroyForcibly();
		}
	}

}
