package io.libmc.spring.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.Container;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;

/**
 * Connects to the container of a {@code @ServiceConnection}, if its image is called
 * {@code memcached} or it says that it is one.
 */
final class ContainerLibmcConnectionDetailsFactory
		extends ContainerConnectionDetailsFactory<Container<?>, LibmcConnectionDetails> {

	private static final int PORT = 11211;

	ContainerLibmcConnectionDetailsFactory() {
		super("memcached");
	}

	@Override
	protected LibmcConnectionDetails getContainerConnectionDetails(ContainerConnectionSource<Container<?>> source) {
		return new Details(source);
	}

	private static final class Details extends ContainerConnectionDetails<Container<?>>
			implements LibmcConnectionDetails {

		Details(ContainerConnectionSource<Container<?>> source) {
			super(source);
		}

		@Override
		public List<String> getServers() {
			return List.of(getContainer().getHost() + ":" + getContainer().getMappedPort(PORT));
		}

		@Override
		public @Nullable SslBundle getSslBundle() {
			return super.getSslBundle();
		}

	}

}
