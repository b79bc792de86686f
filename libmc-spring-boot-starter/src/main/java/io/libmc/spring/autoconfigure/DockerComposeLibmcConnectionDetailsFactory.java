package io.libmc.spring.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.ssl.SslBundle;

/**
 * Connects to a service of Docker Compose whose image is called {@code memcached}.
 */
final class DockerComposeLibmcConnectionDetailsFactory
		extends DockerComposeConnectionDetailsFactory<LibmcConnectionDetails> {

	private static final int PORT = 11211;

	DockerComposeLibmcConnectionDetailsFactory() {
		super("memcached");
	}

	@Override
	protected LibmcConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
		return new Details(source.getRunningService());
	}

	private static final class Details extends DockerComposeConnectionDetails implements LibmcConnectionDetails {

		private final List<String> servers;

		private final @Nullable SslBundle sslBundle;

		Details(RunningService service) {
			super(service);
			this.servers = List.of(service.host() + ":" + service.ports().get(PORT));
			this.sslBundle = getSslBundle(service);
		}

		@Override
		public List<String> getServers() {
			return this.servers;
		}

		@Override
		public @Nullable SslBundle getSslBundle() {
			return this.sslBundle;
		}

	}

}
