package io.libmc.benchmarks.compare;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.libmc.benchmarks.client.Client;
import io.libmc.benchmarks.compare.Messages.Setup;

/**
 * What clients cost that do nothing.
 */
final class Idle {

	private static final int CLIENTS = 20;

	private static final int KEYS = 200;

	private static final int COLLECTIONS = 4;

	private static final long LEAST_REST_MILLIS = 3000;

	private static final Path TASKS = Path.of("/proc/self/task");

	private Idle() {
	}

	static Map<Metric, Double> rest(long millis) throws IOException, InterruptedException {
		// what the step before left to do
		TimeUnit.MILLISECONDS.sleep(500);
		long start = System.nanoTime();
		long before = scheduledNanos();
		TimeUnit.MILLISECONDS.sleep(Math.max(millis, LEAST_REST_MILLIS));
		return Map.of(Metric.REST_CPU, (scheduledNanos() - before) * 1e3 / (System.nanoTime() - start));
	}

	/**
	 * CPU time of all threads, from the scheduler where it tells: the JVM itself counts
	 * in hundredths of a second, which is more than this is about.
	 */
	private static long scheduledNanos() throws IOException {
		if (!Files.isDirectory(TASKS)) {
			return Usage.now().cpuNanos();
		}
		long sum = 0;
		try (Stream<Path> tasks = Files.list(TASKS)) {
			for (Path task : tasks.toList()) {
				String nanos = Files.readString(task.resolve("schedstat"));
				sum += Long.parseLong(nanos.substring(0, nanos.indexOf(' ')));
			}
		}
		return sum;
	}

	/** The first client has loaded all classes; what more of them need is theirs. */
	static Map<Metric, Double> open(Setup setup) throws Exception {
		List<Client> clients = new ArrayList<>();
		try {
			Memory before = Memory.now();
			while (clients.size() < CLIENTS) {
				Client client = setup.client().open(setup.settings());
				clients.add(client);
				// so that it connects to every server
				for (int i = 0; i < KEYS; i++) {
					client.get("connect:" + i);
				}
			}
			Memory after = Memory.now();
			return Map.of(Metric.HEAP, (after.heap - before.heap) / 1e3 / CLIENTS, Metric.RESIDENT,
					(after.resident - before.resident) / 1e3 / CLIENTS, Metric.THREADS,
					(double) (after.threads - before.threads) / CLIENTS);
		}
		finally {
			for (Client client : clients) {
				client.close();
			}
		}
	}

	private record Memory(long heap, long resident, int threads) {

		static Memory now() throws InterruptedException, IOException {
			for (int i = 0; i < COLLECTIONS; i++) {
				System.gc();
				// for what cleaners and reference queues free
				TimeUnit.MILLISECONDS.sleep(100);
			}
			return new Memory(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), residentBytes(),
					ManagementFactory.getThreadMXBean().getThreadCount());
		}

		/** Told by Linux only; 0 elsewhere. */
		private static long residentBytes() throws IOException {
			Path status = Path.of("/proc/self/status");
			if (!Files.exists(status)) {
				return 0;
			}
			return Files.readAllLines(status)
				.stream()
				.filter((line) -> line.startsWith("VmRSS:"))
				.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
				.findFirst()
				.orElse(0);
		}

	}

}
