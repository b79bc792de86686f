package io.libmc;

import java.time.Duration;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.libmc.codec.LibmcTranscoder;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

/**
 * What was loaded before its key changed is not kept, where only this process can know:
 * whatever made the change, and whoever has waited for the load and gone.
 */
@Timeout(60)
@Memcached
class OvertakenLoadTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5))
		.withoutLease()
		.wait(Duration.ofMillis(50));

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final AtomicReference<String> database = new AtomicReference<>("old");

	private MemcachedClient client;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = MemcachedClient.builder()
			.servers(server.address())
			.flushAllEnabled(true)
			.pollTimeout(Duration.ofSeconds(5))
			.build();
	}

	@AfterEach
	void close() {
		this.client.close();
		this.threads.shutdownNow();
	}

	/** Changes the key. */
	@FunctionalInterface
	interface Change {

		void of(MemcachedClient client) throws Exception;

	}

	private static Stream<Arguments> change(String name, Change change) {
		return Stream.of(Caller.values()).map((caller) -> Arguments.of(name, change, caller));
	}

	static Stream<Arguments> changes() {
		return Stream
			.of(change("set", (client) -> client.set("k", "new")), change("delete", (client) -> client.delete("k")),
					change("invalidate", (client) -> client.invalidate("k", Duration.ZERO)),
					change("flushAll", MemcachedClient::flushAll),
					change("async flushAll", (client) -> client.async().flushAll().get()),
					change("async delete", (client) -> client.async().delete("k").get()),
					change("a view's delete", (client) -> client.withTranscoder(LibmcTranscoder.create()).delete("k")),
					change("setMulti of a map that changes", (client) -> client.setMulti(forgetfulMap())),
					change("async setMulti of a map that changes",
							(client) -> client.async().setMulti(forgetfulMap()).get()),
					change("deleteMulti of keys that change", (client) -> client.deleteMulti(forgetful("k"))),
					change("async deleteMulti of keys that change",
							(client) -> client.async().deleteMulti(forgetful("k")).get()))
			.flatMap((each) -> each);
	}

	/** Holds what it is given until that has been walked through once. */
	private static <T> Set<T> forgetful(T element) {
		List<T> left = new ArrayList<>(List.of(element));
		return new AbstractSet<>() {

			@Override
			public Iterator<T> iterator() {
				List<T> now = List.copyOf(left);
				left.clear();
				return now.iterator();
			}

			@Override
			public int size() {
				return left.size();
			}

		};
	}

	private static Map<String, String> forgetfulMap() {
		Set<Map.Entry<String, String>> entries = forgetful(Map.entry("k", "new"));
		return new AbstractMap<>() {

			@Override
			public Set<Map.Entry<String, String>> entrySet() {
				return entries;
			}

		};
	}

	@ParameterizedTest(name = "{0}, {2}")
	@MethodSource("changes")
	void changeAfterAFollowerHasGoneOvertakesTheLoadAllTheSame(String what, Change change, Caller caller)
			throws Exception {
		assumeFalse(what.endsWith("flushAll") && MemcachedServer.isBehindProxy(), "a proxy does not let clients flush");
		CountDownLatch read = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		this.client.delete("k");
		Future<String> leader = this.threads
			.submit(() -> caller.<String>getOrLoad(this.client, "k", POLICY, this.threads, () -> {
				String value = this.database.get();
				read.countDown();
				finish.await();
				return value;
			}));
		read.await();
		assertThat(caller.<String>getOrLoad(this.client, "k", POLICY, () -> "its own")).isEqualTo("its own");

		this.database.set("new");
		change.of(this.client);
		finish.countDown();

		assertThat(leader.get(5, TimeUnit.SECONDS)).isEqualTo("old");
		assertThat(caller.<String>getOrLoad(this.client, "k", POLICY, this.database::get)).as(what).isEqualTo("new");
	}

	@ParameterizedTest
	@EnumSource
	void changeBeforeTheLoaderBeganOvertakesNothing(Caller caller) throws Exception {
		this.client.delete("k");
		assertThat(caller.<String>getOrLoad(this.client, "k", POLICY, () -> "loaded")).isEqualTo("loaded");
		assertThat(this.client.<String>get("k")).isEqualTo("loaded");
	}

}
