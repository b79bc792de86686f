package io.libmc.spring.autoconfigure;

import java.util.List;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationEventPublisher;

import io.libmc.MemcachedListener;

/**
 * Publishes a {@link MemcachedServersChangedEvent} when a client takes another list. Not
 * before all beans are there: finding its listeners may create some, and that of the
 * client is waited for meanwhile.
 */
final class ServersChangedPublisher implements DiscoveryListener, SmartInitializingSingleton {

	private final ApplicationEventPublisher publisher;

	private volatile boolean ready;

	ServersChangedPublisher(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.ready = true;
	}

	@Override
	public MemcachedListener forCluster(String cluster) {
		return new MemcachedListener() {

			@Override
			public void serversChanged(List<String> servers) {
				if (ServersChangedPublisher.this.ready) {
					ServersChangedPublisher.this.publisher
						.publishEvent(new MemcachedServersChangedEvent(cluster, servers));
				}
			}

		};
	}

}
