package io.libmc.spring.autoconfigure;

import java.util.List;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;

import io.libmc.MemcachedClient;

/**
 * Takes another list of servers while the application runs: when Spring Cloud says that
 * the environment has changed, or that refresh-scoped beans, of which the connection
 * details may be one, were created anew. Spring Cloud is known by name only.
 */
final class ServersRefresh implements SmartApplicationListener {

	static final String ENVIRONMENT_CHANGE_EVENT = "org.springframework.cloud.context.environment.EnvironmentChangeEvent";

	private static final Set<String> EVENTS = Set.of(ENVIRONMENT_CHANGE_EVENT,
			"org.springframework.cloud.context.scope.refresh.RefreshScopeRefreshedEvent");

	private static final Log logger = LogFactory.getLog(ServersRefresh.class);

	private final LibmcConnectionDetails connection;

	private final MemcachedClient client;

	private List<String> servers;

	ServersRefresh(LibmcConnectionDetails connection, MemcachedClient client) {
		this.connection = connection;
		this.client = client;
		this.servers = connection.getServers();
	}

	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> eventType) {
		return EVENTS.contains(eventType.getName());
	}

	/** A list that cannot be used changes nothing. */
	@Override
	public synchronized void onApplicationEvent(ApplicationEvent event) {
		try {
			List<String> current = this.connection.getServers();
			if (!current.equals(this.servers)) {
				this.client.updateServers(current);
				logger.info("The memcached servers are " + current + " now; they were " + this.servers);
				this.servers = current;
			}
		}
		catch (RuntimeException ex) {
			logger.error("The memcached servers are still " + this.servers + ": the new ones cannot be used", ex);
		}
	}

}
