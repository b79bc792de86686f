package io.libmc.internal.call;

import java.lang.invoke.MethodType;
import java.math.BigDecimal;
import java.math.BigInteger;

import org.jspecify.annotations.Nullable;

/**
 * Gives a value the type that the caller asked for: numbers where they fit exactly, and
 * nothing else.
 */
final class Conversions {

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
		@SuppressWarnings("unchecked") // a primitive class has its wrapper's instances
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
			return convertExactly(new BigDecimal(number.toString()), wanted);
		}
		catch (ArithmeticException ex) {
			return null;
		}
	}

	private static @Nullable Number convertExactly(BigDecimal exact, Class<?> wanted) {
		if (wanted == Long.class) {
			return exact.longValueExact();
		}
		if (wanted == Integer.class) {
			return exact.intValueExact();
		}
		if (wanted == Short.class) {
			return exact.shortValueExact();
		}
		if (wanted == Byte.class) {
			return exact.byteValueExact();
		}
		if (wanted == BigInteger.class) {
			return exact.toBigIntegerExact();
		}
		if (wanted == BigDecimal.class) {
			return exact;
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
