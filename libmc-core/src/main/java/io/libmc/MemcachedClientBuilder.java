package io.libmc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;
import io.libmc.internal.connection.Credentials;
import io.libmc.internal.connection.Settings;
import io.libmc.internal.routing.ServerAddress;
import org.jspecify.annotations.Nullable;

/**
 * Configures a {@link MemcachedClient}. Every option is checked where it is set: a bad
 * one is an {@link IllegalArgumentException} that names it. Not thread-safe.
 */
public final class MemcachedClientBuilder {

	private static final Duration LONGEST = Duration.ofDays(1);

	List<ServerAddress> servers = List.of();

	HashFunction hashFunction = HashFunction.MD5;

	boolean failover;

	Duration connectTimeout = Duration.ofMillis(100);

	Duration handshakeTimeout = Duration.ofSeconds(5);

	Duration pollTimeout = Duration.ofMillis(300);

	Duration retryTimeout = Duration.ofSeconds(5);

	int maxRetries;

	String prefix = "";

	boolean splitLargeValues = true;

	int compressionThreshold;

	boolean noReply;

	boolean flushAllEnabled;

	int connectionsPerServer = 1;

	int maxInFlightOperations = 16_384;

	long maxInFlightBytes = 64L << 20;

	int maxValueBytes = 10_000_000;

	Transcoder transcoder = LibmcTranscoder.create();

	@Nullable Credentials credentials;

	@Nullable Supplier<SSLContext> ssl;

	boolean hostnameVerification = true;

	@Nullable Executor executor;

	MemcachedListener listener = NO_LISTENER;

	static final MemcachedListener NO_LISTENER = new MemcachedListener() {
	};

	MemcachedClientBuilder() {
	}

	/**
	 * The servers, each {@code host[:port] [alias]}, {@code [ipv6][:port] [alias]} or
	 * {@code /unix/socket [alias]}. The port is 11211 unless given. Keys are spread by
	 * the alias if there is one, so that a server can move to another address and keep
	 * its keys. Required.
	 * @param servers at least one; no two of the same name
	 * @return this
	 */
	public MemcachedClientBuilder servers(String... servers) {
		return servers(Arrays.asList(Objects.requireNonNull(servers, "servers")));
	}

	/**
	 * The servers, as {@link #servers(String...)} takes them.
	 * @param servers at least one; no two of the same name
	 * @return this
	 */
	public MemcachedClientBuilder servers(Collection<String> servers) {
		this.servers = ServerAddress.parseAll(new ArrayList<>(Objects.requireNonNull(servers, "servers")));
		return this;
	}

	/**
	 * How keys are hashed. {@link HashFunction#MD5} unless set.
	 * @param hashFunction the same for every client of the cluster
	 * @return this
	 */
	public MemcachedClientBuilder hashFunction(HashFunction hashFunction) {
		this.hashFunction = Objects.requireNonNull(hashFunction, "hashFunction");
		return this;
	}

	/**
	 * Whether keys of a dead server go to the next live one on the ring. Off unless set:
	 * operations on a dead server then fail.
	 * @param failover whether to
	 * @return this
	 */
	public MemcachedClientBuilder failover(boolean failover) {
		this.failover = failover;
		return this;
	}

	/**
	 * How long one TCP connect may take. 100 ms unless set.
	 * @param connectTimeout 1 ms to 1 day
	 * @return this
	 */
	public MemcachedClientBuilder connectTimeout(Duration connectTimeout) {
		this.connectTimeout = checkTimeout("connectTimeout", connectTimeout);
		return this;
	}

	/**
	 * How long TLS and authentication may take once TCP is connected. 5 s unless set.
	 * @param handshakeTimeout 1 ms to 1 day
	 * @return this
	 */
	public MemcachedClientBuilder handshakeTimeout(Duration handshakeTimeout) {
		this.handshakeTimeout = checkTimeout("handshakeTimeout", handshakeTimeout);
		return this;
	}

	/**
	 * How long a call may take altogether. 300 ms unless set.
	 * @param pollTimeout 1 ms to 1 day
	 * @return this
	 */
	public MemcachedClientBuilder pollTimeout(Duration pollTimeout) {
		this.pollTimeout = checkTimeout("pollTimeout", pollTimeout);
		return this;
	}

