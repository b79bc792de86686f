package io.libmc.internal.call;

import java.nio.charset.StandardCharsets;

import io.libmc.ErrorCode;
import io.libmc.MemcachedConnectionException;
import io.libmc.MemcachedException;
import io.libmc.MemcachedProtocolException;
import io.libmc.MemcachedServerException;
import io.libmc.MemcachedTimeoutException;
import io.libmc.codec.Transcoder;
import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.protocol.Answer;
import io.libmc.internal.protocol.ServerText;
import org.jspecify.annotations.Nullable;

/**
 * Makes the exceptions, on the thread that gets them.
 */
final class Failures {

	private Failures() {
	}

	/** Whether an operation failed, or was answered with an error. */
	static boolean isFailure(Operation operation) {
		return operation.failure() != null || switch (operation.answer()) {
			case SERVER_ERROR, CLIENT_ERROR, TOO_LARGE -> true;
			default -> false;
		};
	}

	/**
	 * Whether a server that is there did not take the request, or answered with nonsense.
	 */
	static boolean isRefusal(Operation operation) {
		Failure failure = operation.failure();
		return (failure != null) ? failure.kind() == Failure.Kind.NONSENSE : operation.answer() == Answer.CLIENT_ERROR;
	}

	/** What an operation throws that {@linkplain #isFailure failed}. */
	static MemcachedException of(Operation operation, String server) {
		Failure failure = operation.failure();
		if (failure != null) {
			return of(operation, server, failure);
		}
		String answered = server + " answered " + operation.command() + " with \"" + operation.text() + "\"";
		return switch (operation.answer()) {
			case SERVER_ERROR -> new MemcachedServerException(ErrorCode.SERVER_ERROR, server, answered, null);
			case CLIENT_ERROR -> new MemcachedProtocolException(ErrorCode.PROGRAMMING_ERROR, server,
					answered + hint(String.valueOf(operation.text())), null);
			case TOO_LARGE -> tooLarge(server, String.valueOf(operation.text()));
			default -> throw new IllegalStateException(answered + ", which is no failure");
		};
	}

	/** What to do about an error, where that is known. */
	private static String hint(String error) {
		if (error.contains("non-numeric")) {
			return "; a counter is stored as an integer, such as set(key, 5) or add(key, 0), and a String of digits is none";
		}
		if (isUnauthenticated(error)) {
			return "; the server wants to know a user and a password (memcached -Y): give the client its credentials(user, password)";
		}
		return "";
	}

	/** Whether a server wants to know who asks, before it does anything. */
	static boolean isUnauthenticated(@Nullable String error) {
		return error != null
				&& (error.contains("unauthenticated") || error.contains("bad authentication token format"));
	}

	private static MemcachedException of(Operation operation, String server, Failure failure) {
		String message = operation.command() + " on " + server + " failed after "
				+ (System.nanoTime() - operation.startedAt()) / 1_000_000 + " ms: " + failure.message() + "; "
				+ progress(operation.progress()) + hint(failure.message());
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
			case PENDING -> "it waits to be sent behind others, which may still happen";
			case SENT -> "it was sent, and nothing of the reply came";
			case PARTLY_READ -> "it was sent, and a part of the reply came";
		};
	}

	static MemcachedException notChunked(byte[] key) {
		return new MemcachedException(ErrorCode.INCOMPLETE_BUFFER_ERROR, null,
				"the value of \"" + new String(key, StandardCharsets.UTF_8) + "\" is flagged as chunked ("
						+ Transcoder.CHUNKED + ") but its item holds no number of 2 to 10",
				null);
	}

	static MemcachedException tooLarge(String server, String what) {
		return new MemcachedException(ErrorCode.INCOMPLETE_BUFFER_ERROR, server, what, null);
	}

	static MemcachedException refusedToGrow(String key, @Nullable String server) {
		return new MemcachedServerException(ErrorCode.SERVER_ERROR, server,
				server + " refused to add to the item of \"" + key
						+ "\" though it is there: it would become too large for "
						+ "the server (memcached -I), or there is no memory for it",
				null);
	}

	static MemcachedException chunksTooLarge(byte[] key, int most) {
		return new MemcachedException(ErrorCode.INCOMPLETE_BUFFER_ERROR, null,
				"the chunks of \"" + new String(key, StandardCharsets.UTF_8) + "\" have together more than the " + most
						+ " bytes that this client takes; raise maxValueBytes if that is intended",
				null);
	}

	static MemcachedException mixedChunks(byte[] key) {
		return new MemcachedException(ErrorCode.INCOMPLETE_BUFFER_ERROR, null,
				"the chunks of \"" + new String(key, StandardCharsets.UTF_8) + "\" are not those of one value: "
						+ "somebody counted its item with incr or decr (counting back restores it), or two callers "
						+ "stored it at once; store it anew",
				null);
	}

	static MemcachedException noMemory(int length, OutOfMemoryError cause) {
		return new MemcachedException(ErrorCode.INCOMPLETE_BUFFER_ERROR, null,
				"the value has " + length + " bytes, for which this process had no memory left", cause);
	}

	static MemcachedException undecodable(String key, int flags, Throwable cause) {
		return new MemcachedException(
				ErrorCode.INCOMPLETE_BUFFER_ERROR, null, "the value of \"" + key + "\" with flags "
						+ (flags & 0xffffffffL) + " cannot be decoded: " + ServerText.escaped(cause.getMessage()),
				ServerText.escaped(cause));
	}

	static MemcachedException wrongType(String key, Object value, Class<?> wanted) {
		return new MemcachedException(ErrorCode.INCOMPLETE_BUFFER_ERROR, null, "the value of \"" + key + "\" is a "
				+ value.getClass().getName() + " and not, exactly, a " + wanted.getName(), null);
	}

}
