package io.libmc.spring.autoconfigure;

import java.util.TreeSet;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/**
 * Says which properties below {@code libmc.cache} do not exist. Most are a misspelling,
 * or a cache's name with a dot that was written without brackets.
 */
final class UnknownCachePropertyFailureAnalyzer extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException>
		implements Ordered {

	private static final ConfigurationPropertyName CACHE = ConfigurationPropertyName.of("libmc.cache");

	private static final ConfigurationPropertyName CACHES = CACHE.append("caches");

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnboundConfigurationPropertiesException cause) {
		if (!cause.getUnboundProperties().stream().allMatch((property) -> CACHE.isAncestorOf(property.getName()))) {
			return null;
		}
		StringBuilder description = new StringBuilder("There are no such properties of libmc:\n");
		TreeSet<String> misread = new TreeSet<>();
		for (ConfigurationProperty property : cause.getUnboundProperties()) {
			description.append("\n    Property: ").append(property.getName());
			description.append("\n    Value: \"").append(property.getValue()).append('"');
			if (property.getOrigin() != null) {
				description.append("\n    Origin: ").append(property.getOrigin());
			}
			description.append('\n');
			if (CACHES.isAncestorOf(property.getName()) && nameLength(property.getName()) > 1) {
				misread.add(cacheName(property.getName()));
			}
		}
		String action = misread.isEmpty() ? "Correct the spelling, or remove them."
				: "If the cache is called " + misread.stream().collect(Collectors.joining("\" or \"", "\"", "\""))
						+ ", write its name in brackets and quotes, as in caches: \"[" + misread.first()
						+ "]\":. Otherwise correct the spelling, or remove them.";
		return new FailureAnalysis(description.toString(), action, cause);
	}

	/** How many elements the cache's name has, if the last is one of its properties. */
	private static int nameLength(ConfigurationPropertyName property) {
		return property.getNumberOfElements() - CACHES.getNumberOfElements() - 1;
	}

	private static String cacheName(ConfigurationPropertyName property) {
		StringBuilder name = new StringBuilder();
		int first = CACHES.getNumberOfElements();
		for (int i = first; i < property.getNumberOfElements() - 1; i++) {
			name.append((i > first) ? "." : "").append(property.getElement(i, Form.ORIGINAL));
		}
		return name.toString();
	}

	/** This analyzer comes before Boot's own, which is not as helpful. */
	@Override
	public int getOrder() {
		return 0;
	}

}
