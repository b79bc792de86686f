package io.libmc.spring.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;

/**
 * What the properties say of the connection.
 */
final class PropertiesLibmcConnectionDetails implements LibmcConnectionDetails {

	private final LibmcProperties properties;

	private final Environment environment;

	private final @Nullable SslBundles bundles;

	PropertiesLibmcConnectionDetails(LibmcProperties properties, Environment environment,
			@Nullable SslBundles bundles) {
		this.properties = properties;
		this.environment = environment;
		this.bundles = bundles;
	}

	/**
	 * The servers as they are now: the environment may have changed since the properties
	 * were bound.
	 */
	@Override
	public List<String> getServers() {
		return Binder.get(this.environment).bindOrCreate("libmc", LibmcProperties.class).servers();
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
			throw new IllegalStateException("libmc.ssl.bundle is set, but Boot's SSL auto-configuration is not active");
		}
		return this.bundles.getBundle(ssl.bundle());
	}

}
