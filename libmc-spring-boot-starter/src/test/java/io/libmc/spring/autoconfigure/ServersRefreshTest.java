package io.libmc.spring.autoconfigure;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.ServerSnapshot;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.autoconfigure.RefreshAutoConfiguration;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Another list of servers while the application runs, as Spring Cloud makes it happen.
 */
class ServersRefreshTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, RefreshAutoConfiguration.class))
		.withPropertyValues("libmc.servers=a:1,b:2");

	@Test
	void aChangeOfTheEnvironmentReachesTheClient() {
		this.runner.run((context) -> {
			change(context, "libmc.servers=b:2,c:3");
			assertThat(servers(context.getBean(MemcachedClient.class))).containsExactly("b:2", "c:3");
		});
	}

	@Test
	void aClustersServersAreRefreshedToo() {
		this.runner.withPropertyValues("libmc.clusters.sessions.servers=d:4").run((context) -> {
			change(context, "libmc.clusters.sessions.servers=e:5");
			assertThat(servers(context.getBean("sessionsMemcachedClient", MemcachedClient.class)))
				.containsExactly("e:5");
			assertThat(servers(context.getBean(MemcachedClient.class))).containsExactly("a:1", "b:2");
		});
	}

	@Test
	void aListThatCannotBeUsedChangesNothing() {
		this.runner.run((context) -> {
			for (String bad : List.of("c:port", "")) {
				change(context, "libmc.servers=" + bad);
				assertThat(servers(context.getBean(MemcachedClient.class))).containsExactly("a:1", "b:2");
			}
			change(context, "libmc.servers=c:3");
			assertThat(servers(context.getBean(MemcachedClient.class))).containsExactly("c:3");
		});
	}

	@Test
	void connectionDetailsMayBeInTheRefreshScope() {
		this.runner.withUserConfiguration(RefreshedConnectionDetails.class)
			.withPropertyValues("cluster=a")
			.run((context) -> {
				assertThat(servers(context.getBean(MemcachedClient.class))).containsExactly("a:11211");
				TestPropertyValues.of("cluster=b").applyTo(context);
				context.getBean(org.springframework.cloud.context.scope.refresh.RefreshScope.class).refreshAll();
				assertThat(servers(context.getBean(MemcachedClient.class))).containsExactly("b:11211");
			});
	}

	@Test
	void withoutSpringCloudNothingListens() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.cloud"))
			.run((context) -> assertThat(context).hasSingleBean(MemcachedClient.class)
				.doesNotHaveBean(ServersRefresh.class));
	}

	private static void change(ConfigurableApplicationContext context, String property) {
		TestPropertyValues.of(property).applyTo(context);
		context.publishEvent(new EnvironmentChangeEvent(context, Set.of("libmc.servers")));
	}

	private static Stream<String> servers(MemcachedClient client) {
		return client.servers().stream().map(ServerSnapshot::name);
	}

	@Configuration(proxyBeanMethods = false)
	static class RefreshedConnectionDetails {

		@Bean
		@RefreshScope
		LibmcConnectionDetails connectionDetails(Environment environment) {
			String host = environment.getRequiredProperty("cluster");
			return () -> List.of(host);
		}

	}

}
