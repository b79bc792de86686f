package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;
import org.springframework.test.context.event.BeforeTestMethodEvent;

import io.libmc.MemcachedClient;
import io.libmc.embedded.EmbeddedMemcached;

/**
 * Lets each test that asks for embedded servers find them running and empty, and the
 * clients knowing that: like the application context, which many tests share, both
 * outlive a test that has stopped a server.
 */
final class EmbeddedServersReset implements ApplicationListener<BeforeTestMethodEvent> {

	private static final Duration LONGEST = Duration.ofSeconds(5);

	private static final Duration PAUSE = Duration.ofMillis(20);

	/** Nothing connects to it. */
	private static final String NONE = "127.0.0.1:1 none";

	private final EmbeddedServers servers;

	private final ListableBeanFactory beanFactory;

	private final boolean asked;

	EmbeddedServersReset(EmbeddedServers servers, ListableBeanFactory beanFactory, Environment environment) {
		this.servers = servers;
		this.beanFactory = beanFactory;
		this.asked = Binder.get(environment).bind(LibmcEmbeddedProperties.REPLACES, Boolean.class).isBound();
	}

	/**
	 * Empties the servers when they have answered: what they were sent during a pause
	 * came before.
	 */
	@Override
	public void onApplicationEvent(BeforeTestMethodEvent event) {
		if (this.asked) {
			this.servers.all().filter((server) -> !server.isRunning()).forEach(EmbeddedMemcached::restart);
			this.servers.all().forEach(EmbeddedMemcached::resume);
			this.beanFactory.getBeansOfType(MemcachedClient.class, false, false).forEach(this::reset);
			this.servers.all().forEach(EmbeddedMemcached::flushAll);
		}
	}

	/** A client that takes a server for down asks it at once if it is a new one. */
	private void reset(String name, MemcachedClient client) {
		List<String> embedded = this.servers.detailsForClient(name).getServers();
		long start = System.nanoTime();
		while (isEmbedded(client) && !answered(client)) {
			if (System.nanoTime() - start > LONGEST.toNanos()) {
				throw new IllegalStateException("The client \"" + name + "\" does not reach the embedded servers "
						+ embedded + ", which speak neither TLS nor ask for passwords: " + client.servers());
			}
			client.updateServers(List.of(NONE));
			client.updateServers(embedded);
			LockSupport.parkNanos(PAUSE.toNanos());
		}
	}

	private static boolean isEmbedded(MemcachedClient client) {
		return !client.servers().isEmpty()
				&& client.servers().stream().allMatch((server) -> server.name().startsWith(EmbeddedServers.ALIAS));
	}

	private static boolean answered(MemcachedClient client) {
		return client.version().size() == client.servers().size();
	}

}
