package io.libmc.benchmarks.client;

import java.net.InetSocketAddress;
import java.time.Duration;
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
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;

/**
 * A Spring Boot application with the cache under test, and otherwise as it configures
 * itself.
 */
final class SpringCacheClient implements Client {

	static final String CACHE = "hits";

	static final Duration TIME_TO_LIVE = Duration.ofHours(1);

	private final ConfigurableApplicationContext context;

	private final Cache cache;

	private final Annotated annotated;

	private SpringCacheClient(Map<String, Object> properties,
			ApplicationContextInitializer<GenericApplicationContext> beans) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setLogStartupInfo(false);
		properties.put("spring.main.banner-mode", "off");
		application.setDefaultProperties(properties);
		application.addInitializers(beans);
		this.context = application.run();
		this.cache = Objects.requireNonNull(this.context.getBean(CacheManager.class).getCache(CACHE));
		this.annotated = this.context.getBean(Annotated.class);
	}

	/** As it configures itself. */
	static SpringCacheClient libmc(ClientSettings settings) {
		return libmc(settings, Map.of());
	}

	static SpringCacheClient libmc(ClientSettings settings, String serializer, String compression) {
		return libmc(settings, Map.of("libmc.cache.serializer", serializer, "libmc.cache.compression", compression));
	}

	/** With entries in the process. */
	static SpringCacheClient near(ClientSettings settings, boolean byReference) {
		return libmc(settings, Map.of("libmc.cache.near.enabled", true, "libmc.cache.near.by-reference", byReference));
	}

	private static SpringCacheClient libmc(ClientSettings settings, Map<String, Object> more) {
		Map<String, Object> properties = new HashMap<>(more);
		properties.put("libmc.servers", String.join(",", settings.servers()));
		properties.put("libmc.connections-per-server", settings.connections());
		properties.put("libmc.comp-threshold", settings.compressionThreshold() + "B");
		properties.put("libmc.connect-timeout", "1s");
		properties.put("libmc.poll-timeout", ClientSettings.TIMEOUT_MILLIS + "ms");
		properties.put("libmc.cache.time-to-live", TIME_TO_LIVE);
		return new SpringCacheClient(properties, (context) -> {
		});
	}

	/** As it configures itself. */
	static SpringCacheClient redis(ClientSettings settings) {
		return redis(settings, (context) -> {
		});
	}

	/** With beans that take the place of those that would be configured. */
	static SpringCacheClient redis(ClientSettings settings,
			ApplicationContextInitializer<GenericApplicationContext> beans) {
		InetSocketAddress address = settings.addresses().get(0);
		Map<String, Object> properties = new HashMap<>();
		properties.put("libmc.enabled", false);
		properties.put("spring.cache.type", "redis");
		properties.put("spring.cache.redis.time-to-live", TIME_TO_LIVE);
		properties.put("spring.data.redis.host", address.getHostString());
		properties.put("spring.data.redis.port", address.getPort());
		properties.put("spring.data.redis.timeout", ClientSettings.TIMEOUT_MILLIS + "ms");
		return new SpringCacheClient(properties, beans);
	}

	@Override
	public @Nullable Object get(String key) {
		return this.cache.get(key, Object.class);
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

		@Cacheable(CACHE)
		public String find(String key) {
			throw new IllegalStateException("a miss: " + key);
		}

	}

}
