package io.libmc.spring.cache;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import org.springframework.util.ClassUtils;

import io.libmc.LoadPolicy;

/**
 * How one cache behaves. Every option is checked where it is set: a bad one is an
 * {@link IllegalArgumentException} that names it. Not thread-safe.
 */
public final class LibmcCacheSettings {

	private static final Duration SECOND = Duration.ofSeconds(1);

	Duration timeToLive = Duration.ZERO;

	double timeToLiveJitter;

	boolean cacheNullValues = true;

	EntryFormat format;

	OnError onError = OnError.BYPASS;

	boolean enableStatistics = true;

	Duration lease = Duration.ofSeconds(10);

	Duration leaseWait = Duration.ofSeconds(10);

	Duration refreshAhead = Duration.ZERO;

	boolean refreshInBackground;

	Duration serveStale = Duration.ZERO;

	/**
	 * The defaults. The format is {@link EntryFormat#jdk} without classes of the
	 * application.
	 */
	public LibmcCacheSettings() {
		ClassLoader classLoader = ClassUtils.getDefaultClassLoader();
		this.format = EntryFormat.jdk((classLoader != null) ? classLoader : ClassLoader.getSystemClassLoader(),
				List.of());
	}

	/**
	 * Copies settings.
	 * @param other the settings to begin with
	 */
	public LibmcCacheSettings(LibmcCacheSettings other) {
		this.timeToLive = other.timeToLive;
		this.timeToLiveJitter = other.timeToLiveJitter;
		this.cacheNullValues = other.cacheNullValues;
		this.format = other.format;
		this.onError = other.onError;
		this.enableStatistics = other.enableStatistics;
		this.lease = other.lease;
		this.leaseWait = other.leaseWait;
		this.refreshAhead = other.refreshAhead;
		this.refreshInBackground = other.refreshInBackground;
		this.serveStale = other.serveStale;
	}

	/**
	 * How long an entry lives after it was put. {@link Duration#ZERO}, for ever, unless
	 * set; memcached counts in seconds.
	 * @param timeToLive not negative
	 * @return this
	 */
	public LibmcCacheSettings timeToLive(Duration timeToLive) {
		if (timeToLive.isNegative()) {
			throw new IllegalArgumentException(
					"timeToLive: " + timeToLive + " is negative; give a positive time, or 0 for no expiry");
		}
		this.timeToLive = timeToLive;
		return this;
	}

	/**
	 * How much shorter than its {@linkplain #timeToLive time to live} an entry may live,
	 * so that entries that were put together do not expire together: with 0.1 each lives
	 * 90 to 100 % of it. 0 unless set.
	 * @param timeToLiveJitter 0 to 1
	 * @return this
	 */
	public LibmcCacheSettings timeToLiveJitter(double timeToLiveJitter) {
		if (!(timeToLiveJitter >= 0 && timeToLiveJitter <= 1)) {
			throw new IllegalArgumentException(
					"timeToLiveJitter: " + timeToLiveJitter + " is out of range; give 0 to 1, such as 0.1 for 10 %");
		}
		this.timeToLiveJitter = timeToLiveJitter;
		return this;
	}

	/**
	 * Whether {@code null} is cached as a value of its own. On unless set; off, caching
	 * one is an {@link IllegalArgumentException}.
	 * @param cacheNullValues whether to
	 * @return this
	 */
	public LibmcCacheSettings cacheNullValues(boolean cacheNullValues) {
		this.cacheNullValues = cacheNullValues;
		return this;
	}

	/**
	 * What the entries look like on the server.
	 * @param format the format
	 * @return this
	 */
	public LibmcCacheSettings format(EntryFormat format) {
		this.format = Objects.requireNonNull(format, "format");
		return this;
	}

	/**
	 * What a failing memcached does to the application. {@link OnError#BYPASS} unless
	 * set.
	 * @param onError what to do
	 * @return this
	 */
	public LibmcCacheSettings onError(OnError onError) {
		this.onError = Objects.requireNonNull(onError, "onError");
		return this;
	}

