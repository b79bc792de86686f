package io.libmc.spring.cache;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.TypeIdResolver;
import tools.jackson.databind.jsontype.impl.AsArrayTypeDeserializer;

/**
 * Reads {@code ["its class", value]}. Strings, booleans, integers and floating-point
 * numbers, which Jackson writes without their class, it reads in an {@code Optional} too.
 */
final class JsonTypeReader extends AsArrayTypeDeserializer {

	JsonTypeReader(JavaType baseType, TypeIdResolver names) {
		super(baseType, names, "@class", false, null);
	}

	private JsonTypeReader(JsonTypeReader other, @Nullable BeanProperty property) {
		super(other, property);
	}

	@Override
	public TypeDeserializer forProperty(@Nullable BeanProperty property) {
		return (property == this._property) ? this : new JsonTypeReader(this, property);
	}

	@Override
	public Object deserializeTypedFromAny(JsonParser parser, DeserializationContext context) {
		Object natural = (parser.currentToken() != JsonToken.START_ARRAY)
				? deserializeIfNatural(parser, context, this._baseType) : null;
		return (natural != null) ? natural : super.deserializeTypedFromAny(parser, context);
	}

}
