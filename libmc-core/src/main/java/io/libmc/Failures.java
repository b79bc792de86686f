package io.libmc;

import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.protocol.Exchange.Answer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the exceptions, on the thread that gets them.
 */
final class Failures {

	private Failures() {
	}

	/**
	 * What an operation that failed, or was answered with an error, throws; null if
	 * neither.
	 */
	static @Nullable MemcachedException of(Operation operation, String server) {
		Failure failure = operation.failure();
		if (failure != null) {
			return of(operation, server, failure);
		}
		Answer answer = operation.answer();
		return switch (answer) {
			case SERVER_ERROR -> new MemcachedServerException(ErrorCode.SERVER_ERROR, server,
					server + " answered " + operation.command() + " with \"" + operation.text() + "\"", null);
			case CLIENT_ERROR -> new MemcachedProtocolException(ErrorCode.PROGRAMMING_ERROR, server,
					server + " answered " + operation.command() + " with \"" + operation.text() + "\"", null);
			case TOO_LARGE -> new MemcachedException(ErrorCode.INCOMPLETE_BUFFER_ERROR, server,
					operation.text() + ", more than this client takes; raise maxValueBytes if that is intended", null);
			default -> null;
		};
	}

	private static MemcachedException of(Operation operation, String server, Failure failure) {
		String message = operation.command() + " on " + server + " failed after "
				+ (System.nanoTime() - operation.startedAt()) / 1_000_000 + " ms: " + failure.message() + "; "
				+ progress(operation.progress());
		Throwable cause = failure.cause();
		return switch (failure.kind()) {
			case TIMEOUT, NO_ROOM -> new MemcachedTimeoutException(ErrorCode.POLL_TIMEOUT_ERROR, server,
					message + " (pollTimeout; raise it, or see what keeps the server busy)", cause);
			case UNREACHABLE ->
				new MemcachedConnectionException(ErrorCode.CONNECTION_POLL_ERROR, server, message, cause);
			case LOST,
					CLOSED ->
				new MemcachedConnectionException(
						(operation.progress() == Progress.UNSENT) ? ErrorCode.SEND_ERROR : ErrorCode.RECV_ERROR, server,
						message, cause);
			case NONSENSE -> new MemcachedProtocolException(ErrorCode.RECV_ERROR, server, message, cause);
		};
	}

	private static String progress(Progress progress) {
		return switch (progress) {
			case UNSENT -> "nothing of it was sent";
			case SENT -> "it was sent, and nothing of the reply came";
			case PARTLY_READ -> "it was sent, and a part of the reply came";
		};
	}

	static MemcachedException undecodable(String key, int flags, RuntimeException cause) {
		return new MemcachedException(ErrorCode.INCOMPLETE_BUFFER_ERROR, null, "the value of \"" + key
				+ "\" with flags " + (flags & 0xffffffffL) + " cannot be decoded: " + cause.getMessage(), cause);
	}

	static MemcachedException wrongType(String key, Object value, Class<?> wanted) {
		return new MemcachedException(ErrorCode.INCOMPLETE_BUFFER_ERROR, null, "the value of \"" + key + "\" is a "
				+ value.getClass().getName() + " and not, exactly, a " + wanted.getName(), null);
	}

}
