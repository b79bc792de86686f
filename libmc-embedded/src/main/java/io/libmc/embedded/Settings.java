package io.libmc.embedded;

import java.net.SocketAddress;
import java.util.Map;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

/**
 * What a server was told when it was built.
 *
 * @param address where it is to listen
 * @param passwords by user, both as characters of a byte each; empty if nobody has to say
 * who they are
 * @param knownClientsOnly whether clients have to show a certificate
 */
record Settings(MemcachedVersion version, SocketAddress address, long maxBytes, int maxItemSize, int maxConnections,
		boolean evicting, @Nullable SSLContext ssl, boolean knownClientsOnly, Map<String, String> passwords,
		int verbosity, boolean virtualThreads) {
}
