package io.libmc.sample.documentation;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.libmc.codec.DecodingBudget;
import io.libmc.spring.autoconfigure.LibmcAutoConfiguration;
import io.libmc.spring.autoconfigure.LibmcCacheAutoConfiguration;
import io.libmc.spring.cache.CacheGroups;
import io.libmc.spring.cache.CacheValueSerializer;
import io.libmc.spring.cache.TimeToLive;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The samples that configure something: an application with libmc starts with them, and
 * there is no property in them that nobody has declared. What has an {@code apiVersion}
 * is Kubernetes's.
 */
final class PropertySamples {

	/** The type of each property that there is, of libmc and of Spring Boot. */
	private static final Map<ConfigurationPropertyName, String> DECLARED = declared();

	private static final Set<Object> KUBERNETES = Set.of("apiVersion", "kind", "metadata", "spec", "data");

	private PropertySamples() {
	}

	static void check(Sample sample) throws IOException {
		if (sample.text().contains("apiVersion:")) {
			checkKubernetes(sample);
			return;
		}
		Resource text = new ByteArrayResource(sample.text().getBytes(StandardCharsets.UTF_8));
		List<PropertySource<?>> sources = (sample.language().equals("yaml") ? new YamlPropertySourceLoader()
				: new PropertiesPropertySourceLoader())
			.load(sample.toString(), text);
		assertThat(sources).isNotEmpty();
		new ApplicationContextRunner().withInitializer((context) -> sources.forEach((source) -> {
			context.getEnvironment().getPropertySources().addLast(source);
			checkNames((EnumerablePropertySource<?>) source, Binder.get(context.getEnvironment()));
		}))
			.withPropertyValues("libmc.warm-up=false", "CACHE_PASSWORD=secret")
			.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, LibmcCacheAutoConfiguration.class,
					CacheAutoConfiguration.class, SslAutoConfiguration.class))
			.withUserConfiguration(Named.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private static void checkNames(EnumerablePropertySource<?> source, Binder binder) {
		assertThat(source.getPropertyNames()).isNotEmpty();
		for (String written : source.getPropertyNames()) {
			ConfigurationPropertyName name = ConfigurationPropertyName.adapt(written, '.');
			ConfigurationPropertyName declared = name;
			while (!declared.isEmpty() && !DECLARED.containsKey(declared)) {
				declared = declared.getParent();
			}
			assertThat(DECLARED.containsKey(declared)).as("%s of %s is declared", written, source.getName()).isTrue();
			String type = DECLARED.get(declared);
			if (declared.equals(name)) {
				if (ClassUtils.isPresent(type, null)) {
					binder.bind(name, Bindable.of(ClassUtils.resolveClassName(type, null)));
				}
			}
			else {
				boolean numbered = name.isLastElementIndexed() && name.getParent().equals(declared);
				assertThat(type).as("%s of %s is within one of several", written, source.getName())
					.startsWith(numbered ? "java.util." : "java.util.Map");
			}
		}
	}

	private static Map<ConfigurationPropertyName, String> declared() {
		Map<ConfigurationPropertyName, String> types = new TreeMap<>();
		try {
			for (URL metadata : Collections.list(PropertySamples.class.getClassLoader()
				.getResources("META-INF/spring-configuration-metadata.json"))) {
				try (InputStream in = metadata.openStream()) {
					for (JsonNode property : new JsonMapper().readTree(in).get("properties")) {
						types.put(ConfigurationPropertyName.of(property.get("name").stringValue()),
								property.path("type").asString("java.lang.Object"));
					}
				}
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return types;
	}

	private static void checkKubernetes(Sample sample) {
		for (Object document : new Yaml().loadAll(sample.text())) {
			assertThat(document).as("%s", sample).isInstanceOf(Map.class);
			Set<?> keys = ((Map<?, ?>) document).keySet();
			assertThat(KUBERNETES.containsAll(keys)).as("%s: %s", sample, keys).isTrue();
			assertThat(keys.containsAll(Set.of("apiVersion", "kind", "metadata"))).as("%s: %s", sample, keys).isTrue();
		}
	}

	/** The beans that samples name. */
	@EnableCaching
	static class Named {

		@Bean
		TimeToLive tokenTimes() {
			return (key, value) -> Duration.ofMinutes(1);
		}

		@Bean
		CacheGroups bookGroups() {
			return (key, value) -> List.of();
		}

		@Bean
		CacheValueSerializer token1() {
			return new CacheValueSerializer() {

				@Override
				public byte[] serialize(Object value) {
					return new byte[] { 1 };
				}

				@Override
				public Object deserialize(byte[] bytes, DecodingBudget budget) {
					return "";
				}

			};
		}

	}

}
