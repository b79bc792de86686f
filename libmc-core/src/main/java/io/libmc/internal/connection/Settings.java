package io.libmc.internal.connection;

/**
 * What every connection of a client shares.
 *
 * @param connectNanos how long a TCP connect may take
 * @param pollNanos how long a caller waits, and how long a server may be silent
 * @param retryNanos how long a dead server is left alone
 * @param connectionsPerServer how many connections a server gets
 * @param maxInFlightOperations how many operations may be in line on one connection
 * @param maxInFlightBytes how many bytes of requests may be in line on one connection
 * @param maxValueBytes the largest value read
 * @param events who is told of servers going down and coming up
 */
public record Settings(long connectNanos, long pollNanos, long retryNanos, int connectionsPerServer,
		int maxInFlightOperations, long maxInFlightBytes, int maxValueBytes, ServerEvents events) {

	/** Told of servers going down and coming up, once each. */
	public interface ServerEvents {

		void down(String server, String reason);

		void up(String server, long downForNanos);

	}

}
