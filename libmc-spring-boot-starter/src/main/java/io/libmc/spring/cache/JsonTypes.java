package io.libmc.spring.cache;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.SerializedString;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.DatabindContext;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.HandlerInstantiator;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.introspect.PotentialCreator;
import tools.jackson.databind.util.ClassUtil;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.PolymorphicTypeValidator;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.TypeIdResolver;
import tools.jackson.databind.jsontype.TypeResolverBuilder;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.jsontype.impl.DefaultTypeResolverBuilder;
import tools.jackson.databind.jsontype.impl.TypeIdResolverBase;

import io.libmc.codec.ClassNames;

/**
 * How the classes of values are written into their JSON and found again. No class is
 * loaded, let alone created, that is not allowed, and none that is not is written. The
 * first time that a class of the application is named in an entry its {@link ClassShape}
 * stands behind its name, with those of all classes that it declares.
 */
final class JsonTypes {

	private static final char SHAPE_FOLLOWS = '#';

	static final char WITHIN = '<';

	private static final char END = '>';

	/** No longer names are looked at. */
	static final int LONGEST_ID = 1_000;

	/** Jackson remembers each name, with the shape behind it. */
	private static final int MOST_OTHER_SHAPES = 1_000;

	/** With the name of its class. */
	private static final int LONGEST_OTHER_SHAPE = 600;

	private final ClassLoader classLoader;

	private final AllowedClasses allowed;

	private final ClassChanges changes;

	/** Of the classes of values that have been written. */
	private final ConcurrentMap<Class<?>, Written> written = new ConcurrentHashMap<>();

	/** Names with shapes of other versions that were tolerated. */
	private final Set<String> tolerated = ConcurrentHashMap.newKeySet();

	JsonTypes(ClassLoader classLoader, AllowedClasses allowed, ClassChanges changes) {
		this.classLoader = classLoader;
		this.allowed = allowed;
		this.changes = changes;
	}

	/** Also guards what annotations say of classes by name. */
	PolymorphicTypeValidator validator() {
		return new Validator(this.allowed);
	}

	/** Writes the class wherever the declared one may have subclasses. */
	TypeResolverBuilder<?> everywhere() {
		return new Typing(this);
	}

	/** Where Jackson's annotations ask for names of classes, these are written alike. */
	AnnotationIntrospector annotations() {
		return new Annotations();
	}

	HandlerInstantiator handlers() {
		return new Handlers(this);
	}

	private static Class<?> classOf(Object value) {
		return (value instanceof Enum<?> constant) ? constant.getDeclaringClass() : value.getClass();
	}

	private SerializableString idOf(Object value, Names place, DatabindContext context) {
		Written written = this.written.get(value.getClass());
		if (written == null) {
			Class<?> type = classOf(value);
			written = Written.of(checked(JsonContainers.writtenAs(value, type)));
			this.written.put(value.getClass(), written);
		}
		SerializableString id = written.id(context);
		if (!written.isKeyed) {
			return id;
		}
		Class<?> within = JsonKeys.toName(value, place.typeAs(written.type, context));
		return (within != null) ? new SerializedString(
				id.getValue() + WITHIN + Written.of(checked(within)).id(context).getValue() + END) : id;
	}

	private Class<?> checked(Class<?> type) {
		if (!this.allowed.allow(type)) {
			throw this.allowed.refused(type);
		}
		return type;
	}

	private static boolean isFirst(Class<?> type, DatabindContext context) {
		if (context.getAttribute(Shaped.class) instanceof Shaped shaped) {
			return shaped.types.add(type);
		}
		context.setAttribute(Shaped.class, new Shaped(new HashSet<>(Set.of(type))));
		return true;
	}

