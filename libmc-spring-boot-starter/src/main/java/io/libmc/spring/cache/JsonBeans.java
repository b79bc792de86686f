package io.libmc.spring.cache;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.BeanSerializerBuilder;
import tools.jackson.databind.ser.ValueSerializerModifier;

/**
 * The applications' classes that Jackson writes property by property, and how it gets at
 * those.
 */
final class JsonBeans extends ValueSerializerModifier {

	private static final long serialVersionUID = 1L;

	/** They mean the same for every value. */
	private static final Set<String> STEADY_ANNOTATIONS = Set.of("JsonAlias", "JsonAutoDetect", "JsonClassDescription",
			"JsonCreator", "JsonIgnore", "JsonIgnoreProperties", "JsonProperty", "JsonPropertyDescription",
			"JsonPropertyOrder", "JsonRootName", "JsonSubTypes", "JsonTypeName");

	/** Of a field that is declared with one of these the class alone tells all. */
	private static final Set<Class<?>> PLAIN = Set.of(String.class, Boolean.class, Byte.class, Short.class,
			Integer.class, Long.class, Float.class, Double.class, Character.class, UUID.class);

	private final transient ConcurrentMap<Class<?>, Bean> beans = new ConcurrentHashMap<>();

	@Override
	public BeanSerializerBuilder updateBuilder(SerializationConfig config, BeanDescription.Supplier description,
			BeanSerializerBuilder builder) {
		Class<?> type = description.getBeanClass();
		if (!isOfJava(type)) {
			this.beans.computeIfAbsent(type, (key) -> Bean.of(key, builder.getProperties()));
		}
		return builder;
	}

	/** What is known of a class, or {@code null} if it was not written so. */
	@Nullable Bean find(Class<?> type) {
		return this.beans.get(type);
	}

	static boolean isOfJava(Class<?> type) {
		return type.getName().startsWith("java.");
	}

	/** Whether annotations can make a difference between two values of a class. */
	static boolean isAnnotated(Class<?> type) {
		if (isOfJava(type)) {
			return false;
		}
		Class<?> parent = type.getSuperclass();
		return matters(type) || Arrays.stream(type.getDeclaredFields()).anyMatch(JsonBeans::matters)
				|| Arrays.stream(type.getDeclaredMethods()).anyMatch(JsonBeans::mattersWithin)
				|| Arrays.stream(type.getDeclaredConstructors()).anyMatch(JsonBeans::mattersWithin)
				|| (parent != null && isAnnotated(parent))
				|| Arrays.stream(type.getInterfaces()).anyMatch(JsonBeans::isAnnotated);
	}

	private static boolean mattersWithin(Executable executable) {
		return matters(executable) || Arrays.stream(executable.getParameterAnnotations()).anyMatch(JsonBeans::matter);
	}

	private static boolean matters(AnnotatedElement element) {
		return matter(element.getDeclaredAnnotations());
	}

	private static boolean matter(Annotation[] annotations) {
		return Arrays.stream(annotations).anyMatch(JsonBeans::matters);
	}

	private static boolean matters(Annotation annotation) {
		Class<?> type = annotation.annotationType();
		boolean ofJackson = type.getName().startsWith("com.fasterxml.jackson.")
				|| type.getName().startsWith("tools.jackson.");
		return (ofJackson && !STEADY_ANNOTATIONS.contains(type.getSimpleName()))
				|| type.isAnnotationPresent(JacksonAnnotationsInside.class);
	}

	/**
	 * A class that is written property by property.
	 *
	 * @param properties all of them
	 * @param varying those whose values can be of more than one class, or can be null
	 * where that makes a difference
	 * @param annotated whether annotations can make a difference between two values
	 */
	record Bean(List<BeanPropertyWriter> properties, List<BeanPropertyWriter> varying, boolean annotated) {

		static Bean of(Class<?> type, List<BeanPropertyWriter> properties) {
			List<BeanPropertyWriter> varying = properties.stream()
				.filter((property) -> !isPlain(property.getMember().getRawType()))
				.toList();
			return new Bean(List.copyOf(properties), varying, isAnnotated(type));
		}

		private static boolean isPlain(Class<?> declared) {
			return declared.isPrimitive() || PLAIN.contains(declared);
		}

		/**
		 * A property's value.
		 * @throws IllegalStateException if there is no way to it
		 */
		static @Nullable Object get(BeanPropertyWriter property, Object bean) {
			try {
				return property.get(bean);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
