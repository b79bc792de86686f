package io.libmc.spring.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.util.unit.DataSize;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.spring.cache.ClassChanges;
import io.libmc.spring.cache.FormatProperties;
import io.libmc.MemcachedListener;

import static io.libmc.spring.autoconfigure.InvalidLibmcPropertyException.apply;
import static io.libmc.spring.autoconfigure.InvalidLibmcPropertyException.applySecret;

/**
 * Creates the client from properties, connection details and customizers. A value that
 * the client refuses is reported with the name of its property.
 */
final class ClientFactory {

	private static final Map<String, String> GOOD_PLACES = Map.of("elasticache", "cluster.cfg.example.com:11211", "dns",
			"memcached.cache.svc.cluster.local:11211", "dns-srv", "_memcached._tcp.memcached.cache.svc.cluster.local");

	private final String prefix;

	private final LibmcProperties.Cluster properties;

	private final LibmcConnectionDetails connection;

	private final FormatFactory formats;

	private final List<MemcachedListener> listeners;

	private final Consumer<MemcachedClientBuilder> customizer;

	/**
	 * Takes what there is to be known of a client.
	 * @param prefix what its properties are below
	 * @param customizer has the last word
	 */
	ClientFactory(String prefix, LibmcProperties.Cluster properties, LibmcConnectionDetails connection,
			FormatFactory formats, List<MemcachedListener> listeners, Consumer<MemcachedClientBuilder> customizer) {
		this.prefix = prefix;
		this.properties = properties;
		this.connection = connection;
		this.formats = formats;
		this.listeners = listeners;
		this.customizer = customizer;
	}

	MemcachedClient create() {
		return builder().build();
	}

	private MemcachedClientBuilder builder() {
		MemcachedClientBuilder builder = MemcachedClient.builder();
		apply(property("connect-timeout"), this.properties.connectTimeout(), "100ms", builder::connectTimeout);
		apply(property("handshake-timeout"), this.properties.handshakeTimeout(), "5s", builder::handshakeTimeout);
		apply(property("poll-timeout"), this.properties.pollTimeout(), "300ms", builder::pollTimeout);
		apply(property("retry-timeout"), this.properties.retryTimeout(), "5s", builder::retryTimeout);
		apply(property("spare-time-to-live"), this.properties.spareTimeToLive(), "10s", builder::spareTimeToLive);
		apply(property("max-retries"), this.properties.maxRetries(), "1", builder::maxRetries);
		apply(property("connections-per-server"), this.properties.connectionsPerServer(), "1",
				builder::connectionsPerServer);
		apply(property("prefix"), this.properties.prefix(), "shop:", builder::prefix);
		apply(property("comp-threshold"), this.properties.compThreshold(), "10KB",
				(threshold) -> builder.compressionThreshold(bytes(threshold)));
		useTranscoder(builder);
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
		this.customizer.accept(builder);
		return builder;
	}

	private void connect(MemcachedClientBuilder builder) {
		builder.servers(this.connection.getServers()).spares(this.connection.getSpares());
		String username = this.connection.getUsername();
		if (username != null) {
			builder.credentials(username, orEmpty(this.connection.getPassword()));
		}
		if (this.connection.getSslBundle() != null) {
			builder.ssl(sslContext());
		}
	}

	private void connectByProperties(MemcachedClientBuilder builder) {
		Map<String, String> ways = this.properties.discovery().ways();
		if (ways.isEmpty()) {
			apply(property("servers"), this.connection.getServers(), "localhost:11211",
					(servers) -> useServers(builder, servers));
		}
		ways.forEach((way, where) -> apply(property("discovery." + way), where, GOOD_PLACES.getOrDefault(way, ""),
				(place) -> discover(builder, way, place)));
		apply(property("spares"), this.connection.getSpares(), "10.0.0.9:11211",
				(spares) -> useSpares(builder, spares));
		apply(property("discovery.refresh-interval"), this.properties.discovery().refreshInterval(), "60s",
				builder::refreshInterval);
		String username = orEmpty(this.connection.getUsername());
		String password = orEmpty(this.connection.getPassword());
		if (!username.isEmpty()) {
			apply(property("username"), username, "shop", (user) -> builder.credentials(user, "any"));
			applySecret(property("password"), "the user's", () -> builder.credentials(username, password));
		}
		else if (!password.isEmpty()) {
			apply(property("username"), username, "shop", (user) -> {
				throw new IllegalArgumentException(property("password") + " is set, but it does not say whose it is");
			});
		}
		if (this.properties.ssl().isEnabled()) {
			apply(property("ssl.bundle"), this.properties.ssl().bundle(),
					"the name of a bundle below spring.ssl.bundle", (bundle) -> builder.ssl(sslContext()));
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

	private void useTranscoder(MemcachedClientBuilder builder) {
		String transcoder = this.properties.client().transcoder();
		List<String> classes = this.properties.client().allowedClasses();
		if (!transcoder.strip().equalsIgnoreCase("libmc")) {
			FormatProperties properties = new FormatProperties(property("client.allowed-classes"),
					property("client.transcoder"));
			apply(property("client.allowed-classes"), classes, "com.acme.Order", this.formats::check);
			apply(property("client.transcoder"), transcoder, "json", (name) -> builder
				.transcoder(this.formats.create(name, classes, ClassChanges.MISS, properties).transcoder()));
		}
	}

	private void discover(MemcachedClientBuilder builder, String way, String place) {
		if (!this.connection.getServers().isEmpty()) {
			throw new IllegalArgumentException(property("servers")
					+ " is set, too: name the servers, or say where they are learnt from, but not both");
		}
		if (this.properties.discovery().ways().size() > 1) {
			throw new IllegalArgumentException(
					"the servers are to be learnt from " + this.properties.discovery().ways() + ": set one of them");
		}
		builder.discovery(way + ":" + place);
	}

	private static void useServers(MemcachedClientBuilder builder, List<String> servers) {
		if (servers.isEmpty()) {
			throw new IllegalArgumentException("no server is named");
		}
		builder.servers(servers);
	}

	private void useSpares(MemcachedClientBuilder builder, List<String> spares) {
		if (this.properties.failover() && !spares.isEmpty()) {
			throw new IllegalArgumentException(property("failover")
					+ " is on, too, and both say where the keys of a dead server go: set one of the two");
		}
		builder.spares(spares);
	}

	private String property(String name) {
		return this.prefix + "." + name;
	}

	/** A size for an option that refuses what is out of bounds. */
	static int bytes(DataSize size) {
		return (int) Math.max(-1, Math.min(Integer.MAX_VALUE, size.toBytes()));
	}

	private static String orEmpty(@Nullable String value) {
		return (value != null) ? value : "";
	}

}
