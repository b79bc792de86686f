package io.libmc.spring.cache;

import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ObjectUtils;

/**
 * What the state of a class's objects is made of: the names and the declared types of its
 * fields, its superclass, the constants of an enum, what Jackson's annotations say, and a
 * {@code serialVersionUID}. Two versions of a class whose shapes differ do not read each
 * other's entries. Code does not belong to the shape.
 * <p>
 * Shapes are told as fingerprints, which are made once for each class. Java's own classes
 * have none.
 */
final class ClassShape {

	/** The fingerprint of a class that has no shape. */
	static final long NONE = 0;

	private static final ClassValue<Long> ALONE = new ClassValue<>() {

		@Override
		protected Long computeValue(Class<?> type) {
			return isOfJava(type) ? NONE : hash(new ClassShape(type).text);
		}

	};

	private static final ClassValue<String> WITH_ALL_WITHIN = new ClassValue<>() {

		@Override
		protected String computeValue(Class<?> type) {
			return isOfJava(type) ? ""
					: Base64.getUrlEncoder()
						.withoutPadding()
						.encodeToString(ByteBuffer.allocate(Long.BYTES).putLong(hash(textOfAllWithin(type))).array());
		}

	};

	/** Applications' classes of which there can be objects within one of the class. */
	private final Set<Class<?>> within = new HashSet<>();

	private final Set<Type> visited = new HashSet<>();

	private final String text;

	private ClassShape(Class<?> type) {
		StringJoiner all = new StringJoiner("\n");
		all.add(type.getName());
		all.add(part(() -> "extends " + text(type.getGenericSuperclass())));
		all.add(part(() -> constants(type)));
		all.add(part(() -> fields(type)));
		all.add(part(() -> version(type)));
		all.add(part(() -> annotations(type)));
		all.add(part(() -> executables(type.getDeclaredConstructors())));
		all.add(part(() -> executables(type.getDeclaredMethods())));
		this.text = all.toString();
		part(() -> {
			Arrays.stream(type.getInterfaces()).filter(ClassShape::isAnnotated).forEach(this::visit);
			if (type.isSealed()) {
				Arrays.stream(type.getPermittedSubclasses()).forEach(this::visit);
			}
			return "";
		});
	}

	/**
	 * The fingerprint of a class by itself, for who compares each class on its own.
	 * @return {@link #NONE} if it is one of Java's
	 */
	static long alone(Class<?> type) {
		return ALONE.get(type);
	}

	/**
	 * The fingerprint of a class, or of what an array of it holds, together with all
	 * classes that its declarations lead to.
	 * @return as text, empty if it is one of Java's
	 */
	static String withAllWithin(Class<?> type) {
		Class<?> element = type;
		while (element.isArray()) {
			element = element.getComponentType();
		}
		return WITH_ALL_WITHIN.get(element);
	}

	private static boolean isOfJava(Class<?> type) {
		ClassLoader loader = type.getClassLoader();
		return loader == null || loader == ClassLoader.getPlatformClassLoader();
	}

	private static String textOfAllWithin(Class<?> type) {
		Set<String> texts = new TreeSet<>();
		Set<Class<?>> known = new HashSet<>(Set.of(type));
		Deque<Class<?>> todo = new ArrayDeque<>(known);
		while (!todo.isEmpty()) {
			ClassShape next = new ClassShape(todo.remove());
			texts.add(next.text);
			next.within.stream().filter(known::add).forEach(todo::add);
		}
		return String.join("\n\n", texts);
	}

	/** What refers to a class that is not there says nothing. */
	private static String part(Supplier<String> part) {
		try {
			return part.get();
		}
		catch (LinkageError | RuntimeException ex) {
			return "?";
		}
	}

	/** In their order, which is that of sorted collections too. */
	private static String constants(Class<?> type) {
		StringJoiner constants = new StringJoiner(",");
		Arrays.stream(type.getDeclaredFields())
			.filter(Field::isEnumConstant)
			.map(Field::getName)
			.forEach(constants::add);
		return constants.toString();
	}

