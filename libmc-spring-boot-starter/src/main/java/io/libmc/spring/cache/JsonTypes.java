package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DatabindContext;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.PolymorphicTypeValidator;
import tools.jackson.databind.jsontype.TypeIdResolver;
import tools.jackson.databind.jsontype.TypeResolverBuilder;
import tools.jackson.databind.jsontype.impl.DefaultTypeResolverBuilder;
import tools.jackson.databind.jsontype.impl.TypeIdResolverBase;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.module.SimpleSerializers;
import tools.jackson.databind.ser.std.StdSerializer;

import org.springframework.util.ClassUtils;

/**
 * How the classes of values are written into their JSON and found again. No class is
 * loaded, let alone created, that is not allowed, and none that is not is written.
 */
final class JsonTypes {

	private final ClassLoader classLoader;

	private final AllowedClasses allowed;

	JsonTypes(ClassLoader classLoader, AllowedClasses allowed) {
		this.classLoader = classLoader;
		this.allowed = allowed;
	}

	/** Also guards what annotations say of classes by name. */
	PolymorphicTypeValidator validator() {
		return new Validator(this.allowed);
	}

	/** Writes the class wherever the declared one may have subclasses. */
	TypeResolverBuilder<?> everywhere() {
		return new Typing(this);
	}

	/**
	 * JSON's keys are text. A declared type says what they were; where there is none, as
	 * in a map that is cached itself, other keys would come back as strings.
	 */
	SimpleModule onlyStringKeysWhereNoneAreDeclared() {
		return new SimpleModule("libmc keys").setKeySerializers(new KeySerializers());
	}

	private String nameOf(Object value, JavaType declared) {
		Class<?> type = (value instanceof Enum<?> constant) ? constant.getDeclaringClass() : value.getClass();
		if (value instanceof EnumSet || value instanceof EnumMap) {
			JavaType constants = (value instanceof EnumSet) ? declared.getContentType() : declared.getKeyType();
			if (constants == null || !constants.isEnumType()) {
				throw new IllegalArgumentException("an " + ((value instanceof EnumSet) ? "EnumSet" : "EnumMap")
						+ " comes back as it went only in a field that is declared with its enum; cache a record that has such a field, or a HashSet or HashMap");
			}
			return ((value instanceof EnumSet) ? LinkedHashSet.class : LinkedHashMap.class).getName();
		}
		if (!this.allowed.allow(type)) {
			throw AllowedClasses.refused(type);
		}
		if (type.getName().startsWith("java.util.ImmutableCollections$")) {
			return "java.util.Collections$Unmodifiable"
					+ ((value instanceof Map) ? "Map" : (value instanceof List) ? "RandomAccessList" : "Set");
		}
		return isViewOrEmpty(type.getName()) ? plainest(value).getName() : type.getName();
	}

	/** Classes of the JDK that Jackson does not create: they are nothing but a list. */
	private static boolean isViewOrEmpty(String name) {
		return name.startsWith("java.util.Collections$Empty") || (name.startsWith("java.util.") && name.indexOf('$') > 0
				&& !name.startsWith("java.util.Collections$") && !name.startsWith("java.util.Arrays$")
				&& !name.startsWith("java.util.ImmutableCollections$"));
	}

	private static Class<?> plainest(Object value) {
		if (value instanceof Map) {
			return LinkedHashMap.class;
		}
		if (value instanceof List) {
			return ArrayList.class;
		}
		return (value instanceof Collection) ? LinkedHashSet.class : value.getClass();
	}

	private JavaType typeOf(String name, JavaType declared, DatabindContext context) {
		if (!this.allowed.allow(name)) {
			throw new IllegalArgumentException("the class " + name + " is not allowed");
		}
		try {
			Class<?> type = ClassUtils.forName(name, this.classLoader);
			return context.constructSpecializedType(declared, type);
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalArgumentException("there is no class " + name, ex);
		}
	}

	private static final class Typing extends DefaultTypeResolverBuilder {

		private static final long serialVersionUID = 1L;

		private final transient JsonTypes types;

		Typing(JsonTypes types) {
			super(types.validator(), DefaultTyping.NON_FINAL, JsonTypeInfo.As.WRAPPER_ARRAY);
			this.types = types;
		}

		@Override
		public boolean useForType(JavaType type) {
			return super.useForType(type) && !type.isEnumType() && type.getRawClass() != EnumSet.class
					&& type.getRawClass() != EnumMap.class;
		}

		@Override
		protected TypeIdResolver idResolver(DatabindContext context, JavaType baseType,
				PolymorphicTypeValidator validator, @Nullable Collection<NamedType> subtypes, boolean forSer,
				boolean forDeser) {
			return new Names(this.types, baseType);
		}

	}

	private static final class Names extends TypeIdResolverBase {

		private static final long serialVersionUID = 1L;

		private final transient JsonTypes types;

		Names(JsonTypes types, JavaType baseType) {
			super(baseType);
			this.types = types;
		}

		@Override
		public String idFromValue(DatabindContext context, Object value) {
			return this.types.nameOf(value, this._baseType);
		}

		@Override
		public String idFromValueAndType(DatabindContext context, @Nullable Object value, Class<?> type) {
			return (value != null) ? idFromValue(context, value) : type.getName();
		}

		@Override
		public JavaType typeFromId(DatabindContext context, String id) {
			return this.types.typeOf(id, this._baseType, context);
		}

		@Override
		public JsonTypeInfo.Id getMechanism() {
			return JsonTypeInfo.Id.CLASS;
		}

	}

	private static final class Validator extends PolymorphicTypeValidator {

		private static final long serialVersionUID = 1L;

		private final transient AllowedClasses allowed;

		Validator(AllowedClasses allowed) {
			this.allowed = allowed;
		}

		@Override
		public Validity validateBaseType(DatabindContext context, JavaType baseType) {
			return Validity.INDETERMINATE;
		}

		@Override
		public Validity validateSubClassName(DatabindContext context, JavaType baseType, String subClassName) {
			return this.allowed.allow(subClassName) ? Validity.INDETERMINATE : Validity.DENIED;
		}

		@Override
		public Validity validateSubType(DatabindContext context, JavaType baseType, JavaType subType) {
			return this.allowed.allow(subType.getRawClass()) ? Validity.ALLOWED : Validity.DENIED;
		}

	}

	private static final class KeySerializers extends SimpleSerializers {

		private static final long serialVersionUID = 1L;

		@Override
		public @Nullable ValueSerializer<?> findSerializer(SerializationConfig config, JavaType type,
				BeanDescription.Supplier beanDescription, JsonFormat.@Nullable Value format) {
			return type.isJavaLangObject() ? new OnlyStrings() : null;
		}

	}

	private static final class OnlyStrings extends StdSerializer<Object> {

		OnlyStrings() {
			super(Object.class);
		}

		@Override
		public void serialize(Object key, JsonGenerator generator, SerializationContext context) {
			if (!(key instanceof String text)) {
				throw new IllegalArgumentException("a map with keys of " + key.getClass().getTypeName()
						+ " would come back with strings; use strings, or cache a record with a field that declares the type of the keys");
			}
			generator.writeName(text);
		}

	}

}
