package io.libmc;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What an operation may cost, in units that do not depend on the machine: bytes allocated
 * and system calls. Times are for the benchmarks.
 * <p>
 * The system counts a process's {@code read} and {@code write} calls, on files and
 * sockets alike; what else this JVM reads and writes meanwhile is little beside thousands
 * of operations. A read that finds nothing counts as well: Java tries once before it
 * waits.
 */
@Timeout(60)
@Memcached(servers = 5)
class CostTest {

	private static final int VALUE_BYTES = 100;

	/** The value's array and 200 bytes. */
	private static final int GET_ALLOCATES = 120 + 200;

	private static final int SET_ALLOCATES = 300;

	private static final int OPERATIONS = 2000;

	/** So many of these until the compiler has done what it can. */
	private static final int ROUNDS = 40;

	private static final int BATCH = 100;

	private static final int BATCHES = 300;

	private static final Path CALLS = Path.of("/proc/self/io");

	/** For what the JVM does beside. */
	private static final double TOLERANCE = 1.1;

	@Test
	void aGetAllocatesLittleBesideItsValue(MemcachedServer server) {
		try (MemcachedClient client = client(List.of(server))) {
			client.set("k", new byte[VALUE_BYTES]);
			assertThat(allocatedPerOperation(() -> client.get("k"))).isLessThanOrEqualTo(GET_ALLOCATES);
		}
	}

	@Test
	void aSetAllocatesLittle(MemcachedServer server) {
		byte[] value = new byte[VALUE_BYTES];
		try (MemcachedClient client = client(List.of(server))) {
			assertThat(allocatedPerOperation(() -> client.set("k", value))).isLessThanOrEqualTo(SET_ALLOCATES);
		}
	}

	@Test
	void aGetIsOneWriteAndOneReadThatMayHaveToWait(MemcachedServer server) throws IOException {
		try (MemcachedClient client = client(List.of(server))) {
			client.set("k", new byte[VALUE_BYTES]);
			Calls calls = callsPerOperation(OPERATIONS, () -> client.get("k"));
			assertThat(calls.writes()).isLessThan(TOLERANCE);
			assertThat(calls.reads()).isLessThan(2 * TOLERANCE);
		}
	}

	@Test
	void aSetIsOneWriteAndOneReadThatMayHaveToWait(MemcachedServer server) throws IOException {
		byte[] value = new byte[VALUE_BYTES];
		try (MemcachedClient client = client(List.of(server))) {
			Calls calls = callsPerOperation(OPERATIONS, () -> client.set("k", value));
			assertThat(calls.writes()).isLessThan(TOLERANCE);
			assertThat(calls.reads()).isLessThan(2 * TOLERANCE);
		}
	}

	@Test
	void serversThatAreNotAskedCostNothing(List<MemcachedServer> servers) throws IOException {
		try (MemcachedClient client = client(servers)) {
			client.setMulti(entries());
			assertThat(client.servers()).allMatch((server) -> server.connections() == 1);
			Calls calls = callsPerOperation(OPERATIONS, () -> client.get("k0"));
			assertThat(calls.writes()).isLessThan(TOLERANCE);
			assertThat(calls.reads()).isLessThan(2 * TOLERANCE);
		}
	}

	/**
	 * Replies of 13 kB may come in several pieces, as memcached writes them, and each may
	 * have to be waited for.
	 */
	@Test
	void aBatchIsReadWithOneWriteToEachServer(List<MemcachedServer> servers) throws IOException {
		List<String> keys = List.copyOf(entries().keySet());
		for (int count : new int[] { 1, 5 }) {
			try (MemcachedClient client = client(servers.subList(0, count))) {
				client.setMulti(entries());
				Calls calls = callsPerOperation(BATCHES, () -> client.getMulti(keys));
				assertThat(calls.writes()).as("with %d servers", count).isLessThan(count * TOLERANCE);
				assertThat(calls.reads()).as("with %d servers", count).isLessThan(4 * count * TOLERANCE);
			}
		}
	}

	@Test
	void aBatchIsStoredWithOneWriteToEachServer(List<MemcachedServer> servers) throws IOException {
		Map<String, byte[]> entries = entries();
		for (int count : new int[] { 1, 5 }) {
			try (MemcachedClient client = client(servers.subList(0, count))) {
				Calls calls = callsPerOperation(BATCHES, () -> client.setMulti(entries));
				assertThat(calls.writes()).as("with %d servers", count).isLessThan(count * TOLERANCE);
			}
		}
	}

