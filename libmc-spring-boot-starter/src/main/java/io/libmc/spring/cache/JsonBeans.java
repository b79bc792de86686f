package io.libmc.spring.cache;

import java.lang.annotation.Annotation;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.deser.BeanDeserializerBuilder;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.std.StdValueInstantiator;
import tools.jackson.databind.introspect.AnnotatedConstructor;
import tools.jackson.databind.introspect.AnnotatedField;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.BeanSerializerBuilder;
import tools.jackson.databind.ser.ValueSerializerModifier;

/**
 * The applications' classes that Jackson writes property by property, and how it gets at
 * those.
 */
final class JsonBeans extends ValueSerializerModifier {

	private static final long serialVersionUID = 1L;

	/** They mean the same for every value, wherever they are. */
	private static final Set<String> STEADY_ANNOTATIONS = Set.of("JsonClassDescription", "JsonIgnore",
			"JsonPropertyDescription", "JsonPropertyOrder", "JsonRootName", "JsonSubTypes", "JsonTypeName");

	/** Those as well that name what is a field's, and no method's. */
	private static final Set<String> STEADY_OF_FIELDS = with(STEADY_ANNOTATIONS, "JsonProperty");

	/** Of a property's own class they would leave out what that class has. */
	private static final Set<String> STEADY_OF_CLASSES = with(STEADY_ANNOTATIONS, "JsonIgnoreProperties");

	/** Of a field that is declared with one of these the class alone tells all. */
	private static final Set<Class<?>> PLAIN = Set.of(String.class, Boolean.class, Byte.class, Short.class,
			Integer.class, Long.class, Float.class, Double.class, Character.class, UUID.class);

	private final transient ConcurrentMap<Class<?>, Bean> beans = new ConcurrentHashMap<>();

	/** The properties of each class that has been read, by their names. */
	private final transient ConcurrentMap<Class<?>, Map<String, Reading>> read = new ConcurrentHashMap<>();

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
	 * Whether one value of a class that was read speaks for all of them: each field is
	 * written as it is, and either set to what was written or handed to the constructor
	 * that every object of the class has gone through with what is still in its fields.
	 */
	boolean isSteady(Class<?> type, Bean bean) {
		Map<String, Reading> properties = this.read.getOrDefault(type, Map.of());
		return !bean.annotated() && bean.unwritten().isEmpty()
				&& bean.properties()
					.stream()
					.allMatch((property) -> property.getMember().getMember() instanceof Field field
							&& isSteady(field, properties.get(property.getName())));
	}

	private static boolean isSteady(Field field, @Nullable Reading reading) {
		return reading == Reading.FIELD || (reading == Reading.CONSTRUCTOR && Modifier.isFinal(field.getModifiers()));
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

	/** Whether a method is what a record has for a component. */
	static boolean isOfComponent(Method method) {
		return method.getParameterCount() == 0 && method.getDeclaringClass().isRecord()
				&& Arrays.stream(method.getDeclaringClass().getRecordComponents())
					.anyMatch((component) -> component.getName().equals(method.getName()));
	}

	/**
	 * Whether annotations can make a difference between two values of a class, or two
	 * constants of an enum.
	 */
	static boolean isAnnotated(Class<?> type) {
		if (isOfJava(type)) {
			return false;
		}
		Class<?> parent = type.getSuperclass();
		Set<String> ofFields = type.isEnum() ? STEADY_ANNOTATIONS : STEADY_OF_FIELDS;
		return matter(type.getDeclaredAnnotations(), STEADY_OF_CLASSES)
				|| Arrays.stream(type.getDeclaredFields())
					.anyMatch((field) -> matter(field.getDeclaredAnnotations(), ofFields))
				|| Arrays.stream(type.getDeclaredMethods())
					.anyMatch((method) -> matterWithin(method,
							isOfComponent(method) ? STEADY_OF_FIELDS : STEADY_ANNOTATIONS))
				|| Arrays.stream(type.getDeclaredConstructors())
					.anyMatch((constructor) -> matterWithin(constructor, STEADY_ANNOTATIONS))
				|| (parent != null && isAnnotated(parent))
				|| Arrays.stream(type.getInterfaces()).anyMatch(JsonBeans::isAnnotated);
	}

	private static boolean matterWithin(Executable executable, Set<String> steady) {
		return matter(executable.getDeclaredAnnotations(), steady)
				|| Arrays.stream(executable.getParameterAnnotations())
					.anyMatch((annotations) -> matter(annotations, STEADY_OF_FIELDS));
	}

	private static boolean matter(Annotation[] annotations, Set<String> steady) {
		return Arrays.stream(annotations).anyMatch((annotation) -> matters(annotation.annotationType(), steady));
	}

	private static boolean matters(Class<?> annotation, Set<String> steady) {
		boolean ofJackson = annotation.getName().startsWith("com.fasterxml.jackson.")
				|| annotation.getName().startsWith("tools.jackson.");
		return (ofJackson && !steady.contains(annotation.getSimpleName()))
				|| annotation.isAnnotationPresent(JacksonAnnotationsInside.class);
	}

	private static Set<String> with(Set<String> names, String another) {
		return Stream.concat(names.stream(), Stream.of(another)).collect(Collectors.toUnmodifiableSet());
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

	/** What is done with a property that was read. */
	private enum Reading {

		/** A field is set to it. */
		FIELD,

		/** A constructor takes it. */
		CONSTRUCTOR,

		/** A method takes it, which can make anything of it. */
		METHOD;

		static Reading of(SettableBeanProperty property) {
			AnnotatedMember member = property.getMember();
			if (member instanceof AnnotatedParameter parameter) {
				return (parameter.getOwner() instanceof AnnotatedConstructor) ? CONSTRUCTOR : METHOD;
			}
			return (member instanceof AnnotatedField) ? FIELD : METHOD;
		}

	}

	private static final class Readers extends ValueDeserializerModifier {

		private static final long serialVersionUID = 1L;

		private final transient ConcurrentMap<Class<?>, Map<String, Reading>> read;

		Readers(ConcurrentMap<Class<?>, Map<String, Reading>> read) {
			this.read = read;
		}

		@Override
		public BeanDeserializerBuilder updateBuilder(DeserializationConfig config, BeanDescription.Supplier description,
				BeanDeserializerBuilder builder) {
			Map<String, Reading> properties = new HashMap<>();
			builder.getProperties()
				.forEachRemaining((property) -> properties.put(property.getName(), Reading.of(property)));
			this.read.put(description.getBeanClass(), properties);
			if (!JsonCreators.createValueClass(config, description.getClassInfo(), builder)
					&& builder.getValueInstantiator() instanceof StdValueInstantiator standard) {
				Object singleton = properties.isEmpty() ? KotlinTypes.singleton(description.getBeanClass()) : null;
				builder.setValueInstantiator(
						(singleton != null) ? new JsonSingleton(standard, singleton) : JsonInstantiator.of(standard));
			}
			return builder;
		}

	}

}
