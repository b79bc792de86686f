package io.libmc.spring.autoconfigure;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/**
 * Says which properties below {@code libmc.cache}, {@code libmc.clusters} and
 * {@code libmc.discovery} do not exist. Most are a misspelling, or a name with a dot that
 * was written without brackets.
 */
final class UnknownCachePropertyFailureAnalyzer extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException>
		implements Ordered {

	private static final ConfigurationPropertyName CACHE = ConfigurationPropertyName.of(LibmcCacheProperties.PREFIX);

	private static final ConfigurationPropertyName CACHES = CACHE.append("caches");

	private static final ConfigurationPropertyName CLUSTERS = ConfigurationPropertyName.of(LibmcProperties.CLUSTERS);

	private static final ConfigurationPropertyName DISCOVERY = ConfigurationPropertyName.of(LibmcProperties.DISCOVERY);

	private static final Set<String> GROUPS = Set.of("ssl", "discovery");

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnboundConfigurationPropertiesException cause) {
		if (!cause.getUnboundProperties().stream().allMatch((property) -> isOurs(property.getName()))) {
			return null;
		}
		StringBuilder description = new StringBuilder("There are no such properties of libmc:\n");
		boolean clusters = cause.getUnboundProperties()
			.stream()
			.anyMatch((property) -> CLUSTERS.isAncestorOf(property.getName()));
		TreeSet<String> misread = new TreeSet<>();
		for (ConfigurationProperty property : cause.getUnboundProperties()) {
			description.append("\n    Property: ").append(property.getName());
			description.append("\n    Value: \"").append(property.getValue()).append('"');
			if (property.getOrigin() != null) {
				description.append("\n    Origin: ").append(property.getOrigin());
			}
			description.append('\n');
			String name = misreadName(property.getName());
			if (name != null) {
				misread.add(name);
			}
		}
		String action = misread.isEmpty() ? "Correct the spelling, or remove them."
				: "If the " + (clusters ? "cluster" : "cache") + " is called "
						+ misread.stream().collect(Collectors.joining("\" or \"", "\"", "\""))
						+ ", write its name in brackets and quotes, as in " + (clusters ? "clusters" : "caches")
						+ ": \"[" + misread.first() + "]\":. Otherwise correct the spelling, or remove them.";
		return new FailureAnalysis(description.toString(), action, cause);
	}

	private static boolean isOurs(ConfigurationPropertyName property) {
		return CACHE.isAncestorOf(property) || CLUSTERS.isAncestorOf(property) || DISCOVERY.isAncestorOf(property);
	}

	/**
	 * What a cache or a cluster is called, if the last element is one of its properties
	 * and its name has more than one.
	 */
	private static @Nullable String misreadName(ConfigurationPropertyName property) {
		int first = CLUSTERS.isAncestorOf(property) ? CLUSTERS.getNumberOfElements() : CACHES.getNumberOfElements();
		int last = property.getNumberOfElements() - 1;
		boolean named = CACHES.isAncestorOf(property) || CLUSTERS.isAncestorOf(property);
		if (!named || last - first < 2 || GROUPS.contains(property.getElement(last - 1, Form.UNIFORM))) {
			return null;
		}
		return IntStream.range(first, last)
			.mapToObj((i) -> property.getElement(i, Form.ORIGINAL))
			.collect(Collectors.joining("."));
	}

	/** This analyzer comes before Boot's own, which is not as helpful. */
	@Override
	public int getOrder() {
		return 0;
	}

}
