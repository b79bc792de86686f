package io.libmc.spring.autoconfigure;

import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;

/**
 * What the properties say of the connection.
 */
final class PropertiesLibmcConnectionDetails implements LibmcConnectionDetails {

	private final String prefix;

	private final LibmcProperties.Cluster properties;

	private final Supplier<List<String>> servers;

	private final @Nullable SslBundles bundles;

	private PropertiesLibmcConnectionDetails(String prefix, LibmcProperties.Cluster properties,
			Supplier<List<String>> servers, @Nullable SslBundles bundles) {
		this.prefix = prefix;
		this.properties = properties;
		this.servers = servers;
		this.bundles = bundles;
	}

	/** What the properties of the default cluster say. */
	static PropertiesLibmcConnectionDetails of(LibmcProperties properties, Environment environment,
			@Nullable SslBundles bundles) {
		return new PropertiesLibmcConnectionDetails(LibmcProperties.PREFIX, properties.cluster(),
				() -> isFound(properties.cluster()) && !AutoConfiguredClientCondition.areServersNamed(environment)
						? List.of()
						: Binder.get(environment).bindOrCreate(LibmcProperties.PREFIX, LibmcProperties.class).servers(),
				bundles);
	}

	/** What the properties of another cluster say. */
	static PropertiesLibmcConnectionDetails of(String prefix, LibmcProperties.Cluster properties,
			Environment environment, @Nullable SslBundles bundles) {
		return new PropertiesLibmcConnectionDetails(prefix, properties,
				() -> Binder.get(environment).bindOrCreate(prefix, LibmcProperties.Cluster.class).servers(), bundles);
	}

	private static boolean isFound(LibmcProperties.Cluster properties) {
		return !properties.discovery().ways().isEmpty();
	}

	/**
	 * The servers as they are now: the environment may have changed since the properties
	 * were bound. None are named where they are learnt from elsewhere.
	 */
	@Override
	public List<String> getServers() {
		return this.servers.get();
	}

	@Override
	public List<String> getSpares() {
		return this.properties.spares();
	}

	@Override
	public @Nullable String getUsername() {
		return this.properties.username().isEmpty() ? null : this.properties.username();
	}

	@Override
	public @Nullable String getPassword() {
		return this.properties.password().isEmpty() ? null : this.properties.password();
	}

	@Override
	public @Nullable SslBundle getSslBundle() {
		LibmcProperties.Ssl ssl = this.properties.ssl();
		if (!ssl.isEnabled()) {
			return null;
		}
		if (ssl.bundle().isEmpty()) {
			return SslBundle.systemDefault();
		}
		if (this.bundles == null) {
			throw new IllegalStateException(
					this.prefix + ".ssl.bundle is set, but Boot's SSL auto-configuration is not active");
		}
		return this.bundles.getBundle(ssl.bundle());
	}

}
