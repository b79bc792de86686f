package io.libmc.stampede;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;

/**
 * twemproxy (Debian's nutcracker) in front of memcached. It knows no meta commands, and
 * closes the connection of whoever sends one.
 */
final class Twemproxy implements AutoCloseable {

	private static final int FIRST_PORT = 15_000;

	private static final int LAST_PORT = 32_000;

	private static final Duration STARTUP = Duration.ofSeconds(10);

	private final Process process;

	private final int port;

	private Twemproxy(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	static boolean isThere() {
		return executable().isPresent();
	}

	static Twemproxy before(List<MemcachedServer> servers, Path directory) throws IOException {
		int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
		int statistics = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
		Path configuration = Files.writeString(directory.resolve("nutcracker.yml"), """
				pool:
				  listen: 127.0.0.1:%d
				  hash: md5
				  distribution: ketama
				  timeout: 5000
				  servers:
				%s
				""".formatted(port,
				servers.stream().map((server) -> "   - " + server.address() + ":1").collect(Collectors.joining("\n"))));
		Process process = new ProcessBuilder(executable().orElseThrow().toString(), "-c", configuration.toString(),
				"-o", directory.resolve("log").toString(), "-a", "127.0.0.1", "-s", String.valueOf(statistics))
			.redirectErrorStream(true)
			.redirectOutput(directory.resolve("output").toFile())
			.start();
		Twemproxy proxy = new Twemproxy(process, port);
		Awaitility.await().atMost(STARTUP).until(proxy::listens);
		return proxy;
	}

	String address() {
		return "127.0.0.1:" + this.port;
	}

	private boolean listens() {
		if (!this.process.isAlive()) {
			throw new IllegalStateException("twemproxy ended with " + this.process.exitValue());
		}
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	private static Optional<Path> executable() {
		Stream<String> path = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator));
		return Stream.concat(path, Stream.of("/usr/sbin"))
			.filter((directory) -> !directory.isEmpty())
			.map((directory) -> Path.of(directory, "nutcracker"))
			.filter(Files::isExecutable)
			.findFirst();
	}

}
