package io.libmc.spring.autoconfigure;

import java.util.List;

/**
 * The servers of {@code libmc.servers}.
 */
final class PropertiesLibmcConnectionDetails implements LibmcConnectionDetails {

	private final LibmcProperties properties;

	PropertiesLibmcConnectionDetails(LibmcProperties properties) {
		this.properties = properties;
	}

	@Override
	public List<String> getServers() {
		return this.properties.servers();
	}

}
