package io.libmc.spring.cache;

import java.lang.reflect.Modifier;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.TreeNode;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Writes and reads no value of a class that is not allowed, also where a declaration
 * alone tells the class and nothing names it in the entry: a {@code Class<?>} that is
 * read is initialized, for one. Jackson's own trees are JSON and nothing else.
 */
final class JsonGuard {

	private final AllowedClasses allowed;

	JsonGuard(AllowedClasses allowed) {
		this.allowed = allowed;
	}

	SimpleModule module() {
		return new SimpleModule("libmc guard").setSerializerModifier(new Writers(this))
			.setDeserializerModifier(new Readers(this));
	}

	private boolean refuses(Class<?> type) {
		return !this.allowed.allow(type) && !TreeNode.class.isAssignableFrom(type);
	}

	/** An abstract class says nothing of what is read in its place. */
	private boolean refusesToRead(Class<?> type) {
		return !this.allowed.allowToCreate(type) && !TreeNode.class.isAssignableFrom(type)
				&& !Modifier.isAbstract(type.getModifiers());
	}

	private static final class Writers extends ValueSerializerModifier {

		private static final long serialVersionUID = 1L;

		private final transient JsonGuard guard;

		Writers(JsonGuard guard) {
			this.guard = guard;
		}

		@Override
		public ValueSerializer<?> modifySerializer(SerializationConfig config, BeanDescription.Supplier description,
				ValueSerializer<?> serializer) {
			return guarded(description.getBeanClass(), serializer);
		}

		@Override
		public ValueSerializer<?> modifyEnumSerializer(SerializationConfig config, JavaType type,
				BeanDescription.Supplier description, ValueSerializer<?> serializer) {
			return guarded(type.getRawClass(), serializer);
		}

		@Override
		public ValueSerializer<?> modifyKeySerializer(SerializationConfig config, JavaType type,
				BeanDescription.Supplier description, ValueSerializer<?> serializer) {
			return guarded(type.getRawClass(), serializer);
		}

		private ValueSerializer<?> guarded(Class<?> type, ValueSerializer<?> serializer) {
			return (this.guard.refuses(type) && !this.guard.allowed.replaces(type))
					? new RefusingWriter(type, this.guard.allowed) : serializer;
		}

	}

	private static final class Readers extends ValueDeserializerModifier {

		private static final long serialVersionUID = 1L;

		private final transient JsonGuard guard;

		Readers(JsonGuard guard) {
			this.guard = guard;
		}

		@Override
		public ValueDeserializer<?> modifyDeserializer(DeserializationConfig config,
				BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
			return guarded(description.getBeanClass(), deserializer);
		}

		@Override
		public ValueDeserializer<?> modifyEnumDeserializer(DeserializationConfig config, JavaType type,
				BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
			return guarded(type.getRawClass(), deserializer);
		}

		@Override
		public KeyDeserializer modifyKeyDeserializer(DeserializationConfig config, JavaType type,
				KeyDeserializer deserializer) {
			return this.guard.refuses(type.getRawClass())
					? new RefusingKeyReader(type.getRawClass(), this.guard.allowed) : deserializer;
		}

		private ValueDeserializer<?> guarded(Class<?> type, ValueDeserializer<?> deserializer) {
			return this.guard.refusesToRead(type) ? new RefusingReader(type, this.guard.allowed) : deserializer;
		}

	}

	private static final class RefusingWriter extends StdSerializer<Object> {

		private final AllowedClasses allowed;

		RefusingWriter(Class<?> type, AllowedClasses allowed) {
			super(type);
			this.allowed = allowed;
		}

		@Override
		public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
			throw this.allowed.refused(handledType());
		}

		@Override
		public void serializeWithType(Object value, JsonGenerator generator, SerializationContext context,
				TypeSerializer typeSerializer) {
			throw this.allowed.refused(handledType());
		}

	}

	/** A value that names its class in the entry is read by that, if it is allowed. */
	private static final class RefusingReader extends StdDeserializer<Object> {

		private final AllowedClasses allowed;

		RefusingReader(Class<?> type, AllowedClasses allowed) {
			super(type);
			this.allowed = allowed;
		}

		@Override
		public Object deserialize(JsonParser parser, DeserializationContext context) {
			throw this.allowed.refused(handledType());
		}

	}

	private static final class RefusingKeyReader extends KeyDeserializer {

		private final Class<?> type;

		private final AllowedClasses allowed;

		RefusingKeyReader(Class<?> type, AllowedClasses allowed) {
			this.type = type;
			this.allowed = allowed;
		}

		@Override
		public Object deserializeKey(String key, DeserializationContext context) {
			throw this.allowed.refused(this.type);
		}

	}

}
