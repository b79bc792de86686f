package io.libmc.internal.connection;

import io.libmc.internal.protocol.SpareRules;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens.
 *
 * @param name what users know it by
 * @param host the host to resolve at every connect, or null for a unix socket
 * @param port the TCP port
 * @param path the unix socket's path, or null for TCP
 * @param spare what holds for it if it stands in for others, else null
 */
public record Endpoint(String name, @Nullable String host, int port, @Nullable String path,
		@Nullable SpareRules spare) {

	public Endpoint(String name, @Nullable String host, int port, @Nullable String path) {
		this(name, host, port, path, null);
	}

	/** Whether it stands for servers that are not known yet. */
	boolean isUnknown() {
		return this.host == null && this.path == null;
	}

}
