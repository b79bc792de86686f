package io.libmc.spring.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties of memcached servers within the application.
 *
 * @param enabled Whether the application starts memcached servers of its own, if
 * libmc-embedded is on the class path and nothing says where others are. Where it is not
 * set it does, but refuses to start with a profile whose name begins with "prod", and on
 * Kubernetes.
 * @param port The first server's port, and those of the others are the next ones. 0 means
 * any that are free.
 * @param servers How many servers to start.
 */
@ConfigurationProperties(LibmcEmbeddedProperties.PREFIX)
record LibmcEmbeddedProperties(@Nullable Boolean enabled, @DefaultValue("0") int port, @DefaultValue("1") int servers) {

	static final String PREFIX = LibmcProperties.PREFIX + ".embedded";

	static final String ENABLED = PREFIX + ".enabled";

	static final String SERVERS = PREFIX + ".servers";

	/** Set by tests: these servers take the place of any others. */
	static final String REPLACES = PREFIX + ".replaces";

}
