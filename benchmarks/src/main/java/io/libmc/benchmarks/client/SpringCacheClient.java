package io.libmc.benchmarks.client;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * A Spring Boot application with the cache under test, and otherwise as it configures
 * itself.
 */
final class SpringCacheClient implements Client {

	private final ConfigurableApplicationContext context;

	private final Cache cache;

	private final Annotated annotated;

	private SpringCacheClient(Map<String, Object> properties) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setLogStartupInfo(false);
		properties.put("spring.main.banner-mode", "off");
		application.setDefaultProperties(properties);
		this.context = application.run();
		this.cache = Objects.requireNonNull(this.context.getBean(CacheManager.class).getCache("hits"));
		this.annotated = this.context.getBean(Annotated.class);
	}

	static SpringCacheClient libmc(ClientSettings settings) {
		Map<String, Object> properties = new HashMap<>();
		properties.put("libmc.servers", String.join(",", settings.servers()));
		properties.put("libmc.connections-per-server", settings.connections());
		properties.put("libmc.comp-threshold", settings.compressionThreshold() + "B");
		properties.put("libmc.connect-timeout", "1s");
		properties.put("libmc.poll-timeout", ClientSettings.TIMEOUT_MILLIS + "ms");
		properties.put("libmc.cache.time-to-live", "1h");
		return new SpringCacheClient(properties);
	}

	static SpringCacheClient redis(ClientSettings settings) {
		InetSocketAddress address = settings.addresses().get(0);
		Map<String, Object> properties = new HashMap<>();
		properties.put("libmc.enabled", false);
		properties.put("spring.cache.type", "redis");
		properties.put("spring.cache.redis.time-to-live", "1h");
		properties.put("spring.data.redis.host", address.getHostString());
		properties.put("spring.data.redis.port", address.getPort());
		properties.put("spring.data.redis.timeout", ClientSettings.TIMEOUT_MILLIS + "ms");
		return new SpringCacheClient(properties);
	}

	@Override
	public @Nullable Object get(String key) {
		return this.cache.get(key, String.class);
	}

	@Override
	public @Nullable Object getAnnotated(String key) {
		return this.annotated.find(key);
	}

	@Override
	public void set(String key, Object value) {
		this.cache.put(key, value);
	}

	@Override
	public void close() {
		this.context.close();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableCaching
	static class Application {

		@Bean
		Annotated annotated() {
			return new Annotated();
		}

	}

	static class Annotated {

		@Cacheable("hits")
		public String find(String key) {
			throw new IllegalStateException("a miss: " + key);
		}

	}

}
