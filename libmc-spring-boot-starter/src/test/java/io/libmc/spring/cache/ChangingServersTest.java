package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.ServerList;
import io.libmc.ServerSnapshot;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Caches of several instances whose servers come and go, and who learn of it at different
 * moments.
 */
@Memcached(servers = 3)
@Timeout(60)
class ChangingServersTest {

	private static final WireKeys KEYS = new WireKeys("", "books");

	private static final List<String> NAMES = IntStream.range(0, 60).mapToObj((i) -> "k" + i).toList();

	private final List<MemcachedClient> clients = new ArrayList<>();

	private List<String> all;

	/** Without the last one. */
	private List<String> fewer;

	private String last;

	@BeforeEach
	void nameServers(List<MemcachedServer> servers) {
		this.all = servers.stream().map(MemcachedServer::address).toList();
		this.fewer = this.all.subList(0, 2);
		this.last = this.all.get(2);
	}

	@AfterEach
	void close() {
		this.clients.forEach(MemcachedClient::close);
	}

	@Test
	void aServerThatReturnsIsClearedBeforeItsFirstReadAndOnceByAllInstances() {
		List<Instance> instances = List.of(new Instance(this.all), new Instance(this.all), new Instance(this.all));
		instances.get(0).fill("old");
		assertThat(instances).allSatisfy((instance) -> assertThat(instance.found()).hasSize(60).containsValue("old"));
		instances.forEach((instance) -> instance.client.updateServers(this.fewer));
		instances.get(0).fill("new");
		instances.forEach((instance) -> instance.client.updateServers(this.all));
		long before = number(this.last);
		List<String> there = instances.get(0).on(this.last);
		assertThat(there).isNotEmpty();
		assertThat(instances.get(0).cache.get(there.get(0))).isNull();
		long cleared = number(this.last);
		assertThat(cleared).isGreaterThan(before);
		assertThat(instances.get(0).found()).doesNotContainValue("old").hasSize(60 - there.size());
		there.forEach((name) -> instances.get(0).cache.put(name, "loaded"));
		for (Instance instance : instances) {
			assertThat(instance.found()).hasSize(60).doesNotContainValue("old");
		}
		assertThat(number(this.last)).isEqualTo(cleared);
	}

	@RepeatedTest(5)
	void instancesThatReturnTogetherAgreeOnOneClearing() throws Exception {
		List<Instance> instances = IntStream.range(0, 6).mapToObj((i) -> new Instance(this.all)).toList();
		instances.get(0).fill("old");
		instances.forEach((instance) -> instance.client.updateServers(this.fewer));
		instances.forEach((instance) -> instance.client.updateServers(this.all));
		String name = instances.get(0).on(this.last).get(0);
		ExecutorService threads = Executors.newFixedThreadPool(6);
		try {
			List<Future<?>> reads = new ArrayList<>();
			instances.forEach((instance) -> reads.add(threads.submit(() -> {
				assertThat(instance.cache.get(name, String.class)).isIn(null, "loaded");
				return instance.cache.get(name, () -> "loaded");
			})));
			for (Future<?> read : reads) {
				assertThat(read.get()).isEqualTo("loaded");
			}
		}
		finally {
			threads.shutdownNow();
		}
		long number = number(this.last);
		assertThat(instances)
			.allSatisfy((instance) -> assertThat(instance.cache.get(name, String.class)).isEqualTo("loaded"));
		assertThat(number(this.last)).isEqualTo(number);
	}

	@Test
	void anInstanceThatNeverSawTheServerSeesNothingOldEither() {
		Instance one = new Instance(this.all);
		one.fill("old");
		one.client.updateServers(this.fewer);
		Instance late = new Instance(this.fewer);
		late.fill("new");
		late.client.updateServers(this.all);
		assertThat(late.found()).doesNotContainValue("old");
	}

	@Test
	void aServerThatLeavesTakesItsKeysAlong() {
		Instance one = new Instance(this.fewer);
		Instance other = new Instance(this.fewer);
		one.fill("old");
		one.client.updateServers(this.all);
		other.client.updateServers(this.all);
		List<String> moved = one.on(this.last);
		assertThat(moved).isNotEmpty();
		moved.forEach((name) -> one.cache.put(name, "new"));
		one.client.updateServers(this.fewer);
		other.client.updateServers(this.fewer);
		List<String> stayed = new ArrayList<>(NAMES);
		stayed.removeAll(moved);
		assertThat(one.found().keySet()).containsExactlyInAnyOrderElementsOf(stayed);
		moved.forEach((name) -> one.cache.put(name, "newest"));
		// neither the other one nor one that comes later does it once more
		assertThat(other.found()).hasSize(60);
		assertThat(new Instance(this.fewer).found()).hasSize(60);
		moved.forEach((name) -> assertThat(other.cache.get(name, () -> "loaded")).isEqualTo("newest"));
		stayed.forEach((name) -> assertThat(other.cache.retrieve(name).join()).isNotNull());
		stayed.forEach((name) -> assertThat(other.cache.putIfAbsent(name, "put")).isNotNull());
		other.cache.clear();
		assertThat(one.found()).isEmpty();
	}

