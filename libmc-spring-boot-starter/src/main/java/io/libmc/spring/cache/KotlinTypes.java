package io.libmc.spring.cache;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * What Kotlin's compiler makes of Kotlin's objects and value classes, told by the classes
 * alone.
 */
final class KotlinTypes {

	private static final boolean PRESENT = ClassUtils.isPresent("kotlin.Metadata", KotlinTypes.class.getClassLoader());

	/** The library's names of parameters are not in its classes. */
	private static final Map<String, List<String>> PARAMETERS = Map.of("kotlin.Pair", List.of("first", "second"),
			"kotlin.Triple", List.of("first", "second", "third"));

	private static final ClassValue<Optional<Object>> SINGLETONS = new ClassValue<>() {

		@Override
		protected Optional<Object> computeValue(Class<?> type) {
			Field field = has(type, "kotlin.Metadata") ? ReflectionUtils.findField(type, "INSTANCE", type) : null;
			if (field == null || field.getDeclaringClass() != type || !Modifier.isStatic(field.getModifiers())) {
				return Optional.empty();
			}
			ReflectionUtils.makeAccessible(field);
			return Optional.ofNullable(ReflectionUtils.getField(field, null));
		}

	};

	private KotlinTypes() {
	}

	/** Whether there can be classes that Kotlin has compiled. */
	static boolean exist() {
		return PRESENT;
	}

	/** The only object of a class, or {@code null} if it may have several. */
	static @Nullable Object singleton(Class<?> type) {
		return PRESENT ? SINGLETONS.get(type).orElse(null) : null;
	}

	/** The names of the parameters of a constructor of the library's, or none. */
	static List<String> parametersOf(Class<?> type) {
		return PARAMETERS.getOrDefault(type.getName(), List.of());
	}

	/** The hidden constructor that takes the one field of a value class. */
	static @Nullable Constructor<?> constructorOfValue(Class<?> type, List<Field> fields) {
		if (fields.size() != 1 || !has(type, "kotlin.jvm.JvmInline")) {
			return null;
		}
		return Arrays.stream(type.getDeclaredConstructors())
			.filter((each) -> Arrays.equals(each.getParameterTypes(), new Class<?>[] { fields.get(0).getType() }))
			.findFirst()
			.orElse(null);
	}

	/** Whether a class is one of the library's collections that nobody can declare. */
	static boolean isHiddenCollection(Class<?> type) {
		return type.getName().startsWith("kotlin.collections.Empty")
				|| type.getName().startsWith("kotlin.collections.builders.");
	}

	private static boolean has(AnnotatedElement element, String annotation) {
		return Arrays.stream(element.getDeclaredAnnotations())
			.anyMatch((each) -> each.annotationType().getName().equals(annotation));
	}

}
