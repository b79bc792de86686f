package io.libmc.benchmarks.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Locale;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

import io.libmc.MemcachedClient;
import org.springframework.data.redis.cache.RedisCache;

/**
 * The clients there are. docs/benchmarks.md says why each has the settings it has.
 */
public enum ClientKind {

	/** Ours. */
	LIBMC(Role.OURS, false) {
		@Override
		public Client open(ClientSettings settings) {
			return new LibmcClient(settings);
		}

		@Override
		public String version() {
			return versionOf(MemcachedClient.class, "io.libmc/libmc-core");
		}
	},

	/** Spymemcached. */
	SPYMEMCACHED(Role.PEER, false) {
		@Override
		public Client open(ClientSettings settings) throws IOException {
			return new SpymemcachedClient(settings);
		}

		@Override
		public String version() {
			return versionOf(net.spy.memcached.MemcachedClient.class, "net.spy/spymemcached");
		}
	},

	/** XMemcached. */
	XMEMCACHED(Role.PEER, false) {
		@Override
		public Client open(ClientSettings settings) throws IOException {
			return new XmemcachedClient(settings);
		}

		@Override
		public String version() {
			return versionOf(net.rubyeye.xmemcached.MemcachedClient.class, "com.googlecode.xmemcached/xmemcached");
		}
	},

	/** Folsom. */
	FOLSOM(Role.PEER, false) {
		@Override
		public Client open(ClientSettings settings) throws Exception {
			return new FolsomClient(settings);
		}

		@Override
		public String version() {
			return versionOf(com.spotify.folsom.MemcacheClient.class, "com.spotify/folsom");
		}
	},

	/** A bare blocking socket per thread and server: the floor. */
	SOCKET(Role.FLOOR, false) {
		@Override
		public Client open(ClientSettings settings) {
			return new SocketClient(settings);
		}

		@Override
		public String version() {
			return "JDK " + Runtime.version();
		}
	},

	/** Ours with values that are Strings: the floor of the caches. */
	LIBMC_STRING(Role.FLOOR, true) {
		@Override
		public Client open(ClientSettings settings) {
			return new LibmcClient(settings);
		}

		@Override
		public String version() {
			return LIBMC.version();
		}
	},

	/** The starter's cache. */
	LIBMC_CACHE(Role.OURS, true) {
		@Override
		public Client open(ClientSettings settings) {
			return SpringCacheClient.libmc(settings);
		}

		@Override
		public String version() {
			return LIBMC.version();
		}
	},

	/** Spring Data Redis's cache, over Lettuce. */
	REDIS_CACHE(Role.PEER, true) {
		@Override
		public Client open(ClientSettings settings) {
			return SpringCacheClient.redis(settings);
		}

		@Override
		public String version() {
			return versionOf(RedisCache.class, "org.springframework.data/spring-data-redis");
		}
	};

	/** What a client is to the comparison. */
	public enum Role {

		/** What is to be ahead. */
		OURS,

		/** What it is compared with. */
		PEER,

		/** What nobody can beat. */
		FLOOR

	}

	private final Role role;

	private final boolean strings;

	ClientKind(Role role, boolean strings) {
		this.role = role;
		this.strings = strings;
	}

	/** Opens one. */
	public abstract Client open(ClientSettings settings) throws Exception;

	/** The release. */
	public abstract String version();

	/** What it is to the comparison. */
	public Role role() {
		return this.role;
	}

	/** Whether its values are Strings. */
	public boolean holdsStrings() {
		return this.strings;
	}

	/** As on the command line and in tables. */
	public String label() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/** What its keys start with: of the same length for all. */
	public String keyPrefix() {
		return (label() + "........").substring(0, 12);
	}

	/** The other way round. */
	public static ClientKind ofLabel(String label) {
		for (ClientKind kind : values()) {
			if (kind.label().equals(label)) {
				return kind;
			}
		}
		throw new IllegalArgumentException("There is no client " + label);
	}

	/**
	 * Asks the jar that a class came from, by Maven's own file in it or else by its
	 * manifest.
	 */
	private static String versionOf(Class<?> type, String artifact) {
		String url = String.valueOf(type.getResource(type.getSimpleName() + ".class"));
		int inside = url.indexOf("!/");
		if (inside < 0) {
			return "working copy";
		}
		String jar = url.substring(0, inside + 2);
		try (InputStream in = new URL(jar + "META-INF/maven/" + artifact + "/pom.properties").openStream()) {
			Properties properties = new Properties();
			properties.load(in);
			return properties.getProperty("version", "unknown");
		}
		catch (IOException ex) {
			return manifestVersion(jar);
		}
	}

	private static String manifestVersion(String jar) {
		try (InputStream in = new URL(jar + "META-INF/MANIFEST.MF").openStream()) {
			Attributes attributes = new Manifest(in).getMainAttributes();
			String version = attributes.getValue("Implementation-Version");
			return (version != null) ? version : jar.replaceFirst(".*-(\\d[^/]*)\\.jar!/$", "$1");
		}
		catch (IOException ex) {
			return "unknown";
		}
	}

}
