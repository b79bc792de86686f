package io.libmc.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MemcachedTimeoutException;
import io.libmc.faults.Trouble.Stage;
import io.libmc.faults.Way.Report;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One of three servers is in trouble. Whatever the trouble and however clients are
 * called: no call outlives its budget, no key gets a value that is not its own, callers
 * of the other servers notice nothing, all is well within {@code retryTimeout} of the
 * trouble's end, and nothing is left behind.
 */
@Timeout(60)
@Memcached(servers = 3)
@ExtendWith(Leaks.class)
class FaultMatrixTest {

	private static final Duration POLL = Duration.ofMillis(300);

	private static final Duration RETRY = Duration.ofMillis(200);

	private static final int KEYS_PER_SERVER = 8;

	/** Which of the reports of a way is of storing. */
	private static final int STORING = 1;

	/** A call that takes so long waits for something. */
	private static final Duration SLOW = POLL.dividedBy(2);

	static Stream<Arguments> troubles() {
		return Stream.of(Trouble.values())
			.flatMap((trouble) -> Stream.of(Arguments.of(trouble, false, 1), Arguments.of(trouble, true, 1),
					Arguments.of(trouble, false, 2), Arguments.of(trouble, true, 4)));
	}

	@ParameterizedTest(name = "{0}, failover {1}, connections for each server {2}")
	@MethodSource("troubles")
	void troubleOfOneServerIsBoundedInTimeAndInReach(Trouble trouble, boolean failover, int connections,
			List<MemcachedServer> servers) throws Exception {
		ExecutorService threads = Executors.newCachedThreadPool();
		try (FaultProxy proxy = FaultProxy.to(servers.get(0))) {
			Stage stage = new Stage(servers.get(0), proxy, POLL, 7);
			String troubled = trouble.address(stage);
			List<String> addresses = List.of(troubled, servers.get(1).address(), servers.get(2).address());
			try (MemcachedClient client = client(addresses, failover, connections)) {
				Map<String, List<String>> keys = keys(client, addresses);
				List<String> all = keys.values().stream().flatMap(List::stream).toList();
				Map<String, byte[]> entries = entries(all);
				assertThat(client.setMulti(entries).succeeded()).isTrue();
				List<String> sound = all.stream().filter((key) -> !keys.get(troubled).contains(key)).toList();
				try (Bystander bystander = new Bystander(client, sound)) {
					trouble.begin(stage);
					Map<Way, Future<List<Report>>> ways = new EnumMap<>(Way.class);
					for (Way way : Way.values()) {
						List<String> called = (way == Way.SINGLE) ? keys.get(troubled).subList(0, 1) : all;
						ways.put(way, threads.submit(() -> call(way, client, called, entries)));
					}
					List<Report> reports = new ArrayList<>();
					for (Map.Entry<Way, Future<List<Report>>> way : ways.entrySet()) {
						List<Report> own = way.getValue().get(20, TimeUnit.SECONDS);
						boolean callsAll = way.getKey() != Way.SINGLE;
						for (int i = 0; i < own.size(); i++) {
							check(way.getKey() + " in " + trouble, own.get(i), keys.get(troubled), sound, entries,
									trouble, callsAll && i != STORING);
						}
						reports.addAll(own);
					}
					if (trouble.isTotal() && !failover) {
						assertThat(reports).as("the trouble was noticed")
							.anyMatch((report) -> !report.failures.isEmpty());
					}
					trouble.end(stage);
					awaitRecovery(client, troubled, keys.get(troubled));
					bystander.assertUndisturbed(trouble);
				}
			}
			finally {
				trouble.end(stage);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static List<Report> call(Way way, MemcachedClient client, List<String> keys, Map<String, byte[]> entries) {
		Map<String, byte[]> own = new HashMap<>();
		keys.forEach((key) -> own.put(key, entries.get(key)));
		Report before = way.read(client, keys);
		Report stored = way.store(client, own);
		stored.values.clear();
		return List.of(before, stored, way.read(client, keys));
	}

	private static void check(String what, Report report, List<String> troubled, List<String> sound,
			Map<String, byte[]> entries, Trouble trouble, boolean reads) {
		assertThat(report.longest).as(what).isLessThanOrEqualTo(POLL.plus(Patience.TOLERANCE));
		report.values.forEach((key, value) -> assertThat(isOwn(key, value, entries.get(key), trouble))
			.as("%s: the value of %s is its own", what, key)
			.isTrue());
		assertThat(report.failures.keySet()).as("%s: %s", what, report.failures).isSubsetOf(troubled);
		if (reads) {
			assertThat(report.values.keySet()).as(what).containsAll(sound);
		}
	}

	/** A bit that was changed within a value is beyond a client: TLS is what finds it. */
	private static boolean isOwn(String key, Object value, byte[] written, Trouble trouble) {
		if (trouble != Trouble.REPLIES_CORRUPTED) {
			return value instanceof byte[] bytes && SealedValue.isOf(key, bytes);
		}
		int bits = 0;
		if (value instanceof byte[] bytes && bytes.length == written.length) {
			for (int i = 0; i < bytes.length; i++) {
				bits += Integer.bitCount((bytes[i] ^ written[i]) & 0xff);
			}
		}
		return bits <= 8;
	}

	/** Over each of the connections, as each has keys of its own. */
	private static void awaitRecovery(MemcachedClient client, String troubled, List<String> keys) {
		long end = System.nanoTime();
		Awaitility.await()
			.pollInterval(Duration.ofMillis(5))
			.atMost(Duration.ofSeconds(5))
			.until(() -> isServed(client, troubled, keys));
		assertThat(Duration.ofNanos(System.nanoTime() - end)).as("service is back")
			.isLessThanOrEqualTo(RETRY.plus(Patience.TOLERANCE));
	}

	/** What was on its way when the trouble ended may still end a connection. */
	private static boolean isServed(MemcachedClient client, String troubled, List<String> keys) {
		try {
			for (String key : keys) {
				client.get(key);
			}
			return client.version().containsKey(troubled) && client.getMulti(keys).failures().isEmpty();
		}
		catch (MemcachedException ex) {
			return false;
		}
	}

	private static MemcachedClient client(List<String> addresses, boolean failover, int connections) {
		return MemcachedClient.builder()
			.servers(addresses)
			.failover(failover)
			.connectionsPerServer(connections)
			.pollTimeout(POLL)
			.connectTimeout(POLL)
			.retryTimeout(RETRY)
			.build();
	}

	private static Map<String, List<String>> keys(MemcachedClient client, List<String> addresses) {
		Map<String, List<String>> keys = new HashMap<>();
		for (int i = 0; addresses.stream()
			.anyMatch((address) -> keys.getOrDefault(address, List.of()).size() < KEYS_PER_SERVER); i++) {
			List<String> own = keys.computeIfAbsent(client.serverFor("key" + i), (address) -> new ArrayList<>());
			if (own.size() < KEYS_PER_SERVER) {
				own.add("key" + i);
			}
		}
		return keys;
	}

	private static Map<String, byte[]> entries(List<String> keys) {
		Random random = new Random(7);
		Map<String, byte[]> entries = new HashMap<>();
		keys.forEach((key) -> entries.put(key, SealedValue.of(key, (entries.size() % 4 == 3) ? 5_000 : 100, random)));
		return entries;
	}

	/** Calls the servers that are well, all the while. */
	private static final class Bystander implements AutoCloseable {

		private final Thread thread;

		private volatile boolean over;

		private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

		private final Queue<Duration> slow = new ConcurrentLinkedQueue<>();

		Bystander(MemcachedClient client, List<String> keys) {
			this.thread = new Thread(() -> {
				for (int i = 0; !this.over; i++) {
					call(client, keys.get(i % keys.size()));
				}
			});
			this.thread.start();
		}

		private void call(MemcachedClient client, String key) {
			long start = System.nanoTime();
			try {
				byte[] value = client.get(key);
				if (value == null || !SealedValue.isOf(key, value)) {
					this.failures.add(new AssertionError("the value of " + key + " is not its own"));
				}
			}
			catch (MemcachedTimeoutException ex) {
				// counts as slow
			}
			catch (MemcachedException ex) {
				this.failures.add(ex);
			}
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			if (took.compareTo(SLOW) > 0) {
				this.slow.add(took);
			}
		}

		void assertUndisturbed(Trouble trouble) {
			assertThat(this.failures).as("callers of other servers in %s", trouble).isEmpty();
			assertThat(this.slow).as("callers of other servers in %s", trouble)
				.hasSizeLessThanOrEqualTo(Patience.STALLS);
		}

		@Override
		public void close() {
			this.over = true;
			Awaitility.await().until(() -> !this.thread.isAlive());
		}

	}

}
