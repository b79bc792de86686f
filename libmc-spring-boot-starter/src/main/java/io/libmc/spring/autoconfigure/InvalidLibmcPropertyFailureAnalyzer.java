package io.libmc.spring.autoconfigure;

import java.util.regex.Pattern;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Says which property is bad, where it was set, why it is bad, and what a good value
 * looks like.
 */
final class InvalidLibmcPropertyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidLibmcPropertyException> {

	private static final Pattern IN_BRACKETS = Pattern.compile("\\[([A-Za-z][A-Za-z0-9-]*)]");

	private final Environment environment;

	InvalidLibmcPropertyFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidLibmcPropertyException cause) {
		ConfigurationProperty written = find(cause.property());
		ConfigurationProperty first = (written != null) ? written : find(cause.property() + "[0]");
		StringBuilder description = new StringBuilder("A property of libmc has a value that cannot be used:\n");
		description.append("\n    Property: ").append(cause.property());
		description.append("\n    Value: \"")
			.append((written != null && !cause.isSecret()) ? written.getValue() : cause.value())
			.append('"');
		if (first != null && first.getOrigin() != null) {
			description.append("\n    Origin: ").append(first.getOrigin());
		}
		description.append("\n    Reason: ").append(cause.reason());
		return new FailureAnalysis(description.toString(),
				"Give " + cause.property() + " another value, for example " + cause.goodValue() + ".", cause);
	}

	/**
	 * The value as it was written: a list in YAML has only elements, and a name with
	 * upper case letters needs no brackets.
	 */
	private @Nullable ConfigurationProperty find(String property) {
		String bare = IN_BRACKETS.matcher(property).replaceAll((name) -> "." + name.group(1).toLowerCase(Locale.ROOT));
		ConfigurationProperty bracketed = find(ConfigurationPropertyName.of(property));
		return (bracketed != null) ? bracketed : find(ConfigurationPropertyName.of(bare));
	}

	private @Nullable ConfigurationProperty find(ConfigurationPropertyName name) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty found = source.getConfigurationProperty(name);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

}
