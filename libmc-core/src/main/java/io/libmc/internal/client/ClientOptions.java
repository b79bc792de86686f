package io.libmc.internal.client;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

import io.libmc.HashFunction;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;
import io.libmc.ServerList;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;
import io.libmc.internal.call.KeyEncoder;
import io.libmc.internal.connection.Credentials;
import io.libmc.internal.connection.Log;
import io.libmc.internal.connection.Settings;
import io.libmc.internal.discovery.Sources;
import io.libmc.internal.routing.ServerAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a client is made of: the options of its builder, checked where they are set.
 */
public final class ClientOptions {

	private static final Duration LONGEST = Duration.ofDays(1);

	/** Makes what is asked for the servers, or null if they are named. */
	@Nullable Function<Settings, ServerList> discovery;

	private String discoveryName = "";

	public Duration refreshInterval = Duration.ofSeconds(60);

	List<ServerAddress> servers = List.of();

	String prefix = "";

	@Nullable Credentials credentials;

	public HashFunction hashFunction = HashFunction.MD5;

	public boolean failover;

	List<ServerAddress> spares = List.of();

	Duration spareTimeToLive = Duration.ofSeconds(10);

	public Duration connectTimeout = Duration.ofMillis(100);

	public Duration handshakeTimeout = Duration.ofSeconds(5);

	public Duration pollTimeout = Duration.ofMillis(300);

	public Duration retryTimeout = Duration.ofSeconds(5);

	public int maxRetries;

	public boolean splitLargeValues = true;

	public int compressionThreshold;

	public boolean noReply;

	public boolean flushAllEnabled;

	public int connectionsPerServer = 1;

	public int maxInFlightOperations = 16_384;

	public long maxInFlightBytes = 64L << 20;

	public int maxValueBytes = 10_000_000;

	public Transcoder transcoder = LibmcTranscoder.create();

	public @Nullable Supplier<SSLContext> ssl;

	public boolean hostnameVerification = true;

	public @Nullable Executor executor;

	public @Nullable MemcachedListener listener;

	public void servers(Collection<String> servers) {
		List<ServerAddress> addresses = parse(servers);
		checkSpares(this.spares, addresses);
		this.servers = addresses;
	}

	public void spares(Collection<String> spares) {
		List<ServerAddress> addresses = parse(Objects.requireNonNull(spares, "spares"));
		checkSpares(addresses, this.servers);
		this.spares = addresses;
	}

	/** How long a value lives on a spare server: memcached counts in seconds. */
	public void spareTimeToLive(Duration longest) {
		Objects.requireNonNull(longest, "spareTimeToLive");
		if (longest.getNano() != 0 || longest.getSeconds() < 1 || longest.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException("spareTimeToLive: " + longest
					+ " is out of range; give whole seconds, 1 s to 1 day, such as Duration.ofSeconds(10)");
		}
		this.spareTimeToLive = longest;
	}

	/** Reads a list of servers, and logs what is odd about one. */
	static List<ServerAddress> parse(Collection<String> servers) {
		List<ServerAddress> addresses = ServerAddress
			.parseAll(new ArrayList<>(Objects.requireNonNull(servers, "servers")));
		addresses.stream()
			.map(ServerAddress::oddity)
			.filter(Objects::nonNull)
			.forEach((oddity) -> Log.log(Level.WARNING, oddity));
		return addresses;
	}

	public void discovery(String source) {
		this.discovery = Sources.parse(source);
		this.discoveryName = source;
	}

	public void discovery(ServerList list) {
		this.discoveryName = Objects.requireNonNull(list, "list").toString();
		this.discovery = (settings) -> list;
	}

	/** The servers to begin with. */
	List<ServerAddress> firstServers() {
		return (this.discovery != null) ? List.of(ServerAddress.unknown(this.discoveryName)) : this.servers;
	}

	public void prefix(String prefix) {
		KeyEncoder.checkPrefix(prefix);
		this.prefix = prefix;
	}

	public void credentials(String user, String password) {
		this.credentials = new Credentials(user, password);
	}

	/** A client as they say now. */
	public MemcachedClient build() {
		if (this.discovery != null && !this.servers.isEmpty()) {
			throw new IllegalArgumentException("servers are named, and discovery is to find them: set one of the two");
		}
		checkNotEmpty(firstServers());
		if (this.failover && !this.spares.isEmpty()) {
			throw new IllegalArgumentException(
					"failover is on, and there are spares: both say where the keys of a dead server go; set one of the two");
		}
		return new BlockingClient(this);
	}

	static void checkNotEmpty(List<ServerAddress> servers) {
		if (servers.isEmpty()) {
			throw new IllegalArgumentException("servers: none given; name at least one, such as \"localhost:11211\"");
		}
	}

	/** No server stands in for others that are dead, and has keys of its own. */
	static void checkSpares(List<ServerAddress> spares, List<ServerAddress> servers) {
		for (ServerAddress spare : spares) {
			for (ServerAddress server : servers) {
				if (spare.isSameAs(server)) {
					throw new IllegalArgumentException("spares: \"" + spare + "\" is one of the servers, \"" + server
							+ "\"; name a server that has no keys of its own");
				}
			}
		}
	}

	Settings settings(Settings.ServerEvents events) {
		return new Settings(this.connectTimeout.toNanos(), this.handshakeTimeout.toNanos(), this.pollTimeout.toNanos(),
				this.retryTimeout.toNanos(), this.connectionsPerServer, this.maxInFlightOperations,
				this.maxInFlightBytes, this.maxValueBytes, this.credentials, this.ssl, this.hostnameVerification,
				events);
	}

	/** A timeout that is within bounds. */
	public static Duration checkTimeout(String option, Duration value) {
		Objects.requireNonNull(value, option);
		if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(
					option + ": " + value + " is out of range; give 1 ms to 1 day, such as Duration.ofMillis(300)");
		}
		return value;
	}

	/** A threshold of compression: bytes, or 0 for never. */
	public static int checkCompressionThreshold(int threshold) {
		return (int) checkRange("compressionThreshold", threshold, 0, 1 << 30);
	}

	/** A number that is within bounds. */
	public static long checkRange(String option, long value, long least, long most) {
		if (value < least || value > most) {
			throw new IllegalArgumentException(
					option + ": " + value + " is out of range; give " + least + " to " + most);
		}
		return value;
	}

}
