package io.libmc.spring.cache;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;

/**
 * How one cache behaves. Immutable: every method returns other settings. Every option is
 * checked where it is set: a bad one is an {@link IllegalArgumentException} that names
 * it. In which order they are set does not matter.
 *
 * @since 0.1.0
 */
public final class LibmcCacheSettings {

	private final Options options;

	/**
	 * The options. They do not change any more once they belong to settings.
	 */
	private static final class Options {

		private LoadPolicy policy = LoadPolicy.timeToLive(Duration.ZERO);

		/** {@code null} where all entries live as long as the policy says. */
		private @Nullable TimeToLive timeToLive;

		/** It becomes the policy's at the end, as the time to live may still change. */
		private Duration refreshAhead = Duration.ZERO;

		private boolean refreshInBackground;

		private Duration timeToIdle = Duration.ZERO;

		/** Whether the lease was set, and not to none. */
		private boolean leased;

		private boolean cacheNullValues = true;

		private EntryFormat format;

		/** {@code null} for the client's own. */
		private @Nullable Compression compression;

		private int compressionThreshold;

		private OnError onError = OnError.BYPASS;

		private boolean enableStatistics = true;

		private @Nullable NearSettings near;

		/** {@code null} where no entry belongs to one. */
		private @Nullable CacheGroups groups;

		Options(EntryFormat format) {
			this.format = format;
		}

		/** Copies the options with a change, which is the only way to other ones. */
		Options with(Consumer<Options> change) {
			Options copy = new Options(this.format);
			copy.policy = this.policy;
			copy.timeToLive = this.timeToLive;
			copy.refreshAhead = this.refreshAhead;
			copy.refreshInBackground = this.refreshInBackground;
			copy.timeToIdle = this.timeToIdle;
			copy.leased = this.leased;
			copy.cacheNullValues = this.cacheNullValues;
			copy.compression = this.compression;
			copy.compressionThreshold = this.compressionThreshold;
			copy.onError = this.onError;
			copy.enableStatistics = this.enableStatistics;
			copy.near = this.near;
			copy.groups = this.groups;
			change.accept(copy);
			return copy;
		}

	}

	/**
	 * Creates the defaults. The format is {@link EntryFormat#auto} without classes of the
	 * application.
	 */
	public LibmcCacheSettings() {
		ClassLoader classLoader = ClassUtils.getDefaultClassLoader();
		this.options = new Options(
				EntryFormat.auto((classLoader != null) ? classLoader : ClassLoader.getSystemClassLoader(), List.of()));
	}

	private LibmcCacheSettings(Options options) {
		this.options = options;
	}

	private LibmcCacheSettings with(Consumer<Options> change) {
		return new LibmcCacheSettings(this.options.with(change));
	}

	/** Settings with another option of the policy, which the policy itself checks. */
	private LibmcCacheSettings loading(String option, UnaryOperator<LoadPolicy> setting) {
		LoadPolicy changed = checked(option, () -> setting.apply(this.options.policy));
		return with((options) -> options.policy = changed);
	}

	/**
	 * Sets an option of a policy, and tells of a bad value by the cache's name for the
	 * option.
	 */
	private static LoadPolicy checked(String option, Supplier<LoadPolicy> setting) {
		try {
			return setting.get();
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(String.valueOf(ex.getMessage()).replaceFirst("^\\w+: ", option + ": "),
					ex);
		}
	}

	/**
	 * Refuses a part of a second. Most often somebody meant seconds and gave
	 * milliseconds.
	 */
	private static void checkSeconds(String option, Duration time) {
		if (time.compareTo(Duration.ZERO) > 0 && time.compareTo(Duration.ofSeconds(1)) < 0) {
			throw new IllegalArgumentException(option + ": " + time
					+ " is shorter than a second, which memcached cannot tell; give 0, or 1 s or more");
		}
	}

	/**
	 * How long an entry lives after it was put. It is {@link Duration#ZERO}, for ever,
	 * unless set; memcached counts in seconds.
	 * @param timeToLive 0, or 1 second or more
	 * @return other settings
	 */
	public LibmcCacheSettings timeToLive(Duration timeToLive) {
		checkSeconds("timeToLive", timeToLive);
		return loading("timeToLive", (policy) -> policy.withTimeToLive(timeToLive))
			.with((options) -> options.timeToLive = null);
	}

