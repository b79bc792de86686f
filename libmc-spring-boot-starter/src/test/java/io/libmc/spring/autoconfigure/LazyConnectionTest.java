package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.ServerSnapshot;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A whole application that starts before memcached does.
 */
@Memcached(servers = 2)
@ExtendWith(OutputCaptureExtension.class)
class LazyConnectionTest {

	@Test
	void theApplicationStartsWithMemcachedDownAndUsesItOnceItIsThere(MemcachedServer server) {
		server.kill();
		try (ConfigurableApplicationContext context = start("--libmc.servers=" + server.address(),
				"--libmc.retry-timeout=50ms", "--libmc.connect-timeout=1s", "--libmc.poll-timeout=5s")) {
			assertThat(context.getBean(CacheManager.class).getCache("books").get("k")).isNull();
			server.restart();
			MemcachedClient client = context.getBean(MemcachedClient.class);
			await().ignoreExceptionsInstanceOf(MemcachedException.class).until(() -> client.set("k", 1));
			context.getBean(CacheManager.class).getCache("books").put("k", "v");
			assertThat(context.getBean(CacheManager.class).getCache("books").get("k", String.class)).isEqualTo("v");
		}
	}

	@Test
	void theFirstCallFindsItsServersConnectedAndItsPathsTrodden(List<MemcachedServer> servers) {
		String addresses = servers.stream().map(MemcachedServer::address).collect(Collectors.joining(","));
		try (MemcachedClient observer = MemcachedClient.builder()
			.servers(servers.stream().map(MemcachedServer::address).toList())
			.build()) {
			long readBefore = count(observer, "cmd_get");
			long storedBefore = count(observer, "cmd_set");
			try (ConfigurableApplicationContext context = start("--libmc.servers=" + addresses)) {
				MemcachedClient client = context.getBean(MemcachedClient.class);
				await().untilAsserted(() -> assertThat(client.servers())
					.allSatisfy((snapshot) -> assertThat(snapshot.connections()).isOne()));
				await().until(() -> count(observer, "cmd_get") > readBefore);
			}
			assertThat(count(observer, "cmd_set")).isEqualTo(storedBefore);
		}
	}

	private static long count(MemcachedClient client, String statistic) {
		return client.stats().values().stream().mapToLong((stats) -> Long.parseLong(stats.get(statistic))).sum();
	}

	@Test
	void withoutWarmUpStartingConnectsToNobody(MemcachedServer server) {
		try (ConfigurableApplicationContext context = start("--libmc.servers=" + server.address(),
				"--libmc.warm-up=false")) {
			assertThat(context.getBean(MemcachedClient.class).servers()).singleElement()
				.satisfies((snapshot) -> assertThat(snapshot.bytesWritten() + snapshot.connections()).isZero());
		}
	}

	@Test
	void eachClusterIsWarmedUp(List<MemcachedServer> servers) {
		try (ConfigurableApplicationContext context = start(
				"--libmc.clusters.books.servers=" + servers.get(0).address(),
				"--libmc.clusters.sessions.servers=" + servers.get(1).address(), "--libmc.cache.cluster=books")) {
			await().untilAsserted(() -> {
				assertThat(connections(context, "booksMemcachedClient")).isPositive();
				assertThat(connections(context, "sessionsMemcachedClient")).isPositive();
			});
			assertThat(connections(context, "memcachedClient")).isZero();
		}
	}

	@Test
	void whereCachingIsOffNobodyIsConnectedUnlessThatIsAskedFor(MemcachedServer server, CapturedOutput output) {
		String[] off = { "--libmc.servers=" + server.address(), "--libmc.clusters.books.servers=" + server.address(),
				"--libmc.cache.enabled=false" };
		try (ConfigurableApplicationContext context = start(off)) {
			await().during(Duration.ofMillis(300))
				.until(() -> connections(context, "memcachedClient")
						+ connections(context, "booksMemcachedClient") == 0);
			assertThat(output).containsOnlyOnce("Caching is off, as libmc.cache.enabled is false");
		}
		String[] asked = Arrays.copyOf(off, off.length + 1);
		asked[off.length] = "--libmc.warm-up=true";
		try (ConfigurableApplicationContext context = start(asked)) {
			await().untilAsserted(() -> {
				assertThat(connections(context, "memcachedClient")).isPositive();
				assertThat(connections(context, "booksMemcachedClient")).isPositive();
			});
		}
	}

	private static int connections(ConfigurableApplicationContext context, String client) {
		return context.getBean(client, MemcachedClient.class)
			.servers()
			.stream()
			.mapToInt(ServerSnapshot::connections)
			.sum();
	}

	private static ConfigurableApplicationContext start(String... arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application.run(arguments);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableCaching
	static class Application {

	}

}
