package io.libmc.spring.autoconfigure;

import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import java.util.Objects;
import java.util.List;
import java.util.Map;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

@Memcached(servers = 2)
class LibmcHealthAutoConfigurationTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, LibmcHealthAutoConfiguration.class))
		.withPropertyValues("libmc.warm-up=false", "libmc.poll-timeout=2s", "libmc.connect-timeout=1s",
				"libmc.cache.on-error=bypass");

	@Test
	void whereAllServersAnswerItIsUp(List<MemcachedServer> servers) {
		with(servers).run((context) -> {
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).extractingByKey("servers", InstanceOfAssertFactories.MAP)
				.containsOnlyKeys(servers.get(0).address(), servers.get(1).address())
				.allSatisfy((server, details) -> assertThat(details)
					.asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
					.containsEntry("status", "UP")
					.containsKey("version"));
		});
	}

	@Test
	void underBypassItIsNeverWorseThanUnknown(List<MemcachedServer> servers) {
		with(servers).run((context) -> {
			servers.get(1).kill();
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
			assertThat(details(health, servers.get(0))).containsEntry("status", "UP");
			assertThat(details(health, servers.get(1))).containsEntry("status", "DOWN")
				.extractingByKey("reason", InstanceOfAssertFactories.STRING)
				.contains("connecting failed");
			servers.get(0).kill();
			assertThat(health(context).getStatus()).isEqualTo(Status.UNKNOWN);
		});
	}

	@Test
	void aServerThatHangsDoesNotAnswer(List<MemcachedServer> servers) {
		with(servers).withPropertyValues("libmc.poll-timeout=200ms").run((context) -> {
			health(context);
			servers.get(1).pause();
			assertThat(details(health(context), servers.get(1))).containsEntry("status", "DOWN")
				.containsEntry("reason", "it does not answer");
		});
	}

	@Test
	void whereFailuresReachTheApplicationItIsDown(List<MemcachedServer> servers) {
		with(servers).withPropertyValues("libmc.cache.on-error=throw").run((context) -> {
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			servers.get(1).kill();
			assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
		});
	}

	@Test
	void eachClusterHasItsOwn(List<MemcachedServer> servers) {
		ApplicationContextRunner clusters = this.runner.withPropertyValues(
				"libmc.clusters.books.servers=" + servers.get(0).address(), "libmc.clusters.books.poll-timeout=2s",
				"libmc.clusters.sessions.servers=" + servers.get(1).address(),
				"libmc.clusters.sessions.poll-timeout=2s");
		clusters.withPropertyValues("libmc.cache.cluster=books").run((context) -> {
			servers.get(1).kill();
			CompositeHealthContributor health = context.getBean("libmcHealthIndicator",
					CompositeHealthContributor.class);
			assertThat(health.stream()).extracting(HealthContributors.Entry::name).containsExactly("books", "sessions");
			assertThat(status(health, "books")).isEqualTo(Status.UP);
			assertThat(status(health, "sessions")).isEqualTo(Status.UNKNOWN);
		});
		clusters.run((context) -> assertThat(
				context.getBean("libmcHealthIndicator", CompositeHealthContributor.class).getContributor("default"))
			.isNotNull());
	}

	/** Spring Boot's own order of states. */
	@Test
	void severalClustersAreDownIfOneIsAndUpIfOneIsUnknown(List<MemcachedServer> servers) {
		ApplicationContextRunner clusters = this.runner.withPropertyValues("libmc.cache.cluster=books",
				"libmc.clusters.books.servers=" + servers.get(0).address(), "libmc.clusters.books.poll-timeout=2s",
				"libmc.clusters.sessions.servers=" + servers.get(1).address(),
				"libmc.clusters.sessions.poll-timeout=2s");
		servers.get(1).kill();
		clusters.run((context) -> assertThat(together(context)).isEqualTo(Status.UP));
		clusters.withPropertyValues("libmc.cache.on-error=throw")
			.run((context) -> assertThat(together(context)).isEqualTo(Status.DOWN));
		assertThat(StatusAggregator.getDefault().getAggregateStatus(Status.UNKNOWN, Status.DOWN, Status.UP))
			.isEqualTo(Status.DOWN);
	}

	private static Status together(ApplicationContext context) {
		CompositeHealthContributor health = context.getBean("libmcHealthIndicator", CompositeHealthContributor.class);
		return StatusAggregator.getDefault().getAggregateStatus(status(health, "books"), status(health, "sessions"));
	}

	/** The application may still use the client, and then says so. */
	@Test
	void whereCachingIsOffItHasToBeAskedFor() {
		ApplicationContextRunner off = this.runner.withPropertyValues("libmc.cache.enabled=false");
		off.run((context) -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
		off.withPropertyValues("management.health.libmc.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(LibmcHealthIndicator.class));
	}

	private static Status status(CompositeHealthContributor health, String name) {
		return ((HealthIndicator) Objects.requireNonNull(health.getContributor(name))).health(false).getStatus();
	}

	@Test
	void itCanBeSwitchedOff() {
		this.runner.withPropertyValues("management.health.libmc.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
		this.runner.withPropertyValues("libmc.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
	}

	@Test
	void itBacksOffForOneOfTheUsers() {
		this.runner.withBean("libmcHealthIndicator", HealthIndicator.class, () -> () -> Health.up().build())
			.run((context) -> assertThat(context).hasSingleBean(HealthIndicator.class)
				.doesNotHaveBean(LibmcHealthIndicator.class));
	}

	private ApplicationContextRunner with(List<MemcachedServer> servers) {
		return this.runner
			.withPropertyValues("libmc.servers=" + servers.get(0).address() + "," + servers.get(1).address());
	}

	private static Health health(ApplicationContext context) {
		return context.getBean("libmcHealthIndicator", LibmcHealthIndicator.class).health();
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> details(Health health, MemcachedServer server) {
		return ((Map<String, Map<String, Object>>) health.getDetails().get("servers")).get(server.address());
	}

}
