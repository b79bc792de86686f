package io.libmc.spring.cache;

/**
 * Ends the decoding of an entry that another version of a class wrote.
 */
final class ChangedClassException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	ChangedClassException(Class<?> type) {
		super("it was written by another version of " + type.getTypeName()
				+ " or of a class within it; libmc.cache.class-changes: tolerate would read it all the same");
	}

}