	private String fields(Class<?> type) {
		Set<String> fields = new TreeSet<>();
		for (Field field : type.getDeclaredFields()) {
			if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
				fields.add(field.getName() + " " + text(field.getGenericType()) + annotations(field));
			}
			else if (field.isEnumConstant()) {
				fields.add(field.getName() + annotations(field));
			}
		}
		return String.join("\n", fields);
	}

	/** With a number of one's own one can say that a class has changed. */
	private static String version(Class<?> type) {
		boolean declared = Serializable.class.isAssignableFrom(type) && !type.isEnum()
				&& Arrays.stream(type.getDeclaredFields())
					.anyMatch((field) -> field.getName().equals("serialVersionUID"));
		ObjectStreamClass description = declared ? ObjectStreamClass.lookup(type) : null;
		return (description != null) ? String.valueOf(description.getSerialVersionUID()) : "";
	}

	private String executables(Executable[] executables) {
		Set<String> annotated = new TreeSet<>();
		for (Executable executable : executables) {
			StringBuilder annotations = new StringBuilder(annotations(executable));
			for (Annotation[] ofParameter : executable.getParameterAnnotations()) {
				annotations.append(annotations(ofParameter));
			}
			if (!annotations.isEmpty()) {
				StringJoiner types = new StringJoiner(",", "(", ")");
				Arrays.stream(executable.getGenericParameterTypes()).map(this::text).forEach(types::add);
				String result = (executable instanceof Method method) ? text(method.getGenericReturnType()) : "";
				annotated.add(executable.getName() + types + result + annotations);
			}
		}
		return String.join("\n", annotated);
	}

	/** Of an interface that a class has nothing else counts for its objects. */
	private static boolean isAnnotated(Class<?> type) {
		return Stream.concat(Stream.of(type), Arrays.stream(type.getDeclaredMethods()))
			.flatMap((element) -> Arrays.stream(element.getDeclaredAnnotations()))
			.anyMatch((annotation) -> isOfJackson(annotation)
					|| Arrays.stream(annotation.annotationType().getDeclaredAnnotations())
						.anyMatch(ClassShape::isOfJackson))
				|| Arrays.stream(type.getInterfaces()).anyMatch(ClassShape::isAnnotated);
	}

	private String annotations(AnnotatedElement element) {
		return annotations(element.getDeclaredAnnotations());
	}

	private String annotations(Annotation[] annotations) {
		Set<String> texts = new TreeSet<>();
		for (Annotation annotation : annotations) {
			if (isOfJackson(annotation)) {
				texts.add(text(annotation));
			}
			else {
				// one of the application's own that stands for some of Jackson's
				Stream.of(annotation.annotationType().getDeclaredAnnotations())
					.filter(ClassShape::isOfJackson)
					.map(this::text)
					.forEach(texts::add);
			}
		}
		return String.join("", texts);
	}

	private static boolean isOfJackson(Annotation annotation) {
		String name = annotation.annotationType().getName();
		return name.startsWith("com.fasterxml.jackson.") || name.startsWith("tools.jackson.");
	}

	private String text(@Nullable Object value) {
		if (value instanceof Type type) {
			visit(type);
			return type.getTypeName();
		}
		if (value instanceof Annotation annotation) {
			TreeMap<String, String> members = new TreeMap<>();
			AnnotationUtils.getAnnotationAttributes(annotation)
				.forEach((name, member) -> members.put(name, text(member)));
			return "@" + annotation.annotationType().getName() + members;
		}
		if (value instanceof Object[] array) {
			return Arrays.stream(array).map(this::text).toList().toString();
		}
		return ObjectUtils.nullSafeToString(value);
	}

	/** Notes the classes that a type is made of. */
	private void visit(Type type) {
		if (!this.visited.add(type)) {
			return;
		}
		if (type instanceof Class<?> named) {
			if (named.isArray()) {
				visit(named.getComponentType());
			}
			else if (!named.isPrimitive() && !isOfJava(named)) {
				this.within.add(named);
			}
		}
		else if (type instanceof ParameterizedType parameterized) {
			visit(parameterized.getRawType());
			visit(parameterized.getActualTypeArguments());
		}
		else if (type instanceof GenericArrayType array) {
			visit(array.getGenericComponentType());
		}
		else if (type instanceof WildcardType wildcard) {
			visit(wildcard.getUpperBounds());
			visit(wildcard.getLowerBounds());
		}
		else if (type instanceof TypeVariable<?> variable) {
			visit(variable.getBounds());
		}
	}

	private void visit(Type[] types) {
		Arrays.stream(types).forEach(this::visit);
	}

	private static long hash(String text) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
			// never NONE
			return ByteBuffer.wrap(digest).getLong() | 1;
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
