package io.libmc.spring.cache;

import java.io.OutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.ConstructorDetector;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.ClassUtils;

import io.libmc.codec.DecodingBudget;

/**
 * JSON that says what it is: every value that could be of another class than its field is
 * declared with, the outermost included, is written as {@code ["its class", value]}, and
 * the first of each class of the application as {@code ["its class#its shape", value]}.
 * <p>
 * What is written is the state of an object, its fields, and not what it presents by its
 * getters, of which some could not be set again. Reading is strict, and an entry of a
 * class that has changed since is absent instead of half a value.
 */
final class JsonFormat extends BytesFormat {

	/** Whether there is room for a value is another question than whether it is one. */
	private static final int READABLE_BYTES = 1 << 30;

	private final ObjectWriter writer;

	private final ObjectReader reader;

	private final ClassLoader classLoader;

	private final AllowedClasses allowed;

	private final ClassChanges changes;

	/** What the application changes, whose values are all read back. */
	private final @Nullable Consumer<JsonMapper.Builder> customizer;

	private final Refusals refusals = new Refusals();

	private final JsonBeans beans = new JsonBeans();

	/** Of values that are known to come back. */
	private final JsonShapes shapes;

	JsonFormat(ClassLoader classLoader, AllowedClasses allowed, ClassChanges changes,
			@Nullable Consumer<JsonMapper.Builder> customizer) {
		this(classLoader, allowed, changes, customizer, null);
	}

