package io.libmc.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.libmc.MemcachedClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * memcached as a service of Docker Compose. It wins over the properties.
 */
@EnabledIf(value = "io.libmc.spring.autoconfigure.Docker#isThereWithCompose",
		disabledReason = "there is no Docker here, or no image, or no Docker Compose")
class DockerComposeTest {

	@Test
	void aServiceIsConnectedTo(@TempDir Path directory) throws IOException {
		Path file = Files.writeString(directory.resolve("compose.yaml"), """
				services:
				  cache:
				    image: %s
				    ports: ["11211"]
				""".formatted(Docker.image()));
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		try (ConfigurableApplicationContext context = application.run("--spring.docker.compose.file=" + file,
				"--spring.docker.compose.skip.in-tests=false", "--spring.docker.compose.stop.command=down",
				"--libmc.servers=localhost:1", "--libmc.connect-timeout=2s", "--libmc.poll-timeout=5s")) {
			assertThat(context.getBean(MemcachedClient.class).version()).hasSize(1);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(LibmcAutoConfiguration.class)
	static class Application {

	}

}
