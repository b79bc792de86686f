package io.libmc.faults;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MemcachedTimeoutException;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls of a hundred thousand keys.
 */
@Timeout(120)
@Memcached(servers = 3)
class ManyKeysTest {

	private static final Duration POLL = Duration.ofMillis(300);

	private static final List<String> KEYS = IntStream.range(0, 100_000).mapToObj((i) -> "key" + i).toList();

	private static final Map<String, Integer> ENTRIES = entries();

	private static Map<String, Integer> entries() {
		Map<String, Integer> entries = new HashMap<>();
		KEYS.forEach((key) -> entries.put(key, key.length()));
		return entries;
	}

	/** What a call does, and how it tells of failures. */
	private record Way(String name, Function<MemcachedClient, Map<String, MemcachedException>> call) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	static Stream<Way> calls() {
		return Stream.of(new Way("setMulti", (client) -> client.setMulti(ENTRIES).failures()),
				new Way("deleteMulti", (client) -> client.deleteMulti(KEYS).failures()),
				new Way("appendMulti", (client) -> client.appendMulti(KEYS, new byte[1]).failures()),
				new Way("getMulti", (client) -> client.getMulti(KEYS).failures()),
				new Way("async setMulti", (client) -> client.async().setMulti(ENTRIES).join().failures()),
				new Way("async deleteMulti", (client) -> client.async().deleteMulti(KEYS).join().failures()),
				new Way("async getMulti", (client) -> client.async().getMulti(KEYS).join().failures()));
	}

	static Stream<Arguments> ways() {
		return calls().flatMap((way) -> Stream.of(1, 3).map((stopped) -> Arguments.of(way, stopped)));
	}

	@ParameterizedTest(name = "{0}, {1} servers stopped")
	@MethodSource("ways")
	void theirTimeIsUpWhenItIs(Way way, int stopped, List<MemcachedServer> servers) {
		try (MemcachedClient client = client(servers)) {
			assertThat(way.call().apply(client)).isNotNull();
			servers.subList(0, stopped).forEach(MemcachedServer::pause);
			assertThat(way.call().apply(client)).isNotEmpty();
			long start = System.nanoTime();
			Map<String, MemcachedException> failures = way.call().apply(client);
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			assertThat(failures).hasSizeGreaterThan(KEYS.size() / 6);
			assertThat(new HashSet<>(failures.values())).as("one exception for keys that failed alike")
				.hasSizeLessThan(500);
			assertThat(took).isLessThan(POLL.plus(Patience.TOLERANCE));
		}
		finally {
			servers.forEach(MemcachedServer::resume);
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("calls")
	void keyWhoseTurnDoesNotComeFailsLikeTheOthers(Way way, List<MemcachedServer> servers) {
		try (MemcachedClient client = client(servers, Duration.ofMillis(5))) {
			Map<String, MemcachedException> failures = way.call().apply(client);
			assertThat(new HashSet<>(failures.values()))
				.anySatisfy((failure) -> assertThat(failure).isInstanceOf(MemcachedTimeoutException.class)
					.hasMessageContaining("before the command for this key was made"));
			assertThat(new HashSet<>(failures.values())).hasSizeLessThan(500);
		}
	}

	/** Not the first times, in which the code is not yet compiled. */
	@Test
	void theyAreStoredWithinTheirTime(List<MemcachedServer> servers) {
		try (MemcachedClient client = client(servers)) {
			Awaitility.await()
				.atMost(Duration.ofSeconds(100))
				.pollInterval(Duration.ZERO)
				.until(() -> client.setMulti(ENTRIES).succeeded());
		}
	}

	private static MemcachedClient client(List<MemcachedServer> servers) {
		return client(servers, POLL);
	}

	private static MemcachedClient client(List<MemcachedServer> servers, Duration pollTimeout) {
		return MemcachedClient.builder()
			.servers(servers.stream().map(MemcachedServer::address).toList())
			.pollTimeout(pollTimeout)
			.build();
	}

}
