package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

import io.libmc.HashFunction;

/**
 * The client's properties.
 *
 * @param enabled Whether to configure a memcached client, and a cache manager on top of
 * it.
 * @param servers The servers, each "host[:port] [alias]", "[ipv6][:port] [alias]" or
 * "/unix/socket [alias]". Keys are spread over them by alias, if there is one, else by
 * address.
 * @param discovery Where the servers are learnt from, where they come and go.
 * @param hashFn How a key is hashed to find its server. The same for all clients of a
 * cluster.
 * @param failover Whether the keys of a dead server go to the next one, instead of
 * failing.
 * @param spares Servers that stand in for others that are dead, each as in servers and
 * none of these. Not together with failover.
 * @param spareTimeToLive How long a value lives on one of the spares at most. It bounds
 * how old one may be that a second outage brings back.
 * @param connectTimeout How long one TCP connect may take.
 * @param handshakeTimeout How long TLS and authentication may take once TCP is connected.
 * @param pollTimeout How long one operation may take altogether.
 * @param retryTimeout How long a dead server is left alone before the next attempt to
 * connect.
 * @param maxRetries How often an operation may be sent again after its connection was
 * lost. Only reads by get, and what had not been sent at all, within the poll timeout.
 * @param connectionsPerServer Connections to each server. One is best below about eight
 * busy threads.
 * @param prefix What every key on the servers starts with.
 * @param doSplit Whether values of more than 1,000,000 bytes are stored in chunks, up to
 * 10,000,000 bytes.
 * @param compThreshold Values of more bytes than this are compressed. 0 means never.
 * @param noreply Whether the injected client sends changes without asking for a reply,
 * and so without noticing errors. The cache always asks.
 * @param username User to be on each connection, by memcached's ASCII authentication.
 * @param password Password of the user.
 * @param ssl How connections are secured.
 * @param client How the injected client stores values.
 * @param warmUp Whether to connect to each server, and to do once what first calls take
 * time for, in the background while the application starts.
 * @param clusters More clusters, by name, each with a client of its own: any of the
 * properties from servers to client. None is taken from here. A name with a dot or
 * another special character needs brackets, as in "[eu.sessions]".
 */
