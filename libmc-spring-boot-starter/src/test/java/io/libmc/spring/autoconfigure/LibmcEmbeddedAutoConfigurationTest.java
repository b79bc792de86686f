package io.libmc.spring.autoconfigure;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.ServerSnapshot;
import io.libmc.embedded.EmbeddedMemcached;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.test.context.support.TestPropertySourceUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ExtendWith(OutputCaptureExtension.class)
class LibmcEmbeddedAutoConfigurationTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcEmbeddedAutoConfiguration.class, LibmcAutoConfiguration.class));

	@Test
	void whereNothingSaysWhichServersThereAreOneIsWithinTheApplication(CapturedOutput output) {
		int[] port = new int[1];
		this.runner.run((context) -> {
			EmbeddedMemcached server = context.getBean(EmbeddedMemcached.class);
			port[0] = server.port();
			assertThat(context.getBean(LibmcConnectionDetails.class).getServers())
				.containsExactly(server.address() + " embedded-1");
			MemcachedClient client = context.getBean(MemcachedClient.class);
			assertThat(client.set("k", "v")).isTrue();
			assertThat(client.get("k", String.class)).isEqualTo("v");
			assertThat(server.stats()).containsEntry("get_hits", "1");
			assertThat(output.toString().lines().filter((line) -> line.contains("embedded memcached"))).singleElement()
				.asString()
				.contains("INFO", server.address(), "libmc.servers");
		});
		assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> connect(port[0]));
	}

	@Test
	void thereAreAsManyAsWanted() {
		this.runner.withPropertyValues("libmc.embedded.servers=3").run((context) -> {
			assertThat(context.getBeansOfType(EmbeddedMemcached.class)).containsOnlyKeys("embeddedMemcached1",
					"embeddedMemcached2", "embeddedMemcached3");
			MemcachedClient client = context.getBean(MemcachedClient.class);
			Set<String> names = IntStream.range(0, 100)
				.mapToObj((i) -> client.serverFor("k" + i))
				.collect(Collectors.toSet());
			assertThat(names).containsExactlyInAnyOrder("embedded-1", "embedded-2", "embedded-3");
		});
	}

	@Test
	void portsAreWhereTheyAreWanted() throws Exception {
		int port = freePort();
		this.runner.withPropertyValues("libmc.embedded.port=" + port)
			.run((context) -> assertThat(context.getBean(EmbeddedMemcached.class).port()).isEqualTo(port));
	}

	@Test
	void otherServersCountForMore() {
		isNotUsed(this.runner.withPropertyValues("libmc.servers=cache1"));
		isNotUsed(this.runner.withPropertyValues("libmc.servers[0]=cache1", "libmc.embedded.enabled=true"));
		isNotUsed(this.runner.withBean(LibmcConnectionDetails.class, () -> () -> List.of("cache1")));
		isNotUsed(this.runner.withBean("own", MemcachedClient.class,
				() -> MemcachedClient.builder().servers("cache1").build()));
		isNotUsed(this.runner.withPropertyValues("libmc.clusters.sessions.servers=cache1",
				"libmc.cache.cluster=sessions"));
		isNotUsed(this.runner.withPropertyValues("libmc.embedded.enabled=false"));
		isNotUsed(this.runner.withPropertyValues("libmc.enabled=false"));
		isNotUsed(this.runner.withClassLoader(new FilteredClassLoader(EmbeddedMemcached.class)));
	}

	@Test
	void besideAnotherClusterTheDefaultOneIsEmbedded() {
		this.runner.withPropertyValues("libmc.clusters.sessions.servers=cache1")
			.run((context) -> assertThat(context).hasSingleBean(EmbeddedMemcached.class));
	}

	@Test
	void inATestThatAsksForThemEachClusterHasItsOwn(CapturedOutput output) {
		this.runner
			.withPropertyValues("libmc.embedded.replaces=true", "libmc.servers=cache1",
					"libmc.clusters.sessions.servers=cache2", "libmc.embedded.servers=2")
			.run((context) -> {
				String first = context.getBean("sessionsEmbeddedMemcached1", EmbeddedMemcached.class).address();
				String second = context.getBean("sessionsEmbeddedMemcached2", EmbeddedMemcached.class).address();
				assertThat(output).contains("Started 4 embedded memcached server(s)",
						"[" + first + ", " + second + "] for sessions");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.profiles.active=prod", "spring.profiles.active=eu,Production",
			"spring.profiles.active=prod-eu", "spring.main.cloud-platform=kubernetes" })
	void inProductionItHasToBeAskedFor(String property) {
		this.runner.withPropertyValues(property).run((context) -> {
			assertThat(context).getFailure().rootCause().isInstanceOf(EmbeddedInProductionException.class);
			FailureAnalysis analysis = new EmbeddedInProductionFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("libmc-embedded")
				.containsPattern("(?i)the profile \"prod[a-z-]*\" is active|runs on Kubernetes");
			assertThat(analysis.getAction()).contains("libmc.servers", "libmc.embedded.enabled");
		});
		this.runner.withPropertyValues(property, "libmc.embedded.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(EmbeddedMemcached.class));
		isNotUsed(this.runner.withPropertyValues(property, "libmc.embedded.enabled=false"));
		isNotUsed(this.runner.withPropertyValues(property, "libmc.servers=cache1"));
	}

	@Test
	void aTestMayRunOnKubernetesButNotLikeProduction() {
		ApplicationContextRunner test = this.runner.withInitializer((context) -> TestPropertySourceUtils
			.addInlinedPropertiesToEnvironment(context, "spring.application.name=a-test"));
		test.withPropertyValues("spring.main.cloud-platform=kubernetes")
			.run((context) -> assertThat(context).hasSingleBean(EmbeddedMemcached.class));
		test.withPropertyValues("spring.profiles.active=prod")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(EmbeddedInProductionException.class));
	}

	@Test
	void itStartsWithoutTheClientsAutoConfiguration() {
		int[] port = new int[1];
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(LibmcEmbeddedAutoConfiguration.class))
			.run((context) -> port[0] = context.getBean(EmbeddedMemcached.class).port());
		assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> connect(port[0]));
	}

	@ParameterizedTest
	@ValueSource(strings = { "2", "4" })
	void anotherNumberThanAtBuildTimeIsRefused(String number) {
		this.runner.withPropertyValues("libmc.embedded.servers=3")
			.withBean(BeanFactoryPostProcessor.class, () -> (beans) -> {
				ConfigurableEnvironment environment = beans.getBean(ConfigurableEnvironment.class);
				environment.getPropertySources()
					.addFirst(new MapPropertySource("run time", Map.of("libmc.embedded.servers", number)));
			})
			.run((context) -> {
				assertThat(context).hasFailed();
				FailureAnalysis analysis = new InvalidLibmcPropertyFailureAnalyzer(new StandardEnvironment())
					.analyze(context.getStartupFailure());
				assertThat(analysis.getDescription()).contains("libmc.embedded.servers", "\"" + number + "\"",
						"build time");
			});
	}

	@Test
	void connectionDetailsThatComeLaterCountForMore() {
		this.runner.withConfiguration(AutoConfigurations.of(LaterDetails.class))
			.run((context) -> assertThat(context.getBean(MemcachedClient.class).servers())
				.extracting(ServerSnapshot::name)
				.containsExactly("cache1:11211"));
	}

	@Test
	void otherProfilesAreNoProduction() {
		this.runner.withPropertyValues("spring.profiles.active=preprod,dev")
			.run((context) -> assertThat(context).hasSingleBean(EmbeddedMemcached.class));
	}

	@Test
	void badNumbersAreRefusedWithTheProperty() throws Exception {
		isRefused("libmc.embedded.servers=0", "libmc.embedded.servers", "from 1 to 100");
		isRefused("libmc.embedded.servers=100000", "libmc.embedded.servers", "from 1 to 100");
		isRefused("libmc.embedded.servers=101", "libmc.embedded.servers", "from 1 to 100");
		isRefused("libmc.embedded.port=65536", "libmc.embedded.port", "from 0 to 65535");
		isRefused("libmc.embedded.port=-1", "libmc.embedded.port", "from 0 to 65535");
		isNotBound("libmc.embedded.servers", "abc");
		isNotBound("libmc.embedded.port", "abc");
		isNotBound("libmc.embedded.enabled", "perhaps");
		try (ServerSocket taken = new ServerSocket()) {
			taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			isRefused("libmc.embedded.port=" + taken.getLocalPort(), "libmc.embedded.port", "in use");
		}
	}

	private void isRefused(String bad, String property, String reason) {
		this.runner.withPropertyValues(bad).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new InvalidLibmcPropertyFailureAnalyzer(new StandardEnvironment())
				.analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains(property, reason);
		});
	}

	/** Boot says of such a value where it comes from. */
	private void isNotBound(String property, String bad) {
		this.runner.withPropertyValues(property + "=" + bad)
			.run((context) -> assertThat(context).getFailure()
				.satisfies(
						(failure) -> assertThat(Stream.iterate(failure, Objects::nonNull, Throwable::getCause).toList())
							.anySatisfy(
									(cause) -> assertThat(cause).isInstanceOfSatisfying(BindException.class, (ex) -> {
										assertThat(ex.getProperty()).isNotNull();
										assertThat(ex.getProperty().getName()).hasToString(property);
										assertThat(ex.getProperty().getValue()).isEqualTo(bad);
										assertThat(ex.getProperty().getOrigin()).isNotNull();
									}))));
	}

	private static void isNotUsed(ApplicationContextRunner runner) {
		runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EmbeddedServers.BEAN_NAME));
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket()) {
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			return socket.getLocalPort();
		}
	}

	private static void connect(int port) throws IOException {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		}
	}

	@AutoConfiguration(after = LibmcEmbeddedAutoConfiguration.class, before = LibmcAutoConfiguration.class)
	static class LaterDetails {

		@Bean
		LibmcConnectionDetails laterDetails() {
			return () -> List.of("cache1:11211");
		}

	}

}
