package io.libmc.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Some connections of a server are lost while others are well.
 */
@Timeout(60)
@Memcached
@ExtendWith(Leaks.class)
class SlotsTest {

	private static final Duration POLL = Duration.ofMillis(300);

	private static final Duration RETRY = Duration.ofMillis(200);

	private static final List<String> KEYS = IntStream.range(0, 32).mapToObj((i) -> "key" + i).toList();

	@ParameterizedTest(name = "{0} of {1} lost")
	@CsvSource({ "1, 2", "1, 4", "3, 4", "4, 4" })
	void connectionThatIsLostAndRefusedOnceIsBackWithinTheRetryTimeout(int lost, int connections,
			MemcachedServer server) {
		try (FaultProxy proxy = FaultProxy.to(server);
				MemcachedClient client = MemcachedClient.builder()
					.servers(proxy.address())
					.connectionsPerServer(connections)
					.pollTimeout(POLL)
					.retryTimeout(RETRY)
					.build()) {
			assertThat(failing(client)).isEmpty();
			assertThat(proxy.links()).hasSize(connections);
			proxy.refuseMore();
			proxy.links().subList(0, lost).forEach(FaultProxy.Link::reset);
			Awaitility.await().until(() -> !failing(client).isEmpty());
			proxy.heal();
			long healed = System.nanoTime();
			Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> failing(client).isEmpty());
			assertThat(Duration.ofNanos(System.nanoTime() - healed))
				.isLessThanOrEqualTo(RETRY.plus(Patience.TOLERANCE));
			assertThat(proxy.links()).hasSize(connections);
		}
	}

	private static List<String> failing(MemcachedClient client) {
		List<String> failing = new ArrayList<>();
		for (String key : KEYS) {
			try {
				client.get(key);
			}
			catch (MemcachedException ex) {
				failing.add(key);
			}
		}
		return failing;
	}

}
