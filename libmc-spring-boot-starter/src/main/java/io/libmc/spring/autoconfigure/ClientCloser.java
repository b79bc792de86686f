package io.libmc.spring.autoconfigure;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

import io.libmc.MemcachedClient;

/**
 * Closes clients when all beans are gone that may use them, also those that do so through
 * a cache and of which Spring does not know it, and then the servers that were started
 * for them. Beans are destroyed in the opposite order of their creation, and those that
 * process the bean factory are created first.
 */
final class ClientCloser implements BeanFactoryPostProcessor, DisposableBean {

	private final Deque<Runnable> closings = new ConcurrentLinkedDeque<>();

	/** Sees to it that a client is closed. */
	MemcachedClient closeAtTheEnd(MemcachedClient client) {
		doAtTheEnd(client::close);
		return client;
	}

	/** Sees to something that comes after the closing of clients created since. */
	void doAtTheEnd(Runnable closing) {
		this.closings.push(closing);
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
	}

	/** Does all there is to do, whatever fails. */
	@Override
	public void destroy() {
		RuntimeException failure = null;
		for (Runnable closing : this.closings) {
			try {
				closing.run();
			}
			catch (RuntimeException ex) {
				if (failure == null) {
					failure = ex;
				}
				else {
					failure.addSuppressed(ex);
				}
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

}