	/**
	 * How long a dead server is left alone before the next attempt to connect; calls to
	 * it fail at once meanwhile. 5 s unless set.
	 * @param retryTimeout 1 ms to 1 day
	 * @return this
	 */
	public MemcachedClientBuilder retryTimeout(Duration retryTimeout) {
		this.retryTimeout = checkTimeout("retryTimeout", retryTimeout);
		return this;
	}

	/**
	 * How often a call may be sent again, within its {@code pollTimeout}, after its
	 * connection was lost: only reads, and what had not been sent at all. 0 unless set.
	 * @param maxRetries 0 to 10
	 * @return this
	 */
	public MemcachedClientBuilder maxRetries(int maxRetries) {
		this.maxRetries = (int) checkRange("maxRetries", maxRetries, 0, 10);
		return this;
	}

	/**
	 * What every key starts with on the server. Empty unless set.
	 * @param prefix as a key, and it may be empty
	 * @return this
	 */
	public MemcachedClientBuilder prefix(String prefix) {
		Keys.checkPrefix(prefix);
		this.prefix = prefix;
		return this;
	}

	/**
	 * Whether {@code set} and {@code setMulti} store values of more than 1,000,000 bytes
	 * in chunks, as libmc does: up to 10,000,000 bytes, under keys of up to 200. Storing
	 * is not atomic then: chunks of two writers can mix, and {@code touch} reaches only
	 * the item that stands for the chunks. On unless set.
	 * @param splitLargeValues whether to
	 * @return this
	 */
	public MemcachedClientBuilder splitLargeValues(boolean splitLargeValues) {
		this.splitLargeValues = splitLargeValues;
		return this;
	}

	/**
	 * From which length on values are compressed with zlib, if that makes them shorter. 0
	 * unless set.
	 * @param compressionThreshold values of more bytes than this are compressed; 0 for
	 * never
	 * @return this
	 */
	public MemcachedClientBuilder compressionThreshold(int compressionThreshold) {
		this.compressionThreshold = (int) checkRange("compressionThreshold", compressionThreshold, 0, 1 << 30);
		return this;
	}

	/**
	 * Whether changes are sent without asking for a reply: they then count as done at
	 * once, errors are not told, {@code incr} and {@code decr} return empty. Off unless
	 * set.
	 * @param noReply whether to
	 * @return this
	 */
	public MemcachedClientBuilder noReply(boolean noReply) {
		this.noReply = noReply;
		return this;
	}

	/**
	 * Whether {@code flushAll}, which empties the servers for everybody, may be called.
	 * Off unless set.
	 * @param flushAllEnabled whether to
	 * @return this
	 */
	public MemcachedClientBuilder flushAllEnabled(boolean flushAllEnabled) {
		this.flushAllEnabled = flushAllEnabled;
		return this;
	}

	/**
	 * The user to be on each connection, by memcached's ASCII authentication
	 * ({@code -Y}). None unless set.
	 * @param user the user name, without spaces, colons and control characters
	 * @param password the password, without spaces and control characters; memcached
	 * takes 254 bytes of both together
	 * @return this
	 */
	public MemcachedClientBuilder credentials(String user, String password) {
		this.credentials = new Credentials(user, password);
		return this;
	}

	/**
	 * Speaks TLS ({@code memcached -Z}). Off unless set.
	 * @param ssl asked at each connect, so that renewed certificates take effect
	 * @return this
	 */
	public MemcachedClientBuilder ssl(Supplier<SSLContext> ssl) {
		this.ssl = Objects.requireNonNull(ssl, "ssl");
		return this;
	}

	/**
	 * Whether the server's certificate must be for the host as it is written in the list
	 * of servers. On unless set; without it anybody with a trusted certificate can pose
	 * as the server.
	 * @param hostnameVerification whether to
	 * @return this
	 */
	public MemcachedClientBuilder hostnameVerification(boolean hostnameVerification) {
		this.hostnameVerification = hostnameVerification;
		return this;
	}

