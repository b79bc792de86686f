package io.libmc.spring.cache;

import java.sql.Time;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.TimeZone;
import java.util.function.Function;

import com.fasterxml.jackson.annotation.JsonFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.std.FromStringDeserializer;
import tools.jackson.databind.ext.javatime.deser.LocalDateDeserializer;
import tools.jackson.databind.ext.javatime.deser.LocalDateTimeDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdScalarSerializer;

/**
 * Dates and times of Java's older classes, as all that they are. Jackson writes a
 * {@code Timestamp} without its nanoseconds, of a {@code java.sql.Date} a day that is
 * another one in another time zone, and a {@code Calendar} without its time zone.
 */
@SuppressWarnings("JavaUtilDate")
final class JsonTimes {

	private JsonTimes() {
	}

	/** Those of {@code java.sql}, a module that not every application has. */
	static void addSql(SimpleModule module) {
		add(module, Timestamp.class, Timestamp::toInstant, JsonTimes::timestamp);
		add(module, java.sql.Date.class, JsonTimes::instant, (text) -> new java.sql.Date(millis(text)));
		add(module, Time.class, JsonTimes::instant, (text) -> new Time(millis(text)));
	}

	static void addCalendar(SimpleModule module) {
		add(module, GregorianCalendar.class, GregorianCalendar::toZonedDateTime, JsonTimes::calendar);
	}

	/**
	 * As they are most often, which Jackson's own reader takes four times as long for.
	 */
	static void addLocal(SimpleModule module) {
		module.addDeserializer(LocalDate.class, new DateReader())
			.addDeserializer(LocalDateTime.class, new DateTimeReader());
	}

	private static <T> void add(SimpleModule module, Class<T> type, Function<T, Object> write,
			Function<String, T> read) {
		module.addSerializer(type, new Writer<>(type, write));
		module.addDeserializer(type, new Reader<>(type, read));
	}

	private static Instant instant(Date date) {
		return Instant.ofEpochMilli(date.getTime());
	}

	private static long millis(String text) {
		return Instant.parse(text).toEpochMilli();
	}

	private static Timestamp timestamp(String text) {
		return Timestamp.from(Instant.parse(text));
	}

	private static GregorianCalendar calendar(String text) {
		ZonedDateTime time = ZonedDateTime.parse(text);
		GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone(time.getZone()));
		calendar.setTimeInMillis(time.toInstant().toEpochMilli());
		return calendar;
	}

	private static final class Writer<T> extends StdScalarSerializer<T> {

		private final Function<T, Object> write;

		Writer(Class<T> type, Function<T, Object> write) {
			super(type);
			this.write = write;
		}

		@Override
		public void serialize(T value, JsonGenerator generator, SerializationContext context) {
			generator.writeString(this.write.apply(value).toString());
		}

	}

	private static final class Reader<T> extends FromStringDeserializer<T> {

		private final Function<String, T> read;

		Reader(Class<T> type, Function<String, T> read) {
			super(type);
			this.read = read;
		}

		@Override
		protected T _deserialize(String text, DeserializationContext context) {
			try {
				return this.read.apply(text);
			}
			catch (DateTimeException | ArithmeticException ex) {
				throw new IllegalArgumentException(ex);
			}
		}

	}

	/** Whether nothing is said of how a property is written. */
	private static boolean isPlain(JsonFormat.@Nullable Value format) {
		return format == null || !(format.hasPattern() || format.hasShape() || format.hasLenient());
	}

	private static final class DateReader extends LocalDateDeserializer {

		/** 2026-11-24. */
		private static final int LENGTH = 10;

		@Override
		public ValueDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property) {
			return isPlain(findFormatOverrides(context, property, handledType())) ? this
					: super.createContextual(context, property);
		}

		@Override
		public LocalDate deserialize(JsonParser parser, DeserializationContext context) {
			if (parser.hasToken(JsonToken.VALUE_STRING) && parser.getStringLength() == LENGTH) {
				char[] chars = parser.getStringCharacters();
				int start = parser.getStringOffset();
				int year = number(chars, start, start + 4);
				int month = number(chars, start + 5, start + 7);
				int day = number(chars, start + 8, start + LENGTH);
				boolean dashes = chars[start + 4] == '-' && chars[start + 7] == '-';
				if (dashes && year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= 28) {
					return LocalDate.of(year, month, day);
				}
			}
			return super.deserialize(parser, context);
		}

		/** Negative if it is none. */
		private static int number(char[] digits, int start, int end) {
			int number = 0;
			for (int i = start; i < end; i++) {
				int digit = digits[i] - '0';
				if (digit < 0 || digit > 9) {
					return -1;
				}
				number = 10 * number + digit;
			}
			return number;
		}

	}

	/** Many times that are written in parts can have the same hash, which is not seen. */
	private static final class DateTimeReader extends LocalDateTimeDeserializer {

		@Override
		public ValueDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property) {
			return isPlain(findFormatOverrides(context, property, handledType())) ? this
					: super.createContextual(context, property);
		}

		@Override
		public LocalDateTime deserialize(JsonParser parser, DeserializationContext context) {
			if (parser.hasToken(JsonToken.START_ARRAY)) {
				throw new IllegalArgumentException("a time is a text");
			}
			return super.deserialize(parser, context);
		}

	}

}
