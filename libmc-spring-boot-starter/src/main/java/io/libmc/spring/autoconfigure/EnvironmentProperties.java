package io.libmc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.PropertyMatches;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The properties of caches and clusters that the environment and {@code -D} hold. Boot
 * ignores what is unknown there, as it could be meant for somebody else, so it is warned
 * of. A name in the environment has lost its upper case letters and its dots, and may be
 * that of another cache or cluster than it was meant to be.
 */
final class EnvironmentProperties {

	/** What all caches have together. */
	static final Set<String> OF_ALL_CACHES = Set.of("enabled", "key-prefix", "clear-visibility", "transaction-aware");

	/** What each cache has, and all have. */
	static final Set<String> OF_CACHE = Set.of("time-to-live", "time-to-live-by", "time-to-live-jitter", "time-to-idle",
			"cache-null-values", "serializer", "also-read", "allowed-classes", "class-changes", "compression",
			"compression-threshold", "on-error", "enable-statistics", "lease", "lease-wait", "refresh-ahead",
			"refresh-in-background", "serve-stale", "groups", "groups-by", "cluster", "near.enabled",
			"near.maximum-size", "near.maximum-bytes", "near.time-to-live", "near.time-to-live-when-down",
			"near.by-reference");

	/** What each cluster has. */
	static final Set<String> OF_CLUSTER = Set.of("servers", "discovery.elasticache", "discovery.dns",
			"discovery.dns-srv", "discovery.refresh-interval", "discovery.clear-on-return", "hash-fn", "failover",
			"spares", "spare-time-to-live", "connect-timeout", "handshake-timeout", "poll-timeout", "retry-timeout",
			"max-retries", "connections-per-server", "prefix", "do-split", "comp-threshold", "noreply", "username",
			"password", "ssl.enabled", "ssl.bundle", "client.transcoder", "client.allowed-classes");

	private static final Log logger = LogFactory.getLog(EnvironmentProperties.class);

	/** Properties that have a name in common, and what has them. */
	private static final Map<String, Class<?>> GROUPS = Map.of("ssl.", LibmcProperties.Ssl.class, "client.",
			LibmcProperties.Client.class, "discovery.", LibmcProperties.Discovery.class, "near.",
			LibmcCacheProperties.Near.class);

	/** Farther than this from any property no name is a misspelling. */
	private static final int FARTHEST = 8;

	private static final Place CACHES = new Place(LibmcCacheProperties.PREFIX + ".caches", true, OF_CACHE,
			LibmcCacheProperties.Single.class, "cache");

	private static final Place CLUSTERS = new Place(LibmcProperties.CLUSTERS, true, OF_CLUSTER,
			LibmcProperties.Cluster.class, "cluster");

	/** The places of properties, an inner one before that around it. */
	private static final List<Place> PLACES = List.of(CACHES, CLUSTERS,
			new Place(LibmcCacheProperties.PREFIX, false,
					Stream.concat(OF_ALL_CACHES.stream(), OF_CACHE.stream()).collect(Collectors.toSet()),
					LibmcCacheProperties.class, "cache"));

	private final List<NamedProperty> named = new ArrayList<>();

	/**
	 * Where there are properties.
	 *
	 * @param prefix what they are below
	 * @param isMap whether there is a name in between
	 * @param names what they are called
	 * @param type what has them
	 * @param what what the name is that of
	 */
	private record Place(String prefix, boolean isMap, Set<String> names, Class<?> type, String what) {

		ConfigurationPropertyName parent() {
			return ConfigurationPropertyName.of(this.prefix);
		}

	}

	/**
	 * A property of one cache or cluster.
	 *
	 * @param source where it is
	 * @param written its name as it was written, and where
	 * @param place what it is below
	 * @param name the cache's or cluster's name as it was read
	 * @param property the rest of the property's name
	 */
	private record NamedProperty(ConfigurationPropertySource source, String written, Place place, String name,
			String property) {

		/** Whether it sets a property of another one than its own name says. */
		boolean sets(String other) {
			ConfigurationPropertyName looked = this.place.parent().append("[" + other + "]").append(this.property);
			return this.source.getConfigurationProperty(looked) != null;
		}

	}