	/**
	 * Whether the cache counts. On unless set.
	 * @param enableStatistics whether to
	 * @return this
	 */
	public LibmcCacheSettings enableStatistics(boolean enableStatistics) {
		this.enableStatistics = enableStatistics;
		return this;
	}

	/**
	 * How long the one caller in the whole cluster that was elected to load a missing
	 * entry may take before another one is elected, and its value is not cached any more.
	 * 10 s unless set; longer than a loader ever takes.
	 * @param lease 1 second or more, less than 2 are taken as 2; 0 lets each process load
	 * for itself
	 * @return this
	 */
	public LibmcCacheSettings lease(Duration lease) {
		if (!lease.isZero() && lease.compareTo(SECOND) < 0) {
			throw new IllegalArgumentException("lease: " + lease
					+ " is shorter than a second, which memcached cannot tell; give 1 s or more, or 0 to let each process load for itself");
		}
		this.lease = lease;
		return this;
	}

	/**
	 * How long the others wait for the one elected before they load for themselves. 10 s
	 * unless set.
	 * @param leaseWait not negative
	 * @return this
	 */
	public LibmcCacheSettings leaseWait(Duration leaseWait) {
		if (leaseWait.isNegative()) {
			throw new IllegalArgumentException("leaseWait: " + leaseWait + " is negative; give 0 or more");
		}
		this.leaseWait = leaseWait;
		return this;
	}

	/**
	 * How long before an entry expires one caller loads it anew, while the others get the
	 * present value. 0, never, unless set. It must be less than the
	 * {@linkplain #timeToLive time to live}, which is checked when the cache is created.
	 * @param refreshAhead 0, or 1 second or more
	 * @return this
	 */
	public LibmcCacheSettings refreshAhead(Duration refreshAhead) {
		if (!refreshAhead.isZero() && refreshAhead.compareTo(SECOND) < 0) {
			throw new IllegalArgumentException("refreshAhead: " + refreshAhead
					+ " is shorter than a second, which memcached cannot tell; give 0, or 1 s or more");
		}
		this.refreshAhead = refreshAhead;
		return this;
	}

	/**
	 * Whether the one that loads an entry anew before it expires gets the present value,
	 * too, and its loader runs on another thread. Off unless set.
	 * @param refreshInBackground whether to
	 * @return this
	 */
	public LibmcCacheSettings refreshInBackground(boolean refreshInBackground) {
		this.refreshInBackground = refreshInBackground;
		return this;
	}

	/**
	 * How long an entry may still be served after {@code evict}, while one caller loads
	 * it anew; never longer than it would have lived. 0, not at all, unless set.
	 * @param serveStale not negative
	 * @return this
	 */
	public LibmcCacheSettings serveStale(Duration serveStale) {
		if (serveStale.isNegative()) {
			throw new IllegalArgumentException("serveStale: " + serveStale + " is negative; give 0 or more");
		}
		this.serveStale = serveStale;
		return this;
	}

	/**
	 * Checks what no single option tells.
	 * @throws IllegalArgumentException if entries would be refreshed that never expire,
	 * or before they are there
	 */
	public void check() {
		if (!this.refreshAhead.isZero() && this.refreshAhead.compareTo(this.timeToLive) >= 0) {
			throw new IllegalArgumentException(
					"refreshAhead: " + this.refreshAhead + " is not within the time to live of " + this.timeToLive
							+ "; entries that never expire are never refreshed, and others only before they expire");
		}
	}

	/** Whether it asks for what only memcached's meta commands can do. */
	boolean needsMetaCommands() {
		return !this.refreshAhead.isZero() || !this.serveStale.isZero();
	}

	LoadPolicy loadPolicy(Background background) {
		check();
		LoadPolicy policy = LoadPolicy.timeToLive(this.timeToLive)
			.jitter(this.timeToLiveJitter)
			.wait(this.leaseWait)
			.refreshAhead(this.refreshAhead)
			.staleFor(this.serveStale);
		policy = this.lease.isZero() ? policy.withoutLease() : policy.lease(this.lease);
		return this.refreshInBackground ? policy.refreshOn(background.refreshes()) : policy;
	}

}