	private JavaType typeOf(String id, JavaType declared, DatabindContext context) {
		int within = id.indexOf(WITHIN);
		if (id.length() > LONGEST_ID || (within >= 0 && id.charAt(id.length() - 1) != END)) {
			throw new IllegalArgumentException("that names no class");
		}
		JavaType type = context.constructSpecializedType(declared, known((within < 0) ? id : id.substring(0, within)));
		if (within < 0 && JsonKeys.areMissing(type)) {
			throw new IllegalArgumentException("the class of the keys is missing");
		}
		return (within < 0) ? type : JsonKeys.typeOf(type, known(id.substring(within + 1, id.length() - 1)), context);
	}

	/** The class of a name, behind which its shape can stand. */
	private Class<?> known(String id) {
		int end = id.indexOf(SHAPE_FOLLOWS);
		Class<?> type = load((end < 0) ? id : id.substring(0, end));
		if (end >= 0) {
			String shape = ClassShape.withAllWithin(type);
			if (!shape.equals(id.substring(end + 1)) && (shape.isEmpty() || !isTolerated(id))) {
				throw new ChangedClassException(type);
			}
		}
		return type;
	}

	private Class<?> load(String name) {
		if (!this.allowed.allow(name)) {
			throw new IllegalArgumentException(
					"the class " + (ClassNames.isOrdinary(name) ? name : "of so long a name, or of such arrays,")
							+ " is not allowed");
		}
		try {
			return checked(ClassNames.find(name, this.classLoader));
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalArgumentException("there is no class " + name, ex);
		}
	}

	private boolean isTolerated(String id) {
		return this.changes == ClassChanges.TOLERATE && id.length() <= LONGEST_OTHER_SHAPE
				&& (this.tolerated.contains(id)
						|| (this.tolerated.size() < MOST_OTHER_SHAPES && this.tolerated.add(id)));
	}

	/** What is written of a class. */
	private record Written(Class<?> type, SerializableString name, @Nullable SerializableString nameAndShape,
			boolean isKeyed) {

		static Written of(Class<?> type) {
			String name = type.getName();
			String shape = ClassShape.withAllWithin(type);
			return new Written(type, new SerializedString(name),
					shape.isEmpty() ? null : new SerializedString(name + SHAPE_FOLLOWS + shape),
					Map.class.isAssignableFrom(type) || Set.class.isAssignableFrom(type));
		}

		SerializableString id(DatabindContext context) {
			return (this.nameAndShape == null || !isFirst(this.type, context)) ? this.name : this.nameAndShape;
		}

	}

	/** The classes whose shapes have been written in an entry. */
	private record Shaped(Set<Class<?>> types) {

	}

	private static final class Typing extends DefaultTypeResolverBuilder {

		private static final long serialVersionUID = 1L;

		/** Nobody has subclasses of these that would come back. */
		private static final Set<Class<?>> NEVER_OTHERS = Set.of(EnumSet.class, EnumMap.class, BigDecimal.class,
				BigInteger.class);

		private final transient JsonTypes types;

		Typing(JsonTypes types) {
			super(types.validator(), DefaultTyping.NON_FINAL, JsonTypeInfo.As.WRAPPER_ARRAY);
			this.types = types;
		}

		@Override
		public boolean useForType(JavaType type) {
			JavaType held = type;
			while (held.isReferenceType()) {
				held = held.getReferencedType();
			}
			return super.useForType(type) && !held.isEnumType() && !NEVER_OTHERS.contains(held.getRawClass());
		}

		@Override
		public @Nullable TypeDeserializer buildTypeDeserializer(DeserializationContext context, JavaType baseType,
				@Nullable Collection<NamedType> subtypes) {
			return useForType(baseType) ? new JsonTypeReader(baseType, names(baseType)) : null;
		}

		@Override
		public @Nullable TypeSerializer buildTypeSerializer(SerializationContext context, JavaType baseType,
				@Nullable Collection<NamedType> subtypes) {
			return useForType(baseType) ? new JsonTypeWriter(names(baseType), null) : null;
		}

		private Names names(JavaType baseType) {
			Names names = new Names(this.types);
			names.init(baseType);
			return names;
		}

		@Override
		protected TypeIdResolver idResolver(DatabindContext context, JavaType baseType,
				PolymorphicTypeValidator validator, @Nullable Collection<NamedType> subtypes, boolean forSer,
				boolean forDeser) {
			return names(baseType);
		}

	}

