package io.libmc;

/**
 * A loader threw a checked exception, which is the cause. Unchecked ones and errors are
 * thrown as they are.
 *
 * @since 0.1.0
 */
public final class LoadException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param key the key that was loaded
	 * @param cause what the loader threw
	 */
	public LoadException(String key, Throwable cause) {
		super("loading the value of \"" + key + "\" failed: " + cause.getMessage(), cause);
	}

}
