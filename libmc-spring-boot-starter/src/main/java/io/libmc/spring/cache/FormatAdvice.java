package io.libmc.spring.cache;

import org.jspecify.annotations.Nullable;

/**
 * What to change where a format refuses a value: a property, or, where a format was
 * created in code, that code.
 */
final class FormatAdvice {

	private static final String BUILT = "where a LibmcCacheManagerBuilder built the cache manager";

	private final @Nullable FormatProperties properties;

	FormatAdvice(@Nullable FormatProperties properties) {
		this.properties = properties;
	}

	/** How to allow a class, or several. */
	String allow(String pronoun) {
		return (this.properties != null) ? "add " + pronoun + " to the property " + this.properties.allowedClasses()
				: "give " + pronoun + " to its EntryFormat (or to the property libmc.cache.allowed-classes, " + BUILT
						+ ")";
	}

	/** How to write JSON. */
	String json() {
		return (this.properties != null) ? this.properties.serializer() + ": json"
				: "EntryFormat.json (or libmc.cache.serializer: json, " + BUILT + ")";
	}

	/** How to write what Java and JSON can write. */
	String jdkOrJson() {
		return (this.properties != null) ? "set " + this.properties.serializer() + " to jdk or json"
				: "use EntryFormat.jdk or json (or set libmc.cache.serializer to jdk or json, " + BUILT + ")";
	}

}
