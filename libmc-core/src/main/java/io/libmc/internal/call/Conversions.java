package io.libmc.internal.call;

import java.lang.invoke.MethodType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Gives a value the type that the caller asked for: numbers where they fit exactly, and
 * nothing else.
 */
final class Conversions {

	/** Longer numbers are none of libmc's, and take long to write out. */
	private static final int MAX_DIGITS = 4300;

	/** Numbers of more bits have more digits, which it takes long to count. */
	private static final int MAX_BITS = 14_300;

	private static final Map<Class<?>, Function<BigDecimal, Number>> EXACT = Map.of(Long.class,
			BigDecimal::longValueExact, Integer.class, BigDecimal::intValueExact, Short.class,
			BigDecimal::shortValueExact, Byte.class, BigDecimal::byteValueExact, BigInteger.class,
			BigDecimal::toBigIntegerExact, BigDecimal.class, (exact) -> exact);

	private Conversions() {
	}

	/**
	 * The value as this type.
	 * @throws MemcachedException if it is not, exactly, one
	 */
	static <T> T convert(String key, Object value, Class<T> type) {
		Class<?> wanted = wrapper(type);
		@Nullable Object converted = value;
		if (!wanted.isInstance(value) && value instanceof Number number && Number.class.isAssignableFrom(wanted)) {
			converted = convertNumber(number, wanted);
		}
		if (!wanted.isInstance(converted)) {
			throw Failures.wrongType(key, value, type);
		}
		// a primitive class has its wrapper's instances
		@SuppressWarnings("unchecked")
		T result = (T) converted;
		return result;
	}

	private static @Nullable Number convertNumber(Number number, Class<?> wanted) {
		if (number instanceof Double || number instanceof Float) {
			double value = number.doubleValue();
			if (wanted == Double.class) {
				return value;
			}
			if (wanted == Float.class) {
				float narrow = (float) value;
				return (Double.compare(narrow, value) == 0) ? narrow : null;
			}
			if (Double.isNaN(value) || Double.isInfinite(value)) {
				return null;
			}
		}
		try {
			BigDecimal exact = exact(number);
			return (exact.unscaledValue().bitLength() > MAX_BITS && wanted != BigDecimal.class) ? null
					: convertExactly(exact, wanted);
		}
		catch (ArithmeticException ex) {
			return null;
		}
	}

	/** The number, without writing out one that may be long. */
	private static BigDecimal exact(Number number) {
		if (number instanceof BigInteger whole) {
			return new BigDecimal(whole);
		}
		return (number instanceof BigDecimal exact) ? exact : new BigDecimal(number.toString());
	}

	/** A number may be none that this type has: then null, or an exception. */
	private static @Nullable Number convertExactly(BigDecimal exact, Class<?> wanted) {
		Function<BigDecimal, Number> whole = EXACT.get(wanted);
		if (whole != null) {
			boolean longer = wanted != BigDecimal.class && (long) exact.precision() - exact.scale() > MAX_DIGITS;
			return longer ? null : whole.apply(exact);
		}
		if (wanted == Double.class) {
			double value = exact.doubleValue();
			return (!Double.isInfinite(value) && new BigDecimal(value).compareTo(exact) == 0) ? value : null;
		}
		if (wanted == Float.class) {
			float value = exact.floatValue();
			return (!Float.isInfinite(value) && new BigDecimal(value).compareTo(exact) == 0) ? value : null;
		}
		return null;
	}

	private static Class<?> wrapper(Class<?> type) {
		return type.isPrimitive() ? MethodType.methodType(type).wrap().returnType() : type;
	}

}
