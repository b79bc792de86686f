package io.libmc.spring.autoconfigure;

import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.libmc.HashFunction;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an IDE knows of the properties.
 */
class ConfigurationMetadataTest {

	private final Map<String, JsonNode> properties = read("properties");

	private final Map<String, JsonNode> hints = read("hints");

	@Test
	void everyPropertyIsThere() {
		List<String> client = new ArrayList<>(names("libmc.", LibmcProperties.class));
		client.removeAll(List.of("libmc.ssl", "libmc.client", "libmc.discovery"));
		client.addAll(names("libmc.client.", LibmcProperties.Client.class));
		client.addAll(names("libmc.ssl.", LibmcProperties.Ssl.class));
		client.addAll(names("libmc.discovery.", LibmcProperties.Discovery.class));
		client.addAll(names("libmc.embedded.", LibmcEmbeddedProperties.class));
		List<String> cache = new ArrayList<>(names("libmc.cache.", LibmcCacheProperties.class));
		cache.remove("libmc.cache.near");
		cache.addAll(names("libmc.cache.near.", LibmcCacheProperties.Near.class));
		assertThat(this.properties.keySet())
			.containsExactlyInAnyOrderElementsOf(Stream.concat(client.stream(), cache.stream()).toList());
	}

	@Test
	void everyPropertyIsDescribedInSentences() {
		this.properties.forEach((name, property) -> {
			assertThat(property.path("description").stringValue("")).as(name).matches("(?s)[A-Z].{15,}\\.");
			assertThat(property.path("type").stringValue("")).as(name).isNotEmpty();
		});
	}

	@Test
	void everyPropertyHasItsDefault() {
		this.properties.forEach((name, property) -> {
			if (!List
				.of("libmc.ssl.enabled", "libmc.embedded.enabled", "libmc.clusters", "libmc.spares",
						"libmc.client.allowed-classes", "libmc.cache.caches", "libmc.cache.allowed-classes",
						"libmc.cache.also-read", "libmc.cache.compression", "libmc.cache.time-to-live-by",
						"libmc.cache.groups", "libmc.cache.groups-by")
				.contains(name)) {
				assertThat(property.has("defaultValue")).as(name).isTrue();
			}
			if (property.path("type").stringValue("").equals("java.time.Duration")) {
				assertThat(DurationStyle.detectAndParse(property.get("defaultValue").stringValue())).isNotNull();
			}
		});
		assertThat(this.properties.get("libmc.poll-timeout").get("defaultValue").stringValue()).isEqualTo("300ms");
		assertThat(this.properties.get("libmc.servers").get("defaultValue").toString()).contains("localhost:11211");
	}

	@Test
	void everyHintIsForAPropertyAndEveryHashFunctionHasOne() {
		assertThat(this.properties.keySet()).containsAll(this.hints.keySet());
		List<HashFunction> hinted = new ArrayList<>();
		for (JsonNode value : this.hints.get("libmc.hash-fn").get("values")) {
			assertThat(value.get("description").stringValue()).endsWith(".");
			hinted.add(new Binder(
					new MapConfigurationPropertySource(Map.of("libmc.hash-fn", value.get("value").stringValue())))
				.bind("libmc.hash-fn", HashFunction.class)
				.get());
		}
		assertThat(hinted).containsExactlyInAnyOrder(HashFunction.values());
	}

	private static List<String> names(String prefix, Class<?> type) {
		return Stream.of(type.getRecordComponents())
			.map(RecordComponent::getName)
			.map((name) -> prefix + name.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT))
			.toList();
	}

	private static Map<String, JsonNode> read(String what) {
		Map<String, JsonNode> found = new TreeMap<>();
		try {
			for (URL url : Collections.list(ConfigurationMetadataTest.class.getClassLoader()
				.getResources("META-INF/spring-configuration-metadata.json"))) {
				try (InputStream in = url.openStream()) {
					for (JsonNode item : new JsonMapper().readTree(in).path(what)) {
						String name = item.get("name").stringValue();
						if (ConfigurationPropertyName.of("libmc").isAncestorOf(ConfigurationPropertyName.of(name))) {
							found.put(name, item);
						}
					}
				}
			}
		}
		catch (java.io.IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
		return found;
	}

}