	@Test
	void aServerThatIsNewIsNotClearedAgainByThoseWhoLearnOfItLater() {
		Instance one = new Instance(this.fewer);
		Instance other = new Instance(this.fewer);
		one.fill("v");
		assertThat(other.found()).hasSize(60);
		one.client.updateServers(this.all);
		one.fill("w");
		other.client.updateServers(this.all);
		assertThat(other.found()).hasSize(60).doesNotContainValue("v");
	}

	@Test
	void oneThatIsKeptOnReturnHasWhatItHad() {
		Instance keeping = new Instance(this.all, false);
		keeping.fill("v");
		keeping.client.updateServers(this.fewer);
		keeping.client.updateServers(this.all);
		assertThat(keeping.found()).hasSize(60);
		keeping.client.updateServers(this.fewer);
		keeping.cache.clear();
		keeping.client.updateServers(this.all);
		assertThat(keeping.found()).isEmpty();
	}

	@Test
	void aClearIsSeenByAllWhileHalfOfTheInstancesHoldTheOldList() {
		Instance old = new Instance(this.fewer);
		Instance current = new Instance(this.all);
		for (int round = 0; round < 3; round++) {
			old.fill("v");
			assertThat(current.found()).isNotEmpty();
			old.cache.clear();
			assertThat(current.found()).isEmpty();
			current.fill("w");
			assertThat(old.found()).isNotEmpty();
			current.cache.clear();
			assertThat(old.found()).isEmpty();
		}
	}

	@Test
	void whoHoldsALongerListSeesTheClearingOfOneThatLetAServerGo() {
		Instance ahead = new Instance(this.all);
		Instance behind = new Instance(this.all);
		behind.fill("v");
		assertThat(ahead.found()).hasSize(60);
		ahead.client.updateServers(this.fewer);
		ahead.cache.clear();
		await().untilAsserted(() -> assertThat(behind.found()).isEmpty());
	}

	@Test
	void whatWasClearedBeforeAServerWasKnownIsClearedThereWhenItIs() {
		Instance behind = new Instance(this.fewer);
		Instance ahead = new Instance(this.all);
		ahead.fill("v");
		behind.cache.clear();
		assertThat(ahead.found().keySet()).containsExactlyInAnyOrderElementsOf(ahead.on(this.last));
		behind.states.serversChanged(this.fewer);
		behind.client.updateServers(this.all);
		behind.states.serversChanged(this.all);
		await().untilAsserted(() -> assertThat(ahead.found()).isEmpty());
	}

	/** What takes all entries back, or one by one more than are remembered. */
	enum Change {

		EVICT {

			@Override
			void make(LibmcCache cache) {
				NAMES.subList(0, 5).forEach(cache::evict);
				NAMES.subList(5, 10).forEach((name) -> cache.put(name, "new"));
			}

		},

		EVICT_MANY {

			@Override
			void make(LibmcCache cache) {
				NAMES.forEach(cache::evict);
			}

		},

		CLEAR {

			@Override
			void make(LibmcCache cache) {
				cache.clear();
			}

		},

		EVICT_GROUP {

			@Override
			void make(LibmcCache cache) {
				cache.evictGroup("group");
			}

		};

		abstract void make(LibmcCache cache);

	}

	/** The endpoint has not answered yet: all are changed that it will tell of. */
	@ParameterizedTest
	@CsvSource({ "EVICT, false", "EVICT_MANY, false", "CLEAR, false", "EVICT_GROUP, false", "EVICT, true",
			"EVICT_MANY, true", "CLEAR, true", "EVICT_GROUP, true" })
	void whatIsTakenBackBeforeAnyServerIsKnownIsGoneThereWhenOneIs(Change change, boolean spare) {
		List<String> first = this.all.subList(0, 1);
		Instance before = new Instance(first);
		before.fill("old");
		AtomicReference<List<String>> list = new AtomicReference<>(List.of());
		Instance late = new Instance(finding(list).spares(spare ? List.of(this.last) : List.of()), true);
		change.make(late.cache);
		list.set(first);
		awaitServers(late, first);
		List<String> changed = (change == Change.EVICT) ? NAMES.subList(0, 10) : NAMES;
		changed.forEach((name) -> assertThat(late.cache.get(name)).isNull());
		await().until(() -> late.manager.getPendingEvictions() == 0);
		changed.forEach((name) -> assertThat(before.cache.get(name)).isNull());
	}

	@Test
	void whatWasClearedBeforeAnyServerIsKnownIsClearedThoughNobodyReads() {
		List<String> first = this.all.subList(0, 1);
		Instance before = new Instance(first);
		before.fill("old");
		AtomicReference<List<String>> list = new AtomicReference<>(List.of());
		Instance late = new Instance(finding(list), true);
		late.cache.clear();
		assertThat(before.found()).hasSize(60);
		list.set(first);
		awaitServers(late, first);
		late.states.serversChanged(first);
		await().untilAsserted(() -> assertThat(before.found()).isEmpty());
	}

