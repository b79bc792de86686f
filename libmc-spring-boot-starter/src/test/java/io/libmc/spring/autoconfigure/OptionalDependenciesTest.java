package io.libmc.spring.autoconfigure;

import io.libmc.MemcachedClient;
import io.libmc.spring.cache.LibmcCacheManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A whole application, with everything that the starter can work with and with each of it
 * missing.
 */
class OptionalDependenciesTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("management.endpoints.web.exposure.include=libmc");

	@Test
	void withAllOfThemEverythingIsThere() {
		this.runner.withUserConfiguration(WholeApplication.class)
			.run((context) -> assertThat(context).hasSingleBean(MemcachedClient.class)
				.hasSingleBean(LibmcCacheManager.class)
				.hasSingleBean(LibmcMetricsAutoConfiguration.class)
				.hasSingleBean(LibmcObservationAutoConfiguration.class)
				.hasSingleBean(LibmcHealthAutoConfiguration.class)
				.hasSingleBean(LibmcEndpointAutoConfiguration.class));
	}

	@Test
	void withoutTheClientsAutoConfigurationNothingNeedsIt() {
		this.runner.withUserConfiguration(WithoutTheClient.class)
			.withBean(MemcachedClient.class, () -> MemcachedClient.builder().servers("cache1").build())
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(MemcachedClient.class)
				.doesNotHaveBean(LibmcCacheManager.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.micrometer", "org.springframework.boot.micrometer.metrics",
			"org.springframework.boot.micrometer.observation", "org.springframework.boot.health",
			"org.springframework.boot.actuate", "tools.jackson" })
	void withOneMissingTheRestIsThere(String missing) {
		this.runner.withUserConfiguration(Application.class)
			.withClassLoader(new FilteredClassLoader(missing))
			.run((context) -> {
				assertThat(context).hasNotFailed()
					.hasSingleBean(MemcachedClient.class)
					.hasSingleBean(LibmcCacheManager.class);
				assertThat(context.containsBean("libmcHealthIndicator")).isEqualTo(!missing.contains("health"));
				assertThat(context.containsBean("libmcEndpoint")).isEqualTo(!missing.contains("actuate"));
			});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableCaching
	static class WholeApplication {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = LibmcAutoConfiguration.class)
	@EnableCaching
	static class WithoutTheClient {

	}

	/** Of our own auto-configurations, since Boot's go with their module. */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ LibmcAutoConfiguration.class, LibmcCacheAutoConfiguration.class,
			LibmcMetricsAutoConfiguration.class, LibmcObservationAutoConfiguration.class,
			LibmcHealthAutoConfiguration.class, LibmcEndpointAutoConfiguration.class, CacheAutoConfiguration.class })
	@EnableCaching
	static class Application {

	}

}