	/**
	 * The caller does it all: no other thread is woken to read between two replies of its
	 * batch, unless the caller gets no CPU. So most of several clients tell.
	 */
	@Test
	void aBatchIsStoredByItsCallerAlone(MemcachedServer server) {
		long[] wakeUps = LongStream.generate(() -> wakeUpsWhileStoring(server)).limit(5).sorted().toArray();
		assertThat(wakeUps[2]).as("the median of %s", Arrays.toString(wakeUps)).isLessThan(BATCHES / 10);
	}

	private static long wakeUpsWhileStoring(MemcachedServer server) {
		Map<String, byte[]> entries = entries();
		try (MemcachedClient client = client(List.of(server))) {
			client.setMulti(entries);
			long before = wakeUps("libmc-" + server.address());
			for (int i = 0; i < BATCHES; i++) {
				client.setMulti(entries);
			}
			return wakeUps("libmc-" + server.address()) - before;
		}
	}

	private static long wakeUps(String thread) {
		java.lang.management.ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		return Stream.of(threads.getThreadInfo(threads.getAllThreadIds()))
			.filter((info) -> info != null && info.getThreadName().equals(thread))
			.findFirst()
			.orElseThrow()
			.getWaitedCount();
	}

	/**
	 * What waits to be sent together is asked for by one command: five bytes less for
	 * each key but the first.
	 */
	@Test
	void getsOfManyThreadsShareCommandsAndEachGetsItsOwn(MemcachedServer server) throws Exception {
		int threads = 32;
		try (MemcachedClient client = client(List.of(server))) {
			for (int i = 0; i < threads; i += 2) {
				client.set("key" + (10 + i), i);
			}
			long before = client.servers().get(0).bytesWritten();
			ExecutorService executor = Executors.newFixedThreadPool(threads);
			try {
				List<Future<Void>> calls = new ArrayList<>();
				for (int i = 0; i < threads; i++) {
					int number = i;
					calls.add(executor.submit(() -> {
						for (int j = 0; j < OPERATIONS; j++) {
							int other = (number + j) % threads;
							assertThat(client.get("key" + (10 + other), Integer.class))
								.isEqualTo((other % 2 == 0) ? other : null);
						}
						return null;
					}));
				}
				for (Future<Void> call : calls) {
					call.get();
				}
			}
			finally {
				executor.shutdownNow();
			}
			long alone = (long) threads * OPERATIONS * "get key10\r\n".length();
			long saved = alone - (client.servers().get(0).bytesWritten() - before);
			assertThat(saved).as("bytes").isGreaterThan(5L * threads * OPERATIONS / 3);
		}
	}

	/** The least of several batches: what is compiled meanwhile allocates less. */
	private static long allocatedPerOperation(Runnable operation) {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long thread = Thread.currentThread().getId();
		long least = Long.MAX_VALUE;
		for (int i = 0; i < ROUNDS; i++) {
			long before = threads.getThreadAllocatedBytes(thread);
			for (int j = 0; j < OPERATIONS; j++) {
				operation.run();
			}
			least = Math.min(least, (threads.getThreadAllocatedBytes(thread) - before) / OPERATIONS);
		}
		return least;
	}

	private static Calls callsPerOperation(int operations, Runnable operation) throws IOException {
		assumeTrue(Files.isReadable(CALLS), "only Linux counts system calls");
		operation.run(); // connects
		Calls before = Calls.now();
		for (int i = 0; i < operations; i++) {
			operation.run();
		}
		Calls after = Calls.now();
		return new Calls((after.reads - before.reads) / operations, (after.writes - before.writes) / operations);
	}

	private static Map<String, byte[]> entries() {
		Map<String, byte[]> entries = new HashMap<>();
		for (int i = 0; i < BATCH; i++) {
			entries.put("k" + i, new byte[VALUE_BYTES]);
		}
		return entries;
	}

	private static MemcachedClient client(List<MemcachedServer> servers) {
		return MemcachedClient.builder()
			.servers(servers.stream().map(MemcachedServer::address).toList())
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofSeconds(10))
			.build();
	}

	private record Calls(double reads, double writes) {

		static Calls now() throws IOException {
			return new Calls(count("syscr"), count("syscw"));
		}

		private static double count(String name) throws IOException {
			try (Stream<String> lines = Files.lines(CALLS)) {
				return lines.filter((line) -> line.startsWith(name + ": "))
					.mapToDouble((line) -> Double.parseDouble(line.substring(name.length() + 2)))
					.findFirst()
					.orElseThrow();
			}
		}

	}

}
