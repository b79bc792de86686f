package io.libmc.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names that cease to resolve, resolve to something else, or take their time. Java takes
 * names from a file if it is told so at its start, so the client has a JVM of its own;
 * and a file that is a pipe resolves no sooner than somebody writes to it.
 */
@Timeout(60)
@Memcached(servers = 2)
@EnabledOnOs(value = OS.LINUX, disabledReason = "there are pipes among the files")
class NamesTest {

	@TempDir
	Path directory;

	@Test
	void nameIsResolvedAnewAtEachConnect(List<MemcachedServer> servers) throws Exception {
		Path hosts = Files.writeString(this.directory.resolve("hosts"), "127.0.0.1 moving.test\n");
		assertThat(run(hosts, Mover.class, "moving.test:" + servers.get(0).port(), hosts.toString())).containsExactly(
				"before: stored", "elsewhere: connecting failed: Connection refused",
				"nowhere: connecting failed: the name does not resolve", "back: stored");
	}

	@Test
	void slowNameIsNotWaitedForAndKeepsNobodyFromOtherServers(List<MemcachedServer> servers) throws Exception {
		Path pipe = this.directory.resolve("pipe");
		assertThat(new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor()).isZero();
		assertThat(run(pipe, Sluggard.class, "slow.test:" + servers.get(0).port(), servers.get(1).address(),
				pipe.toString()))
			.containsExactly("slow: its time was up in time", "other: stored in time", "resolved: stored");
	}

	private static List<String> run(Path hosts, Class<?> main, String... arguments) throws Exception {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
						"-Djdk.net.hosts.file=" + hosts, "-cp", System.getProperty("java.class.path"), main.getName()));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
		return output.lines().toList();
	}

	private static String store(MemcachedClient client, String key) {
		try {
			return client.set(key, "v") ? "stored" : "not stored";
		}
		catch (MemcachedException ex) {
			return ex.getMessage().replaceAll(".*(connecting failed: [^;()]*|its time was up).*", "$1");
		}
	}

	/** Its server's name leads elsewhere, nowhere and back while it runs. */
	static final class Mover {

		private Mover() {
		}

		public static void main(String[] arguments) throws IOException {
			Security.setProperty("networkaddress.cache.ttl", "0");
			Security.setProperty("networkaddress.cache.negative.ttl", "0");
			Path hosts = Path.of(arguments[1]);
			try (MemcachedClient client = MemcachedClient.builder()
				.servers(arguments[0])
				.pollTimeout(Duration.ofSeconds(10))
				.connectTimeout(Duration.ofSeconds(2))
				.retryTimeout(Duration.ofMillis(20))
				.build()) {
				System.out.println("before: " + store(client, "k"));
				Files.writeString(hosts, "127.0.0.77 moving.test\n");
				client.quit();
				System.out.println("elsewhere: " + store(client, "k"));
				Files.writeString(hosts, "127.0.0.1 another.test\n");
				Awaitility.await().until(() -> store(client, "k").contains("resolve"));
				System.out.println("nowhere: " + store(client, "k"));
				Files.writeString(hosts, "127.0.0.1 moving.test\n");
				Awaitility.await().until(() -> store(client, "k").equals("stored"));
				System.out.println("back: " + store(client, "k"));
			}
		}

	}

	/** Its first server's name resolves when it writes to the pipe. */
	static final class Sluggard {

		private static final Duration POLL = Duration.ofMillis(500);

		private Sluggard() {
		}

		public static void main(String[] arguments) throws IOException {
			try (MemcachedClient client = MemcachedClient.builder()
				.servers(arguments[0], arguments[1])
				.pollTimeout(POLL)
				.connectTimeout(Duration.ofSeconds(2))
				.build()) {
				String slow = key(client, arguments[0]);
				String other = key(client, arguments[1]);
				System.out.println("slow: " + timed(() -> store(client, slow)));
				System.out.println("other: " + timed(() -> store(client, other)));
				Files.writeString(Path.of(arguments[2]), "127.0.0.1 slow.test\n");
				Awaitility.await().until(() -> store(client, slow).equals("stored"));
				System.out.println("resolved: " + store(client, slow));
			}
		}

		private static String key(MemcachedClient client, String server) {
			int i = 0;
			while (!client.serverFor("k" + i).equals(server)) {
				i++;
			}
			return "k" + i;
		}

		private static String timed(Supplier<String> call) {
			long start = System.nanoTime();
			String result = call.get();
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			return result + ((took.compareTo(POLL.plus(Patience.TOLERANCE)) <= 0) ? " in time" : " after " + took);
		}

	}

}