	/** With a set it takes what is not loaded, and writes nothing that can be read. */
	private JsonFormat(ClassLoader classLoader, AllowedClasses allowed, ClassChanges changes,
			@Nullable Consumer<JsonMapper.Builder> customizer, @Nullable Set<String> notLoaded) {
		this.classLoader = classLoader;
		this.allowed = allowed;
		this.changes = changes;
		this.customizer = customizer;
		JsonTypes types = new JsonTypes(classLoader, allowed, changes);
		this.shapes = new JsonShapes(this.beans);
		JsonMapper.Builder builder = JsonMapper.builder()
			.constructorDetector(ConstructorDetector.DEFAULT.withAllowImplicitWithDefaultConstructor(false));
		if (customizer != null) {
			customizer.accept(builder);
		}
		JsonMapper mapper = builder.typeFactory(builder.typeFactory().withClassLoader(classLoader))
			.changeDefaultVisibility((checker) -> checker.withFieldVisibility(Visibility.ANY)
				.withGetterVisibility(Visibility.NONE)
				.withIsGetterVisibility(Visibility.NONE)
				.withSetterVisibility(Visibility.NONE))
			.polymorphicTypeValidator(types.validator())
			.setDefaultTyping(types.everywhere())
			.annotationIntrospector(types.annotations())
			.handlerInstantiator(types.handlers())
			.addModule(module(classLoader))
			.addModule(new SimpleModule("libmc names").setSerializerModifier(JsonNamedSerializer.modifier()))
			.addModule(new JsonStandIns(allowed, notLoaded).module())
			.addModule(new JsonGuard(allowed).module())
			.addModule(new SimpleModule("libmc views").setDeserializers(new JsonViews()))
			.disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
			.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
					DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
					DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
					DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
			.withCoercionConfig(BigInteger.class,
					(config) -> config.setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
			.disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING, EnumFeature.READ_ENUMS_USING_TO_STRING)
			.enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
			.disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE, DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS,
					DateTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID)
			.build();
		this.writer = mapper.writerFor(Object.class);
		this.reader = mapper.readerFor(Object.class);
	}

	private SimpleModule module(ClassLoader classLoader) {
		SimpleModule module = JsonKeys.module();
		JsonTimes.addCalendar(module);
		JsonTimes.addLocal(module);
		if (ClassUtils.isPresent("java.sql.Timestamp", classLoader)) {
			JsonTimes.addSql(module);
		}
		if (ClassUtils.isPresent("org.springframework.http.ResponseEntity", JsonFormat.class.getClassLoader())) {
			JsonHttp.add(module);
		}
		return module.setSerializerModifier(this.beans).setDeserializerModifier(this.beans.whatIsRead());
	}

	@Override
	public String toString() {
		return "json";
	}

	@Override
	byte mark() {
		return Stamp.JSON;
	}

	@Override
	byte[] write(Object value) {
		if (this.customizer == null && value instanceof String text && JsonText.isPlain(text)) {
			return JsonText.write(text);
		}
		Bytes bytes = new Bytes();
		try {
			this.writer.writeValue(bytes, value);
		}
		catch (JacksonException | StackOverflowError ex) {
			throw refused(value, ex);
		}
		byte[] entry = bytes.entry();
		if (this.customizer != null || !this.shapes.know(value, entry.length)) {
			checkComesBack(value, entry);
			this.shapes.learn(value);
		}
		return entry;
	}

	/**
	 * A class that lacks a way to be created, for instance, or a number that is too long
	 * would be a miss for ever, and an {@code Optional} is only what it holds. The first
	 * value of each shape tells.
	 */
	private void checkComesBack(Object value, byte[] entry) {
		Object read;
		try {
			read = read(entry, DecodingBudget.of(entry.length, READABLE_BYTES));
		}
		catch (UndecodableEntryException ex) {
			throw refused(value, ex);
		}
		String difference = JsonComparison.difference(value, read, this.beans);
		if (difference != null) {
			throw new IllegalArgumentException(
					"a " + value.getClass().getTypeName() + " cannot be cached as JSON: " + difference);
		}
	}

	@Override
	void judge(byte[] entry, int start, DecodingBudget budget) {
		int begin = start + Stamp.HEADER_BYTES;
		if (!JsonCosts.isSmall(entry.length)) {
			try (JsonParser parser = this.reader.createParser(entry, begin, entry.length - begin)) {
				JsonCosts.judge(parser, budget);
			}
		}
	}

	@Override
	Object read(byte[] entry, DecodingBudget budget) throws UndecodableEntryException {
		if (this.customizer == null && JsonText.isPlain(entry)) {
			return JsonText.read(entry);
		}
		try {
			judge(entry, 0, budget);
			Object value = this.reader.readValue(entry, Stamp.HEADER_BYTES, entry.length - Stamp.HEADER_BYTES);
			if (value == null) {
				throw new UndecodableEntryException("it holds nothing", null);
			}
			return value;
		}
		catch (Exception | LinkageError | StackOverflowError | AssertionError ex) {
			throw new UndecodableEntryException(ex.toString(), ex);
		}
	}

	private IllegalArgumentException refused(Object value, Throwable ex) {
		return this.refusals.refused(value, ex,
				() -> "a " + value.getClass().getTypeName() + " cannot be cached as JSON: " + reason(value, ex));
	}

	private String reason(Object value, Throwable ex) {
		String advice = JsonCreators.advice(NestedExceptionUtils.getMostSpecificCause(ex));
		if (advice != null) {
			return advice;
		}
		Set<String> notAllowed = new TreeSet<>();
		Set<String> notLoaded = new TreeSet<>();
		survey(value, ex, notAllowed, notLoaded);
		return (notAllowed.size() > 1 || !notLoaded.isEmpty())
				? "it is, or holds, " + Refusals.all(notAllowed, notLoaded, this.allowed.advice())
				: String.valueOf(NestedExceptionUtils.getMostSpecificCause(ex).getMessage());
	}

	/**
	 * Finds the classes that are not allowed, one after the other, and what is not
	 * loaded.
	 */
	private void survey(Object value, Throwable first, Set<String> notAllowed, Set<String> notLoaded) {
		Throwable last = first;
		while (last != null && canGoOn(NestedExceptionUtils.getMostSpecificCause(last), notAllowed, notLoaded)) {
			last = null;
			try {
				new JsonFormat(this.classLoader, this.allowed.and(notAllowed), this.changes, this.customizer,
						notLoaded).writer
					.writeValue(OutputStream.nullOutputStream(), value);
			}
			catch (JacksonException | StackOverflowError ex) {
				last = ex;
			}
		}
	}

	private static boolean canGoOn(Throwable problem, Set<String> notAllowed, Set<String> notLoaded) {
		return (problem instanceof RefusedClassException refused && notAllowed.add(refused.className()))
				|| (problem instanceof NotLoadedException missing && notLoaded.add(missing.place()));
	}

	/** An entry, which Jackson hands over in pieces, and most often in one. */
	private static final class Bytes extends OutputStream {

		private byte[] bytes = Stamp.header(Stamp.JSON);

		private int size = Stamp.HEADER_BYTES;

		@Override
		public void write(int one) {
			write(new byte[] { (byte) one }, 0, 1);
		}

		@Override
		public void write(byte[] piece, int offset, int length) {
			int needed = Math.addExact(this.size, length);
			if (needed > this.bytes.length) {
				this.bytes = Arrays.copyOf(this.bytes,
						(this.size == Stamp.HEADER_BYTES) ? needed : Math.max(needed, 2 * this.size));
			}
			System.arraycopy(piece, offset, this.bytes, this.size, length);
			this.size = needed;
		}

		byte[] entry() {
			return (this.size == this.bytes.length) ? this.bytes : Arrays.copyOf(this.bytes, this.size);
		}

	}

}
