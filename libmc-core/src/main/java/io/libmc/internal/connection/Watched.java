package io.libmc.internal.connection;

/**
 * What {@link Watchdog} looks after, until it is gone.
 */
public interface Watched {

	/** What {@link #check} answers when there is nothing left to look after. */
	long GONE = Long.MAX_VALUE;

	/** Later than any deadline. */
	long FAR = Long.MAX_VALUE / 2;

	/**
	 * Does what is due, without blocking.
	 * @return in how many nanoseconds to ask again at the latest
	 */
	long check(long now);

	/** The client was closed: all of it is due. */
	void close();

}
