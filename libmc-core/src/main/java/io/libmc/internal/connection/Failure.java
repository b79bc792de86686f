package io.libmc.internal.connection;

import org.jspecify.annotations.Nullable;

/**
 * Why operations failed. Kept as data, shared by all operations that one event fails: the
 * exception is made on each caller's own thread.
 *
 * @param kind which exception it becomes
 * @param message what happened, as part of a sentence
 * @param cause the cause, or null
 */
public record Failure(Kind kind, String message, @Nullable Throwable cause) {

	/** A part of the message where a server has not sent one byte on a connection. */
	static final String SILENCE = " (not one byte has come on this connection; a memcached that speaks its binary protocol "
			+ "only, with -B binary or -S, is one reason)";

	/** What kind of failure. */
	public enum Kind {

		/** The caller's time was up. */
		TIMEOUT,

		/** No room within the bounds of operations in flight. */
		NO_ROOM,

		/** No connection could be made, or none is tried as the server is dead. */
		UNREACHABLE,

		/** The connection was lost. */
		LOST,

		/** The server sent bytes that make no sense. */
		NONSENSE,

		/** The client was closed, or the server taken off the list. */
		CLOSED

	}

	/** Its time was up before its turn came. */
	public static Failure late() {
		return new Failure(Kind.TIMEOUT, "its time was up before it could be sent", null);
	}

}
