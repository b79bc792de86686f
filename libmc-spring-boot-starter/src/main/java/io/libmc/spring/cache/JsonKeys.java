package io.libmc.spring.cache;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Hashtable;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DatabindContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.module.SimpleSerializers;
import tools.jackson.databind.ser.jdk.JDKKeySerializers;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Of which class a map's keys are. JSON's keys are text: where no declaration says what
 * they were, as in a map that is cached itself, an entry does, behind the map's own
 * class: {@code ["java.util.HashMap<java.lang.Long>", {"1": ...}]}. Keys without that are
 * strings. The enum of an {@code EnumMap} and of an {@code EnumSet} stands there always.
 */
final class JsonKeys {

	private JsonKeys() {
	}

	/** Keys as text, also where they are of any class. */
	static SimpleModule module() {
		return new SimpleModule("libmc keys").setKeySerializers(new KeySerializers());
	}

	/**
	 * Whether an entry names the class of a map's keys. Those of which many can have the
	 * same hash, and no order that the table uses, have to be known before they are read.
	 */
	private static boolean areNamed(JavaType type, JavaType keyType) {
		Class<?> key = keyType.getRawClass();
		boolean ordered = JsonCosts.isOrdered(key.getName()) || key == LocalDate.class || key == LocalDateTime.class;
		return isAny(keyType) || (type.hasRawClass(Hashtable.class) && key != String.class)
				|| (JsonBeans.isOfJava(key) && !keyType.isEnumType() && !ordered);
	}

	/** Whether the declared class does not say of which class each key is. */
	private static boolean isAny(JavaType keyType) {
		return keyType.isJavaLangObject()
				|| (keyType.isAbstract() && !keyType.isEnumType() && !keyType.hasRawClass(ZoneId.class));
	}

	/**
	 * Whether an entry that does not name the class of keys, or of a set's elements,
	 * cannot be read.
	 * @param type a map's, a set's, or any other
	 */
	static boolean areMissing(JavaType type) {
		JavaType within = within(type);
		return within != null && !isAny(within) && areNamed(type, within);
	}

	/** What is hashed in a value, but for elements that bear their class themselves. */
	private static @Nullable JavaType within(JavaType type) {
		JavaType element = Set.class.isAssignableFrom(type.getRawClass()) ? type.getContentType() : null;
		return (element != null && element.isFinal()) ? element : type.getKeyType();
	}

	/**
	 * Which class has to be named behind a value's own.
	 * @param type the value's, as the entry names it, with what is declared
	 * @return {@code null} if none has to be
	 * @throws IllegalArgumentException if there is no telling, or they are several
	 */
	static @Nullable Class<?> toName(Object value, JavaType type) {
		if (value instanceof EnumSet<?> set) {
			return enumOf(set);
		}
		if (value instanceof EnumMap<?, ?> map) {
			return map.isEmpty() ? enumOfEmpty(map) : map.keySet().iterator().next().getDeclaringClass();
		}
		JavaType within = within(type);
		if (within == null || !areNamed(type, within)) {
			return null;
		}
		return isAny(within) ? classOf(((Map<?, ?>) value).keySet()) : within.getRawClass();
	}

	private static @Nullable Class<?> classOf(Collection<?> keys) {
		Class<?> first = null;
		for (Object key : keys) {
			Class<?> type = (key != null) ? classOf(key) : null;
			if (first != null && type != null && type != first) {
				throw new IllegalArgumentException("a map with keys of " + first.getTypeName() + " and of "
						+ type.getTypeName() + " would come back with other ones; take keys of one class");
			}
			first = (first != null) ? first : type;
		}
		return (first != String.class) ? first : null;
	}

	private static Class<?> classOf(Object key) {
		return (key instanceof Enum<?> constant) ? constant.getDeclaringClass()
				: (key instanceof ZoneId && !JsonCosts.isOrdered(key.getClass().getName())) ? ZoneId.class
						: key.getClass();
	}

	private static <E extends Enum<E>> Class<E> enumOf(EnumSet<E> set) {
		EnumSet<E> constants = set.isEmpty() ? EnumSet.complementOf(set) : set;
		if (constants.isEmpty()) {
			throw new IllegalArgumentException("an EnumSet of an enum without constants does not say which one it is");
		}
		return constants.iterator().next().getDeclaringClass();
	}

	/** Only Java serialization tells. */
	private static Class<?> enumOfEmpty(EnumMap<?, ?> map) {
		try (ClassesOf classes = new ClassesOf()) {
			classes.writeObject(map);
			return Objects.requireNonNull(classes.firstEnum);
		}
		catch (IOException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	/**
	 * The type of which a value is, that names a class behind its own.
	 * @param type as the entry names it, with what is declared
	 * @throws IllegalArgumentException if there are no such values
	 */
	static JavaType typeOf(JavaType type, Class<?> named, DatabindContext context) {
		JavaType declared = type.hasRawClass(EnumSet.class) ? type.getContentType() : within(type);
		JavaType within = context.constructType(named);
		if (declared == null || !declared.getRawClass().isAssignableFrom(named)
				|| (isOfEnum(type) && !within.isEnumType())) {
			throw new IllegalArgumentException("there is no " + type.toCanonical() + " of " + named.getName());
		}
		return type.isCollectionLikeType()
				? context.getTypeFactory()
					.constructCollectionType(type.getRawClass().asSubclass(Collection.class), within)
				: context.getTypeFactory()
					.constructMapType(type.getRawClass().asSubclass(Map.class), within, type.getContentType());
	}

	private static boolean isOfEnum(JavaType type) {
		return type.hasRawClass(EnumSet.class) || type.hasRawClass(EnumMap.class);
	}

	/** Notes the enum of which there is a mention. */
	private static final class ClassesOf extends ObjectOutputStream {

		private @Nullable Class<?> firstEnum;

		ClassesOf() throws IOException {
			super(OutputStream.nullOutputStream());
		}

		@Override
		protected void annotateClass(Class<?> type) {
			this.firstEnum = (this.firstEnum == null && type.isEnum()) ? type : this.firstEnum;
		}

	}

	private static final class KeySerializers extends SimpleSerializers {

		private static final long serialVersionUID = 1L;

		@Override
		public @Nullable ValueSerializer<?> findSerializer(SerializationConfig config, JavaType type,
				BeanDescription.Supplier beanDescription, JsonFormat.@Nullable Value format) {
			return isAny(type) ? new AnyKey() : null;
		}

	}

	private static final class AnyKey extends StdSerializer<Object> {

		private final JDKKeySerializers.Dynamic others = new JDKKeySerializers.Dynamic();

		AnyKey() {
			super(Object.class);
		}

		@Override
		public void serialize(Object key, JsonGenerator generator, SerializationContext context) {
			if (key instanceof String text) {
				generator.writeName(text);
			}
			else {
				this.others.serialize(key, generator, context);
			}
		}

	}

}
