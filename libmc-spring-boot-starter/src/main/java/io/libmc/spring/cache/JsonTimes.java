package io.libmc.spring.cache;

import java.sql.Time;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.TimeZone;
import java.util.function.Function;

import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.FromStringDeserializer;
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

}
