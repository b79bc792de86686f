package io.libmc.spring.autoconfigure;

import io.libmc.MemcachedClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.containers.GenericContainer;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.lifecycle.TestcontainersLifecycleApplicationContextInitializer;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * memcached in a container, as a test's field and as a bean. It wins over the properties.
 */
@SpringBootTest(properties = { "libmc.servers=localhost:1", "libmc.connect-timeout=2s", "libmc.poll-timeout=5s" },
		classes = ServiceConnectionTest.Application.class)
@EnabledIf(value = "io.libmc.spring.autoconfigure.Docker#isThere", disabledReason = "there is no Docker here")
class ServiceConnectionTest {

	@ServiceConnection
	static final GenericContainer<?> MEMCACHED = Docker.memcached();

	@Autowired
	private MemcachedClient client;

	@Test
	void aContainerInAFieldIsConnectedTo() {
		this.client.set("k", "v");
		assertThat(this.client.<String>get("k")).isEqualTo("v");
	}

	@Test
	void aContainerThatIsABeanIsConnectedTo() {
		new ApplicationContextRunner().withInitializer(new TestcontainersLifecycleApplicationContextInitializer())
			.withConfiguration(
					AutoConfigurations.of(ServiceConnectionAutoConfiguration.class, LibmcAutoConfiguration.class))
			.withUserConfiguration(Container.class)
			.withPropertyValues("libmc.servers=localhost:1", "libmc.connect-timeout=2s", "libmc.poll-timeout=5s")
			.run((context) -> {
				assertThat(context).hasSingleBean(LibmcConnectionDetails.class);
				GenericContainer<?> container = context.getBean(GenericContainer.class);
				assertThat(context.getBean(MemcachedClient.class).version())
					.containsOnlyKeys(container.getHost() + ":" + container.getMappedPort(11211));
			});
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(LibmcAutoConfiguration.class)
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	static class Container {

		/**
		 * Boot does not know a bean's image before it creates it, so it needs the name.
		 */
		@Bean
		@ServiceConnection("memcached")
		GenericContainer<?> memcached() {
			return Docker.memcached();
		}

	}

}
