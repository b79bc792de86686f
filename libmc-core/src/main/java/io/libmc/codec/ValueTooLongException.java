package io.libmc.codec;

/**
 * Ends the encoding of a value that takes more bytes than it may.
 */
final class ValueTooLongException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	ValueTooLongException(int maxBytes) {
		super("the value takes more than " + maxBytes + " bytes; store it in parts");
	}

}