	private static MemcachedClientBuilder finding(AtomicReference<List<String>> list) {
		return MemcachedClient.builder()
			.discovery(() -> new ServerList.Answer(0, list.get()))
			.refreshInterval(Duration.ofMillis(20))
			.retryTimeout(Duration.ofMillis(20));
	}

	private static void awaitServers(Instance instance, List<String> names) {
		await().until(() -> instance.client.servers().stream().map(ServerSnapshot::name).toList().equals(names));
	}

	@Test
	void aClearingThatFailedIsMadeUpForWhenTheServerReturns(List<MemcachedServer> servers) {
		Instance keeping = new Instance(this.all, false);
		keeping.fill("v");
		servers.get(2).pause();
		try {
			keeping.cache.clear();
		}
		finally {
			servers.get(2).resume();
		}
		keeping.client.updateServers(this.fewer);
		await().until(() -> keeping.manager.getPendingEvictions() == 0);
		keeping.client.updateServers(this.all);
		assertThat(keeping.found()).isEmpty();
	}

	/**
	 * A database of versions that only grow, and readers who must never see one shrink.
	 */
	@Test
	void underLoadNoOldValueComesBackWhicheverServersThereAre() throws Exception {
		Map<String, AtomicInteger> database = new ConcurrentHashMap<>();
		NAMES.forEach((name) -> database.put(name, new AtomicInteger()));
		Instance one = new Instance(this.all);
		Queue<String> faults = new ConcurrentLinkedQueue<>();
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			for (int round = 0; round < 10; round++) {
				AtomicBoolean over = new AtomicBoolean();
				List<Future<?>> work = new ArrayList<>();
				for (int t = 0; t < 4; t++) {
					// each thread has names of its own, so that it knows what it must
					// find
					List<String> own = IntStream.range(t * 15, t * 15 + 15).mapToObj(NAMES::get).toList();
					work.add(threads.submit(() -> {
						for (int i = 0; !over.get(); i++) {
							String name = own.get(i % own.size());
							AtomicInteger row = Objects.requireNonNull(database.get(name));
							if (i % 3 == 0) {
								row.incrementAndGet();
								one.cache.evict(name);
							}
							Integer found = one.cache.get(name, row::get);
							if (found == null || found != row.get()) {
								faults.add(name + " is " + found + ", not " + row.get());
							}
						}
					}));
				}
				one.client.updateServers((round % 2 == 0) ? this.fewer : this.all);
				Thread.sleep(50);
				over.set(true);
				for (Future<?> each : work) {
					each.get();
				}
				if (round % 2 == 0) {
					// all change while one is away
					NAMES.forEach((name) -> {
						Objects.requireNonNull(database.get(name)).incrementAndGet();
						one.cache.evict(name);
					});
				}
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(faults).isEmpty();
	}

	private long number(String server) {
		MemcachedClient client = this.clients.get(0);
		return Objects.requireNonNull(client.onServer(server).get(KEYS.generation(server), Long.class));
	}

	/** An instance of an application. */
	private final class Instance {

		private final MemcachedClient client;

		private final ServerStates states = new ServerStates();

		private final LibmcCacheManager manager;

		private final LibmcCache cache;

		Instance(List<String> servers) {
			this(servers, true);
		}

		Instance(List<String> servers, boolean clearOnReturn) {
			this(MemcachedClient.builder().servers(servers), clearOnReturn);
		}

		Instance(MemcachedClientBuilder builder, boolean clearOnReturn) {
			this.client = builder.pollTimeout(Duration.ofSeconds(2)).connectTimeout(Duration.ofSeconds(1)).build();
			ChangingServersTest.this.clients.add(this.client);
			this.manager = new LibmcCacheManager(this.client,
					new LibmcCacheSettings().groups((key, value) -> List.of("group")));
			this.manager.setMaxPendingEvictions(20);
			this.manager.setClearVisibility(Duration.ZERO);
			this.manager.setClearOnReturn(this.client, clearOnReturn);
			this.manager.setServerStates(this.states);
			this.manager.afterPropertiesSet();
			this.cache = (LibmcCache) Objects.requireNonNull(this.manager.getCache("books"));
			this.manager.afterSingletonsInstantiated();
		}

		void fill(String value) {
			NAMES.forEach((name) -> this.cache.put(name, value));
		}

		Map<String, String> found() {
			return NAMES.stream()
				.filter((name) -> this.cache.get(name) != null)
				.collect(
						Collectors.toMap((name) -> name, (name) -> String.valueOf(this.cache.get(name, String.class))));
		}

		List<String> on(String server) {
			return NAMES.stream().filter((name) -> this.client.serverFor(KEYS.entry(name)).equals(server)).toList();
		}

	}

}
