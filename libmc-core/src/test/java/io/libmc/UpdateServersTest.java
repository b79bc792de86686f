package io.libmc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.libmc.codec.LibmcTranscoder;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Another list of servers while calls go on.
 */
@Timeout(60)
@Memcached(servers = 4)
class UpdateServersTest {

	private static final Duration POLL = Duration.ofSeconds(10);

	@Test
	void aClientSaysWhichServersItHas() {
		MemcachedClient client = MemcachedClient.builder()
			.servers("localhost:1", "localhost:2 second")
			.credentials("shop", "pa55w0rd")
			.build();
		assertThat(client).hasToString("MemcachedClient[localhost:1, second]");
		assertThat(client.withTranscoder(LibmcTranscoder.create())).hasToString(client.toString());
		assertThat(client.async()).hasToString("AsyncMemcachedClient[localhost:1, second]");
		client.updateServers(List.of("localhost:3"));
		assertThat(client).hasToString("MemcachedClient[localhost:3]");
		client.close();
		assertThat(client).hasToString("MemcachedClient[localhost:3]");
	}

	@Test
	void noCallFailsWhileTheListChangesUnderThirtyTwoThreads(List<MemcachedServer> servers) throws Exception {
		AtomicBoolean over = new AtomicBoolean();
		AtomicLong calls = new AtomicLong();
		ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
		ExecutorService threads = Executors.newFixedThreadPool(32);
		try (MemcachedClient client = client(addresses(servers))) {
			List<Future<?>> callers = new ArrayList<>();
			for (int t = 0; t < 32; t++) {
				int id = t;
				callers.add(threads.submit(() -> {
					for (int i = 0; !over.get(); i++) {
						call(client, id, i, failures);
						calls.incrementAndGet();
					}
				}));
			}
			Random random = new Random(5);
			for (int i = 0; i < 100; i++) {
				List<String> list = addresses(servers);
				Collections.shuffle(list, random);
				client.updateServers(list.subList(0, 1 + random.nextInt(4)));
				long seen = calls.get();
				Awaitility.await()
					.pollDelay(Duration.ZERO)
					.pollInterval(Duration.ofMillis(1))
					.until(() -> calls.get() > seen + 50);
			}
			over.set(true);
			for (Future<?> caller : callers) {
				caller.get(POLL.toSeconds(), TimeUnit.SECONDS);
			}
			assertThat(failures).isEmpty();
		}
		finally {
			over.set(true);
			threads.shutdownNow();
		}
	}

	private static void call(MemcachedClient client, int id, int i, ConcurrentLinkedQueue<Throwable> failures) {
		String key = id + "-" + i % 50;
		try {
			switch (i % 4) {
				case 0 -> {
					if (!client.set(key, key)) {
						failures.add(new AssertionError(key + " was not stored"));
					}
				}
				case 1 -> {
					String value = client.get(key);
					if (value != null && !value.equals(key)) {
						failures.add(new AssertionError(key + " has the value " + value));
					}
				}
				case 2 -> {
					List<String> keys = IntStream.range(0, 20).mapToObj((n) -> id + "-" + n).toList();
					MultiGetResult<String> found = client.getMulti(keys);
					failures.addAll(found.failures().values());
				}
				default -> failures.addAll(client.async().setMulti(Map.of(key, key)).join().failures().values());
			}
		}
		catch (RuntimeException ex) {
			failures.add(ex);
		}
	}

	@Test
	void connectionsToRemovedServersAreClosedAndThoseToOthersStay(List<MemcachedServer> servers) {
		try (RawConnection removed = RawConnection.to(servers.get(0));
				RawConnection stays = RawConnection.to(servers.get(1));
				MemcachedClient client = MemcachedClient.builder()
					.servers(addresses(servers))
					.pollTimeout(POLL)
					.connectionsPerServer(3)
					.build()) {
			int before = connections(removed);
			IntStream.range(0, 300).forEach((i) -> client.set("k" + i, "v"));
			assertThat(connections(removed)).isEqualTo(before + 3);
			String opened = stays.stat("total_connections");
			client.updateServers(addresses(servers.subList(1, 4)));
			IntStream.range(0, 300).forEach((i) -> client.set("k" + i, "v"));
			Awaitility.await().untilAsserted(() -> assertThat(connections(removed)).isEqualTo(before));
			assertThat(stays.stat("total_connections")).isEqualTo(opened);
		}
	}

	@Test
	void keysMoveAsTheRingSays(List<MemcachedServer> servers) {
		List<String> keys = IntStream.range(0, 500).mapToObj((i) -> "k" + i).toList();
		try (MemcachedClient client = client(addresses(servers));
				MemcachedClient three = client(addresses(servers.subList(0, 3)))) {
			Map<String, String> before = homes(client, keys);
			keys.forEach((key) -> client.set(key, key));
			client.updateServers(addresses(servers.subList(0, 3)));
			Map<String, String> after = homes(client, keys);
			assertThat(after).isEqualTo(homes(three, keys));
			String gone = servers.get(3).address();
			List<String> moved = keys.stream().filter((key) -> before.get(key).equals(gone)).toList();
			assertThat(moved).isNotEmpty();
			assertThat(keys).allMatch((key) -> moved.contains(key) || after.get(key).equals(before.get(key)));
			MultiGetResult<String> found = client.getMulti(keys);
			assertThat(found.missing()).containsExactlyInAnyOrderElementsOf(moved);
			assertThat(client.version()).containsOnlyKeys(addresses(servers.subList(0, 3)));
			client.updateServers(addresses(servers));
			assertThat(client.<String>getMulti(keys).values()).hasSize(500);
		}
	}

