package io.libmc.spring.cache;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.cache.Cache;
import org.springframework.cache.transaction.AbstractTransactionSupportingCacheManager;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.ServerSnapshot;

/**
 * The caches of an application on memcached. They come into being when they are first
 * asked for, with the settings {@linkplain #configureCache given} for their name or else
 * with the defaults, unless their names are {@linkplain #setCacheNames fixed}.
 *
 * @since 0.1.0
 */
public final class LibmcCacheManager extends AbstractTransactionSupportingCacheManager
		implements SmartInitializingSingleton, DisposableBean {

	/**
	 * How many bytes there may be before a cache's keys: the client's own prefix and
	 * {@link #setKeyPrefix the key prefix} together.
	 */
	public static final int MAX_PREFIX_BYTES = WireKeys.MAX_PREFIX_BYTES;

	private static final Log logger = LogFactory.getLog(LibmcCacheManager.class);

	private static final Duration LONGEST_VISIBILITY = Duration.ofDays(1);

	private final MemcachedClient client;

	private final LibmcCacheSettings defaults;

	private final Map<String, LibmcCacheSettings> configured = new LinkedHashMap<>();

	/** The clients of the caches that have another one, by the caches' names. */
	private final Map<String, MemcachedClient> clients = new HashMap<>();

	private final Map<MemcachedClient, ServerStates> otherStates = new HashMap<>();

	/** What each client could not tell its servers. */
	private final Map<MemcachedClient, PendingEvictions> pending = new LinkedHashMap<>();

	/** The clients whose servers are not cleared when they return to the list. */
	private final Set<MemcachedClient> keptOnReturn = new HashSet<>();

	private final Collection<Consumer<LibmcCache>> listeners = new CopyOnWriteArrayList<>();

	private final Collection<LibmcCache> caches = new CopyOnWriteArrayList<>();

	private String keyPrefix = "";

	private Duration clearVisibility = Duration.ofSeconds(1);

	private ServerStates serverStates = new ServerStates();

	private final Background background = new Background();

	private int maxPendingEvictions = 10_000;

	private KeyConverters keyConverters = KeyConverters.NONE;

	private boolean open = true;

	private boolean warmUp;

	private boolean initialized;

	/**
	 * Creates a manager.
	 * @param client the client, which stays the caller's to close. The caches await every
	 * reply and write entries in their own format, whatever its transcoder and
	 * {@code noReply}
	 * @param defaults the settings of caches for which there are no others
	 */
	public LibmcCacheManager(MemcachedClient client, LibmcCacheSettings defaults) {
		this.client = Objects.requireNonNull(client, "client");
		defaults.check();
		this.defaults = defaults;
	}

	/**
	 * What every entry's name on the servers begins with, before the cache's name. It is
	 * empty unless set. A slash is put between the two, so that applications with
	 * different prefixes share nothing, whatever their caches are called.
	 * @param keyPrefix up to 50 bytes, without spaces and control characters; each of
	 * {@code : / % # ? ~} is escaped and takes three
	 */
	public void setKeyPrefix(String keyPrefix) {
		checkNotInitialized();
		checkKeyPrefix(keyPrefix);
		this.keyPrefix = keyPrefix;
	}

	/**
	 * Gives keys of some types another text than they have by themselves. Caches with
	 * other converters call these keys' entries otherwise, and share none of them.
	 * @param converters each for another type
	 * @throws IllegalArgumentException if two are for one type, or one is for a type
	 * whose keys are always written as they are, such as {@code String}
	 */
	public void setKeyConverters(Collection<? extends CacheKeyConverter<?>> converters) {
		checkNotInitialized();
		this.keyConverters = new KeyConverters(converters);
	}

	/**
	 * Within which time every other instance sees a {@link Cache#clear()}; the one that
	 * clears sees it at once. It is 1 s unless set. Each instance asks for the generation
	 * of a cache that often, together with the entry it reads; with 0 at each read.
	 * @param clearVisibility 0 to 1 day
	 */
	public void setClearVisibility(Duration clearVisibility) {
		checkNotInitialized();
		if (clearVisibility.isNegative() || clearVisibility.compareTo(LONGEST_VISIBILITY) > 0) {
			throw new IllegalArgumentException(
					"clearVisibility: " + clearVisibility + " is out of range; give 0 to 1 day");
		}
		this.clearVisibility = clearVisibility;
	}

	/**
	 * Fixes the names of the caches: these, and those {@linkplain #configureCache
	 * configured}, and no others. Any name is welcome unless set.
	 * @param cacheNames the names
	 */
	public void setCacheNames(Collection<String> cacheNames) {
		checkNotInitialized();
		cacheNames.forEach((name) -> configureCache(name, UnaryOperator.identity()));
		this.open = false;
	}

	/**
	 * The object that knows the servers' states, and logs when they begin and end to fail
	 * the caches. It does so better if it is a listener of the client.
	 * @param serverStates the same for all managers of a client
	 */
	public void setServerStates(ServerStates serverStates) {
		checkNotInitialized();
		this.serverStates = Objects.requireNonNull(serverStates, "serverStates");
	}

	/**
	 * Whether to do once, in the background when the application starts, what its first
	 * calls would otherwise take their time for: connecting to each server, asking what
	 * it is able to do, reading an entry that is not there, writing and reading a value
	 * in each format. It stores nothing and fails nothing. It is off unless set.
	 * @param warmUp whether to do so
	 */
	public void setWarmUp(boolean warmUp) {
		checkNotInitialized();
		this.warmUp = warmUp;
	}

	/**
	 * Puts one cache on other servers than those of the manager's client.
	 * @param cacheName the cache's name
	 * @param client the client of those servers, which stays the caller's to close
	 * @param serverStates knows the states of those servers, and is the same for all
	 * caches of a client
	 */
	public void setClient(String cacheName, MemcachedClient client, ServerStates serverStates) {
		checkNotInitialized();
		this.clients.put(cacheName, Objects.requireNonNull(client, "client"));
		if (client != this.client) {
			this.otherStates.put(client, Objects.requireNonNull(serverStates, "serverStates"));
		}
	}

	/**
	 * Whether a server that returns to a client's list is cleared before anything is read
	 * there: others may have changed since what it holds. It is unless set. Of many
	 * instances one does so.
	 * @param client the manager's or that of one of its caches
	 * @param clearOnReturn whether to do so
	 */
	public void setClearOnReturn(MemcachedClient client, boolean clearOnReturn) {
		checkNotInitialized();
		if (clearOnReturn) {
			this.keptOnReturn.remove(client);
		}
		else {
			this.keptOnReturn.add(client);
		}
	}

	/**
	 * How many evictions may be pending for each client at most, 10,000 unless set. One
	 * too many is remembered as the clearing of its cache on its server.
	 * @param maxPendingEvictions 0 or more
	 */
	public void setMaxPendingEvictions(int maxPendingEvictions) {
		checkNotInitialized();
		if (maxPendingEvictions < 0) {
			throw new IllegalArgumentException("maxPendingEvictions: " + maxPendingEvictions + " is negative");
		}
		this.maxPendingEvictions = maxPendingEvictions;
	}

	/**
	 * How many bytes of {@link #MAX_PREFIX_BYTES} a key prefix takes.
	 * @param keyPrefix a {@linkplain #setKeyPrefix key prefix}
	 * @return 1 for each character, or 3 where it is escaped
	 */
	public static int prefixBytes(String keyPrefix) {
		return WireKeys.prefixBytes(keyPrefix);
	}

	/**
	 * How many evictions and clearings memcached failed that are still to be repeated.
	 * @return 0 in good times
	 */
	public int getPendingEvictions() {
		return pendingOfAll().stream().mapToInt(PendingEvictions::size).sum();
	}

	/**
	 * Logs where the caches are. Asks every server whether it can refresh entries ahead
	 * or serve them stale, if a cache wants that, so that a server that cannot is warned
	 * of at start; and {@linkplain #setWarmUp warms up}. None is waited for: a server
	 * that is down is told of by the client.
	 */
	@Override
	@SuppressWarnings("FutureReturnValueIgnored")
	public void afterSingletonsInstantiated() {
		logger.info("Caches are on memcached at " + servers(this.client) + " (key prefix \"" + this.keyPrefix
				+ "\", serializer " + this.defaults.format() + ")");
		this.clients.forEach(
				(cache, client) -> logger.info("The cache \"" + cache + "\" is on memcached at " + servers(client)));
		if (this.warmUp) {
			this.background.call(() -> {
				warmUpNow();
				return true;
			});
		}
		Map<MemcachedClient, LibmcCacheSettings> asking = new LinkedHashMap<>();
		if (this.open && this.defaults.needsMetaCommands()) {
			asking.put(this.client, this.defaults);
		}
		this.configured.forEach((cache, settings) -> {
			if (settings.needsMetaCommands()) {
				asking.putIfAbsent(client(cache), settings);
			}
		});
		asking.forEach((client, settings) -> client.servers()
			.forEach((server) -> client.onServer(server.name())
				.async()
				.get(WireKeys.unused(this.keyPrefix), settings.policy(this.background))));
		this.serverStates.whenServersChange(() -> settleReturns(this.client));
		this.otherStates.forEach((client, states) -> states.whenServersChange(() -> settleReturns(client)));
	}

	/** In the background, as it asks servers. */
	private void settleReturns(MemcachedClient changed) {
		Future<?> unused = this.background.call(() -> {
			this.caches.stream().filter((cache) -> cache.isOn(changed)).forEach(LibmcCache::settleReturns);
			return true;
		});
	}

	private Stream<LibmcCacheSettings> settings() {
		Stream<LibmcCacheSettings> unnamed = this.open ? Stream.of(this.defaults) : Stream.empty();
		return Stream.concat(unnamed, this.configured.values().stream());
	}

	private void warmUpNow() {
		Set<MemcachedClient> all = new LinkedHashSet<>(this.clients.values());
		all.add(this.client);
		all.forEach(this::connect);
		for (EntryFormat format : settings().map(LibmcCacheSettings::format).collect(Collectors.toSet())) {
			try {
				format.decode(format.encode("warm"));
			}
			catch (UndecodableEntryException | RuntimeException ex) {
				// a serializer of the application's that takes no text
			}
		}
	}

	/** Reads as the caches do, from each server. */
	private void connect(MemcachedClient to) {
		MemcachedClient reading = this.defaults.view(to);
		for (ServerSnapshot server : to.servers()) {
			try {
				reading.onServer(server.name())
					.get(WireKeys.unused(this.keyPrefix), this.defaults.policy(this.background));
			}
			catch (MemcachedException ex) {
				// the others are still to be connected to
			}
		}
	}

	private static String servers(MemcachedClient client) {
		return client.servers().stream().map(ServerSnapshot::name).collect(Collectors.joining(", "));
	}

	@Override
	public String toString() {
		return "LibmcCacheManager[keyPrefix=" + this.keyPrefix + ", client=" + this.client + "]";
	}

	/** Ends the threads, of which there are none in good times. */
	@Override
	public void destroy() {
		this.background.close();
		pending(this.client);
		pendingOfAll().forEach(PendingEvictions::close);
	}

	/**
	 * Changes the settings of one cache.
	 * @param name the cache's name
	 * @param change makes its settings of those it has so far, which begin as the
	 * defaults
	 */
	public void configureCache(String name, UnaryOperator<LibmcCacheSettings> change) {
		checkNotInitialized();
		LibmcCacheSettings settings = change.apply(this.configured.getOrDefault(name, this.defaults));
		settings.check();
		this.configured.put(name, settings);
	}

	/**
	 * Tells a listener of every cache, of those that there are and of those to come.
	 * @param listener told of each cache, seldom twice
	 */
	public void onCache(Consumer<LibmcCache> listener) {
		this.listeners.add(listener);
		this.caches.forEach(listener);
	}

	@Override
	protected Collection<LibmcCache> loadCaches() {
		this.initialized = true;
		return this.configured.keySet().stream().map(this::createCache).toList();
	}

	@Override
	protected @Nullable Cache getMissingCache(String name) {
		return this.open ? createCache(name) : null;
	}

	private LibmcCache createCache(String name) {
		LibmcCacheSettings settings = this.configured.getOrDefault(name, this.defaults);
		MemcachedClient own = client(name);
		EntryStore store = new EntryStore(own, new WireKeys(this.keyPrefix, name, this.keyConverters),
				this.clearVisibility, !this.keptOnReturn.contains(own), settings, pending(own), this.background);
		return new LibmcCache(name, this.keyPrefix, own, store, settings,
				this.otherStates.getOrDefault(own, this.serverStates), this.background, isTiered());
	}

	private boolean isTiered() {
		return settings().anyMatch((each) -> each.near() != null);
	}

	private MemcachedClient client(String cacheName) {
		return this.clients.getOrDefault(cacheName, this.client);
	}

	private synchronized PendingEvictions pending(MemcachedClient of) {
		return this.pending.computeIfAbsent(of,
				(client) -> new PendingEvictions(this.defaults.view(client), this.maxPendingEvictions));
	}

	private synchronized List<PendingEvictions> pendingOfAll() {
		return List.copyOf(this.pending.values());
	}

	/**
	 * Takes in a new cache. Of several threads that create the same cache, one gets here.
	 */
	@Override
	protected Cache decorateCache(Cache cache) {
		if (cache instanceof LibmcCache created) {
			this.caches.add(created);
			this.listeners.forEach((listener) -> listener.accept(created));
		}
		return isTransactionAware() ? new TransactionalCache((BulkCache) cache, this) : cache;
	}

	private void checkNotInitialized() {
		if (this.initialized) {
			throw new IllegalStateException("The caches exist already: configure the manager before it is initialized,"
					+ " in a CacheManagerCustomizer for instance");
		}
	}

	private static void checkKeyPrefix(String keyPrefix) {
		boolean bare = keyPrefix.chars().allMatch((c) -> c > ' ' && c < 0x7f) && !keyPrefix.startsWith("?")
				&& !keyPrefix.startsWith("~");
		if (!bare || WireKeys.prefixBytes(keyPrefix) > WireKeys.MAX_PREFIX_BYTES) {
			throw new IllegalArgumentException("keyPrefix: \"" + keyPrefix + "\" is not up to "
					+ WireKeys.MAX_PREFIX_BYTES
					+ " printable ASCII characters, of which : / % # ? ~ count three times, that begin with neither ? nor ~; give one such as \"shop\"");
		}
	}

}
