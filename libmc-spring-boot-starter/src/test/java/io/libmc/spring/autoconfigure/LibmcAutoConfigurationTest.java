package io.libmc.spring.autoconfigure;

import org.springframework.javapoet.ClassName;
import org.springframework.core.io.InputStreamSource;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.ClassNameGenerator;
import java.nio.charset.StandardCharsets;
import java.io.UncheckedIOException;
import java.io.InputStream;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Qualifier;
import io.libmc.ServerSnapshot;
import io.libmc.MemcachedClientBuilder;
import java.lang.reflect.RecordComponent;
import java.util.stream.Stream;
import java.util.ArrayList;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.libmc.HashFunction;
import io.libmc.MemcachedClient;
import io.libmc.spring.autoconfigure.LibmcProperties.Client;
import io.libmc.spring.autoconfigure.LibmcProperties.Cluster;
import io.libmc.spring.autoconfigure.LibmcProperties.Discovery;
import io.libmc.spring.autoconfigure.LibmcProperties.Ssl;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class LibmcAutoConfigurationTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class));

	@Test
	void thereIsAClientOfLocalhostAndItDoesNotConnect() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(MemcachedClient.class);
			assertThat(context.getBean(LibmcConnectionDetails.class).getServers()).containsExactly("localhost:11211");
			assertThat(context.getBean(LibmcProperties.class))
				.isEqualTo(new LibmcProperties(true, List.of("localhost:11211"),
						new Discovery("", "", "", Duration.ofMinutes(1), true), HashFunction.MD5, false, List.of(),
						Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofMillis(300),
						Duration.ofSeconds(5), 0, 1, "", true, DataSize.ofBytes(0), false, "", "", new Ssl(null, ""),
						new Client("libmc", List.of()), true, Map.of()));
		});
	}

	@Test
	void propertiesAreBound() {
		this.runner.withPropertyValues("libmc.servers[0]=10.0.0.1:11211", "libmc.servers[1]=10.0.0.2:11212 mc.oscar",
				"libmc.hash-fn=fnv1a-32", "libmc.spares=10.0.0.8,10.0.0.9 z", "libmc.spare-time-to-live=5s",
				"libmc.connect-timeout=1s", "libmc.handshake-timeout=2s", "libmc.poll-timeout=500ms",
				"libmc.retry-timeout=1m", "libmc.max-retries=2", "libmc.connections-per-server=4", "libmc.prefix=shop:",
				"libmc.do-split=false", "libmc.comp-threshold=10KB", "libmc.noreply=true", "libmc.username=shop",
				"libmc.password=s-e-c-r-e-t", "libmc.ssl.enabled=false", "libmc.ssl.bundle=memcached",
				"libmc.warm-up=false", "libmc.client.transcoder=json", "libmc.client.allowed-classes=com.acme.Order")
			.run((context) -> assertThat(context.getBean(LibmcProperties.class))
				.isEqualTo(new LibmcProperties(true, List.of("10.0.0.1:11211", "10.0.0.2:11212 mc.oscar"),
						new Discovery("", "", "", Duration.ofSeconds(60), true), HashFunction.FNV1A_32, false,
						List.of("10.0.0.8", "10.0.0.9 z"), Duration.ofSeconds(5), Duration.ofSeconds(1),
						Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofMinutes(1), 2, 4, "shop:", false,
						DataSize.ofKilobytes(10), true, "shop", "s-e-c-r-e-t", new Ssl(false, "memcached"),
						new Client("json", List.of("com.acme.Order")), false, Map.of())));
	}

	@Test
	void aClusterHasTheSameProperties() {
		this.runner
			.withPropertyValues("libmc.servers=10.0.0.9", "libmc.clusters.sessions.servers=10.0.0.1:11211,b:2 mc.oscar",
					"libmc.clusters.sessions.discovery.refresh-interval=5s",
					"libmc.clusters.sessions.discovery.clear-on-return=false",
					"libmc.clusters.sessions.hash-fn=fnv1a-32", "libmc.clusters.sessions.failover=true",
					"libmc.clusters.sessions.connect_timeout=1s", "libmc.clusters.sessions.handshake-timeout=2s",
					"libmc.clusters.sessions.poll-timeout=500ms", "libmc.clusters.sessions.retry-timeout=1m",
					"libmc.clusters.sessions.max-retries=2", "libmc.clusters.sessions.connections-per-server=4",
					"libmc.clusters.sessions.prefix=shop:", "libmc.clusters.sessions.do-split=false",
					"libmc.clusters.sessions.comp-threshold=10KB", "libmc.clusters.sessions.noreply=true",
					"libmc.clusters.sessions.username=shop", "libmc.clusters.sessions.password=s-e-c-r-e-t",
					"libmc.clusters.sessions.ssl.enabled=false", "libmc.clusters.sessions.ssl.bundle=memcached",
					"libmc.clusters.sessions.client.transcoder=jdk", "libmc.clusters[eu.books].servers=c:3")
			.run((context) -> {
				Map<String, Cluster> clusters = context.getBean(LibmcProperties.class).clusters();
				assertThat(clusters).containsOnlyKeys("sessions", "eu.books");
				assertThat(clusters.get("sessions")).isEqualTo(new Cluster(List.of("10.0.0.1:11211", "b:2 mc.oscar"),
						new Discovery("", "", "", Duration.ofSeconds(5), false), HashFunction.FNV1A_32, true, List.of(),
						Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofMillis(500),
						Duration.ofMinutes(1), 2, 4, "shop:", false, DataSize.ofKilobytes(10), true, "shop",
						"s-e-c-r-e-t", new Ssl(false, "memcached"), new Client("jdk", List.of())))
					.hasToString("Cluster[servers=[10.0.0.1:11211, b:2 mc.oscar]]");
				assertThat(clusters.get("eu.books")).isEqualTo(new LibmcProperties(true, List.of("c:3"),
						new Discovery("", "", "", Duration.ofMinutes(1), true), HashFunction.MD5, false, List.of(),
						Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofMillis(300),
						Duration.ofSeconds(5), 0, 1, "", true, DataSize.ofBytes(0), false, "", "", new Ssl(null, ""),
						new Client("libmc", List.of()), true, Map.of())
					.cluster());
			});
	}

	@Test
	void everyPropertyOfTheDefaultClusterIsOneOfTheOthers() {
		List<String> own = Stream.of(LibmcProperties.class.getRecordComponents())
			.map(RecordComponent::toString)
			.filter((component) -> !component.endsWith(" enabled") && !component.endsWith(" warmUp")
					&& !component.endsWith(" clusters"))
			.toList();
		assertThat(Cluster.class.getRecordComponents()).extracting(RecordComponent::toString)
			.containsExactlyElementsOf(own);
	}

	@Test
	void aClustersClientIsInjectedByItsNameAndTheDefaultByItsType() {
		MemcachedClient[] closed = new MemcachedClient[1];
		this.runner
			.withPropertyValues("libmc.servers=a", "libmc.clusters.sessions.servers=b,c",
					"libmc.clusters[eu.books].servers=d")
			.withUserConfiguration(Injected.class)
			.run((context) -> {
				Injected injected = context.getBean(Injected.class);
				assertThat(servers(injected.client)).containsExactly("a:11211");
				assertThat(servers(injected.sessions)).containsExactly("b:11211", "c:11211");
				assertThat(servers(injected.books)).containsExactly("d:11211");
				closed[0] = injected.sessions;
			});
		assertThatIllegalStateException().isThrownBy(() -> closed[0].get("k")).withMessageContaining("closed");
	}

	@Test
	void customizersCanTellClustersApart() {
		List<String> customized = new ArrayList<>();
		this.runner.withPropertyValues("libmc.clusters.sessions.servers=b")
			.withBean(LibmcClientBuilderCustomizer.class, () -> new LibmcClientBuilderCustomizer() {

				@Override
				public void customize(MemcachedClientBuilder builder) {
				}

				@Override
				public void customize(String cluster, MemcachedClientBuilder builder) {
					customized.add(cluster);
				}
			})
			.run((context) -> assertThat(customized).containsExactlyInAnyOrder("default", "sessions"));
		this.runner.withPropertyValues("libmc.clusters.sessions.servers=b")
			.withBean(LibmcClientBuilderCustomizer.class, () -> (builder) -> builder.servers(List.of("x")))
			.withUserConfiguration(Injected.class)
			.withPropertyValues("libmc.clusters[eu.books].servers=d")
			.run((context) -> assertThat(servers(context.getBean(Injected.class).books)).containsExactly("x:11211"));
	}

	@Test
	void connectionDetailsAreTheDefaultClustersAlone() {
		this.runner.withUserConfiguration(OwnConnectionDetails.class, Injected.class)
			.withPropertyValues("libmc.clusters.sessions.servers=b", "libmc.clusters[eu.books].servers=d")
			.run((context) -> {
				assertThat(servers(context.getBean(Injected.class).client)).containsExactly("10.0.0.1:11211");
				assertThat(servers(context.getBean(Injected.class).sessions)).containsExactly("b:11211");
			});
	}

	@Test
	void clustersAreKnownAheadOfTime() {
		GenericApplicationContext context = new AnnotationConfigApplicationContext();
		TestPropertyValues.of("libmc.clusters.sessions.servers=b").applyTo(context.getEnvironment());
		((AnnotationConfigApplicationContext) context).register(LibmcAutoConfiguration.class);
		InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get("com.acme", "Application")), files);
		new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		generation.writeGeneratedContent();
		assertThat(files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE).values())
			.anySatisfy((source) -> assertThat(content(source)).contains("sessionsMemcachedClient"));
	}

	private static String content(InputStreamSource source) {
		try (InputStream in = source.getInputStream()) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Stream<String> servers(MemcachedClient client) {
		return client.servers().stream().map(ServerSnapshot::name);
	}

	@Test
	void libmcsOwnSpellingIsBoundToo() {
		this.runner
			.withPropertyValues("libmc.hash_fn=CRC_32", "libmc.connect_timeout=200", "libmc.servers=a:1, b:2 x",
					"libmc.do_split=false", "libmc.comp_threshold=2048")
			.run((context) -> {
				LibmcProperties properties = context.getBean(LibmcProperties.class);
				assertThat(properties.hashFn()).isEqualTo(HashFunction.CRC_32);
				assertThat(properties.connectTimeout()).isEqualTo(Duration.ofMillis(200));
				assertThat(properties.servers()).containsExactly("a:1", "b:2 x");
				assertThat(properties.doSplit()).isFalse();
				assertThat(properties.compThreshold()).isEqualTo(DataSize.ofBytes(2048));
			});
	}

	@Test
	void thePasswordIsNotShownWithTheProperties() {
		this.runner.withPropertyValues("libmc.username=shop", "libmc.password=secret")
			.run((context) -> assertThat(context.getBean(LibmcProperties.class).toString()).doesNotContain("secret"));
	}

	@Test
	void everyHashFunctionHasTheNameOfTheDocumentation() {
		Map<String, HashFunction> names = Map.of("md5", HashFunction.MD5, "fnv1-32", HashFunction.FNV1_32, "fnv1a-32",
				HashFunction.FNV1A_32, "crc-32", HashFunction.CRC_32);
		names.forEach((name, hashFunction) -> this.runner.withPropertyValues("libmc.hash-fn=" + name)
			.run((context) -> assertThat(context.getBean(LibmcProperties.class).hashFn()).isEqualTo(hashFunction)));
	}

	@Test
	void itCanBeSwitchedOff() {
		this.runner.withPropertyValues("libmc.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(MemcachedClient.class)
				.doesNotHaveBean(LibmcConnectionDetails.class));
	}

	@Test
	void itBacksOffForAClientOfTheUsers() {
		this.runner.withUserConfiguration(OwnClient.class)
			.run((context) -> assertThat(context).hasSingleBean(MemcachedClient.class).hasBean("ownClient"));
	}

	@Test
	void connectionDetailsReplaceTheProperties() {
		this.runner.withUserConfiguration(OwnConnectionDetails.class)
			.withPropertyValues("libmc.servers=not a server", "libmc.spares=not a spare")
			.run((context) -> {
				assertThat(context).hasNotFailed()
					.hasSingleBean(MemcachedClient.class)
					.hasSingleBean(LibmcConnectionDetails.class)
					.doesNotHaveBean(PropertiesLibmcConnectionDetails.class);
				assertThat(context.getBean(MemcachedClient.class).spares()).isEmpty();
			});
	}

	@Test
	void sparesAreThoseOfThePropertiesOrOfTheConnectionDetails() {
		this.runner
			.withPropertyValues("libmc.servers=a", "libmc.spares=b,c:2 mc.oscar", "libmc.clusters.sessions.servers=d",
					"libmc.clusters.sessions.spares=e")
			.run((context) -> {
				assertThat(context.getBean("memcachedClient", MemcachedClient.class).spares())
					.extracting(ServerSnapshot::name)
					.containsExactly("b:11211", "mc.oscar");
				assertThat(context.getBean("sessionsMemcachedClient", MemcachedClient.class).spares())
					.extracting(ServerSnapshot::name)
					.containsExactly("e:11211");
			});
		this.runner.withBean(LibmcConnectionDetails.class, () -> new LibmcConnectionDetails() {

			@Override
			public List<String> getServers() {
				return List.of("a");
			}

			@Override
			public List<String> getSpares() {
				return List.of("b");
			}

		})
			.withPropertyValues("libmc.spares=c")
			.run((context) -> assertThat(context.getBean(MemcachedClient.class).spares())
				.extracting(ServerSnapshot::name)
				.containsExactly("b:11211"));
	}

	@Test
	void customizersHaveTheLastWord() {
		this.runner.withPropertyValues("libmc.servers=localhost:1")
			.withBean(LibmcClientBuilderCustomizer.class, () -> (builder) -> builder.servers(List.of()))
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("servers: none given"));
	}

	@Test
	void theClientIsClosedWithTheContext() {
		MemcachedClient[] client = new MemcachedClient[1];
		this.runner.run((context) -> client[0] = context.getBean(MemcachedClient.class));
		assertThatIllegalStateException().isThrownBy(() -> client[0].get("k")).withMessageContaining("closed");
	}

	@Configuration(proxyBeanMethods = false)
	static class Injected {

		private final MemcachedClient client;

		private final MemcachedClient sessions;

		private final MemcachedClient books;

		Injected(MemcachedClient client, @Qualifier("sessions") MemcachedClient sessions,
				@Qualifier("eu.books") MemcachedClient books) {
			this.client = client;
			this.sessions = sessions;
			this.books = books;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnClient {

		@Bean(destroyMethod = "close")
		MemcachedClient ownClient() {
			return MemcachedClient.builder().servers("localhost:11211").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnConnectionDetails {

		@Bean
		LibmcConnectionDetails ownConnectionDetails() {
			return () -> List.of("10.0.0.1:11211");
		}

	}

}