	@Test
	void serverThatMovesKeepsItsKeysByItsAlias(List<MemcachedServer> servers) {
		List<String> keys = IntStream.range(0, 100).mapToObj((i) -> "k" + i).toList();
		try (MemcachedClient client = client(
				List.of(servers.get(0).address() + " one", servers.get(1).address() + " two"))) {
			Map<String, String> homes = homes(client, keys);
			keys.forEach((key) -> client.set(key, key));
			client.updateServers(List.of(servers.get(0).address() + " one", servers.get(2).address() + " two"));
			assertThat(homes(client, keys)).isEqualTo(homes);
			assertThat(client.<String>getMulti(keys).missing()).containsExactlyInAnyOrderElementsOf(
					keys.stream().filter((key) -> homes.get(key).equals("two")).toList());
		}
	}

	@Test
	void badListChangesNothing(List<MemcachedServer> servers) {
		try (MemcachedClient client = client(addresses(servers))) {
			client.set("k", "v");
			assertThatIllegalArgumentException().isThrownBy(() -> client.updateServers(List.of()));
			assertThatIllegalArgumentException().isThrownBy(() -> client.updateServers(List.of("localhost", "a:b")));
			assertThatIllegalArgumentException().isThrownBy(() -> client.updateServers(List.of("a", "a:11211")));
			assertThatNullPointerException().isThrownBy(() -> client.updateServers(Arrays.asList("localhost", null)));
			assertThat(client.<String>get("k")).isEqualTo("v");
			assertThat(client.version()).containsOnlyKeys(addresses(servers));
		}
	}

	@Test
	void listMayBeOfServersThatAreDownOrTheSameAgain(List<MemcachedServer> servers) {
		try (MemcachedClient client = client(addresses(servers))) {
			client.updateServers(List.of("127.0.0.1:1"));
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"));
			client.updateServers(addresses(servers));
			client.updateServers(addresses(servers));
			assertThat(client.set("k", "v")).isTrue();
		}
	}

	@Test
	void callUnderWayFinishesOnTheListItBeganWith(List<MemcachedServer> servers) throws Exception {
		MemcachedServer slow = servers.get(0);
		ExecutorService threads = Executors.newCachedThreadPool();
		AtomicLong reads = new AtomicLong();
		MemcachedListener listener = new MemcachedListener() {

			@Override
			public @Nullable Object operationStarted(String command, String server) {
				return command.equals("get") ? reads.incrementAndGet() : null;
			}

		};
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(slow.address())
			.pollTimeout(POLL)
			.listener(listener)
			.build()) {
			client.set("k", "v");
			slow.pause();
			Future<String> call = threads.submit(() -> client.get("k"));
			CompletableFuture<String> later = client.async().<String>get("k");
			Awaitility.await().until(() -> reads.get() == 2);
			client.updateServers(List.of(servers.get(1).address()));
			assertThat(client.<Object>get("k")).isNull();
			slow.resume();
			assertThat(later).succeedsWithin(POLL).isEqualTo("v");
			assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("v");
		}
		finally {
			slow.resume();
			threads.shutdownNow();
		}
	}

	@Test
	void closedClientTakesNoList(List<MemcachedServer> servers) {
		MemcachedClient client = client(addresses(servers));
		client.close();
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> client.updateServers(addresses(servers)));
	}

	@Test
	void theBoundOfAsynchronousCallsGrowsWithTheList(List<MemcachedServer> servers) {
		List<Runnable> neverRun = new CopyOnWriteArrayList<>();
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(servers.get(0).address())
			.maxInFlightOperations(5)
			.pollTimeout(Duration.ofSeconds(20))
			.executor(neverRun::add)
			.build()) {
			client.updateServers(addresses(servers));
			int bound = 2 * 5 * servers.size();
			for (int i = 1; i <= bound; i++) {
				int started = i;
				CompletableFuture<Object> call = client.async().get("k" + i);
				Awaitility.await().until(() -> neverRun.size() == started || call.isDone());
				assertThat(call).isNotDone();
			}
			assertThat(client.async().get("one-more")).isCompletedExceptionally();
		}
	}

	private static Map<String, String> homes(MemcachedClient client, List<String> keys) {
		return keys.stream().collect(Collectors.toMap((key) -> key, client::serverFor));
	}

	private static int connections(RawConnection server) {
		return Integer.parseInt(server.stat("curr_connections"));
	}

	private static List<String> addresses(List<MemcachedServer> servers) {
		return servers.stream().map(MemcachedServer::address).collect(Collectors.toCollection(ArrayList::new));
	}

	private static MemcachedClient client(List<String> servers) {
		return MemcachedClient.builder().servers(servers).pollTimeout(POLL).build();
	}

}
