package io.libmc.spring.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.util.unit.DataSize;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.MemcachedListener;

import static io.libmc.spring.autoconfigure.InvalidLibmcPropertyException.apply;
import static io.libmc.spring.autoconfigure.InvalidLibmcPropertyException.applySecret;

/**
 * Creates the client from properties, connection details and customizers. A value that
 * the client refuses is reported with the name of its property.
 */
final class ClientFactory {

	private final LibmcProperties properties;

	private final LibmcConnectionDetails connection;

	private final List<MemcachedListener> listeners;

	private final List<LibmcClientBuilderCustomizer> customizers;

	ClientFactory(LibmcProperties properties, LibmcConnectionDetails connection, List<MemcachedListener> listeners,
			List<LibmcClientBuilderCustomizer> customizers) {
		this.properties = properties;
		this.connection = connection;
		this.listeners = listeners;
		this.customizers = customizers;
	}

	MemcachedClient create() {
		return builder().build();
	}

	private MemcachedClientBuilder builder() {
		MemcachedClientBuilder builder = MemcachedClient.builder();
		apply("libmc.connect-timeout", this.properties.connectTimeout(), "100ms", builder::connectTimeout);
		apply("libmc.handshake-timeout", this.properties.handshakeTimeout(), "5s", builder::handshakeTimeout);
		apply("libmc.poll-timeout", this.properties.pollTimeout(), "300ms", builder::pollTimeout);
		apply("libmc.retry-timeout", this.properties.retryTimeout(), "5s", builder::retryTimeout);
		apply("libmc.max-retries", this.properties.maxRetries(), "1", builder::maxRetries);
		apply("libmc.connections-per-server", this.properties.connectionsPerServer(), "1",
				builder::connectionsPerServer);
		apply("libmc.prefix", this.properties.prefix(), "shop:", builder::prefix);
		apply("libmc.comp-threshold", this.properties.compThreshold(), "10KB",
				(threshold) -> builder.compressionThreshold(bytes(threshold)));
		builder.hashFunction(this.properties.hashFn())
			.failover(this.properties.failover())
			.splitLargeValues(this.properties.doSplit())
			.noReply(this.properties.noreply());
		if (this.connection instanceof PropertiesLibmcConnectionDetails) {
			connectByProperties(builder);
		}
		else {
			connect(builder);
		}
		if (!this.listeners.isEmpty()) {
			builder.listener(
					(this.listeners.size() == 1) ? this.listeners.get(0) : new MemcachedListeners(this.listeners));
		}
		this.customizers.forEach((customizer) -> customizer.customize(builder));
		return builder;
	}

	private void connect(MemcachedClientBuilder builder) {
		builder.servers(this.connection.getServers());
		String username = this.connection.getUsername();
		if (username != null) {
			builder.credentials(username, orEmpty(this.connection.getPassword()));
		}
		if (this.connection.getSslBundle() != null) {
			builder.ssl(sslContext());
		}
	}

	private void connectByProperties(MemcachedClientBuilder builder) {
		apply("libmc.servers", this.connection.getServers(), "localhost:11211",
				(servers) -> useServers(builder, servers));
		String username = orEmpty(this.connection.getUsername());
		String password = orEmpty(this.connection.getPassword());
		if (!username.isEmpty()) {
			apply("libmc.username", username, "shop", (user) -> builder.credentials(user, "any"));
			applySecret("libmc.password", "the user's", () -> builder.credentials(username, password));
		}
		else if (!password.isEmpty()) {
			apply("libmc.username", username, "shop", (user) -> {
				throw new IllegalArgumentException("libmc.password is set, but it does not say whose it is");
			});
		}
		if (this.properties.ssl().isEnabled()) {
			apply("libmc.ssl.bundle", this.properties.ssl().bundle(), "the name of a bundle below spring.ssl.bundle",
					(bundle) -> builder.ssl(sslContext()));
		}
	}

	/** Fails now if the TLS context would fail at every connect. */
	private BundleSslContext sslContext() {
		BundleSslContext context = new BundleSslContext(this.connection::getSslBundle);
		try {
			context.get();
		}
		catch (NoSuchSslBundleException | IllegalStateException ex) {
			throw new IllegalArgumentException(ex.getMessage(), ex);
		}
		return context;
	}

	private static void useServers(MemcachedClientBuilder builder, List<String> servers) {
		if (servers.isEmpty()) {
			throw new IllegalArgumentException("no server is named");
		}
		builder.servers(servers);
	}

	private static int bytes(DataSize size) {
		return (int) Math.max(-1, Math.min(Integer.MAX_VALUE, size.toBytes()));
	}

	private static String orEmpty(@Nullable String value) {
		return (value != null) ? value : "";
	}

}
