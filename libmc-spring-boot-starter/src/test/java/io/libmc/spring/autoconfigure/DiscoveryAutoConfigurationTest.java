package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import io.libmc.MemcachedClient;
import io.libmc.ServerSnapshot;
import io.libmc.testing.ConfigurationEndpointStub;
import io.libmc.testing.LogLines;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that learns of its servers.
 */
@Memcached(servers = 3)
@Timeout(60)
class DiscoveryAutoConfigurationTest {

	private final ConfigurationEndpointStub endpoint = new ConfigurationEndpointStub();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, LibmcCacheAutoConfiguration.class,
				LibmcMetricsAutoConfiguration.class, LibmcEmbeddedAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues("libmc.discovery.elasticache=" + this.endpoint.address(),
				"libmc.discovery.refresh-interval=50ms", "libmc.connect-timeout=2s", "libmc.poll-timeout=5s");

	@AfterEach
	void closeEndpoint() {
		this.endpoint.close();
	}

	@Test
	void theServersAreThoseOfTheEndpointAndAChangeIsToldAndMeasured(List<MemcachedServer> servers) {
		this.endpoint.tell(1, addresses(servers.subList(0, 2)));
		this.runner.run((context) -> {
			MemcachedClient client = context.getBean(MemcachedClient.class);
			assertThat(names(client)).containsExactlyInAnyOrderElementsOf(addresses(servers.subList(0, 2)));
			assertThat(client.set("k", "v")).isTrue();
			Application application = context.getBean(Application.class);
			assertThat(application.changes).isEmpty();
			this.endpoint.tell(2, addresses(servers));
			await().until(() -> !application.changes.isEmpty());
			assertThat(application.changes.remove().cluster()).isEqualTo("default");
			assertThat(names(client)).containsExactlyInAnyOrderElementsOf(addresses(servers));
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			await().untilAsserted(() -> {
				assertThat(outcome(meters, "default", "changed")).isEqualTo(2);
				assertThat(outcome(meters, "default", "unchanged")).isPositive();
			});
		});
	}

	@Test
	void theApplicationStartsWithoutTheEndpointAndSaysSoInOneLine(List<MemcachedServer> servers) {
		LogLines log = new LogLines();
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(log.all()).singleElement()
				.asString()
				.startsWith("WARNING")
				.contains("elasticache:" + this.endpoint.address(), "until it does, every operation fails");
			CacheManager caches = context.getBean(CacheManager.class);
			assertThat(caches.getCache("books").get("k", () -> "loaded")).isEqualTo("loaded");
			this.endpoint.tell(1, addresses(servers));
			await().untilAsserted(() -> {
				caches.getCache("books").put("k", "v");
				assertThat(caches.getCache("books").get("k", String.class)).isEqualTo("v");
			});
		});
		log.close();
	}

	@Test
	void connectionDetailsComeFirst(List<MemcachedServer> servers) {
		this.endpoint.tell(1, addresses(servers));
		LibmcConnectionDetails details = () -> List.of(servers.get(2).address());
		this.runner.withBean(LibmcConnectionDetails.class, () -> details).run((context) -> {
			assertThat(names(context.getBean(MemcachedClient.class))).containsExactly(servers.get(2).address());
			assertThat(this.endpoint.asked()).isZero();
		});
	}

	@Test
	void embeddedServersOfATestComeFirst(List<MemcachedServer> servers) {
		this.endpoint.tell(1, addresses(servers));
		this.runner.withPropertyValues(LibmcEmbeddedProperties.REPLACES + "=true").run((context) -> {
			MemcachedClient client = context.getBean(MemcachedClient.class);
			assertThat(names(client)).doesNotContainAnyElementsOf(addresses(servers));
			assertThat(client.set("k", "v")).isTrue();
			assertThat(this.endpoint.asked()).isZero();
		});
	}

	@Test
	void eachClusterHasItsOwn(List<MemcachedServer> servers) {
		this.endpoint.tell(1, addresses(servers.subList(0, 1)));
		try (ConfigurationEndpointStub other = new ConfigurationEndpointStub()) {
			other.tell(1, addresses(servers.subList(1, 2)));
			this.runner
				.withPropertyValues("libmc.clusters.sessions.discovery.elasticache=" + other.address(),
						"libmc.clusters.sessions.discovery.refresh-interval=50ms",
						"libmc.clusters.sessions.connect-timeout=2s", "libmc.clusters.sessions.poll-timeout=5s")
				.run((context) -> {
					MemcachedClient sessions = context.getBean("sessionsMemcachedClient", MemcachedClient.class);
					assertThat(names(sessions)).containsExactly(servers.get(1).address());
					assertThat(names(context.getBean(MemcachedClient.class))).containsExactly(servers.get(0).address());
					other.tell(2, addresses(servers.subList(2, 3)));
					await().until(() -> names(sessions).contains(servers.get(2).address()));
					Application application = context.getBean(Application.class);
					await().until(() -> !application.changes.isEmpty());
					assertThat(application.changes.remove())
						.isEqualTo(new MemcachedServersChangedEvent("sessions", List.of(servers.get(2).address())));
				});
		}
	}

	@Test
	void serversAndDiscoveryTogetherAreOneErrorBeforeAnythingIsSent() {
		this.runner.withPropertyValues("libmc.servers=localhost:11211")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("libmc.servers is set, too"));
		this.runner.withPropertyValues("libmc.discovery.dns=localhost:11211")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("set one of them"));
		this.runner
			.withPropertyValues("libmc.clusters.a.servers=localhost:11211", "libmc.clusters.a.discovery.dns=localhost")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("libmc.clusters.a.servers is set, too"));
	}

	private static double outcome(MeterRegistry meters, String cluster, String outcome) {
		return meters.get("libmc.discovery").tags("cluster", cluster, "outcome", outcome).timer().count();
	}

	private static List<String> names(MemcachedClient client) {
		return client.servers().stream().map(ServerSnapshot::name).toList();
	}

	private static List<String> addresses(List<MemcachedServer> servers) {
		return servers.stream().map(MemcachedServer::address).toList();
	}

	@EnableCaching
	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final Queue<MemcachedServersChangedEvent> changes = new ConcurrentLinkedQueue<>();

		@Bean
		MeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

		@EventListener
		void changed(MemcachedServersChangedEvent event) {
			this.changes.add(event);
		}

	}

}
