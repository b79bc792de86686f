package io.libmc.spring.observation;

import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import org.jspecify.annotations.Nullable;

import io.libmc.MemcachedListener.Outcome;

/**
 * One operation on one server. memcached takes no headers, so a trace ends here: nothing
 * is propagated.
 *
 * @since 0.1.0
 */
public final class MemcachedObservationContext extends SenderContext<Object> {

	private final String command;

	private final String server;

	private final String cluster;

	private @Nullable Outcome outcome;

	MemcachedObservationContext(String cluster, String command, String server) {
		super((carrier, key, value) -> {
		}, Kind.CLIENT);
		this.command = command;
		this.server = server;
		this.cluster = cluster;
		setRemoteServiceName("memcached");
		setRemoteServiceAddress(server);
	}

	/**
	 * The command that is performed.
	 * @return memcached's command in lower case, such as {@code get}
	 */
	public String getCommand() {
		return this.command;
	}

	/**
	 * The server that performs it.
	 * @return the server's name
	 */
	public String getServer() {
		return this.server;
	}

	/**
	 * The cluster that the server is of.
	 * @return the cluster's name below {@code libmc.clusters}, or {@code default}
	 */
	public String getCluster() {
		return this.cluster;
	}

	/**
	 * How the operation ended.
	 * @return the outcome, or {@code null} until it has ended
	 */
	public @Nullable Outcome getOutcome() {
		return this.outcome;
	}

	void setOutcome(Outcome outcome) {
		this.outcome = outcome;
	}

}
