package io.libmc.embedded;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Runs a server with memcached's options until it is killed.
 *
 * @since 0.1.0
 */
public final class Main {

	private Main() {
	}

	/**
	 * Starts a server. Ends with 1 and a line on stderr if that is impossible.
	 * @param arguments memcached's options; {@code -h} lists those that are known
	 * @throws InterruptedException never
	 */
	public static void main(String[] arguments) throws InterruptedException {
		EmbeddedMemcached[] server = new EmbeddedMemcached[1];
		int code = start(List.of(arguments), System.getenv("MEMCACHED_PORT_FILENAME"), System.out, System.err,
				(started) -> server[0] = started);
		if (server[0] == null) {
			System.exit(code);
		}
		Runtime.getRuntime().addShutdownHook(new Thread(server[0]::close));
		new CountDownLatch(1).await();
	}

	/**
	 * Starts a server, or says something instead.
	 * @return the code to exit with if there is none
	 */
	static int start(List<String> arguments, @Nullable String portFile, PrintStream out, PrintStream err,
			Consumer<EmbeddedMemcached> started) {
		try {
			Options options = Options.of(arguments);
			String text = options.text();
			if (text != null) {
				out.print(text);
				return 0;
			}
			EmbeddedMemcached server = options.builder().start();
			started.accept(server);
			if (portFile != null && server.hasPort()) {
				tellPort(server.port(), portFile, err);
			}
			return 0;
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			err.println("memcached: " + ex.getMessage());
			return 1;
		}
	}

	/**
	 * Whoever waits for the file finds it whole. A server whose port cannot be told runs
	 * all the same.
	 */
	private static void tellPort(int port, String portFile, PrintStream err) {
		String unfinished = portFile + ".lck";
		try {
			Files.writeString(Path.of(unfinished), "TCP INET: " + port + "\n");
			Files.move(Path.of(unfinished), Path.of(portFile), StandardCopyOption.REPLACE_EXISTING);
		}
		catch (IOException | InvalidPathException ex) {
			err.println("Failed to open \"" + unfinished + "\": " + ex);
		}
	}

}
