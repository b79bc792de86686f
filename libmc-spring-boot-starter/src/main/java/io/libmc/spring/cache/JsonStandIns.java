package io.libmc.spring.cache;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.module.SimpleSerializers;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.std.StdSerializer;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;

/**
 * Writes what {@link StandIns} stand for, as if it stood there itself. Jackson chooses
 * how to write most values by their class, but properties that are collections by what is
 * declared, so it is asked for at both places.
 */
final class JsonStandIns {

	private final AllowedClasses allowed;

	/** Takes what is not loaded, in whose place {@code null} is written. */
	private final @Nullable Set<String> notLoaded;

	JsonStandIns(AllowedClasses allowed, @Nullable Set<String> notLoaded) {
		this.allowed = allowed;
		this.notLoaded = notLoaded;
	}

	SimpleModule module() {
		return new SimpleModule("libmc stand-ins").setSerializers(new Proxies(this))
			.setSerializerModifier(new Others(this));
	}

	/**
	 * What a value stands for, with the keys of a map, as those are asked for their text.
	 * @return {@code null} if that is not loaded, and noted
	 */
	private @Nullable Object resolve(@Nullable Object value) {
		if (value == null) {
			return null;
		}
		Class<?> type = value.getClass();
		if (StandIns.are(type) && !this.allowed.replaces(type) && !this.allowed.allow(type)) {
			throw this.allowed.refused(type);
		}
		try {
			Object resolved = StandIns.resolve(value);
			if (resolved != value && resolved instanceof Map<?, ?> map) {
				map.keySet().stream().filter(Objects::nonNull).forEach(StandIns::resolve);
			}
			return resolved;
		}
		catch (NotLoadedException ex) {
			if (this.notLoaded == null) {
				throw ex;
			}
			this.notLoaded.add(ex.place());
			return null;
		}
	}

	/** Proxies, of whose own fields nothing is looked at. */
	private static final class Proxies extends SimpleSerializers {

		private static final long serialVersionUID = 1L;

		private final transient JsonStandIns standIns;

		Proxies(JsonStandIns standIns) {
			this.standIns = standIns;
		}

		@Override
		public @Nullable ValueSerializer<?> findSerializer(SerializationConfig config, JavaType type,
				BeanDescription.Supplier description, JsonFormat.@Nullable Value format) {
			return (!type.isContainerType() && StandIns.are(type.getRawClass())) ? new Writer(this.standIns, null, null)
					: null;
		}

	}

	/** Everything else, where it may hold one or be one. */
	private static final class Others extends ValueSerializerModifier {

		private static final long serialVersionUID = 1L;

		private final transient JsonStandIns standIns;

		Others(JsonStandIns standIns) {
			this.standIns = standIns;
		}

		@Override
		public List<BeanPropertyWriter> changeProperties(SerializationConfig config,
				BeanDescription.Supplier description, List<BeanPropertyWriter> properties) {
			if (StandIns.exist()) {
				properties.replaceAll(this::resolving);
			}
			return properties;
		}

		private BeanPropertyWriter resolving(BeanPropertyWriter property) {
			boolean ordinary = property.getClass() == BeanPropertyWriter.class && property.getType().isContainerType();
			return ordinary ? new Property(this.standIns, property, property.getFullName()) : property;
		}

		@Override
		public ValueSerializer<?> modifyCollectionSerializer(SerializationConfig config, CollectionType type,
				BeanDescription.Supplier description, ValueSerializer<?> serializer) {
			return StandIns.are(type.getRawClass()) ? new Writer(this.standIns, serializer, null) : serializer;
		}

		@Override
		public ValueSerializer<?> modifyMapSerializer(SerializationConfig config, MapType type,
				BeanDescription.Supplier description, ValueSerializer<?> serializer) {
			return StandIns.are(type.getRawClass()) ? new Writer(this.standIns, serializer, null) : serializer;
		}

		@Override
		public ValueSerializer<?> modifySerializer(SerializationConfig config, BeanDescription.Supplier description,
				ValueSerializer<?> serializer) {
			return StandIns.loadThemselves(description.getBeanClass()) ? new Writer(this.standIns, serializer, null)
					: serializer;
		}

	}

	/** A property for which Jackson chooses a serializer by what is declared. */
	private static final class Property extends BeanPropertyWriter {

		private static final long serialVersionUID = 1L;

		private final transient JsonStandIns standIns;

		Property(JsonStandIns standIns, BeanPropertyWriter property, PropertyName name) {
			super(property, name);
			this.standIns = standIns;
		}

		@Override
		protected BeanPropertyWriter _new(PropertyName name) {
			return new Property(this.standIns, this, name);
		}

		@Override
		public void assignSerializer(ValueSerializer<Object> serializer) {
			super.assignSerializer(new Writer(this.standIns, serializer, this));
		}

	}

	private static final class Writer extends StdSerializer<Object> {

		private final JsonStandIns standIns;

		/** Writes what is stood for, or {@code null} if that depends on its class. */
		private final @Nullable ValueSerializer<Object> own;

		private final @Nullable BeanProperty property;

		@SuppressWarnings("unchecked")
		Writer(JsonStandIns standIns, @Nullable ValueSerializer<?> own, @Nullable BeanProperty property) {
			super(Object.class);
			this.standIns = standIns;
			this.own = (ValueSerializer<Object>) own;
			this.property = property;
		}

		@Override
		public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
			Object resolved = this.standIns.resolve(value);
			if (resolved == null) {
				generator.writeNull();
			}
			else {
				of(resolved, context).serialize(resolved, generator, context);
			}
		}

		@Override
		public void serializeWithType(Object value, JsonGenerator generator, SerializationContext context,
				TypeSerializer types) {
			Object resolved = this.standIns.resolve(value);
			if (resolved == null) {
				generator.writeNull();
			}
			else {
				of(resolved, context).serializeWithType(resolved, generator, context, types);
			}
		}

		private ValueSerializer<Object> of(Object resolved, SerializationContext context) {
			return (this.own != null) ? this.own
					: context.findPrimaryPropertySerializer(resolved.getClass(), this.property);
		}

		@Override
		public void resolve(SerializationContext context) {
			if (this.own != null) {
				this.own.resolve(context);
			}
		}

		@Override
		public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
			return new Writer(this.standIns, (this.own != null) ? this.own.createContextual(context, property) : null,
					property);
		}

		@Override
		public boolean isEmpty(SerializationContext context, Object value) {
			Object resolved = this.standIns.resolve(value);
			return resolved == null || of(resolved, context).isEmpty(context, resolved);
		}

		@Override
		public boolean usesObjectId() {
			return this.own != null && this.own.usesObjectId();
		}

	}

}
