package io.libmc.spring.cache;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonToken;
import tools.jackson.core.type.WritableTypeId;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Puts the class in front of what a serializer writes that knows nothing of that, as most
 * of an application's own do.
 */
final class JsonNamedSerializer extends StdSerializer<Object> {

	private final ValueSerializer<Object> own;

	private JsonNamedSerializer(ValueSerializer<Object> own) {
		super(Object.class);
		this.own = own;
	}

	/** A serializer that can do with a class in front, itself or around it. */
	@SuppressWarnings("unchecked")
	static ValueSerializer<?> of(ValueSerializer<?> serializer) {
		return knowsNames(serializer.getClass()) ? serializer
				: new JsonNamedSerializer((ValueSerializer<Object>) serializer);
	}

	private static boolean knowsNames(Class<?> serializer) {
		try {
			return serializer
				.getMethod("serializeWithType", Object.class, JsonGenerator.class, SerializationContext.class,
						TypeSerializer.class)
				.getDeclaringClass() != ValueSerializer.class;
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Makes all serializers such ones. */
	static ValueSerializerModifier modifier() {
		return new Modifier();
	}

	@Override
	public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
		this.own.serialize(value, generator, context);
	}

	@Override
	public void serializeWithType(Object value, JsonGenerator generator, SerializationContext context,
			TypeSerializer types) {
		// of a scalar nothing is written but what the serializer writes
		WritableTypeId name = types.writeTypePrefix(generator, context, types.typeId(value, JsonToken.VALUE_STRING));
		this.own.serialize(value, generator, context);
		types.writeTypeSuffix(generator, context, name);
	}

	@Override
	public void resolve(SerializationContext context) {
		this.own.resolve(context);
	}

	@Override
	@SuppressWarnings("unchecked")
	public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
		ValueSerializer<Object> contextual = (ValueSerializer<Object>) this.own.createContextual(context, property);
		return (contextual == this.own) ? this : of(contextual);
	}

	@Override
	public boolean isEmpty(SerializationContext context, Object value) {
		return this.own.isEmpty(context, value);
	}

	private static final class Modifier extends ValueSerializerModifier {

		private static final long serialVersionUID = 1L;

		@Override
		public ValueSerializer<?> modifySerializer(SerializationConfig config, BeanDescription.Supplier description,
				ValueSerializer<?> serializer) {
			return of(serializer);
		}

	}

}