	/**
	 * How long each entry lives after it was put: a time of its own, instead of
	 * {@linkplain #timeToLive(Duration) one for all}. An entry that is to live no longer
	 * than entries are {@linkplain #refreshAhead refreshed ahead} is not refreshed.
	 * @param timeToLive says it of each entry
	 * @return other settings
	 */
	public LibmcCacheSettings timeToLive(TimeToLive timeToLive) {
		Objects.requireNonNull(timeToLive, "timeToLive");
		return with((options) -> {
			options.policy = options.policy.withTimeToLive(Lifetime::own).refreshing(Lifetime::isRefreshed);
			options.timeToLive = timeToLive;
		});
	}

	/**
	 * How much shorter than its {@linkplain #timeToLive(Duration) time to live} an entry
	 * may live, so that entries that were put together do not expire together: with 0.1
	 * each lives 90 to 100 % of it. It is 0 unless set.
	 * @param timeToLiveJitter 0 to 1
	 * @return other settings
	 */
	public LibmcCacheSettings timeToLiveJitter(double timeToLiveJitter) {
		return loading("timeToLiveJitter", (policy) -> policy.jitter(timeToLiveJitter));
	}

	/**
	 * How long an entry lives after it was last found, or put. Its time to live, if there
	 * is one, is its longest. It is 0, which is that finding an entry does not prolong
	 * its life, unless set. Such a cache loads without a {@linkplain #lease lease}, so
	 * one must not be set for it, nor {@link #refreshAhead} or {@link #serveStale}, which
	 * is checked when the cache is created.
	 * @param timeToIdle 0, or 1 second or more
	 * @return other settings
	 */
	public LibmcCacheSettings timeToIdle(Duration timeToIdle) {
		checkSeconds("timeToIdle", timeToIdle);
		if (timeToIdle.isNegative()) {
			throw new IllegalArgumentException("timeToIdle: " + timeToIdle + " is negative; give 0, or 1 s or more");
		}
		return with((options) -> options.timeToIdle = timeToIdle);
	}

	/**
	 * Whether {@code null} is cached as a value of its own, which it is unless set. If
	 * not, it is not cached, and to put one is an {@link IllegalArgumentException} where
	 * failures are {@linkplain #onError thrown}.
	 * @param cacheNullValues whether it is cached
	 * @return other settings
	 */
	public LibmcCacheSettings cacheNullValues(boolean cacheNullValues) {
		return with((options) -> options.cacheNullValues = cacheNullValues);
	}

	/**
	 * What the entries look like on the server.
	 * @param format the format
	 * @return other settings
	 */
	public LibmcCacheSettings format(EntryFormat format) {
		Objects.requireNonNull(format, "format");
		return with((options) -> options.format = format);
	}

	/**
	 * How entries are compressed. Unless set it is as the client's own
	 * {@code compressionThreshold} says.
	 * @param compression how; compressed entries are read whatever is set here
	 * @param threshold only entries of more bytes than this are, 0 to 1 GiB, if that
	 * makes them shorter
	 * @return other settings
	 * @throws IllegalArgumentException if the threshold is out of bounds, or the library
	 * is not on the class path
	 */
	public LibmcCacheSettings compression(Compression compression, int threshold) {
		Objects.requireNonNull(compression, "compression");
		if (threshold < 0 || threshold > 1 << 30) {
			throw new IllegalArgumentException(
					"compressionThreshold: " + threshold + " is out of range; give 0 to " + (1 << 30));
		}
		if (compression == Compression.LZ4 && !Lz4.isPresent()) {
			throw new IllegalArgumentException(
					"compression: lz4 needs a library that is not on the class path; add at.yawk.lz4:lz4-java");
		}
		return with((options) -> {
			options.compression = compression;
			options.compressionThreshold = threshold;
		});
	}

	/**
	 * What a failing memcached does to the application: {@link OnError#BYPASS} unless
	 * set.
	 * @param onError what to do
	 * @return other settings
	 */
	public LibmcCacheSettings onError(OnError onError) {
		Objects.requireNonNull(onError, "onError");
		return with((options) -> options.onError = onError);
	}

	/**
	 * Whether the cache counts, which it does unless set.
	 * @param enableStatistics whether it counts
	 * @return other settings
	 */
	public LibmcCacheSettings enableStatistics(boolean enableStatistics) {
		return with((options) -> options.enableStatistics = enableStatistics);
	}

	/**
	 * How long the one caller in the whole cluster that was elected to load a missing
	 * entry may take before another one is elected, and its value is not cached any more.
	 * It is 10 s unless set, and should be longer than a loader ever takes.
	 * @param lease 1 second or more, of which less than 2 are taken as 2; 0 lets each
	 * process load for itself
	 * @return other settings
	 */
	public LibmcCacheSettings lease(Duration lease) {
		return loading("lease", (policy) -> lease.isZero() ? policy.withoutLease() : policy.lease(lease))
			.with((options) -> options.leased = !lease.isZero());
	}

