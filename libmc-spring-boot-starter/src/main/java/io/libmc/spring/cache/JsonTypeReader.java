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

	private String last = "";

	private String beforeLast = "";

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
	protected String _locateTypeId(JsonParser parser, DeserializationContext context) {
		if (!parser.isExpectedStartArrayToken()) {
			return super._locateTypeId(parser, context);
		}
		if (parser.nextToken() != JsonToken.VALUE_STRING) {
			throw new IllegalArgumentException("the name of a class is missing");
		}
		String id = id(parser);
		parser.nextToken();
		return id;
	}

	/** Most often it is one of the last two that were here. */
	private String id(JsonParser parser) {
		String first = this.last;
		if (isText(parser, first)) {
			return first;
		}
		String second = this.beforeLast;
		String id = isText(parser, second) ? second : parser.getString();
		this.beforeLast = first;
		this.last = id;
		return id;
	}

	private static boolean isText(JsonParser parser, String id) {
		int length = parser.getStringLength();
		if (length != id.length()) {
			return false;
		}
		char[] chars = parser.getStringCharacters();
		int start = parser.getStringOffset();
		for (int i = 0; i < length; i++) {
			if (chars[start + i] != id.charAt(i)) {
				return false;
			}
		}
		return true;
	}

	@Override
	public Object deserializeTypedFromAny(JsonParser parser, DeserializationContext context) {
		Object natural = (parser.currentToken() != JsonToken.START_ARRAY)
				? deserializeIfNatural(parser, context, this._baseType) : null;
		return (natural != null) ? natural : super.deserializeTypedFromAny(parser, context);
	}

}
