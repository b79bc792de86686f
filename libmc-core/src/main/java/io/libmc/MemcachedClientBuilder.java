package io.libmc;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;
import io.libmc.internal.client.ClientOptions;

/**
 * Configures a {@link MemcachedClient}. Every option is checked where it is set: a bad
 * one is an {@link IllegalArgumentException} that names it. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class MemcachedClientBuilder {

	private final ClientOptions options = new ClientOptions();

	MemcachedClientBuilder() {
	}

	/**
	 * The servers, each {@code host[:port] [alias]}, {@code [ipv6][:port] [alias]} or
	 * {@code /unix/socket [alias]}. The port is 11211 unless given. Keys are spread by
	 * the alias if there is one, so that a server can move to another address and keep
	 * its keys. An alias that is a bare number is warned of: other clients take it for
	 * the server's weight. Required.
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
		this.options.servers(servers);
		return this;
	}

	/**
	 * Where the servers are learnt from, instead of {@link #servers naming} them, one of:
	 * <ul>
	 * <li>{@code elasticache:host:port}: the configuration endpoint of AWS ElastiCache or
	 * Google Memorystore</li>
	 * <li>{@code dns:host:port}: every address behind a name</li>
	 * <li>{@code dns-srv:name}: the targets of a name's SRV records</li>
	 * </ul>
	 * It is asked when the client is built, which waits for it for 5 s at most, then
	 * every {@link #refreshInterval}, and soon after a server went down. Until it has
	 * answered for the first time, operations fail. {@link MemcachedClient#updateServers}
	 * ends discovery.
	 * @param source the source
	 * @return this
	 */
	public MemcachedClientBuilder discovery(String source) {
		this.options.discovery(source);
		return this;
	}

	/**
	 * As {@link #discovery(String)}, by means of one's own.
	 * @param list asked for the servers
	 * @return this
	 */
	public MemcachedClientBuilder discovery(ServerList list) {
		this.options.discovery(list);
		return this;
	}

	/**
	 * How often {@link #discovery} asks for the servers. 60 s unless set.
	 * @param refreshInterval 1 ms to 1 day
	 * @return this
	 */
	public MemcachedClientBuilder refreshInterval(Duration refreshInterval) {
		this.options.refreshInterval = ClientOptions.checkTimeout("refreshInterval", refreshInterval);
		return this;
	}

	/**
	 * How keys are hashed. {@link HashFunction#MD5} unless set.
	 * @param hashFunction the same for every client of the cluster
	 * @return this
	 */
	public MemcachedClientBuilder hashFunction(HashFunction hashFunction) {
		this.options.hashFunction = Objects.requireNonNull(hashFunction, "hashFunction");
		return this;
	}

	/**
	 * Whether keys of a dead server go to the next live one on the ring. Off unless set:
	 * operations on a dead server then fail.
	 * @param failover whether to
	 * @return this
	 */
	public MemcachedClientBuilder failover(boolean failover) {
		this.options.failover = failover;
		return this;
	}

	/**
	 * Servers that stand in for others that are dead, as {@link #servers(String...)}
	 * takes them: while a server is, what concerns its keys goes to the spare that a ring
	 * of the spares chooses, and nothing lives there for longer than
	 * {@link #spareTimeToLive}. So the spares need little memory, no other server has
	 * more to do, and what a spare still has when a server dies again is at most that
	 * old. Reading prolongs nothing there. What is changed there is not changed on the
	 * server itself, which comes back with what it had, if it kept it; the caches of
	 * libmc's starter see to that. A spare that is dead, too, changes nothing. Another
	 * list of servers, or {@link #discovery}, leaves the spares as they are. None unless
	 * set; not together with {@link #failover}.
	 * @param spares none of them one of the servers
	 * @return this
	 */
	public MemcachedClientBuilder spares(String... spares) {
		return spares(Arrays.asList(Objects.requireNonNull(spares, "spares")));
	}

	/**
	 * Servers that stand in for others, as {@link #spares(String...)} takes them.
	 * @param spares none of them one of the servers
	 * @return this
	 */
	public MemcachedClientBuilder spares(Collection<String> spares) {
		this.options.spares(spares);
		return this;
	}

	/**
	 * How long a value lives on one of the {@link #spares(String...) spares} at most,
	 * also one that is to live for ever. 10 s unless set.
	 * @param spareTimeToLive whole seconds, 1 s to 1 day
	 * @return this
	 */
	public MemcachedClientBuilder spareTimeToLive(Duration spareTimeToLive) {
		this.options.spareTimeToLive(spareTimeToLive);
		return this;
	}

	/**
	 * How long one TCP connect may take. 100 ms unless set.
	 * @param connectTimeout 1 ms to 1 day
	 * @return this
	 */
	public MemcachedClientBuilder connectTimeout(Duration connectTimeout) {
		this.options.connectTimeout = ClientOptions.checkTimeout("connectTimeout", connectTimeout);
		return this;
	}

	/**
	 * How long TLS and authentication may take once TCP is connected. 5 s unless set.
	 * @param handshakeTimeout 1 ms to 1 day
	 * @return this
	 */
	public MemcachedClientBuilder handshakeTimeout(Duration handshakeTimeout) {
		this.options.handshakeTimeout = ClientOptions.checkTimeout("handshakeTimeout", handshakeTimeout);
		return this;
	}

	/**
	 * How long a call may take altogether. 300 ms unless set.
	 * @param pollTimeout 1 ms to 1 day
	 * @return this
	 */
	public MemcachedClientBuilder pollTimeout(Duration pollTimeout) {
		this.options.pollTimeout = ClientOptions.checkTimeout("pollTimeout", pollTimeout);
		return this;
	}

	/**
	 * How long a dead server is left alone before the next attempt to connect; calls to
	 * it fail at once meanwhile. 5 s unless set.
	 * @param retryTimeout 1 ms to 1 day
	 * @return this
	 */
	public MemcachedClientBuilder retryTimeout(Duration retryTimeout) {
		this.options.retryTimeout = ClientOptions.checkTimeout("retryTimeout", retryTimeout);
		return this;
	}

	/**
	 * How often a call may be sent again, within its {@code pollTimeout}, after its
	 * connection was lost: only reads, and what had not been sent at all. 0 unless set.
	 * @param maxRetries 0 to 10
	 * @return this
	 */
	public MemcachedClientBuilder maxRetries(int maxRetries) {
		this.options.maxRetries = (int) ClientOptions.checkRange("maxRetries", maxRetries, 0, 10);
		return this;
	}

	/**
	 * What every key starts with on the server. Empty unless set.
	 * @param prefix as a key, and it may be empty
	 * @return this
	 */
	public MemcachedClientBuilder prefix(String prefix) {
		this.options.prefix(prefix);
		return this;
	}

	/**
	 * Whether {@code set} and {@code setMulti} store values of more than 1,000,000 bytes
	 * in chunks, as libmc does: up to 10,000,000 bytes, under keys of up to 200. The item
	 * that stands for the chunks of the older value is deleted first, and stored last:
	 * readers miss meanwhile, and a call that fails half way, or a process that ends,
	 * leaves the old value or a miss. With {@link #noReply} nothing waits for that to be
	 * done, and with {@link #failover} or {@link #spares(String...) spares} a server that
	 * comes back may bring old items along. Storing is not atomic: chunks of two writers
	 * can mix (one may be a call that timed out, whose chunks arrive late), and so can
	 * those of a reader that began before the writer. {@code touch} reaches only the item
	 * that stands for the chunks. That item holds their number, which {@code incr} and
	 * {@code decr} would count: the value is then a miss or a failure. (It is a part of
	 * itself, or longer, only if its chunks are all full and memcached has lost the one
	 * behind them, or libmc for Python left an old one there.) Chunks of another length
	 * than libmc's are a failure. On unless set.
	 * @param splitLargeValues whether to
	 * @return this
	 */
	public MemcachedClientBuilder splitLargeValues(boolean splitLargeValues) {
		this.options.splitLargeValues = splitLargeValues;
		return this;
	}

	/**
	 * From which length on values are compressed with zlib, if that makes them shorter.
	 * Integers never are, so that they can be counted. 0 unless set.
	 * @param compressionThreshold values of more bytes than this are compressed; 0 for
	 * never
	 * @return this
	 */
	public MemcachedClientBuilder compressionThreshold(int compressionThreshold) {
		this.options.compressionThreshold = ClientOptions.checkCompressionThreshold(compressionThreshold);
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
		this.options.noReply = noReply;
		return this;
	}

	/**
	 * Whether {@code flushAll}, which empties the servers for everybody, may be called.
	 * Off unless set.
	 * @param flushAllEnabled whether to
	 * @return this
	 */
	public MemcachedClientBuilder flushAllEnabled(boolean flushAllEnabled) {
		this.options.flushAllEnabled = flushAllEnabled;
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
		this.options.credentials(user, password);
		return this;
	}

	/**
	 * Speaks TLS ({@code memcached -Z}). Off unless set.
	 * @param ssl asked at each connect, so that renewed certificates take effect
	 * @return this
	 */
	public MemcachedClientBuilder ssl(Supplier<SSLContext> ssl) {
		this.options.ssl = Objects.requireNonNull(ssl, "ssl");
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
		this.options.hostnameVerification = hostnameVerification;
		return this;
	}

	/**
	 * Where asynchronous results are decoded, with the context class loader of the
	 * caller, and callbacks run, with the thread's own. Unless set, up to 64 daemon
	 * threads of the client's own, whose context class loader is the system's. What an
	 * executor throws is logged, and what it throws back or loses runs on threads of the
	 * client's, at the latest when the call's time is up.
	 * @param executor not closed with the client
	 * @return this
	 */
	public MemcachedClientBuilder executor(Executor executor) {
		this.options.executor = Objects.requireNonNull(executor, "executor");
		return this;
	}

	/**
	 * Connections to each server. A key always uses the same one, so its operations keep
	 * their order. 1 unless set, which is best below about eight busy threads.
	 * @param connectionsPerServer 1 to 64
	 * @return this
	 */
	public MemcachedClientBuilder connectionsPerServer(int connectionsPerServer) {
		this.options.connectionsPerServer = (int) ClientOptions.checkRange("connectionsPerServer", connectionsPerServer,
				1, 64);
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
		this.options.maxInFlightOperations = (int) ClientOptions.checkRange("maxInFlightOperations",
				maxInFlightOperations, 1, 1_000_000);
		return this;
	}

	/**
	 * How many bytes of requests may wait for their reply on one connection, except that
	 * a single larger one may go alone. 64 MiB unless set.
	 * @param maxInFlightBytes 1,024 to 2^40
	 * @return this
	 */
	public MemcachedClientBuilder maxInFlightBytes(long maxInFlightBytes) {
		this.options.maxInFlightBytes = ClientOptions.checkRange("maxInFlightBytes", maxInFlightBytes, 1024, 1L << 40);
		return this;
	}

	/**
	 * The largest value read or written, in bytes before it is compressed and after its
	 * chunks are joined; a larger one is refused when written and a failure when read.
	 * 10,000,000 unless set.
	 * @param maxValueBytes 1 to 1 GiB
	 * @return this
	 */
	public MemcachedClientBuilder maxValueBytes(int maxValueBytes) {
		this.options.maxValueBytes = (int) ClientOptions.checkRange("maxValueBytes", maxValueBytes, 1, 1 << 30);
		return this;
	}

	/**
	 * How values are encoded. {@link LibmcTranscoder} unless set.
	 * @param transcoder a thread-safe one
	 * @return this
	 */
	public MemcachedClientBuilder transcoder(Transcoder transcoder) {
		this.options.transcoder = Objects.requireNonNull(transcoder, "transcoder");
		return this;
	}

	/**
	 * Who is told of operations and servers' states. Nobody unless set.
	 * @param listener a thread-safe one
	 * @return this
	 */
	public MemcachedClientBuilder listener(MemcachedListener listener) {
		this.options.listener = Objects.requireNonNull(listener, "listener");
		return this;
	}

	/**
	 * Builds the client. Never connects: the first operation does.
	 * @return a new client
	 * @throws IllegalArgumentException if no servers were given, or two options exclude
	 * each other
	 */
	public MemcachedClient build() {
		return this.options.build();
	}

}
