package io.libmc.spring.cache;

import java.util.Collection;
import java.util.Objects;
import java.util.function.Consumer;

import tools.jackson.databind.json.JsonMapper;

/**
 * {@link EntryFormat#json} with what an application adds to Jackson. It is a class of its
 * own, as Jackson need not be there.
 *
 * @since 0.1.0
 */
public final class JsonEntryFormat {

	private JsonEntryFormat() {
	}

	/**
	 * JSON with modules, mix-ins and settings of the application's. What a cache depends
	 * on counts for more: fields and not getters, strictness, and which classes may be
	 * read. Every value is read back when it is put, as nobody knows what the
	 * application's serializers make of it. What they change is no part of the
	 * {@linkplain ClassChanges shape} of a class.
	 * @param classLoader where the values' classes are found
	 * @param allowedClasses as for {@link EntryFormat#jdk(ClassLoader, Collection)}
	 * @param classChanges what becomes of entries whose classes have changed
	 * @param properties what messages name that has to be changed
	 * @param customizer adds to Jackson, once or more often
	 * @return the format
	 * @throws IllegalArgumentException if one of {@code allowedClasses} is no pattern
	 */
	public static EntryFormat of(ClassLoader classLoader, Collection<String> allowedClasses, ClassChanges classChanges,
			FormatProperties properties, Consumer<JsonMapper.Builder> customizer) {
		return new JsonFormat(classLoader, new AllowedClasses(allowedClasses, new FormatAdvice(properties)),
				classChanges, Objects.requireNonNull(customizer, "customizer"));
	}

}
