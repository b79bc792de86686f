package io.libmc.spring.cache;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonToken;
import tools.jackson.core.type.WritableTypeId;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsontype.impl.AsArrayTypeSerializer;

/** Writes {@code ["its class", value]}, with names that are encoded once. */
final class JsonTypeWriter extends AsArrayTypeSerializer {

	private final JsonTypes.Names names;

	JsonTypeWriter(JsonTypes.Names names, @Nullable BeanProperty property) {
		super(names, property);
		this.names = names;
	}

	@Override
	public AsArrayTypeSerializer forProperty(SerializationContext context, @Nullable BeanProperty property) {
		return (property == this._property) ? this : new JsonTypeWriter(this.names, property);
	}

	@Override
	public WritableTypeId writeTypePrefix(JsonGenerator generator, SerializationContext context, WritableTypeId id) {
		generator.writeStartArray();
		generator.writeString(this.names.written(context, id.forValue));
		id.wrapperWritten = true;
		if (id.valueShape == JsonToken.START_OBJECT) {
			generator.writeStartObject(id.forValue);
		}
		else if (id.valueShape == JsonToken.START_ARRAY) {
			generator.writeStartArray(id.forValue);
		}
		return id;
	}

}
