package io.libmc;

import org.jspecify.annotations.Nullable;

/**
 * The operation was not done within {@code pollTimeout}. Whether the server executed it
 * is unknown unless the message says that nothing was sent.
 *
 * @since 0.1.0
 */
public class MemcachedTimeoutException extends MemcachedException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates a timeout.
	 * @param code what went wrong
	 * @param server the server's name, or {@code null} if none was involved
	 * @param message a full sentence
	 * @param cause the cause, or {@code null}
	 */
	public MemcachedTimeoutException(ErrorCode code, @Nullable String server, String message,
			@Nullable Throwable cause) {
		super(code, server, message, cause);
	}

}
