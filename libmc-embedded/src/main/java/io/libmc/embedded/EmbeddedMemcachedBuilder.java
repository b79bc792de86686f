package io.libmc.embedded;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

/**
 * Settings of an {@link EmbeddedMemcached}, each with memcached's own default but for the
 * address. Values that make no sense are refused where they are set.
 *
 * @since 0.1.0
 */
public final class EmbeddedMemcachedBuilder {

	private static final int LEAST_ITEM = 1024;

	private static final int MOST_ITEM = 1 << 30;

	@SuppressWarnings("AddressSelection") // a literal stands for one
	private InetAddress host = new InetSocketAddress("127.0.0.1", 0).getAddress();

	private int port;

	private @Nullable Path socket;

	private long maxBytes = 64L << 20;

	private int maxItemSize = 1 << 20;

	private int maxConnections = 1024;

	private boolean evicting = true;

	private @Nullable SSLContext ssl;

	private boolean knownClientsOnly;

	private final Map<String, String> passwords = new LinkedHashMap<>();

	private MemcachedVersion version = MemcachedVersion.V1_6_45;

	private int verbosity;

	private boolean virtualThreads = true;

	EmbeddedMemcachedBuilder() {
	}

	/**
	 * The port to listen on.
	 * @param port 0, the default, for any that is free
	 * @return this
	 */
	public EmbeddedMemcachedBuilder port(int port) {
		this.port = (int) check("port", port, 0, 65_535);
		return this;
	}

	/**
	 * The address to listen on; {@code 127.0.0.1} unless set. Whoever reaches it can read
	 * and change everything, unless there is {@link #auth authentication}.
	 * @param host a name or an address of this machine, {@code 0.0.0.0} for all
	 * @return this
	 * @throws IllegalArgumentException if there is no such host
	 */
	public EmbeddedMemcachedBuilder host(String host) {
		try {
			this.host = InetAddress.getByName(host);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(
					"host: \"" + host + "\" is unknown; use an address of this machine, such as 127.0.0.1", ex);
		}
		return this;
	}

	/**
	 * Listens on a unix socket and no port. Nobody but this user may connect.
	 * @param path where the socket is to be; one that a server has left there is
	 * replaced, and one where a server answers is refused
	 * @return this
	 */
	public EmbeddedMemcachedBuilder unixSocket(Path path) {
		this.socket = Objects.requireNonNull(path, "path");
		return this;
	}

	/**
	 * How much may be stored, as memcached counts: keys, values and some 60 bytes for
	 * each item. The heap takes more: twice that for values of 100 bytes, and three to
	 * four times for those of one. What was used least recently goes when it is too much.
	 * @param maxBytes bytes, 64 MiB unless set
	 * @return this
	 */
	public EmbeddedMemcachedBuilder maxBytes(long maxBytes) {
		this.maxBytes = check("maxBytes", maxBytes, 2L * LEAST_ITEM, 1L << 50);
		return this;
	}

	/**
	 * How large an item may be, its key and some 60 bytes included. Not more than half of
	 * {@link #maxBytes}.
	 * @param maxItemSize bytes, 1 MiB unless set
	 * @return this
	 */
	public EmbeddedMemcachedBuilder maxItemSize(int maxItemSize) {
		this.maxItemSize = (int) check("maxItemSize", maxItemSize, LEAST_ITEM, MOST_ITEM);
		return this;
	}

	/**
	 * How many clients there may be at a time; others are told so and sent away.
	 * @param maxConnections 1024 unless set
	 * @return this
	 */
	public EmbeddedMemcachedBuilder maxConnections(int maxConnections) {
		this.maxConnections = (int) check("maxConnections", maxConnections, 1, 1_000_000);
		return this;
	}

	/**
	 * Whether items go when there are too many bytes; they do unless this says no, and
	 * then nothing more is stored.
	 * @param evictions whether to remove items for others
	 * @return this
	 */
	public EmbeddedMemcachedBuilder evictions(boolean evictions) {
		this.evicting = evictions;
		return this;
	}

	/**
	 * Speaks TLS.
	 * @param context with the server's key and certificate
	 * @return this
	 */
	public EmbeddedMemcachedBuilder tls(SSLContext context) {
		this.ssl = Objects.requireNonNull(context, "context");
		return this;
	}

	/**
	 * Speaks TLS with those clients only that show a certificate which the context
	 * trusts.
	 * @param context with the server's key and certificate, and whom it trusts
	 * @return this
	 */
	public EmbeddedMemcachedBuilder mutualTls(SSLContext context) {
		this.knownClientsOnly = true;
		return tls(context);
	}

	/**
	 * Has clients say who they are before anything else, as memcached's {@code -Y} does.
	 * May be called for several users. They are told in UTF-8.
	 * @param user not empty, without spaces and colons
	 * @param password any but one with a line break
	 * @return this
	 * @throws IllegalArgumentException if no client could say that
	 */
	public EmbeddedMemcachedBuilder auth(String user, String password) {
		checkAuth(user, password);
		this.passwords.put(bytes(user), bytes(password));
		return this;
	}

	/** Likewise, of bytes as characters of the same number. */
	EmbeddedMemcachedBuilder authBytes(String user, String password) {
		checkAuth(user, password);
		this.passwords.put(user, password);
		return this;
	}

	private static void checkAuth(String user, String password) {
		if (!user.matches("[^\\s:]+") || !password.matches("[^\\r\\n]+")) {
			throw new IllegalArgumentException("auth: the user \"" + user
					+ "\" or the password cannot be sent; neither may be empty or have a line break, the user no space "
					+ "or colon");
		}
	}

	private static String bytes(String text) {
		return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
	}

	/**
	 * The release to speak like; the newest unless set.
	 * @param version one of those that are known
	 * @return this
	 */
	public EmbeddedMemcachedBuilder version(MemcachedVersion version) {
		this.version = Objects.requireNonNull(version, "version");
		return this;
	}

	/** Whether it says on stderr what happens: 1 for troubles, 2 for every command. */
	EmbeddedMemcachedBuilder verbosity(int verbosity) {
		this.verbosity = verbosity;
		return this;
	}

	/** For tests: how it is where the JDK has none. */
	EmbeddedMemcachedBuilder virtualThreads(boolean virtualThreads) {
		this.virtualThreads = virtualThreads;
		return this;
	}

	private static long check(String name, long value, long least, long most) {
		if (value < least || value > most) {
			throw new IllegalArgumentException(name + ": " + value + " is out of range; use " + least + " to " + most);
		}
		return value;
	}

	/**
	 * Starts a server.
	 * @return a server that answers
	 * @throws IllegalArgumentException if an item could be larger than half of the bytes
	 * @throws IllegalStateException if it cannot listen there, such as on a port in use
	 */
	public EmbeddedMemcached start() {
		return new EmbeddedMemcached(settings());
	}

	Settings settings() {
		if (this.maxItemSize > this.maxBytes / 2) {
			throw new IllegalArgumentException("maxItemSize: " + this.maxItemSize + " is more than half of maxBytes, "
					+ this.maxBytes + "; use a smaller maxItemSize or a larger maxBytes");
		}
		SocketAddress address = (this.socket != null) ? UnixDomainSocketAddress.of(this.socket)
				: new InetSocketAddress(this.host, this.port);
		return new Settings(this.version, address, this.maxBytes, this.maxItemSize, this.maxConnections, this.evicting,
				this.ssl, this.knownClientsOnly, Map.copyOf(this.passwords), this.verbosity, this.virtualThreads);
	}

}
