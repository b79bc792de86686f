package io.libmc;

import org.jspecify.annotations.Nullable;

/**
 * memcached answered {@code SERVER_ERROR}: it understood the command and could not carry
 * it out (out of memory, object too large for cache). The connection goes on.
 *
 * @since 0.1.0
 */
public class MemcachedServerException extends MemcachedException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param code what went wrong
	 * @param server the server's name, or {@code null} if none was involved
	 * @param message a full sentence
	 * @param cause the cause, or {@code null}
	 */
	public MemcachedServerException(ErrorCode code, @Nullable String server, String message,
			@Nullable Throwable cause) {
		super(code, server, message, cause);
	}

}
