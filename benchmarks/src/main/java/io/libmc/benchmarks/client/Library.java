package io.libmc.benchmarks.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

import io.libmc.MemcachedClient;
import org.redisson.spring.cache.RedissonSpringCacheManager;

import org.springframework.data.redis.cache.RedisCache;

/**
 * What a client comes from.
 */
enum Library {

	/** Ours. */
	LIBMC(MemcachedClient.class, "io.libmc/libmc-core"),

	/** Spymemcached. */
	SPYMEMCACHED(net.spy.memcached.MemcachedClient.class, "net.spy/spymemcached"),

	/** XMemcached. */
	XMEMCACHED(net.rubyeye.xmemcached.MemcachedClient.class, "com.googlecode.xmemcached/xmemcached"),

	/** Folsom. */
	FOLSOM(com.spotify.folsom.MemcacheClient.class, "com.spotify/folsom"),

	/** Java itself. */
	JDK(Runtime.class, "") {
		@Override
		String version() {
			return "JDK " + Runtime.version();
		}
	},

	/** Spring Data Redis, over Lettuce. */
	SPRING_DATA_REDIS(RedisCache.class, "org.springframework.data/spring-data-redis"),

	/** Redisson. */
	REDISSON(RedissonSpringCacheManager.class, "org.redisson/redisson-spring-cache");

	private final Class<?> type;

	private final String artifact;

	Library(Class<?> type, String artifact) {
		this.type = type;
		this.artifact = artifact;
	}

	/** Whether it speaks to Redis, and not to memcached. */
	boolean speaksToRedis() {
		return this == SPRING_DATA_REDIS || this == REDISSON;
	}

	/**
	 * The release. Asks the jar that a class came from, by Maven's own file in it or else
	 * by its manifest.
	 */
	String version() {
		String url = String.valueOf(this.type.getResource(this.type.getSimpleName() + ".class"));
		int inside = url.indexOf("!/");
		if (inside < 0) {
			return "working copy";
		}
		String jar = url.substring(0, inside + 2);
		try (InputStream in = new URL(jar + "META-INF/maven/" + this.artifact + "/pom.properties").openStream()) {
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
