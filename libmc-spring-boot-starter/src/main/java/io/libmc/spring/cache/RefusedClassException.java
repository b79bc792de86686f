package io.libmc.spring.cache;

/**
 * Ends the encoding of a value that holds an object of a class that is not allowed.
 */
final class RefusedClassException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String className;

	RefusedClassException(Class<?> type, FormatAdvice advice) {
		super("a " + type.getTypeName() + " cannot be cached: "
				+ Refusals.notAllowed(type.getTypeName().replace("[]", ""), advice));
		this.className = type.getTypeName().replace("[]", "");
	}

	String className() {
		return this.className;
	}

}