	/**
	 * Looks for properties, and warns of those that do not exist.
	 * @param clusters the clusters that there are
	 */
	EnvironmentProperties(Environment environment, Set<String> clusters) {
		if (environment instanceof ConfigurableEnvironment configurable) {
			for (ConfigurationPropertySource source : ConfigurationPropertySources
				.from(configurable.getPropertySources())) {
				if (source instanceof IterableConfigurationPropertySource iterable
						&& source.getUnderlyingSource() instanceof PropertySource<?> underlying) {
					look(iterable, underlying.getName());
				}
			}
		}
		clusters.forEach((cluster) -> check(CLUSTERS, cluster, clusters));
	}

	private void look(IterableConfigurationPropertySource source, String name) {
		boolean variables = name.equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
		if (variables || name.equals(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME)) {
			source.forEach((property) -> PLACES.stream()
				.filter((place) -> place.parent().isAncestorOf(property))
				.findFirst()
				.ifPresent((place) -> look(source, place, property, variables)));
		}
	}

	private void look(ConfigurationPropertySource source, Place place, ConfigurationPropertyName property,
			boolean variable) {
		int name = place.parent().getNumberOfElements();
		String rest = IntStream.range(name + (place.isMap() ? 1 : 0), property.getNumberOfElements())
			.mapToObj((i) -> property.getElement(i, Form.UNIFORM))
			.collect(Collectors.joining("."));
		if (rest.isEmpty()) {
			return;
		}
		ConfigurationProperty found = source.getConfigurationProperty(property);
		String written = (found != null) ? String.valueOf(found.getOrigin()) : property.toString();
		String known = place.names().stream().filter((one) -> isCalled(one, rest, variable)).findFirst().orElse("");
		if (known.isEmpty()) {
			logger
				.warn(written + " is ignored: libmc has no such property" + nearest(rest, place)
						+ (place.isMap()
								? ". A " + place.what()
										+ " whose name holds a dot or a like character is not configured this way"
								: ""));
		}
		else if (place.isMap()) {
			this.named.add(new NamedProperty(source, written, place, property.getElement(name, Form.ORIGINAL), known));
		}
	}

	/**
	 * The environment has underscores for dashes, which are read as dots, or nothing. The
	 * elements of a list are numbered.
	 */
	private static boolean isCalled(String name, String rest, boolean variable) {
		boolean isList = name.endsWith("allowed-classes") || name.equals("servers") || name.equals("spares")
				|| name.equals("also-read");
		String called = isList ? rest.replaceFirst("\\.\\d+$", "") : rest;
		return called.equals(name.replace("-", "")) || (variable && called.equals(name.replace('-', '.')));
	}

	private static String nearest(String rest, Place place) {
		String group = GROUPS.keySet()
			.stream()
			.filter((one) -> rest.startsWith(one) && place.names().stream().anyMatch((name) -> name.startsWith(one)))
			.findFirst()
			.orElse("");
		String uniform = rest.substring(group.length()).replace(".", "");
		String prefix = (place.isMap() ? "" : place.prefix() + ".") + group;
		for (String name : OF_CACHE) {
			if (place.names().contains(name) && uniform.equals(name.replaceAll("(\\w)\\w*-?", "$1"))) {
				return ", the nearest is " + prefix + name;
			}
		}
		Class<?> type = GROUPS.getOrDefault(group, place.type());
		for (int distance = 1; distance <= FARTHEST; distance++) {
			String[] matches = PropertyMatches.forField(uniform, type, distance).getPossibleMatches();
			if (matches.length > 0) {
				return Stream.of(matches)
					.map((match) -> prefix + DataObjectPropertyName.toDashedForm(match))
					.collect(Collectors.joining(" or ", ", the nearest is ", ""));
			}
		}
		return "";
	}

	/**
	 * Warns of what was meant for a cache and does not reach it.
	 * @param cache its name
	 * @param bound the caches that properties configure
	 */
	void checkCache(String cache, Set<String> bound) {
		check(CACHES, cache, bound);
	}

	private void check(Place place, String name, Set<String> bound) {
		for (NamedProperty property : this.named) {
			if (property.place().equals(place) && !property.name().equals(name)
					&& relaxed(property.name()).equals(relaxed(name))
					&& !(bound.contains(name) && property.sets(name))) {
				logger.warn(property.written() + " is for a " + place.what() + " called \"" + property.name()
						+ "\", and not for \"" + name + "\": set " + place.prefix() + "[" + name + "]."
						+ property.property() + ", in application.yml or by SPRING_APPLICATION_JSON");
			}
		}
	}

	private static String relaxed(String name) {
		return name.replaceAll("[^\\p{L}\\p{N}]", "").toLowerCase(Locale.ROOT);
	}

}
