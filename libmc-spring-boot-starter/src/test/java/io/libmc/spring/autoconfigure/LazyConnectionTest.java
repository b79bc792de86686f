package io.libmc.spring.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
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