@ConfigurationProperties(LibmcProperties.PREFIX)
record LibmcProperties(@DefaultValue("true") boolean enabled, @DefaultValue("localhost:11211") List<String> servers,
		@DefaultValue Discovery discovery, @DefaultValue("md5") HashFunction hashFn,
		@DefaultValue("false") boolean failover, @DefaultValue List<String> spares,
		@DefaultValue("10s") Duration spareTimeToLive, @DefaultValue("100ms") Duration connectTimeout,
		@DefaultValue("5s") Duration handshakeTimeout, @DefaultValue("300ms") Duration pollTimeout,
		@DefaultValue("5s") Duration retryTimeout, @DefaultValue("0") int maxRetries,
		@DefaultValue("1") int connectionsPerServer, @DefaultValue("") String prefix,
		@DefaultValue("true") boolean doSplit, @DefaultValue("0B") DataSize compThreshold,
		@DefaultValue("false") boolean noreply, @DefaultValue("") String username, @DefaultValue("") String password,
		@DefaultValue Ssl ssl, @DefaultValue Client client, @DefaultValue("true") boolean warmUp,
		@DefaultValue Map<String, Cluster> clusters) {

	static final String PREFIX = "libmc";

	static final String DISCOVERY = PREFIX + ".discovery";

	static final String CLUSTERS = PREFIX + ".clusters";

	/** The properties without the password. */
	@Override
	public String toString() {
		return "LibmcProperties[enabled=" + this.enabled + ", servers=" + this.servers + "]";
	}

	/** The default cluster's properties, as those of any other. */
	Cluster cluster() {
		return new Cluster(this.servers, this.discovery, this.hashFn, this.failover, this.spares, this.spareTimeToLive,
				this.connectTimeout, this.handshakeTimeout, this.pollTimeout, this.retryTimeout, this.maxRetries,
				this.connectionsPerServer, this.prefix, this.doSplit, this.compThreshold, this.noreply, this.username,
				this.password, this.ssl, this.client);
	}

	/**
	 * The properties of one cluster.
	 *
	 * @param servers The servers, at least one.
	 * @param discovery Where the servers are learnt from instead.
	 * @param hashFn How a key is hashed to find its server.
	 * @param failover Whether the keys of a dead server go to the next one.
	 * @param spares Servers that stand in for others that are dead.
	 * @param spareTimeToLive How long a value lives on one of the spares at most.
	 * @param connectTimeout How long one TCP connect may take.
	 * @param handshakeTimeout How long TLS and authentication may take.
	 * @param pollTimeout How long one operation may take altogether.
	 * @param retryTimeout How long a dead server is left alone.
	 * @param maxRetries How often an operation may be sent again.
	 * @param connectionsPerServer Connections to each server.
	 * @param prefix What every key on the servers starts with.
	 * @param doSplit Whether large values are stored in chunks.
	 * @param compThreshold Values of more bytes than this are compressed.
	 * @param noreply Whether the injected client sends changes without asking for a
	 * reply.
	 * @param username User to be on each connection.
	 * @param password Password of the user.
	 * @param ssl How connections are secured.
	 * @param client How the injected client stores values.
	 */
	record Cluster(@DefaultValue List<String> servers, @DefaultValue Discovery discovery,
			@DefaultValue("md5") HashFunction hashFn, @DefaultValue("false") boolean failover,
			@DefaultValue List<String> spares, @DefaultValue("10s") Duration spareTimeToLive,
			@DefaultValue("100ms") Duration connectTimeout, @DefaultValue("5s") Duration handshakeTimeout,
			@DefaultValue("300ms") Duration pollTimeout, @DefaultValue("5s") Duration retryTimeout,
			@DefaultValue("0") int maxRetries, @DefaultValue("1") int connectionsPerServer,
			@DefaultValue("") String prefix, @DefaultValue("true") boolean doSplit,
			@DefaultValue("0B") DataSize compThreshold, @DefaultValue("false") boolean noreply,
			@DefaultValue("") String username, @DefaultValue("") String password, @DefaultValue Ssl ssl,
			@DefaultValue Client client) {

		/** The properties without the password. */
		@Override
		public String toString() {
			return "Cluster[servers=" + this.servers + "]";
		}

	}

	/**
	 * Where the servers are learnt from: one of the first three.
	 *
	 * @param elasticache The configuration endpoint, "host:port", of AWS ElastiCache or
	 * Google Memorystore.
	 * @param dns A name and a port, "name:port". Every address behind the name is a
	 * server.
	 * @param dnsSrv A name that has SRV records. Their targets are the servers.
	 * @param refreshInterval How often it is asked for the servers. It is also asked soon
	 * after a server went down.
	 * @param clearOnReturn Whether the caches are cleared on a server that comes onto the
	 * list, unless it is new or another instance has done so.
	 */
	record Discovery(@DefaultValue("") String elasticache, @DefaultValue("") String dns,
			@DefaultValue("") String dnsSrv, @DefaultValue("60s") Duration refreshInterval,
			@DefaultValue("true") boolean clearOnReturn) {

		/** The ways that are set, each by the name of its property. */
		Map<String, String> ways() {
			Map<String, String> ways = new TreeMap<>();
			ways.put("elasticache", this.elasticache);
			ways.put("dns", this.dns);
			ways.put("dns-srv", this.dnsSrv);
			ways.values().removeIf(String::isEmpty);
			return ways;
		}

	}

	/**
	 * How the injected client stores values. Caches have serializers of their own.
	 *
	 * @param transcoder What values look like on the servers: "libmc", which other
	 * languages read, or what libmc.cache.serializer can be, for records and other
	 * objects. Strings, bytes and whole numbers are libmc's in any case.
	 * @param allowedClasses Classes that "jdk" and "json" may store, other than the JDK's
	 * value types and those of the application's own packages.
	 */
	record Client(@DefaultValue("libmc") String transcoder, @DefaultValue List<String> allowedClasses) {

	}

	/**
	 * How connections are secured.
	 *
	 * @param enabled Whether to speak TLS. A bundle switches it on; without one the JDK's
	 * default certificates are trusted.
	 * @param bundle Name of the SSL bundle. Reloading it takes effect with the next
	 * connection.
	 */
	record Ssl(@Nullable Boolean enabled, @DefaultValue("") String bundle) {

		boolean isEnabled() {
			return (this.enabled != null) ? this.enabled : !this.bundle.isEmpty();
		}

	}

}
