package io.libmc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.core.env.Environment;

import io.libmc.embedded.EmbeddedMemcached;

/**
 * Memcached servers within the application, which live as long as it does.
 */
final class EmbeddedServers {

	static final String BEAN_NAME = "libmcEmbeddedServers";

	private static final int MOST = 100;

	private static final int LAST_PORT = 65_535;

	private static final Log logger = LogFactory.getLog(EmbeddedServers.class);

	private final List<EmbeddedMemcached> servers = new ArrayList<>();

	/**
	 * Starts the servers.
	 * @throws EmbeddedInProductionException if nobody has said that this is meant
	 */
	EmbeddedServers(LibmcEmbeddedProperties properties, Environment environment, ClientCloser closer) {
		boolean meant = properties.enabled() != null
				|| environment.getProperty(LibmcEmbeddedProperties.REPLACES, Boolean.class, false);
		String production = meant ? null : production(environment);
		if (production != null) {
			throw new EmbeddedInProductionException(production);
		}
		int count = number("servers", properties.servers(), 1, MOST, "3");
		int port = number("port", properties.port(), 0, LAST_PORT - count + 1, "0");
		for (int i = 0; i < count; i++) {
			EmbeddedMemcached server = start((port == 0) ? 0 : port + i);
			closer.doAtTheEnd(server::close);
			this.servers.add(server);
		}
		logger.info("Started " + count + " embedded memcached server(s) for development and tests: " + addresses()
				+ ". Only this application sees what they store, and it is gone when the application ends;"
				+ " set libmc.servers for others");
	}

	private static int number(String name, int value, int least, int most, String goodValue) {
		InvalidLibmcPropertyException.apply(LibmcEmbeddedProperties.PREFIX + "." + name, value, goodValue, (number) -> {
			if (number < least || number > most) {
				throw new IllegalArgumentException("it has to be from " + least + " to " + most);
			}
		});
		return value;
	}

	private static EmbeddedMemcached start(int port) {
		try {
			return EmbeddedMemcached.builder().port(port).start();
		}
		catch (IllegalStateException ex) {
			throw new InvalidLibmcPropertyException(LibmcEmbeddedProperties.PREFIX + ".port", port, "0",
					new IllegalArgumentException(ex.getMessage(), ex));
		}
	}

	/** What speaks for an instance beside others, or {@code null} if nothing does. */
	private static @Nullable String production(Environment environment) {
		String[] profiles = environment.getActiveProfiles();
		return Stream.of((profiles.length > 0) ? profiles : environment.getDefaultProfiles())
			.filter((profile) -> profile.toLowerCase(Locale.ROOT).startsWith("prod"))
			.map((profile) -> "the profile \"" + profile + "\" is active")
			.findFirst()
			.orElseGet(() -> (CloudPlatform.getActive(environment) == CloudPlatform.KUBERNETES)
					? "this application runs on Kubernetes" : null);
	}

	/** The factory method of a server's bean. */
	EmbeddedMemcached get(int index) {
		return this.servers.get(index);
	}

	List<EmbeddedMemcached> all() {
		return Collections.unmodifiableList(this.servers);
	}

	private List<String> addresses() {
		return this.servers.stream().map(EmbeddedMemcached::address).toList();
	}

	/** Each with a name, by which keys are spread in the same way whatever the ports. */
	List<String> named() {
		List<String> named = new ArrayList<>();
		for (EmbeddedMemcached server : this.servers) {
			named.add(server.address() + " embedded-" + (named.size() + 1));
		}
		return named;
	}

}
