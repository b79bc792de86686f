package io.libmc;

import org.jspecify.annotations.Nullable;

/**
 * A server as a client sees it at one moment. The server is not asked.
 *
 * @param name the server's name
 * @param outage why the last attempt to connect failed, or {@code null} unless it did
 * @param share which part of all keys lives on the server, from 0 to 1
 * @param connections how many connections are open
 * @param inFlight how many operations wait for their reply
 * @param bytesWritten how many bytes of requests were written to it, since the client
 * knows it
 * @param bytesRead how many bytes of replies were read from it, since the client knows it
 * @since 0.1.0
 */
public record ServerSnapshot(String name, @Nullable String outage, double share, int connections, long inFlight,
		long bytesWritten, long bytesRead) {

	/**
	 * Whether it takes operations. A server that was never connected to does.
	 * @return {@code false} if the last attempt to connect failed
	 */
	public boolean isUp() {
		return this.outage == null;
	}

}
