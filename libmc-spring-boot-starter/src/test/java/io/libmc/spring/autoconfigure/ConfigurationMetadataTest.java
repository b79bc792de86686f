package io.libmc.spring.autoconfigure;

import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an IDE knows of the properties.
 */
class ConfigurationMetadataTest {

	private final Map<String, JsonNode> properties = read();

	@Test
	void everyPropertyIsThere() {
		List<String> client = names("libmc.", LibmcProperties.class);
		List<String> cache = names("libmc.cache.", LibmcCacheProperties.class);
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
			if (!List.of("libmc.cache.caches", "libmc.cache.allowed-classes").contains(name)) {
				assertThat(property.has("defaultValue")).as(name).isTrue();
			}
			if (property.path("type").stringValue("").equals("java.time.Duration")) {
				assertThat(DurationStyle.detectAndParse(property.get("defaultValue").stringValue())).isNotNull();
			}
		});
		assertThat(this.properties.get("libmc.poll-timeout").get("defaultValue").stringValue()).isEqualTo("300ms");
		assertThat(this.properties.get("libmc.servers").get("defaultValue").toString()).contains("localhost:11211");
	}

	private static List<String> names(String prefix, Class<?> type) {
		return Stream.of(type.getRecordComponents())
			.map(RecordComponent::getName)
			.map((name) -> prefix + name.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT))
			.toList();
	}

	private static Map<String, JsonNode> read() {
		Map<String, JsonNode> properties = new TreeMap<>();
		try {
			for (URL url : Collections.list(ConfigurationMetadataTest.class.getClassLoader()
				.getResources("META-INF/spring-configuration-metadata.json"))) {
				try (InputStream in = url.openStream()) {
					for (JsonNode property : new JsonMapper().readTree(in).get("properties")) {
						String name = property.get("name").stringValue();
						if (ConfigurationPropertyName.of("libmc").isAncestorOf(ConfigurationPropertyName.of(name))) {
							properties.put(name, property);
						}
					}
				}
			}
		}
		catch (java.io.IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
		return properties;
	}

}
