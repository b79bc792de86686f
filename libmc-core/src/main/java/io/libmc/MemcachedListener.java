package io.libmc;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Told of every operation and of servers going down and coming up: what metrics, tracing
 * and alarms hang on. Every method does nothing unless overridden. Must be thread-safe
 * and quick; called on the thread of the operation, never inside a lock of the client.
 * What a listener throws, whatever it is, is logged and otherwise ignored.
 *
 * @since 0.1.0
 */
public interface MemcachedListener {

	/** How an operation ended. */
	enum Outcome {

		/** A read found its key. */
		HIT,

		/** The key is absent: of a read, a delete, a touch, an incr or a decr. */
		MISS,

		/** Done as asked: a write, a delete, a touch, a counter, an admin command. */
		SUCCESS,

		/** The server declined a write: the key exists, is absent or has changed. */
		NOT_STORED,

		/** No reply in time. */
		TIMEOUT,

		/** Everything else that throws. */
		ERROR

	}

	/** How a load by {@link MemcachedClient#getOrLoad getOrLoad} ended. */
	enum LoadOutcome {

		/** This caller was elected, loaded and stored. */
		WON,

		/**
		 * This caller got the value that another one of this process had found or loaded.
		 */
		WAITED,

		/**
		 * This caller waited for as long as its policy says and then loaded for itself.
		 */
		TIMED_OUT,

		/**
		 * This caller loaded, but its value was not stored: it was overtaken, or may have
		 * been on another server or run of it, or is too large.
		 */
		LOST,

		/** This caller was elected to refresh a value, loaded and stored. */
		REFRESHED,

		/** This caller was elected to refresh a value, and its loader failed. */
		REFRESH_FAILED,

		/** memcached failed, so this caller loaded for itself. */
		BYPASSED

	}

	/**
	 * A caller of {@code getOrLoad} has loaded a value, or was spared it by another.
	 * @param outcome how
	 */
	default void loadEnded(LoadOutcome outcome) {
	}

	/**
	 * An operation starts. A read of many keys is one for each server and 500 keys, a
	 * write of many is one for each key.
	 * @param command memcached's command in lower case, such as {@code get}
	 * @param server the server's name
	 * @return anything; handed to {@link #operationStopped}
	 */
	default @Nullable Object operationStarted(String command, String server) {
		return null;
	}

	/**
	 * An operation ended.
	 * @param command memcached's command in lower case, such as {@code get}
	 * @param server the server's name
	 * @param outcome how it ended; of many keys: {@code HIT} if any was found
	 * @param elapsed how long it took; of several that one call sends to a server at
	 * once, until the last of them had ended
	 * @param started what {@link #operationStarted} returned
	 */
	default void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
			@Nullable Object started) {
	}

	/**
	 * A connect attempt failed: the server is dead until an attempt succeeds. Told once,
	 * not again for each further attempt; after it took effect, on a thread that no
	 * operation waits for. What is told of one server is told in order: while this method
	 * runs, {@link #serverUp} waits.
	 * @param server the server's name
	 * @param reason a sentence
	 */
	default void serverDown(String server, String reason) {
	}

	/**
	 * A dead server took a connection again. Told as {@link #serverDown} is; of a server
	 * that went down and came up while the listener was busy, nothing is told.
	 * @param server the server's name
	 * @param downFor how long it was dead
	 */
	default void serverUp(String server, Duration downFor) {
	}

	/** What came of asking which servers there are. */
	enum ListOutcome {

		/** Another list, which was taken. */
		CHANGED,

		/** The list is as it was. */
		UNCHANGED,

		/** Another list, which is taken if it is still the same a while later. */
		HELD,

		/** A list older than the one that is there, which was not taken. */
		OUTDATED,

		/** A list without servers, which was not taken. */
		EMPTY,

		/** There was no answer, or none that makes sense. */
		FAILED

	}

	/**
	 * It was asked which servers there are, by
	 * {@linkplain MemcachedClientBuilder#discovery discovery}.
	 * @param outcome what came of it
	 * @param elapsed how long it took
	 */
	default void serversAsked(ListOutcome outcome, Duration elapsed) {
	}

	/**
	 * The client takes another list of servers.
	 * @param servers the servers' names
	 */
	default void serversChanged(List<String> servers) {
	}

}