	private static final class Annotations extends JacksonAnnotationIntrospector {

		private static final long serialVersionUID = 1L;

		@Override
		public @Nullable Object findTypeIdResolver(MapperConfig<?> config, Annotated annotated) {
			Object own = super.findTypeIdResolver(config, annotated);
			JsonTypeInfo.Value info = findPolymorphicTypeInfo(config, annotated);
			boolean names = info != null && !info.getIdVisible()
					&& (info.getIdType() == JsonTypeInfo.Id.CLASS || info.getIdType() == JsonTypeInfo.Id.MINIMAL_CLASS);
			return (own == null && names) ? Names.class : own;
		}

		/**
		 * What a record has for a component may return anything, and the component's
		 * annotations are on the field as well.
		 */
		@Override
		public @Nullable PropertyName findNameForSerialization(MapperConfig<?> config, Annotated annotated) {
			return (annotated.getAnnotated() instanceof Method method && JsonBeans.isOfComponent(method)) ? null
					: super.findNameForSerialization(config, annotated);
		}

		@Override
		public @Nullable PotentialCreator findPreferredCreator(MapperConfig<?> config, AnnotatedClass type,
				List<PotentialCreator> constructors, List<PotentialCreator> factories,
				Optional<PotentialCreator> withoutParameters) {
			return JsonCreators.find(config, type.getRawType(), constructors, factories, withoutParameters.isPresent());
		}

	}

	private static final class Handlers extends HandlerInstantiator {

		private final JsonTypes types;

		Handlers(JsonTypes types) {
			this.types = types;
		}

		@Override
		public @Nullable TypeIdResolver typeIdResolverInstance(MapperConfig<?> config, Annotated annotated,
				Class<?> resolver) {
			return (resolver == Names.class) ? new Names(this.types) : null;
		}

		@Override
		public @Nullable TypeResolverBuilder<?> typeResolverBuilderInstance(MapperConfig<?> config, Annotated annotated,
				Class<?> builder) {
			return null;
		}

		@Override
		public @Nullable ValueSerializer<?> serializerInstance(SerializationConfig config, Annotated annotated,
				Class<?> serializer) {
			return JsonNamedSerializer
				.of((ValueSerializer<?>) ClassUtil.createInstance(serializer, config.canOverrideAccessModifiers()));
		}

		@Override
		public @Nullable ValueDeserializer<?> deserializerInstance(DeserializationConfig config, Annotated annotated,
				Class<?> deserializer) {
			return null;
		}

		@Override
		public @Nullable KeyDeserializer keyDeserializerInstance(DeserializationConfig config, Annotated annotated,
				Class<?> deserializer) {
			return null;
		}

	}

	static final class Names extends TypeIdResolverBase {

		private static final long serialVersionUID = 1L;

		private final transient JsonTypes types;

		/** Maps and their like, as they can be here. */
		private final transient ConcurrentMap<Class<?>, JavaType> written = new ConcurrentHashMap<>(2);

		private transient @Nullable JavaType base;

		Names(JsonTypes types) {
			this.types = types;
		}

		@Override
		public void init(JavaType baseType) {
			this.base = baseType;
		}

		private JavaType base() {
			return Objects.requireNonNull(this.base);
		}

		private JavaType typeAs(Class<?> type, DatabindContext context) {
			return this.written.computeIfAbsent(type, (key) -> context.constructSpecializedType(base(), key));
		}

		SerializableString written(DatabindContext context, Object value) {
			return this.types.idOf(value, this, context);
		}

		@Override
		public String idFromValue(DatabindContext context, Object value) {
			return written(context, value).getValue();
		}

		@Override
		public String idFromValueAndType(DatabindContext context, @Nullable Object value, Class<?> type) {
			return (value != null) ? idFromValue(context, value) : type.getName();
		}

		@Override
		public JavaType typeFromId(DatabindContext context, String id) {
			return this.types.typeOf(id, base(), context);
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

}
