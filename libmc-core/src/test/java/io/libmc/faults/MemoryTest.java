package io.libmc.faults;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Values that are too much for the memory of the process.
 */
@Timeout(120)
@Memcached
class MemoryTest {

	private static final int LARGE = 9_900_000;

	/**
	 * In a process of its own, whose heap is small. Its collector keeps room for what is
	 * new and short, of which every caller needs some to be told anything.
	 */
	@Test
	void valueForWhichThereIsNoMemoryFailsAlone(MemcachedServer server) throws Exception {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx40m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), Readers.class.getName(),
				server.address())
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(output).contains("small values: all")
			.contains("nothing else")
			.contains("some failed")
			.contains("serves: true");
	}

	@Test
	void valueThatIsOnlyAnnouncedTakesNoMemory() {
		int connections = 50;
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.readLine();
			connection.reply("VALUE k 0 " + LARGE + "\r\n");
		})) {
			List<MemcachedClient> clients = new ArrayList<>();
			try {
				List<CompletableFuture<Object>> asked = new ArrayList<>();
				long before = allocated();
				for (int i = 0; i < connections; i++) {
					MemcachedClient client = MemcachedClient.builder()
						.servers(server.address())
						.pollTimeout(Duration.ofSeconds(1))
						.build();
					clients.add(client);
					asked.add(client.async().get("k"));
				}
				asked.forEach((each) -> assertThat(each).failsWithin(Duration.ofSeconds(20)));
				assertThat(allocated() - before).isLessThan(connections * (long) LARGE / 4);
			}
			finally {
				clients.forEach(MemcachedClient::close);
			}
		}
	}

	/** By the threads that are alive, which those that read are. */
	private static long allocated() {
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		long sum = 0;
		for (long each : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
			sum += Math.max(each, 0);
		}
		return sum;
	}

	/** Reads large values and small ones. */
	static final class Readers {

		private static final int THREADS = 16;

		private static final int ROUNDS = 30;

		private Readers() {
		}

		public static void main(String[] args) throws Exception {
			try (MemcachedClient client = MemcachedClient.builder()
				.servers(args[0])
				.pollTimeout(Duration.ofSeconds(20))
				.build()) {
				client.set("large", new byte[LARGE]);
				client.set("small", "s");
				AtomicInteger small = new AtomicInteger();
				AtomicInteger failed = new AtomicInteger();
				ExecutorService threads = Executors.newFixedThreadPool(2 * THREADS);
				List<Future<String>> all = new ArrayList<>();
				IntStream.range(0, THREADS).forEach((i) -> all.add(threads.submit(() -> readLarge(client, failed))));
				IntStream.range(0, THREADS).forEach((i) -> all.add(threads.submit(() -> readSmall(client, small))));
				List<String> others = new ArrayList<>();
				for (Future<String> each : all) {
					others.add(each.get());
				}
				threads.shutdown();
				others.removeIf(String::isEmpty);
				System.out.println("small values: " + ((small.get() == THREADS * ROUNDS) ? "all" : small));
				System.out.println("large ones: " + (failed.get() > 0 ? "some failed" : "none failed"));
				System.out.println("and: " + (others.isEmpty() ? "nothing else" : others));
				System.out.println("serves: " + "s".equals(client.get("small")));
			}
		}

		private static String readLarge(MemcachedClient client, AtomicInteger failed) {
			for (int i = 0; i < ROUNDS; i++) {
				try {
					client.get("large");
				}
				catch (MemcachedException ex) {
					failed.incrementAndGet();
				}
				catch (Throwable ex) {
					return ex + " at " + List.of(ex.getStackTrace()).subList(0, Math.min(8, ex.getStackTrace().length));
				}
			}
			return "";
		}

		private static String readSmall(MemcachedClient client, AtomicInteger small) {
			for (int i = 0; i < ROUNDS; i++) {
				try {
					small.addAndGet("s".equals(client.get("small")) ? 1 : 0);
				}
				catch (Throwable ex) {
					return ex + " at " + List.of(ex.getStackTrace()).subList(0, Math.min(8, ex.getStackTrace().length));
				}
			}
			return "";
		}

	}

}
