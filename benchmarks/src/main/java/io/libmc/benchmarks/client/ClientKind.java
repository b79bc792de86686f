package io.libmc.benchmarks.client;

import java.util.Locale;

/**
 * The clients there are. docs/benchmarks.md says why each has the settings it has.
 */
public enum ClientKind {

	/** Ours. */
	LIBMC(Role.OURS, Library.LIBMC, false, LibmcClient::new),

	/** Spymemcached. */
	SPYMEMCACHED(Role.PEER, Library.SPYMEMCACHED, false, SpymemcachedClient::new),

	/** XMemcached. */
	XMEMCACHED(Role.PEER, Library.XMEMCACHED, false, XmemcachedClient::new),

	/** Folsom. */
	FOLSOM(Role.PEER, Library.FOLSOM, false, FolsomClient::new),

	/** A bare blocking socket per thread and server: the floor. */
	SOCKET(Role.FLOOR, Library.JDK, false, SocketClient::new),

	/** Ours with values that are Strings: the floor of the caches. */
	LIBMC_STRING(Role.FLOOR, Library.LIBMC, true, LibmcClient::new),

	/** The starter's cache. */
	LIBMC_CACHE(Role.OURS, Library.LIBMC, true, SpringCacheClient::libmc),

	/** The same with entries in the process, an object for each caller. */
	LIBMC_NEAR(Role.OURS, Library.LIBMC, true, (settings) -> SpringCacheClient.near(settings, false)),

	/** The same, one object for all. */
	LIBMC_NEAR_REFERENCE(Role.OURS, Library.LIBMC, true, (settings) -> SpringCacheClient.near(settings, true)),

	/** Spring Data Redis's cache. */
	REDIS_CACHE(Role.PEER, Library.SPRING_DATA_REDIS, true, SpringCacheClient::redis),

	/** The starter's cache with JSON, its default. */
	LIBMC_JSON(Role.OURS, Library.LIBMC, true, (settings) -> SpringCacheClient.libmc(settings, "json", "none")),

	/** The same, compressed by zlib. */
	LIBMC_JSON_ZLIB(Role.OURS, Library.LIBMC, true, (settings) -> SpringCacheClient.libmc(settings, "json", "zlib")),

	/** The same, compressed by LZ4. */
	LIBMC_JSON_LZ4(Role.OURS, Library.LIBMC, true, (settings) -> SpringCacheClient.libmc(settings, "json", "lz4")),

	/** The starter's cache with Java serialization. */
	LIBMC_JDK(Role.OURS, Library.LIBMC, true, (settings) -> SpringCacheClient.libmc(settings, "jdk", "none")),

	/** Spring Data Redis's cache with JSON; it waits for what it stores. */
	REDIS_JSON(Role.PEER, Library.SPRING_DATA_REDIS, true, RedisCaches::json),

	/** Spring Data Redis's cache with Java serialization; it waits for what it stores. */
	REDIS_JDK(Role.PEER, Library.SPRING_DATA_REDIS, true, RedisCaches::jdk),

	/** Redisson's cache. */
	REDISSON(Role.PEER, Library.REDISSON, true, RedisCaches::redisson);

	/** What a client is to the comparison. */
	public enum Role {

		/** What is to be ahead. */
		OURS,

		/** What it is compared with. */
		PEER,

		/** What nobody can beat. */
		FLOOR

	}

	/** Opens a client. */
	private interface Opener {

		Client open(ClientSettings settings) throws Exception;

	}

	private final Role role;

	private final Library library;

	private final boolean objects;

	// a method of a class without state
	@SuppressWarnings("ImmutableEnumChecker")
	private final Opener opener;

	ClientKind(Role role, Library library, boolean objects, Opener opener) {
		this.role = role;
		this.library = library;
		this.objects = objects;
		this.opener = opener;
	}

	/** Opens one. */
	public Client open(ClientSettings settings) throws Exception {
		return this.opener.open(settings);
	}

	/** The release. */
	public String version() {
		return this.library.version();
	}

	/** Whether it needs a Redis, and not memcached. */
	public boolean speaksToRedis() {
		return this.library.speaksToRedis();
	}

	/** What it is to the comparison. */
	public Role role() {
		return this.role;
	}

	/** Whether its values are objects, and text is a String. */
	public boolean holdsObjects() {
		return this.objects;
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

}
