package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.libmc.HashFunction;
import io.libmc.MemcachedClient;
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
				.isEqualTo(new LibmcProperties(true, List.of("localhost:11211"), HashFunction.MD5, false,
						Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofSeconds(5), 0,
						1, "", true, DataSize.ofBytes(0), false, "", "", new Ssl(null, ""), true));
		});
	}

	@Test
	void propertiesAreBound() {
		this.runner.withPropertyValues("libmc.servers[0]=10.0.0.1:11211", "libmc.servers[1]=10.0.0.2:11212 mc.oscar",
				"libmc.hash-fn=fnv1a-32", "libmc.failover=true", "libmc.connect-timeout=1s",
				"libmc.handshake-timeout=2s", "libmc.poll-timeout=500ms", "libmc.retry-timeout=1m",
				"libmc.max-retries=2", "libmc.connections-per-server=4", "libmc.prefix=shop:", "libmc.do-split=false",
				"libmc.comp-threshold=10KB", "libmc.noreply=true", "libmc.username=shop", "libmc.password=s-e-c-r-e-t",
				"libmc.ssl.enabled=false", "libmc.ssl.bundle=memcached", "libmc.warm-up=false")
			.run((context) -> assertThat(context.getBean(LibmcProperties.class))
				.isEqualTo(new LibmcProperties(true, List.of("10.0.0.1:11211", "10.0.0.2:11212 mc.oscar"),
						HashFunction.FNV1A_32, true, Duration.ofSeconds(1), Duration.ofSeconds(2),
						Duration.ofMillis(500), Duration.ofMinutes(1), 2, 4, "shop:", false, DataSize.ofKilobytes(10),
						true, "shop", "s-e-c-r-e-t", new Ssl(false, "memcached"), false)));
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
			.withPropertyValues("libmc.servers=not a server")
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(MemcachedClient.class)
				.hasSingleBean(LibmcConnectionDetails.class)
				.doesNotHaveBean(PropertiesLibmcConnectionDetails.class));
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
