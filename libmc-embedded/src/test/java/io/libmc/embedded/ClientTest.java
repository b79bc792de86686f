package io.libmc.embedded;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.libmc.CasResult;
import io.libmc.CasValue;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The client of this project finds in it what it finds in memcached. */
@Timeout(60)
class ClientTest {

	private static MemcachedClientBuilder builder(EmbeddedMemcached server) {
		return MemcachedClient.builder().servers(server.address()).pollTimeout(Duration.ofSeconds(20));
	}

	@ParameterizedTest
	@EnumSource(MemcachedVersion.class)
	void everyCommandIsUnderstood(MemcachedVersion version) {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder().version(version).start();
				MemcachedClient client = builder(server).flushAllEnabled(true).build()) {
			assertThat(client.set("k", "v", Duration.ofMinutes(1))).isTrue();
			assertThat(client.<String>get("k")).isEqualTo("v");
			assertThat(client.add("k", "w")).isFalse();
			assertThat(client.replace("k", "w")).isTrue();
			CasValue<String> read = client.gets("k");
			assertThat(client.cas("k", "x", Duration.ZERO, read.cas())).isEqualTo(CasResult.STORED);
			assertThat(client.cas("k", "y", Duration.ZERO, read.cas())).isEqualTo(CasResult.EXISTS);
			assertThat(client.touch("k", Duration.ofSeconds(5))).isTrue();
			assertThat(client.<String>getAndTouch("k", Duration.ofSeconds(9))).isEqualTo("x");
			client.set("n", 41);
			assertThat(client.incr("n", 1)).isEqualTo(OptionalLong.of(42));
			assertThat(client.decr("absent", 1)).isEmpty();
			client.set("bytes", new byte[] { 2 });
			assertThat(client.append("bytes", new byte[] { 3 })).isTrue();
			assertThat(client.prepend("bytes", new byte[] { 1 })).isTrue();
			assertThat(client.<byte[]>get("bytes")).containsExactly(1, 2, 3);
			Map<String, Integer> many = IntStream.range(0, 2_000)
				.boxed()
				.collect(Collectors.toMap((i) -> "m" + i, (i) -> i));
			assertThat(client.setMulti(many).succeeded()).isTrue();
			assertThat(client.getMulti(many.keySet()).values()).hasSize(2_000);
			assertThat(client.set("large", new byte[5_000_000])).isTrue();
			assertThat(client.<byte[]>get("large")).hasSize(5_000_000);
			assertThat(client.delete("k")).isTrue();
			assertThat(client.version()).containsEntry(server.address(), version.toString());
			assertThat(client.stats().get(server.address())).containsKeys("pid", "uptime", "time", "curr_items");
			assertThat(client.flushAll()).hasSize(1);
			assertThat(client.getList(List.of("n", "m1"))).containsOnlyNulls();
		}
	}

	@ParameterizedTest
	@EnumSource(MemcachedVersion.class)
	void aValueIsLoadedOnceAndServedStaleWhileItIsLoadedAgain(MemcachedVersion version) {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder().version(version).start();
				MemcachedClient one = builder(server).build();
				MemcachedClient other = builder(server).build()) {
			AtomicInteger loads = new AtomicInteger();
			LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofMinutes(1));
			assertThat(one.getOrLoad("k", policy, loads::incrementAndGet)).isEqualTo(1);
			assertThat(other.<Object>getOrLoad("k", policy, loads::incrementAndGet)).hasToString("1");
			assertThat(one.invalidate("k", Duration.ofSeconds(30))).isTrue();
			assertThat(other.<Object>getOrLoad("k", policy, loads::incrementAndGet)).hasToString("2");
			assertThat(one.<Object>getOrLoad("k", policy, loads::incrementAndGet)).hasToString("2");
			server.restart();
			assertThat(loads).hasValue(2);
		}
	}

}
