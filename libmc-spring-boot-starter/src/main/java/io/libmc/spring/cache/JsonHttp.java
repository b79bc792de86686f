package io.libmc.spring.cache;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.type.WritableTypeId;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;

/**
 * Answers to HTTP requests, with their headers in their order. Whether an application's
 * caches may hold such is the allow-list's to say.
 */
final class JsonHttp {

	/** A header takes several times the memory of its text, and no answer has so many. */
	private static final int MOST_HEADERS = 1_000;

	private JsonHttp() {
	}

	static void add(SimpleModule module) {
		module.addSerializer(HttpHeaders.class, new HeadersWriter())
			.addDeserializer(HttpHeaders.class, new HeadersReader())
			.setMixInAnnotation(ResponseEntity.class, Response.class)
			.setMixInAnnotation(HttpEntity.class, Entity.class);
	}

	@SuppressWarnings("UnusedVariable")
	private abstract static class Response {

		@JsonCreator
		Response(@JsonProperty("body") @Nullable Object body, @JsonProperty("headers") @Nullable HttpHeaders headers,
				@JsonProperty("status") HttpStatusCode status) {
		}

	}

	@SuppressWarnings("UnusedVariable")
	private abstract static class Entity {

		@JsonCreator
		Entity(@JsonProperty("body") @Nullable Object body, @JsonProperty("headers") @Nullable HttpHeaders headers) {
		}

	}

	private static final class HeadersWriter extends StdSerializer<HttpHeaders> {

		HeadersWriter() {
			super(HttpHeaders.class);
		}

		@Override
		public void serialize(HttpHeaders headers, JsonGenerator generator, SerializationContext context) {
			generator.writeStartObject();
			for (Map.Entry<String, List<String>> header : headers.headerSet()) {
				generator.writeName(header.getKey());
				generator.writeStartArray();
				header.getValue().forEach(generator::writeString);
				generator.writeEndArray();
			}
			generator.writeEndObject();
		}

		@Override
		public void serializeWithType(HttpHeaders headers, JsonGenerator generator, SerializationContext context,
				TypeSerializer typeSerializer) {
			WritableTypeId typeId = typeSerializer.typeId(headers, JsonToken.VALUE_EMBEDDED_OBJECT);
			typeSerializer.writeTypePrefix(generator, context, typeId);
			serialize(headers, generator, context);
			typeSerializer.writeTypeSuffix(generator, context, typeId);
		}

	}

	private static final class HeadersReader extends StdDeserializer<HttpHeaders> {

		HeadersReader() {
			super(HttpHeaders.class);
		}

		@Override
		public HttpHeaders deserialize(JsonParser parser, DeserializationContext context) {
			if (!parser.isExpectedStartObjectToken()) {
				throw new IllegalArgumentException("headers are an object");
			}
			HttpHeaders headers = new HttpHeaders();
			for (String name = parser.nextName(); name != null; name = parser.nextName()) {
				if (headers.size() >= MOST_HEADERS) {
					throw new IllegalArgumentException("there are more than " + MOST_HEADERS + " headers");
				}
				parser.nextToken();
				for (String value : context.readValue(parser, String[].class)) {
					headers.add(name, value);
				}
			}
			return headers;
		}

	}

}
