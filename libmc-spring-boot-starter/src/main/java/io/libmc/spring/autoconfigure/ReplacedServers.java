package io.libmc.spring.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

import io.libmc.MemcachedClient;

/**
 * Sees to it, for a test, that nothing reaches the servers that the application
 * configures: all connection details and clients that are beans are led to embedded
 * servers, whoever makes them.
 */
final class ReplacedServers implements BeanPostProcessor {

	private final ObjectProvider<EmbeddedServers> servers;

	ReplacedServers(ObjectProvider<EmbeddedServers> servers) {
		this.servers = servers;
	}

	/** Where a cluster is instead. */
	LibmcConnectionDetails of(String cluster) {
		return this.servers.getObject().details(cluster);
	}

	/** A client has not connected yet: it does so for its first operation. */
	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof LibmcConnectionDetails) {
			return of(LibmcClusters.DEFAULT);
		}
		if (bean instanceof MemcachedClient client) {
			client.updateServers(this.servers.getObject().detailsForClient(beanName).getServers());
		}
		return bean;
	}

}