	/**
	 * Where asynchronous results are decoded and callbacks run. Unless set, up to 64
	 * daemon threads of the client's own.
	 * @param executor not closed with the client
	 * @return this
	 */
	public MemcachedClientBuilder executor(Executor executor) {
		this.executor = Objects.requireNonNull(executor, "executor");
		return this;
	}

	/**
	 * Connections to each server. A key always uses the same one, so its operations keep
	 * their order. 1 unless set, which is best below about eight busy threads.
	 * @param connectionsPerServer 1 to 64
	 * @return this
	 */
	public MemcachedClientBuilder connectionsPerServer(int connectionsPerServer) {
		this.connectionsPerServer = (int) checkRange("connectionsPerServer", connectionsPerServer, 1, 64);
		return this;
	}

	/**
	 * How many operations may wait for their reply on one connection; further ones wait
	 * for room, first come, first served, within their own timeout and then fail. 16,384
	 * unless set.
	 * @param maxInFlightOperations 1 to 1,000,000
	 * @return this
	 */
	public MemcachedClientBuilder maxInFlightOperations(int maxInFlightOperations) {
		this.maxInFlightOperations = (int) checkRange("maxInFlightOperations", maxInFlightOperations, 1, 1_000_000);
		return this;
	}

	/**
	 * How many bytes of requests may wait for their reply on one connection, except that
	 * a single larger one may go alone. 64 MiB unless set.
	 * @param maxInFlightBytes 1,024 to 2^40
	 * @return this
	 */
	public MemcachedClientBuilder maxInFlightBytes(long maxInFlightBytes) {
		this.maxInFlightBytes = checkRange("maxInFlightBytes", maxInFlightBytes, 1024, 1L << 40);
		return this;
	}

	/**
	 * The largest value read or written, in bytes; a larger one is refused when written
	 * and a failure when read. 10,000,000 unless set.
	 * @param maxValueBytes 1 to 1 GiB
	 * @return this
	 */
	public MemcachedClientBuilder maxValueBytes(int maxValueBytes) {
		this.maxValueBytes = (int) checkRange("maxValueBytes", maxValueBytes, 1, 1 << 30);
		return this;
	}

	/**
	 * How values are encoded. {@link LibmcTranscoder} unless set.
	 * @param transcoder a thread-safe one
	 * @return this
	 */
	public MemcachedClientBuilder transcoder(Transcoder transcoder) {
		this.transcoder = Objects.requireNonNull(transcoder, "transcoder");
		return this;
	}

	/**
	 * Who is told of operations and servers' states. Nobody unless set.
	 * @param listener a thread-safe one
	 * @return this
	 */
	public MemcachedClientBuilder listener(MemcachedListener listener) {
		this.listener = Objects.requireNonNull(listener, "listener");
		return this;
	}

	/**
	 * Builds the client. Never connects: the first operation does.
	 * @return a new client
	 * @throws IllegalArgumentException if no servers were given
	 */
	public MemcachedClient build() {
		checkNotEmpty(this.servers);
		return new ClusterClient(this);
	}

	static void checkNotEmpty(List<ServerAddress> servers) {
		if (servers.isEmpty()) {
			throw new IllegalArgumentException("servers: none given; name at least one, such as \"localhost:11211\"");
		}
	}

	Settings settings(Settings.ServerEvents events) {
		return new Settings(this.connectTimeout.toNanos(), this.handshakeTimeout.toNanos(), this.pollTimeout.toNanos(),
				this.retryTimeout.toNanos(), this.connectionsPerServer, this.maxInFlightOperations,
				this.maxInFlightBytes, this.maxValueBytes, this.credentials, this.ssl, this.hostnameVerification,
				events);
	}

	private static Duration checkTimeout(String option, Duration value) {
		Objects.requireNonNull(value, option);
		if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(
					option + ": " + value + " is out of range; give 1 ms to 1 day, such as Duration.ofMillis(300)");
		}
		return value;
	}

	private static long checkRange(String option, long value, long least, long most) {
		if (value < least || value > most) {
			throw new IllegalArgumentException(
					option + ": " + value + " is out of range; give " + least + " to " + most);
		}
		return value;
	}

}
