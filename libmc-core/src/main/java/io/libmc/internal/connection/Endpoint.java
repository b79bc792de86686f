package io.libmc.internal.connection;

import org.jspecify.annotations.Nullable;

/**
 * Where a server listens.
 *
 * @param name what users know it by
 * @param host the host to resolve at every connect, or null for a unix socket
 * @param port the TCP port
 * @param path the unix socket's path, or null for TCP
 */
public record Endpoint(String name, @Nullable String host, int port, @Nullable String path) {

	/** Whether it stands for servers that are not known yet. */
	boolean isUnknown() {
		return this.host == null && this.path == null;
	}

}
