package io.libmc.embedded;

/**
 * Serves the clients of a listening socket until it is closed.
 */
interface Transport {

	/** After a failure to accept, such as too many open files; memcached's too. */
	int PAUSE_MILLIS = 10;

	/** Accepts from now on. */
	void start();

	/**
	 * Goes on accepting, but reads and answers nothing. Returns when nothing is being
	 * done for a client any more.
	 */
	void pause();

	void resume();

	/** Hangs up on everybody, and stops listening. Returns when that is done. */
	void close();

}
