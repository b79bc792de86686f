package io.libmc.spring.cache;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.deser.BeanDeserializerBuilder;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.std.StdValueInstantiator;
import tools.jackson.databind.introspect.AnnotatedMember;
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

	/** The names of the properties of each class that has been read. */
	private final transient ConcurrentMap<Class<?>, Set<String>> read = new ConcurrentHashMap<>();

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

	/** Notes what is read of each class. */
	ValueDeserializerModifier whatIsRead() {
		return new Readers(this.read);
	}

	/**
	 * Whether all of a class that was read is written and read, whatever its values are.
	 */
	boolean isWhole(Class<?> type, Bean bean) {
		return bean.unwritten().isEmpty() && this.read.getOrDefault(type, Set.of())
			.containsAll(bean.properties().stream().map(BeanPropertyWriter::getName).toList());
	}

	/**
	 * The fields that a class and its superclasses other than the JDK's have, but for
	 * those that say that they are no part of a value.
	 */
	static List<Field> fieldsOf(Class<?> type) {
		List<Field> fields = new ArrayList<>();
		for (Class<?> each = type; each != null && !isOfJava(each); each = each.getSuperclass()) {
			for (Field field : each.getDeclaredFields()) {
				if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())
						&& !field.isSynthetic()) {
					fields.add(field);
				}
			}
		}
		return fields;
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
	 * @param unwritten the fields that are no property: an annotation leaves them out, or
	 * a field of a subclass has their name
	 * @param annotated whether annotations can make a difference between two values
	 */
	record Bean(List<BeanPropertyWriter> properties, List<BeanPropertyWriter> varying, List<Field> unwritten,
			boolean annotated) {

		static Bean of(Class<?> type, List<BeanPropertyWriter> properties) {
			List<BeanPropertyWriter> varying = properties.stream()
				.filter((property) -> !isPlain(property.getMember().getRawType()))
				.toList();
			List<Field> unwritten = fieldsOf(type).stream()
				.filter((field) -> properties.stream().noneMatch((property) -> isOf(property.getMember(), field)))
				.toList();
			return new Bean(List.copyOf(properties), varying, unwritten, isAnnotated(type));
		}

		private static boolean isOf(AnnotatedMember member, Field field) {
			return field.equals(member.getMember())
					|| (field.getDeclaringClass().isRecord() && field.getName().equals(member.getName()));
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

	private static final class Readers extends ValueDeserializerModifier {

		private static final long serialVersionUID = 1L;

		private final transient ConcurrentMap<Class<?>, Set<String>> read;

		Readers(ConcurrentMap<Class<?>, Set<String>> read) {
			this.read = read;
		}

		@Override
		public BeanDeserializerBuilder updateBuilder(DeserializationConfig config, BeanDescription.Supplier description,
				BeanDeserializerBuilder builder) {
			Set<String> names = new HashSet<>();
			builder.getProperties().forEachRemaining((property) -> names.add(property.getName()));
			this.read.put(description.getBeanClass(), names);
			if (!JsonCreators.createValueClass(config, description.getClassInfo(), builder)
					&& builder.getValueInstantiator() instanceof StdValueInstantiator standard) {
				Object singleton = names.isEmpty() ? KotlinTypes.singleton(description.getBeanClass()) : null;
				builder.setValueInstantiator(
						(singleton != null) ? new JsonSingleton(standard, singleton) : JsonInstantiator.of(standard));
			}
			return builder;
		}

	}

}
