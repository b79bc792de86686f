package io.libmc.embedded;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A client's socket, blocking or not, in the clear or not.
 */
interface Wire extends Closeable {

	/**
	 * Reads what is there, from a socket that does not block.
	 * @return the number of bytes, 0 if nothing is there, -1 at the end
	 */
	int read(ByteBuffer target) throws IOException;

	/**
	 * Waits until something is there, on a socket that blocks, and may read that.
	 * @return the number of bytes, 0 if they are to be read, -1 at the end
	 */
	int await(ByteBuffer target) throws IOException;

	/**
	 * Writes what the socket takes, which does not block.
	 * @return whether everything went out, including what was taken before
	 */
	boolean write(ByteBuffer source) throws IOException;

	/** Whether something waits to be written, though nobody asked for that. */
	boolean wantsToWrite();

}
