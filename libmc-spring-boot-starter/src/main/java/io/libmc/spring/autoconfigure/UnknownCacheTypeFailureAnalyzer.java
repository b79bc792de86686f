package io.libmc.spring.autoconfigure;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.cache.CacheType;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/**
 * Says which cache types there are. Whoever writes one of libmc's is to write none.
 */
final class UnknownCacheTypeFailureAnalyzer extends AbstractFailureAnalyzer<BindException> implements Ordered {

	private static final String TYPE = "spring.cache.type";

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		ConfigurationProperty property = cause.getProperty();
		if (!TYPE.equals(cause.getName().toString()) || property == null) {
			return null;
		}
		StringBuilder description = new StringBuilder("There is no such type of cache:\n");
		description.append("\n    Property: ").append(TYPE);
		description.append("\n    Value: \"").append(property.getValue()).append('"');
		if (property.getOrigin() != null) {
			description.append("\n    Origin: ").append(property.getOrigin());
		}
		String types = Stream.of(CacheType.values())
			.map((type) -> type.name().toLowerCase(Locale.ROOT))
			.sorted()
			.collect(Collectors.joining(", "));
		return new FailureAnalysis(description.toString(),
				"Remove " + TYPE + " if the caches are to be on memcached: libmc provides them where it is not set. "
						+ "Otherwise give it one of Spring Boot's own values: " + types + ".",
				cause);
	}

	/** This analyzer comes before Boot's own, which does not know of libmc. */
	@Override
	public int getOrder() {
		return 0;
	}

}
