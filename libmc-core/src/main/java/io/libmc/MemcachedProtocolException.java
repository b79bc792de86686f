package io.libmc;

import org.jspecify.annotations.Nullable;

/**
 * memcached answered {@code CLIENT_ERROR} or {@code ERROR}, or with bytes that make no
 * sense.
 *
 * @since 0.1.0
 */
public class MemcachedProtocolException extends MemcachedException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param code what went wrong
	 * @param server the server's name, or {@code null} if none was involved
	 * @param message a full sentence
	 * @param cause the cause, or {@code null}
	 */
	public MemcachedProtocolException(ErrorCode code, @Nullable String server, String message,
			@Nullable Throwable cause) {
		super(code, server, message, cause);
	}

}
