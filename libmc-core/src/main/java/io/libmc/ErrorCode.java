package io.libmc;

/**
 * What went wrong, in libmc's own terms ({@code MC_*_ERR}).
 *
 * @since 0.1.0
 */
public enum ErrorCode {

	/** The request could not be written: the connection broke while sending. */
	SEND_ERROR(-9),

	/** The reply could not be read: the connection broke, or its bytes made no sense. */
	RECV_ERROR(-8),

	/** No connection: refused, timed out, unknown host, or the server is marked dead. */
	CONNECTION_POLL_ERROR(-7),

	/** No reply in time. */
	POLL_TIMEOUT_ERROR(-6),

	/** Waiting for the socket failed. Kept for parity; not produced by this client. */
	POLL_ERROR(-5),

	/** memcached answered {@code SERVER_ERROR}. */
	SERVER_ERROR(-4),

	/** memcached answered {@code CLIENT_ERROR} or {@code ERROR}. */
	PROGRAMMING_ERROR(-3),

	/**
	 * A bad key. Kept for parity; here a bad key is an {@link IllegalArgumentException}.
	 */
	INVALID_KEY_ERROR(-2),

	/** The reply ended early, or the value cannot be decoded. */
	INCOMPLETE_BUFFER_ERROR(-1);

	private final int value;

	ErrorCode(int value) {
		this.value = value;
	}

	/**
	 * The number that libmc's {@code get_last_error()} gives for it.
	 * @return a negative number
	 */
	public int value() {
		return this.value;
	}

}
