package io.libmc.spring.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import io.libmc.MemcachedClient;
import io.libmc.ServerSnapshot;

/**
 * Asks every server for its version. The health is {@code UP} if all answer. Else it is
 * {@code DOWN} where a failing memcached reaches the application, and {@code UNKNOWN}
 * where it does not: Boot answers that with 200, and a cache that is down is no reason to
 * take the application out of rotation.
 */
final class LibmcHealthIndicator extends AbstractHealthIndicator {

	private final MemcachedClient client;

	private final boolean failuresReachTheApplication;

	LibmcHealthIndicator(MemcachedClient client, boolean failuresReachTheApplication) {
		super("The memcached health check failed");
		this.client = client;
		this.failuresReachTheApplication = failuresReachTheApplication;
	}

	@Override
	protected void doHealthCheck(Health.Builder health) {
		Map<String, String> versions = this.client.version();
		Map<String, Map<String, Object>> servers = new LinkedHashMap<>();
		boolean allAnswer = true;
		for (ServerSnapshot server : this.client.servers()) {
			String version = versions.get(server.name());
			allAnswer &= version != null;
			servers.put(server.name(), (version != null) ? up(version) : down(server));
		}
		health.status(allAnswer ? Status.UP : this.failuresReachTheApplication ? Status.DOWN : Status.UNKNOWN)
			.withDetail("servers", servers);
	}

	private static Map<String, Object> up(String version) {
		return Map.of("status", Status.UP.getCode(), "version", version);
	}

	private static Map<String, Object> down(ServerSnapshot server) {
		String reason = (server.outage() != null) ? server.outage() : "it does not answer";
		return Map.of("status", Status.DOWN.getCode(), "reason", reason);
	}

}
