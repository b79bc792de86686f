package io.libmc.spring.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * What the properties say of the connection.
 */
final class PropertiesLibmcConnectionDetails implements LibmcConnectionDetails {

	private final LibmcProperties properties;

	private final @Nullable SslBundles bundles;

	PropertiesLibmcConnectionDetails(LibmcProperties properties, @Nullable SslBundles bundles) {
		this.properties = properties;
		this.bundles = bundles;
	}

	@Override
	public List<String> getServers() {
		return this.properties.servers();
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
