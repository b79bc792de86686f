package io.libmc.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.opentest4j.TestAbortedException;

/** The program that this module is compared with, one process a release. */
final class RealMemcached {

	private static final Map<MemcachedVersion, RealMemcached> STARTED = new ConcurrentHashMap<>();

	private final int port;

	private RealMemcached(int port) {
		this.port = port;
	}

	/**
	 * A process that lives as long as this JVM, or the test is skipped.
	 */
	static RealMemcached of(MemcachedVersion version) {
		return STARTED.computeIfAbsent(version, RealMemcached::launch);
	}

	private static RealMemcached launch(MemcachedVersion version) {
		String program = Stream.of("newest-memcached", "memcached", "newer-memcached")
			.map(RealMemcached::find)
			.flatMap(Optional::stream)
			.filter((candidate) -> version(candidate).equals("memcached " + version))
			.findFirst()
			.orElseThrow(() -> new TestAbortedException(
					"There is no memcached " + version + " on the PATH to compare with; ./test gets one where it can"));
		return start(program);
	}

	/** A process of its own, with arguments. */
	static RealMemcached start(String program, String... arguments) {
		int port = freePort();
		List<String> command = new ArrayList<>(
				List.of(program, "-l", "127.0.0.1", "-p", String.valueOf(port), "-U", "0"));
		if (System.getProperty("user.name").equals("root")) {
			command.addAll(List.of("-u", "root"));
		}
		command.addAll(List.of(arguments));
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
			Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		RealMemcached started = new RealMemcached(port);
		Awaitility.await().pollInterval(Duration.ofMillis(5)).ignoreExceptions().until(() -> {
			started.connect().close();
			return true;
		});
		return started;
	}

	int port() {
		return this.port;
	}

	Socket connect() throws IOException {
		Socket socket = new Socket();
		socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 2_000);
		socket.setTcpNoDelay(true);
		socket.setSoTimeout(2_000);
		return socket;
	}

	static Optional<String> find(String program) {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.map((directory) -> Path.of(directory, program))
			.filter(Files::isExecutable)
			.map(Path::toString)
			.findFirst();
	}

	private static String version(String program) {
		try {
			Process process = new ProcessBuilder(program, "-V").redirectErrorStream(true).start();
			String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
			process.waitFor(5, TimeUnit.SECONDS);
			return said;
		}
		catch (IOException ex) {
			return "";
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
