package io.libmc.spring.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.spring.cache.ClassChanges;
import io.libmc.spring.cache.FormatProperties;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.module.SimpleModule;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.JacksonComponent;
import org.springframework.boot.jackson.ObjectValueDeserializer;
import org.springframework.boot.jackson.ObjectValueSerializer;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What an application adds to Jackson counts for its caches, too.
 */
class JsonCustomizersTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, JacksonAutoConfiguration.class))
		.withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE");

	@Test
	void springsOwnCustomizersForTheWebDoNotCount() {
		this.runner.run((context) -> assertThat(
				roundTrip(context.getBean(FormatFactory.class), new Ordered("libmc"), Ordered.class))
			.contains("\"theTitle\":\"libmc\""));
	}

	@Test
	void aModuleCounts() {
		this.runner
			.withBean(SimpleModule.class, () -> new SimpleModule("titles").setMixInAnnotation(Title.class, Mixin.class))
			.run((context) -> assertThat(
					roundTrip(context.getBean(FormatFactory.class), new Title("libmc"), Title.class))
				.contains("\"LIBMC\""));
	}

	@Test
	void aCustomizerCounts() {
		this.runner
			.withBean(JsonMapperBuilderCustomizer.class, () -> (builder) -> builder.addMixIn(Title.class, Mixin.class))
			.run((context) -> assertThat(
					roundTrip(context.getBean(FormatFactory.class), new Title("libmc"), Title.class))
				.contains("\"LIBMC\""));
	}

	@Test
	void aComponentCounts() {
		this.runner.withUserConfiguration(Components.class)
			.run((context) -> assertThat(
					roundTrip(context.getBean(FormatFactory.class), new Title("libmc"), Title.class))
				.contains("\"title\":\"LIBMC\""));
	}

	@Test
	void whatTheApplicationWouldLoseIsRefusedEachTime() {
		this.runner
			.withBean(SimpleModule.class, () -> new SimpleModule("titles").setMixInAnnotation(Title.class, Mixin.class))
			.run((context) -> {
				FormatFactory formats = context.getBean(FormatFactory.class);
				assertThat(roundTrip(formats, new Title("libmc"), Title.class)).isNotEmpty();
				assertThatIllegalArgumentException()
					.isThrownBy(() -> roundTrip(formats, new Title("Libmc"), Title.class))
					.withMessageContaining("cannot be cached as JSON");
			});
	}

	private static String roundTrip(FormatFactory formats, Object value, Class<?> type) {
		Transcoder transcoder = formats
			.create("json", List.of("io.libmc.spring.autoconfigure.*"), ClassChanges.MISS,
					new FormatProperties("allowed", "serializer"))
			.transcoder();
		EncodedValue encoded = transcoder.encode(value);
		assertThat(transcoder.decode(encoded.flags(), encoded.bytes())).isInstanceOf(type).isEqualTo(value);
		return new String(encoded.bytes(), StandardCharsets.ISO_8859_1);
	}

	record Ordered(String theTitle) {

	}

	record Title(String text) {

	}

	/** Loses upper case. */
	@JsonSerialize(using = Shouted.class)
	@JsonDeserialize(using = Whispered.class)
	abstract static class Mixin {

	}

	@Import({ Shouted.class, Whispered.class })
	static class Components {

	}

	@JacksonComponent
	static class Shouted extends ObjectValueSerializer<Title> {

		@Override
		protected void serializeObject(Title value, JsonGenerator generator, SerializationContext context) {
			generator.writeStringProperty("title", value.text().toUpperCase(java.util.Locale.ROOT));
		}

	}

	@JacksonComponent
	static class Whispered extends ObjectValueDeserializer<Title> {

		@Override
		protected Title deserializeObject(JsonParser parser, DeserializationContext context,
				tools.jackson.databind.JsonNode tree) {
			return new Title(tree.get("title").stringValue().toLowerCase(java.util.Locale.ROOT));
		}

	}

}
