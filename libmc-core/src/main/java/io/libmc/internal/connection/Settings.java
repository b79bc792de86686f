package io.libmc.internal.connection;

import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

/**
 * What every connection of a client shares.
 *
 * @param connectNanos how long a TCP connect may take
 * @param handshakeNanos how long TLS and authentication may take
 * @param pollNanos how long a caller waits, and how long a server may be silent
 * @param retryNanos how long a dead server is left alone
 * @param connectionsPerServer how many connections a server gets
 * @param maxInFlightOperations how many operations may be in line on one connection
 * @param maxInFlightBytes how many bytes of requests may be in line on one connection
 * @param maxValueBytes the largest value read
 * @param credentials whom to be, or null for nobody
 * @param ssl what to speak TLS with, or null for not
 * @param hostnameVerification whether a certificate must be for the server's host
 * @param events who is told of servers going down and coming up
 */
public record Settings(long connectNanos, long handshakeNanos, long pollNanos, long retryNanos,
		int connectionsPerServer, int maxInFlightOperations, long maxInFlightBytes, int maxValueBytes,
		@Nullable Credentials credentials, @Nullable Supplier<SSLContext> ssl, boolean hostnameVerification,
		ServerEvents events) {

	/** Told of servers going down and coming up, once each. */
	public interface ServerEvents {

		/** A server goes down, before any operation is told, and so without waiting. */
		void goesDown();

		void down(String server, String reason);

		void up(String server, long downForNanos);

	}

}
