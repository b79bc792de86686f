package io.libmc.internal.routing;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A server as the user wrote it.
 */
public record ServerAddress(@Nullable String host, int port, @Nullable String path, @Nullable String alias) {

	public static List<ServerAddress> parseAll(List<String> servers) {
		return servers.stream().map((s) -> new ServerAddress(s, 11211, null, null)).toList();
	}

}
