package io.libmc.spring.autoconfigure;

import java.util.function.Consumer;

/**
 * A property has a value that cannot be used.
 */
final class InvalidLibmcPropertyException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private static final String NOT_SHOWN = "(not shown)";

	private final String property;

	private final String value;

	private final String reason;

	private final String goodValue;

	InvalidLibmcPropertyException(String property, Object value, String goodValue, IllegalArgumentException cause) {
		super("The property " + property + " has the value \"" + value + "\": " + cause.getMessage(), cause);
		this.property = property;
		this.value = String.valueOf(value);
		this.reason = String.valueOf(cause.getMessage());
		this.goodValue = goodValue;
	}

	/**
	 * Applies a property's value.
	 * @param property the property's name
	 * @param value its value
	 * @param goodValue a value as the user could write it
	 * @param option applies it, and throws an {@link IllegalArgumentException} if the
	 * value is a bad one
	 */
	static <T> void apply(String property, T value, String goodValue, Consumer<T> option) {
		try {
			option.accept(value);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidLibmcPropertyException(property, value, goodValue, ex);
		}
	}

	/**
	 * Applies the value of a property that must not be shown.
	 * @param property the property's name
	 * @param goodValue what a good value would be
	 * @param option applies it, and throws an {@link IllegalArgumentException} that does
	 * not show the value if it is a bad one
	 */
	static void applySecret(String property, String goodValue, Runnable option) {
		try {
			option.run();
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidLibmcPropertyException(property, NOT_SHOWN, goodValue, ex);
		}
	}

	boolean isSecret() {
		return this.value.equals(NOT_SHOWN);
	}

	String property() {
		return this.property;
	}

	/** The value as it was bound, which is not always as it was written. */
	String value() {
		return this.value;
	}

	String reason() {
		return this.reason;
	}

	String goodValue() {
		return this.goodValue;
	}

}
