package io.libmc.spring.autoconfigure;

import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

import io.libmc.MemcachedClient;

/**
 * Closes clients when all beans are gone that may use them, also those that do so through
 * a cache and of which Spring does not know it. Beans are destroyed in the opposite order
 * of their creation, and those that process the bean factory are created first.
 */
final class ClientCloser implements BeanFactoryPostProcessor, DisposableBean {

	private final Collection<MemcachedClient> clients = new ConcurrentLinkedQueue<>();

	/** Sees to it that a client is closed. */
	MemcachedClient closeAtTheEnd(MemcachedClient client) {
		this.clients.add(client);
		return client;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
	}

	@Override
	public void destroy() {
		this.clients.forEach(MemcachedClient::close);
	}

}