	/**
	 * How long the others wait for the caller that was elected before they load for
	 * themselves. It is 10 s unless set.
	 * @param leaseWait not negative
	 * @return other settings
	 */
	public LibmcCacheSettings leaseWait(Duration leaseWait) {
		return loading("leaseWait", (policy) -> policy.wait(leaseWait));
	}

	/**
	 * How long before an entry expires one caller loads it anew, while the others get the
	 * present value. It is 0, never, unless set, and must be less than the
	 * {@linkplain #timeToLive(Duration) time to live} of all, which is checked when the
	 * cache is created.
	 * @param refreshAhead 0, or 1 second or more
	 * @return other settings
	 */
	public LibmcCacheSettings refreshAhead(Duration refreshAhead) {
		if (refreshAhead.isNegative()) {
			throw new IllegalArgumentException(
					"refreshAhead: " + refreshAhead + " is negative; give 0, or 1 s or more");
		}
		Duration longEnough = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
		LoadPolicy unused = checked("refreshAhead", () -> LoadPolicy.timeToLive(longEnough).refreshAhead(refreshAhead));
		return with((options) -> options.refreshAhead = refreshAhead);
	}

	/**
	 * Whether the caller that loads an entry anew before it expires gets the present
	 * value, too, and its loader runs on another thread. It does not unless set.
	 * @param refreshInBackground whether the loader runs on another thread
	 * @return other settings
	 */
	public LibmcCacheSettings refreshInBackground(boolean refreshInBackground) {
		return with((options) -> options.refreshInBackground = refreshInBackground);
	}

	/**
	 * How long an entry may still be served after {@code evict}, while one caller loads
	 * it anew, but never longer than it would have lived. It is 0, not at all, unless
	 * set.
	 * @param serveStale 0, or 1 second or more
	 * @return other settings
	 */
	public LibmcCacheSettings serveStale(Duration serveStale) {
		checkSeconds("serveStale", serveStale);
		return loading("serveStale", (policy) -> policy.staleFor(serveStale));
	}

	/**
	 * Keeps entries in the process, too, in front of memcached: see {@link NearSettings}.
	 * They are not unless set.
	 * @param near how, or {@code null} for not at all
	 * @return other settings
	 */
	public LibmcCacheSettings near(@Nullable NearSettings near) {
		return with((options) -> options.near = near);
	}

	/**
	 * Which groups each entry belongs to, so that all entries of a group can be
	 * {@linkplain BulkCache#evictGroup evicted} together. None belongs to any unless set.
	 * @param groups says it of each entry, or {@code null} for none
	 * @return other settings
	 */
	public LibmcCacheSettings groups(@Nullable CacheGroups groups) {
		return with((options) -> options.groups = groups);
	}

	/**
	 * Checks what no single option tells.
	 * @throws IllegalArgumentException if entries would be refreshed that never expire,
	 * or before they are there, or if options are set that are not there with a
	 * {@linkplain #timeToIdle time to idle}
	 */
	public void check() {
		LoadPolicy unused = policy();
	}

	private LoadPolicy policy() {
		if (prolongs()) {
			return prolonging();
		}
		return checked("refreshAhead", () -> this.options.policy.refreshAhead(this.options.refreshAhead));
	}

	/** Whether finding an entry prolongs its life. */
	boolean prolongs() {
		return !this.options.timeToIdle.isZero();
	}

	/**
	 * An election of who loads counts the time that an entry was given, and so do
	 * refreshing and serving stale entries.
	 */
	private LoadPolicy prolonging() {
		Duration idle = this.options.timeToIdle;
		refuseBeside(this.options.leased, "lease");
		refuseBeside(!this.options.refreshAhead.isZero(), "refreshAhead");
		refuseBeside(!this.options.policy.staleFor().isZero(), "serveStale");
		LoadPolicy policy = this.options.policy.withoutLease().withTimeToLive(Lifetime::own).jitter(0);
		if (this.options.timeToLive == null && this.options.policy.nextTimeToLive().isZero()) {
			return policy.timeToIdle(idle);
		}
		// an entry without a deadline is for ever, if that was said of it; else it was
		// put by who does not prolong entries
		Duration undated = (this.options.timeToLive != null) ? idle : Duration.ZERO;
		return policy.timeToIdle((read) -> (read instanceof Entry entry && !entry.lifetime().isOver())
				? entry.lifetime().left(idle, undated) : Duration.ZERO);
	}

