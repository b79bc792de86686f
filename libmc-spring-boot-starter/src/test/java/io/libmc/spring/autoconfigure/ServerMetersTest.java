package io.libmc.spring.autoconfigure;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The meters of each server.
 */
@Memcached(servers = 2)
class ServerMetersTest {

	private static final List<String> NAMES = List.of("libmc.server.up", "libmc.connections", "libmc.in.flight",
			"libmc.bytes");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, LibmcMetricsAutoConfiguration.class,
				MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
				SimpleMetricsExportAutoConfiguration.class))
		.withPropertyValues("libmc.warm-up=false", "libmc.poll-timeout=10s", "libmc.connect-timeout=1s",
				"libmc.retry-timeout=50ms");

	@Test
	void aServerIsUpUntilConnectingFails(MemcachedServer server) {
		this.runner.withPropertyValues("libmc.servers=" + server.address()).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			MemcachedClient client = context.getBean(MemcachedClient.class);
			assertThat(gauge(registry, "libmc.server.up", server)).isEqualTo(1);
			server.kill();
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"));
			assertThat(gauge(registry, "libmc.server.up", server)).isZero();
			server.restart();
			await().ignoreExceptionsInstanceOf(MemcachedException.class).until(() -> client.set("k", 1));
			assertThat(gauge(registry, "libmc.server.up", server)).isEqualTo(1);
		});
	}

	@Test
	void connectionsBytesAndWhatIsInFlightAreMetered(MemcachedServer server) {
		this.runner.withPropertyValues("libmc.servers=" + server.address()).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			MemcachedClient client = context.getBean(MemcachedClient.class);
			assertThat(gauge(registry, "libmc.connections", server)).isZero();
			client.get("k");
			assertThat(gauge(registry, "libmc.connections", server)).isEqualTo(1);
			assertThat(bytes(registry, server, "written")).isEqualTo("get k\r\n".length());
			assertThat(bytes(registry, server, "read")).isEqualTo("END\r\n".length());
			server.pause();
			CompletableFuture<Object> get = client.async().get("k");
			await().until(() -> gauge(registry, "libmc.in.flight", server) == 1);
			server.resume();
			get.join();
			assertThat(gauge(registry, "libmc.in.flight", server)).isZero();
		});
	}

	@Test
	void metersComeAndGoWithTheServers(List<MemcachedServer> servers) {
		String first = servers.get(0).address();
		String second = servers.get(1).address();
		this.runner.withPropertyValues("libmc.servers=" + first).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			MemcachedClient client = context.getBean(MemcachedClient.class);
			assertThat(metered(registry)).containsExactly(first);
			client.updateServers(List.of(first, second));
			assertThat(metered(registry)).containsExactlyInAnyOrder(first, second);
			client.updateServers(List.of(second));
			assertThat(metered(registry)).containsExactly(second);
		});
	}

	@Test
	void aClientOfTheUsersIsMeteredToo() {
		this.runner.withUserConfiguration(LibmcAutoConfigurationTest.OwnClient.class)
			.run((context) -> assertThat(metered(context.getBean(MeterRegistry.class)))
				.containsExactly("localhost:11211"));
	}

	private static Set<String> metered(MeterRegistry registry) {
		return NAMES.stream()
			.flatMap((name) -> registry.find(name).meters().stream())
			.map((meter) -> meter.getId().getTag("server"))
			.collect(Collectors.toSet());
	}

	private static double gauge(MeterRegistry registry, String name, MemcachedServer server) {
		return registry.get(name).tag("server", server.address()).gauge().value();
	}

	private static double bytes(MeterRegistry registry, MemcachedServer server, String direction) {
		return registry.get("libmc.bytes")
			.tags("server", server.address(), "direction", direction)
			.functionCounter()
			.count();
	}

}
