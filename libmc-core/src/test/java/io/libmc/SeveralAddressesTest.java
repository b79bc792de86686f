package io.libmc;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A name with several addresses. Which names there are is decided once in the life of a
 * JVM, so the client has one of its own.
 */
@Timeout(60)
@Memcached
@EnabledOnOs(value = OS.LINUX, disabledReason = "only there is all of 127.0.0.0/8 this machine")
class SeveralAddressesTest {

	@TempDir
	Path directory;

	@Test
	void addressesAreTriedInTurnWithinTheConnectTimeout(MemcachedServer server) throws Exception {
		InetAddress unanswered = InetAddress.getByName("127.0.0.3");
		// the backlog of one is full, so further connects get no answer
		try (ServerSocket listener = new ServerSocket(server.port(), 1, unanswered);
				Socket first = new Socket(unanswered, server.port());
				Socket second = new Socket(unanswered, server.port())) {
			assertThat(first.isConnected() && second.isConnected() && listener.isBound()).isTrue();
			assertThat(call(server, "127.0.0.2", "127.0.0.3", "127.0.0.1"))
				.isEqualTo("several.test:" + server.port() + " stored true");
		}
	}

	@Test
	void nameWhoseAddressesAllFailIsTold(MemcachedServer server) throws Exception {
		assertThat(call(server, "127.0.0.2", "127.0.0.4")).startsWith("get on several.test:" + server.port())
			.contains("connecting failed: Connection refused");
	}

	private String call(MemcachedServer server, String... addresses) throws Exception {
		Path hosts = this.directory.resolve("hosts");
		Files.writeString(hosts, String.join(" several.test\n", addresses) + " several.test\n");
		Path output = this.directory.resolve("output");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Djdk.net.hosts.file=" + hosts, "-cp", System.getProperty("java.class.path"), Caller.class.getName(),
				"several.test:" + server.port())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		process.waitFor();
		return Files.readString(output)
			.lines()
			.filter((line) -> line.startsWith("> "))
			.findFirst()
			.orElseThrow()
			.substring(2);
	}

	/** What the other JVM runs. */
	static final class Caller {

		private Caller() {
		}

		public static void main(String[] arguments) {
			try (MemcachedClient client = MemcachedClient.builder()
				.servers(arguments[0])
				.connectTimeout(Duration.ofSeconds(2))
				.pollTimeout(Duration.ofSeconds(10))
				.build()) {
				client.get("k");
				System.out.println("> " + client.serverFor("k") + " stored "
						+ client.set("k", "v".getBytes(StandardCharsets.UTF_8)));
			}
			catch (MemcachedException ex) {
				System.out.println("> " + ex.getMessage());
			}
		}

	}

}
