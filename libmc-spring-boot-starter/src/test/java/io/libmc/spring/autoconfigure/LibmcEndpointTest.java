package io.libmc.spring.autoconfigure;

import io.libmc.MemcachedClient;
import io.libmc.ServerSnapshot;
import io.libmc.spring.autoconfigure.LibmcEndpoint.Statistics;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

@Memcached
class LibmcEndpointTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, LibmcEndpointAutoConfiguration.class))
		.withPropertyValues("libmc.warm-up=false", "libmc.poll-timeout=2s", "libmc.connect-timeout=1s");

	private final ApplicationContextRunner exposed = this.runner
		.withPropertyValues("management.endpoints.web.exposure.include=libmc");

	@Test
	void itShowsTheServers(MemcachedServer server) {
		this.exposed.withPropertyValues("libmc.servers=" + server.address() + " cache1").run((context) -> {
			context.getBean(MemcachedClient.class).get("k");
			assertThat(context.getBean(LibmcEndpoint.class).servers().servers()).singleElement()
				.isEqualTo(new ServerSnapshot("cache1", null, 1, 1, 0, 7, 5));
		});
	}

	@Test
	void itShowsAServersStatistics(MemcachedServer server) {
		this.exposed.withPropertyValues("libmc.servers=" + server.address() + " cache1").run((context) -> {
			LibmcEndpoint endpoint = context.getBean(LibmcEndpoint.class);
			assertThat(endpoint.statistics(new String[] { "cache1" }, null)).containsKeys("pid", "curr_items");
			assertThat(endpoint.statistics(new String[] { "cache1" }, Statistics.SETTINGS)).containsKey("maxbytes");
			assertThat(endpoint.statistics(new String[] { "cache2" }, null)).isNull();
		});
	}

	@Test
	void itShowsTheServersOfEachCluster(MemcachedServer server) {
		this.exposed
			.withPropertyValues("libmc.servers=localhost:1",
					"libmc.clusters.sessions.servers=" + server.address() + " s1",
					"libmc.clusters.sessions.poll-timeout=2s")
			.run((context) -> {
				LibmcEndpoint endpoint = context.getBean(LibmcEndpoint.class);
				assertThat(endpoint.servers().servers()).extracting(ServerSnapshot::name)
					.containsExactly("localhost:1");
				assertThat(endpoint.servers().clusters()).containsOnlyKeys("default", "sessions");
				assertThat(endpoint.statistics(new String[] { "s1" }, null)).containsKey("pid");
				assertThat(endpoint.statistics(new String[] { "sessions", "s1" }, null)).containsKey("pid");
				assertThat(endpoint.statistics(new String[] { "default", "s1" }, null)).isNull();
			});
	}

	@ParameterizedTest
	@EnumSource(Statistics.class)
	void memcachedKnowsAllOfTheStatistics(Statistics statistics, MemcachedServer server) {
		this.exposed.withPropertyValues("libmc.servers=" + server.address()).run((context) -> {
			context.getBean(MemcachedClient.class).set("k", 1);
			assertThat(context.getBean(LibmcEndpoint.class).statistics(new String[] { server.address() }, statistics))
				.isNotEmpty();
		});
	}

	@Test
	void aUnixSocketIsFoundByTheSegmentsOfItsPath() {
		try (MemcachedServer server = MemcachedServer.startOnUnixSocket()) {
			this.exposed.withPropertyValues("libmc.servers=" + server.address())
				.run((context) -> assertThat(
						context.getBean(LibmcEndpoint.class).statistics(server.address().substring(1).split("/"), null))
					.containsKey("pid"));
		}
	}

	@Test
	void aServerThatIsDownHasNoStatistics(MemcachedServer server) {
		this.exposed.withPropertyValues("libmc.servers=" + server.address()).run((context) -> {
			server.kill();
			assertThat(context.getBean(LibmcEndpoint.class).statistics(new String[] { server.address() }, null))
				.isNull();
			assertThat(context.getBean(LibmcEndpoint.class).servers().servers().get(0).isUp()).isFalse();
		});
	}

	@Test
	void itIsThereOnlyIfItIsExposed() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(LibmcEndpoint.class));
		this.exposed.withPropertyValues("management.endpoint.libmc.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(LibmcEndpoint.class));
		this.exposed.withPropertyValues("libmc.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LibmcEndpoint.class));
	}

}
