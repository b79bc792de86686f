package io.libmc;

import org.jspecify.annotations.Nullable;

/**
 * An operation failed. The message says what happened, to which server, after how long
 * and how far the operation had got; it never holds a value or a credential. A failed
 * write may or may not have reached the server unless the message says that nothing was
 * sent.
 *
 * @since 0.1.0
 */
public class MemcachedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/** Null if none was involved. */
	private final @Nullable String server;

	/** What went wrong. */
	private final ErrorCode code;

	/**
	 * Creates an exception.
	 * @param code what went wrong
	 * @param server the server's name as {@link MemcachedClient#version()} shows it, or
	 * {@code null} if none was involved
	 * @param message a full sentence
	 * @param cause the cause, or {@code null}
	 */
	public MemcachedException(ErrorCode code, @Nullable String server, String message, @Nullable Throwable cause) {
		super(message, cause);
		this.server = server;
		this.code = code;
	}

	/**
	 * The server involved.
	 * @return its name, or {@code null} if no server was involved
	 */
	public @Nullable String server() {
		return this.server;
	}

	/**
	 * What went wrong.
	 * @return libmc's error code
	 */
	public ErrorCode code() {
		return this.code;
	}

}
