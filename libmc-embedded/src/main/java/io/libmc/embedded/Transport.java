package io.libmc.embedded;

/**
 * Serves the clients of a listening socket until it is closed.
 */
interface Transport {

	/** Accepts from now on. */
	void start();

	/** Goes on accepting, but reads and answers nothing. */
	void pause();

	void resume();

	/** Hangs up on everybody, and stops listening. Returns when that is done. */
	void close();

}
