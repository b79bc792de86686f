package io.libmc.benchmarks.client;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * What a client is opened with.
 *
 * @param servers each {@code host:port}
 * @param connections to each server, for the clients that let one choose
 * @param compressionThreshold values of more bytes are compressed; 0 for never
 */
public record ClientSettings(List<String> servers, int connections, int compressionThreshold) {

	/** How long any client waits for a reply, in milliseconds. */
	public static final int TIMEOUT_MILLIS = 5000;

	List<InetSocketAddress> addresses() {
		return this.servers.stream().map((server) -> {
			int colon = server.lastIndexOf(':');
			return new InetSocketAddress(server.substring(0, colon), Integer.parseInt(server.substring(colon + 1)));
		}).toList();
	}

}
