package io.libmc.spring.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.ClassUtils;

/**
 * What a native image must know of the {@code jdk} serializer: the JDK's types that are
 * cached most, on their own and in the application's objects. The application adds its
 * own.
 */
final class LibmcRuntimeHints implements RuntimeHintsRegistrar {

	/**
	 * Types by their names, as those of {@code List.of} and of {@code java.time} are not
	 * public.
	 */
	static final List<String> SERIALIZED = List.of("java.lang.Boolean", "java.lang.Byte", "java.lang.Character",
			"java.lang.Double", "java.lang.Enum", "java.lang.Float", "java.lang.Integer", "java.lang.Long",
			"java.lang.Number", "java.lang.Short", "java.lang.String", "java.math.BigDecimal", "java.math.BigInteger",
			"java.net.URI", "java.time.Ser", "java.util.ArrayDeque", "java.util.ArrayList",
			"java.util.Arrays$ArrayList", "java.util.CollSer", "java.util.Collections$EmptyList",
			"java.util.Collections$EmptyMap", "java.util.Collections$EmptySet", "java.util.Collections$SingletonList",
			"java.util.Collections$SingletonMap", "java.util.Collections$SingletonSet",
			"java.util.Collections$UnmodifiableCollection", "java.util.Collections$UnmodifiableList",
			"java.util.Collections$UnmodifiableMap", "java.util.Collections$UnmodifiableRandomAccessList",
			"java.util.Collections$UnmodifiableSet", "java.util.Currency", "java.util.Date", "java.util.EnumMap",
			"java.util.HashMap", "java.util.HashSet", "java.util.LinkedHashMap", "java.util.LinkedHashSet",
			"java.util.LinkedList", "java.util.Locale", "java.util.TreeMap", "java.util.TreeSet", "java.util.UUID",
			"java.util.concurrent.ConcurrentHashMap");

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		SERIALIZED.forEach(
				(type) -> hints.reflection().registerJavaSerialization(ClassUtils.resolveClassName(type, classLoader)));
	}

}
