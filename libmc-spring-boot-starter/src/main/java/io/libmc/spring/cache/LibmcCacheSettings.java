package io.libmc.spring.cache;

import java.time.Duration;
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

		private boolean cacheNullValues = true;

		private EntryFormat format;

		/** {@code null} for the client's own. */
		private @Nullable Compression compression;

		private int compressionThreshold;

		private OnError onError = OnError.BYPASS;

		private boolean enableStatistics = true;

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
			copy.cacheNullValues = this.cacheNullValues;
			copy.compression = this.compression;
			copy.compressionThreshold = this.compressionThreshold;
			copy.onError = this.onError;
			copy.enableStatistics = this.enableStatistics;
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
		return loading("lease", (policy) -> lease.isZero() ? policy.withoutLease() : policy.lease(lease));
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
	 * Checks what no single option tells.
	 * @throws IllegalArgumentException if entries would be refreshed that never expire,
	 * or before they are there
	 */
	public void check() {
		LoadPolicy unused = policy();
	}

	private LoadPolicy policy() {
		return checked("refreshAhead", () -> this.options.policy.refreshAhead(this.options.refreshAhead));
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
		if (each == null) {
			return Lifetime.OF_ALL;
		}
		Duration own;
		try {
			own = each.timeToLive(key, value);
		}
		catch (Exception | LinkageError | StackOverflowError | AssertionError ex) {
			throw new IllegalArgumentException("timeToLive: the application's " + TimeToLive.class.getSimpleName()
					+ " failed with " + ex + "; without a time to live an entry is not cached", ex);
		}
		if (own == null || own.isNegative()) {
			throw new IllegalArgumentException("timeToLive: the application's " + TimeToLive.class.getSimpleName()
					+ " gave " + own + ", which is no time that an entry can live; give 0, or 1 s or more");
		}
		checkSeconds("timeToLive", own);
		return Lifetime.of(own, this.options.refreshAhead);
	}

	/** Whether they ask for what only memcached's meta commands can do. */
	boolean needsMetaCommands() {
		return !this.options.refreshAhead.isZero() || !this.options.policy.staleFor().isZero();
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
		int threshold = this.options.compressionThreshold;
		MemcachedClient view = client.withTranscoder(new EntryTranscoder(this.options.format,
				(compression == Compression.LZ4) ? threshold : Integer.MAX_VALUE));
		if (compression == null) {
			return view;
		}
		// no byte is shorter when it is compressed, and 0 stands for never
		return view.withCompressionThreshold((compression == Compression.ZLIB) ? Math.max(1, threshold) : 0);
	}

	OnError onError() {
		return this.options.onError;
	}

	boolean countsStatistics() {
		return this.options.enableStatistics;
	}

}
