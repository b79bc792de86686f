package io.libmc.internal.protocol;

/**
 * How memcached answered a request.
 */
public enum Answer {

	/** Not yet. */
	NONE,

	/** The end of the values or statistics asked for. */
	END,

	STORED, NOT_STORED, EXISTS, NOT_FOUND, DELETED, TOUCHED, OK, NUMBER, VERSION,

	/**
	 * A meta command was done ({@code HD}, {@code VA}, {@code MN}, {@code ME}); its data
	 * are the first value, or what the counter stands at.
	 */
	DONE,

	/** {@code SERVER_ERROR}. */
	SERVER_ERROR,

	/** {@code CLIENT_ERROR} or {@code ERROR}. */
	CLIENT_ERROR,

	/** A value larger than the client takes; its bytes were dropped. */
	TOO_LARGE;

	/** Whether it is an error's line. */
	boolean isError() {
		return this == SERVER_ERROR || this == CLIENT_ERROR;
	}

}