	private void refuseBeside(boolean set, String option) {
		if (set) {
			throw new IllegalArgumentException("timeToIdle: " + this.options.timeToIdle + " is set beside " + option
					+ "; a cache that prolongs the life of its entries loads them without a lease, and neither refreshes them ahead nor serves them stale: set one of the two to 0");
		}
	}

	/** How entries are loaded, read and kept. */
	LoadPolicy policy(Background background) {
		return this.options.refreshInBackground ? policy().refreshOn(background.refreshes()) : policy();
	}

	/**
	 * How long an entry is to live.
	 * @throws IllegalArgumentException if the application says no such time
	 */
	Lifetime lifetime(Object key, @Nullable Object value) {
		TimeToLive each = this.options.timeToLive;
		if (!prolongs()) {
			return (each != null) ? Lifetime.of(own(each, key, value), this.options.refreshAhead) : Lifetime.OF_ALL;
		}
		LoadPolicy policy = this.options.policy;
		return Lifetime.idle(this.options.timeToIdle,
				((each != null) ? policy.withTimeToLive(own(each, key, value)) : policy).nextTimeToLive());
	}

	private static Duration own(TimeToLive each, Object key, @Nullable Object value) {
		Duration own = said("timeToLive: the application's TimeToLive", () -> each.timeToLive(key, value));
		if (own == null || own.isNegative()) {
			throw new IllegalArgumentException("timeToLive: the application's " + TimeToLive.class.getSimpleName()
					+ " gave " + own + ", which is no time that an entry can live; give 0, or 1 s or more");
		}
		checkSeconds("timeToLive", own);
		return own;
	}

	/**
	 * What the application's code says of an entry, which is not cached without.
	 * @param who that code
	 */
	private static <T> T said(String who, Supplier<T> code) {
		try {
			return code.get();
		}
		catch (Exception | LinkageError | StackOverflowError | AssertionError ex) {
			throw new IllegalArgumentException(who + " failed with " + ex + "; an entry is not cached without", ex);
		}
	}

	boolean hasGroups() {
		return this.options.groups != null;
	}

	/**
	 * Which groups an entry belongs to.
	 * @throws IllegalArgumentException if the application does not say so
	 */
	GroupStamps groups(Object key, @Nullable Object value) {
		CacheGroups each = this.options.groups;
		if (each == null) {
			return GroupStamps.NONE;
		}
		Collection<String> own = said("groups: the application's CacheGroups", () -> each.groups(key, value));
		if (own == null || own.stream().anyMatch(Objects::isNull)) {
			throw new IllegalArgumentException("groups: the application's CacheGroups gave " + own
					+ "; give the names of up to " + GroupStamps.MOST + " groups, or none");
		}
		return GroupStamps.of(own);
	}

	/** Whether they ask for what only memcached's meta commands can do. */
	boolean needsMetaCommands() {
		return !this.options.refreshAhead.isZero() || !this.options.policy.staleFor().isZero() || prolongs();
	}

	boolean cachesNullValues() {
		return this.options.cacheNullValues;
	}

	EntryFormat format() {
		return this.options.format;
	}

	/** A client as it has to be for a cache with these settings. */
	MemcachedClient view(MemcachedClient client) {
		Compression compression = this.options.compression;
		MemcachedClient view = client.withTranscoder(transcoder());
		if (compression == null) {
			return view;
		}
		// no byte is shorter when it is compressed, and 0 stands for never
		return view.withCompressionThreshold(
				(compression == Compression.ZLIB) ? Math.max(1, this.options.compressionThreshold) : 0);
	}

	private EntryTranscoder transcoder() {
		return new EntryTranscoder(this.options.format,
				(this.options.compression == Compression.LZ4) ? this.options.compressionThreshold : Integer.MAX_VALUE,
				this.options.near != null);
	}

	/**
	 * How entries are kept in the process.
	 * @return {@code null} if they are not
	 */
	public @Nullable NearSettings near() {
		return this.options.near;
	}

	/** Where entries are kept in the process, or {@code null} if they are not. */
	@Nullable NearCache nearCache() {
		NearSettings near = this.options.near;
		if (near == null) {
			return null;
		}
		EntryTranscoder transcoder = transcoder();
		return new NearCache(near,
				(encoded) -> transcoder.decode(encoded.flags(), encoded.bytes()) instanceof Entry entry ? entry.value()
						: null);
	}

	OnError onError() {
		return this.options.onError;
	}

	boolean countsStatistics() {
		return this.options.enableStatistics;
	}

}
